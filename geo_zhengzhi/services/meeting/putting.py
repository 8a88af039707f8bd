"""Put a file in the place of the one that is there, whole or not at all."""

import os
from pathlib import Path

from geo_zhengzhi.errors import NotWritable
from geo_zhengzhi.io.replacing import replacing_directory
from geo_zhengzhi.live_files import refuse_live


def put_file(path: Path, content: bytes) -> None:
    """
    Write a file beside its place, bring it to the disk, and move it there in one step.

    Two that write the same file at once do not meet: each has a draft of its own, and the later one stays.

    Raises
    ------
    FileIsTheStore
        If the store itself lies there.
    NotWritable
        If the folder or the disk does not take it; what was there is still there.
    """
    refuse_live(path)
    try:
        with replacing_directory(path.parent) as draft, (draft / path.name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _keep_name(path.parent)
    except OSError as error:
        raise NotWritable(path=path, reason=error.strerror or type(error).__name__) from error


def _keep_name(folder: Path) -> None:
    """Bring a folder's list of names to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
