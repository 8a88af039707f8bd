"""`backup`, `restore`, `migrate` and `doctor` at the command line: sentences, JSON and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from geo_zhengzhi import cli
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import incidents, metadata
from tests.stores import ON_SQLITE

Ran = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, filled: Database, tmp_path: Path) -> "Run":
    """The program as a shell runs it, with the filled store as the installation's own."""
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", filled.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GEO_ZHENGZHI_CACHE_DIR", str(tmp_path / "cache"))
    return Run(capsys, monkeypatch)


class Run:
    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: object) -> Ran:
        self.monkeypatch.setattr("sys.argv", ["geo-zhengzhi", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        output = self.capsys.readouterr()
        return int(stop.value.code or 0), output.out, output.err


def count(store: Database) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(incidents)).scalar_one()


def head(store: Database) -> str:
    with store.read() as connection:
        return ":".join(map(str, audit.head(connection)))


def test_a_backup_says_where_the_log_ended_and_is_restored(run: Run, filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.gpkg"
    assert run("backup", file, "--lang", "en") == (0, f"{file}\nhead of the audit log: {head(filled)}\n", "")
    with filled.write() as connection:
        connection.execute(delete(incidents))
    code, out, err = run("restore", file, "--lang", "en")
    assert (code, out, count(filled)) == (2, "", 0)
    assert "holds data already" in err
    assert err.count("\n") == 1
    code, out, _ = run("restore", file, "--replace")
    assert (code, count(filled)) == (0, 20)
    assert "行数与校验和一致" in out


def test_json_is_all_that_is_printed(run: Run, filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.gpkg"
    _, out, _ = run("backup", file, "--json")
    made = json.loads(out)
    assert (made["file"], f"{made['seq']}:{made['hash']}") == (str(file), head(filled))
    _, out, _ = run("restore", file, "--replace", "--json")
    restored = json.loads(out)
    assert (restored["rows"]["incidents"], restored["head"]["seq"]) == (20, made["seq"])
    _, out, _ = run("migrate", f"sqlite:///{tmp_path / 'other.gpkg'}", "--json")
    moved = json.loads(out)
    assert set(moved["rows"]) == set(moved["checksums"]) == set(metadata.tables)
    _, out, _ = run("doctor", "--json")
    assert json.loads(out)["well"] is True


def test_another_store_is_named_by_an_option(run: Run, filled: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.gpkg'}"
    code, out, _ = run("migrate", url, "--lang", "en")
    assert code == 0
    assert "counts and checksums equal" in out
    code, _, err = run("migrate", url, "--lang", "en")
    assert code == 2
    assert "allowed: an empty store" in err
    assert run("backup", tmp_path / "b.gpkg", "--database", url)[0] == 0
    assert run("restore", tmp_path / "b.gpkg", "--database", f"sqlite:///{tmp_path / 'third.gpkg'}")[0] == 0
    third = open_store(f"sqlite:///{tmp_path / 'third.gpkg'}")
    assert count(third) == 20
    third.close()


def test_doctor_exits_with_1_where_something_is_wrong(run: Run, filled: Database) -> None:
    code, out, _ = run("doctor", "--lang", "en")
    assert code == 0
    told = [line for line in out.splitlines() if not line.startswith("Role: warning: ")]  # the tests are superuser
    assert "Meeting files: well (1 of 1 kept, 0.0 MiB)" in told
    assert all(": well" in line for line in told)
    with filled.write() as connection:
        connection.exec_driver_sql("DROP TABLE steps")
    code, out, _ = run("doctor", "--lang", "en")
    assert code == 1
    assert "steps" in next(line for line in out.splitlines() if line.startswith("Schema"))
    code, out, _ = run("doctor")
    assert "库结构：" in out


@pytest.mark.parametrize("arguments", [["backup", "b.gpkg"], ["migrate", "sqlite:///m.gpkg"], ["doctor"]])
def test_a_store_that_is_not_there_is_not_made(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    run.monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    code, out, err = run(*arguments, "--database", f"sqlite:///{tmp_path / 'none.gpkg'}", "--lang", "en")
    assert (code, out) == (2, "")
    assert "There is no store at" in err
    assert sorted(tmp_path.iterdir()) == before


@ON_SQLITE
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_told_and_leaves_nothing(run: Run, filled: Database, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    with filled.write() as connection:
        for _ in range(2000):
            audit.append(connection, SYSTEM, "edit", "x" * 500)
    filled.close()  # which empties the write-ahead log: there is space for a row, not for a copy
    code = (
        "import resource, sys; from geo_zhengzhi.cli import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)); main()"
    )
    arguments = [sys.executable, "-c", code, "backup", str(folder / "backup.gpkg"), "--lang", "en"]
    done = subprocess.run(arguments, capture_output=True, text=True)
    assert done.returncode == 2
    assert "backup.gpkg cannot be read or written" in done.stderr
    assert list(folder.iterdir()) == []
