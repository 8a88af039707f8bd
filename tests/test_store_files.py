"""The store's file is its account's own, and one that is there is left as it is."""

import os
import stat
from pathlib import Path

import pytest

from geo_zhengzhi.store.opening import open_store


def mode(path: Path) -> str:
    """The permissions of a file, as `ls` shows them."""
    return stat.filemode(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_new_store_and_its_folder_are_read_by_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = open_store(f"sqlite:///{tmp_path / 'var' / 'store.gpkg'}")
    finally:
        os.umask(before)
    files = sorted((tmp_path / "var").iterdir())
    assert {path.name for path in files} >= {"store.gpkg", "store.gpkg-wal"}
    assert [mode(path) for path in files] == ["-rw-------"] * len(files)
    assert mode(tmp_path / "var") == "drwx------"
    database.close()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_store_that_is_there_keeps_the_permissions_that_somebody_gave_it(tmp_path: Path) -> None:
    path = tmp_path / "store.gpkg"
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o660)
    open_store(f"sqlite:///{path}").close()
    assert mode(path) == "-rw-rw----"
