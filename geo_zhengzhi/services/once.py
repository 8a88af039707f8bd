"""A small cache in which two requests for the same thing compute it once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ComputeOnce(Generic[Value]):
    """
    Keep the `size` most recently used values by key.

    A second caller who comes while the first is still computing waits for the same value. A computation that raises is
    not kept: everyone who waited gets the error, the next caller tries again.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Future[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value for `key`, computed by `compute()` where it is not kept."""
        with self._lock:
            known = self._kept.get(key)
            future: Future[Value] = known if known is not None else Future()
            self._kept[key] = future
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        if known is None:
            self._settle(key, future, compute)
        return future.result()

    def forget(self, key: Hashable) -> None:
        """Compute anew the next time."""
        with self._lock:
            self._kept.pop(key, None)

    def _settle(self, key: Hashable, future: "Future[Value]", compute: Callable[[], Value]) -> None:
        """Compute for everyone who waits on the future."""
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                if self._kept.get(key) is future:
                    del self._kept[key]
            future.set_exception(error)
