"""Nothing but its own SQLite opens the file of a store that is open, whatever reads files."""

import os
import sys
from pathlib import Path

import pytest

from geo_zhengzhi.errors import FileIsTheStore
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.io.targets import read_targets
from geo_zhengzhi.live_files import refuse_live
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.test_cli import run

READERS = (read_layer, read_targets, read_incidents)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.gpkg"


@pytest.fixture
def live(path: Path) -> Database:
    database = open_store(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_refuses_it_and_opens_nothing(path: Path, reader: object) -> None:
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event == "open" and str(arguments[0]).startswith(str(path)):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    with pytest.raises(FileIsTheStore):
        reader(path, datum="wgs84")
    watching[0] = False
    assert opened == []


@pytest.mark.usefixtures("live")
def test_another_name_of_it_and_what_lies_beside_it_are_refused_too(path: Path, tmp_path: Path) -> None:
    os.link(path, tmp_path / "hard.gpkg")
    (tmp_path / "soft.gpkg").symlink_to(path)
    for name in ("hard.gpkg", "soft.gpkg", "store.gpkg-wal", "store.gpkg-shm"):
        with pytest.raises(FileIsTheStore):
            refuse_live(tmp_path / name)


def test_another_file_and_one_that_was_closed_are_read(live: Database, path: Path, tmp_path: Path) -> None:
    refuse_live(tmp_path / "another.gpkg")
    again = open_store(f"sqlite:///{path}")
    live.close()
    with pytest.raises(FileIsTheStore):
        refuse_live(path)
    again.close()
    refuse_live(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("county", "--outline"),
        ("county", "--study-area"),
        ("register", "boundaries"),
        ("register", "import"),
        ("import",),
    ],
)
def test_a_command_refuses_it_in_one_line(
    path: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", f"sqlite:///{path}")
    open_store(f"sqlite:///{path}").close()
    code, _, err = run(capsys, monkeypatch, *arguments, str(path), "--lang", "en")
    assert (code, err.count("\n")) == (2, 1)
