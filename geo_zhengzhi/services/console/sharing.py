"""What one worker has made and all of them use: the latest in memory, more on disk, both bounded in bytes."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from geo_zhengzhi.services.console.keeping import MAX_BYTES, made_once, sweep
from geo_zhengzhi.services.console.once import ComputeOnce

Value = TypeVar("Value")

MAX_NUMBER = 4096


class Shared(Generic[Value]):
    """
    Values by name, kept in memory and in files of a folder.

    Parameters
    ----------
    prefix : str
        What the files' names begin with.
    kind : type
        Of the values; they are pickled.
    memory_bytes, disk_bytes : int
        How much is kept in each; the least recently used go first.
    """

    def __init__(self, prefix: str, kind: type[Value], *, memory_bytes: int, disk_bytes: int = MAX_BYTES) -> None:
        self._prefix, self._kind, self._disk_bytes = prefix, kind, disk_bytes
        self._memory: ComputeOnce[tuple[Value, int]] = ComputeOnce(
            MAX_NUMBER, max_bytes=memory_bytes, bytes_of=lambda pair: pair[1]
        )

    def get(self, folder: Path | None, name: str, make: Callable[[], Value]) -> Value:
        """
        The value of a name, made where neither this worker nor another one has it.

        Parameters
        ----------
        folder : Path or None
            Of this account alone; None keeps the value in memory only.
        name : str
            `keeping.name_for` everything that the value is made of.
        make : function
        """
        return self._memory.get((folder, name), lambda: self._kept(folder, name, make))[0]

    def has(self, folder: Path, name: str) -> bool:
        """Whether a value lies on disk."""
        return self._path(folder, name).exists()

    def _path(self, folder: Path, name: str) -> Path:
        return folder / f"{self._prefix}-{name}.pickle"

    def _kept(self, folder: Path | None, name: str, make: Callable[[], Value]) -> tuple[Value, int]:
        """What another worker has made, or else what is made now, kept for the others; and its bytes."""
        if folder is None:
            made = make()
            return made, len(pickle.dumps(made))
        path = self._path(folder, name)
        is_known = path.exists()
        found = made_once(path, self._kind, make)
        if not is_known:
            sweep(folder, f"{self._prefix}-*.pickle", max_bytes=self._disk_bytes)
        return found, _size(path) or len(pickle.dumps(found))


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none, or somebody has just swept it away."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
