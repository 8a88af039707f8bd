"""A small cache in which two requests for the same thing compute it once."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from threading import Lock, Thread
from typing import Generic, TypeVar

Value = TypeVar("Value")
log = logging.getLogger(__name__)


class ComputeOnce(Generic[Value]):
    """
    Keep the `size` most recently used values by key; together no more than `max_bytes`, by `bytes_of` each.

    A second caller who comes while the first is still computing waits for the same value. A computation that raises is
    not kept: everyone who waited gets the error, the next caller tries again. The latest value is kept at any size.
    """

    def __init__(
        self, size: int, *, max_bytes: int | None = None, bytes_of: Callable[[Value], int] | None = None
    ) -> None:
        self._size, self._max_bytes, self._bytes_of = size, max_bytes, bytes_of
        self._kept: OrderedDict[Hashable, Future[Value]] = OrderedDict()
        self._bytes: dict[Hashable, int] = {}
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value for `key`, computed by `compute()` where it is not kept."""
        future, is_new = self._taken(key)
        if is_new:
            self._settle(key, future, compute)
        return future.result()

    def soon(self, key: Hashable, compute: Callable[[], Value], wait_s: float) -> Value | None:
        """
        The value for `key` if it is there within `wait_s`, else None; a thread of its own computes it meanwhile.

        A computation that raises is logged, and the next caller tries again.
        """
        future, is_new = self._taken(key)
        if is_new:
            Thread(target=self._settle, args=(key, future, compute), daemon=True).start()
        try:
            return future.result(wait_s)
        except NotYet:
            return None
        except Exception:
            log.exception("A computation behind an answer failed")
            return None

    def _taken(self, key: Hashable) -> tuple["Future[Value]", bool]:
        """The future for a key, now the last one used, and whether it is the caller's to settle."""
        with self._lock:
            known = self._kept.get(key)
            future: Future[Value] = known if known is not None else Future()
            self._kept[key] = future
            self._kept.move_to_end(key)
            self._drop_oldest()
        return future, known is None

    def forget(self, key: Hashable) -> None:
        """Compute anew the next time."""
        with self._lock:
            self._kept.pop(key, None)
            self._bytes.pop(key, None)

    def _drop_oldest(self) -> None:
        """Keep within number and bytes, but always the latest; called with the lock held."""
        while len(self._kept) > self._size or (len(self._kept) > 1 and self._is_too_large()):
            key, _ = self._kept.popitem(last=False)
            self._bytes.pop(key, None)

    def _is_too_large(self) -> bool:
        return self._max_bytes is not None and sum(self._bytes.values()) > self._max_bytes

    def _weigh(self, key: Hashable, future: "Future[Value]", value: Value) -> None:
        """Note how large a value is that has just been computed, and make room for it."""
        if self._bytes_of is None:
            return
        n_bytes = self._bytes_of(value)
        with self._lock:
            if self._kept.get(key) is future:
                self._bytes[key] = n_bytes
                self._drop_oldest()

    def _settle(self, key: Hashable, future: "Future[Value]", compute: Callable[[], Value]) -> None:
        """Compute for everyone who waits on the future."""
        try:
            value = compute()
            self._weigh(key, future, value)
            future.set_result(value)
        except BaseException as error:
            with self._lock:
                if self._kept.get(key) is future:
                    del self._kept[key]
                    self._bytes.pop(key, None)
            future.set_exception(error)
