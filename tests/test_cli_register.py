"""The register's commands as a shell runs them."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from geo_zhengzhi.cli import commands
from geo_zhengzhi.services.register.seeding import seed_register
from geo_zhengzhi.store.opening import open_store
from tests.registers import TODAY, make_register
from tests.test_cli import run
from tests.test_register_attaching import SQUARE, layer
from tests.test_register_import import ROWS, write_csv

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The group of commands, on a store of its own."""
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", store_url)
    return lambda *arguments: run(capsys, monkeypatch, "register", *arguments)


def test_a_register_comes_in_gets_boundaries_and_is_shown(shell: Shell, tmp_path: Path) -> None:
    file = str(write_csv(tmp_path / "台账.csv", ROWS))
    code, out, _ = shell("import", file, "--dry-run")
    assert code == 0
    assert "读入 3 = 新增 3 + 变更 0 + 未变 0 + 拒收 0" in out
    assert "预检" in out
    assert "共 0 条" in shell("list")[1]
    assert shell("import", file)[0] == 0
    assert "共 3 条" in shell("list")[1]
    places = str(layer(tmp_path / "边界.geojson", ({"名称": "武定苑"}, SQUARE)))
    assert shell("boundaries", places)[0] == 2
    code, out, _ = shell("boundaries", places, "--datum", "gcj02", "--lang", "en")
    assert code == 0
    assert "read 1 = added 1 + changed 0 + unchanged 0 + refused 0" in out
    code, out, _ = shell("show", "2024-1")
    assert code == 0
    life = ("2024-01-01", "第 1 版", "边界.geojson")
    for words in ("武定苑", "市级", "整治", "警防: 夜间两班", "领导落实: 分管副区长", *life):
        assert words in out


def test_rows_that_are_refused_are_listed_and_end_with_one(shell: Shell, tmp_path: Path) -> None:
    file = str(write_csv(tmp_path / "a.csv", [ROWS[0], ["2024-9", "", *ROWS[0][2:]]]))
    code, out, _ = shell("import", file)
    assert code == 1
    assert "第 3 行" in out
    code, out, _ = shell("import", file, "--json", "--lang", "en")
    report = json.loads(out)
    assert (code, report["read"], report["unchanged"], report["refused"]) == (1, 2, 1, 1)
    assert report["rows"][1]["line"] == 3
    assert report["rows"][1]["reason_zh"] == "未写明名称。"


def test_a_sentence_that_can_be_mended_ends_with_two(shell: Shell, tmp_path: Path) -> None:
    code, out, err = shell("show", "2024-1", "--lang", "en")
    assert (code, out) == (2, "")
    assert "The register has no entry 2024-1" in err
    code, _, err = shell("import", str(write_csv(tmp_path / "a.csv", [["x"]], ["经度"])))
    assert code == 2
    assert "缺少列" in err


def test_lists_keep_what_they_are_asked_for(shell: Shell, store_url: str) -> None:
    database = open_store(store_url)
    seed_register(database, make_register(), reason="test", today=TODAY)
    database.close()
    listed = json.loads(shell("list", "--json")[1])
    assert len(listed) == 1084
    assert [entry["year"] for entry in listed] == sorted((entry["year"] for entry in listed), reverse=True)
    some = json.loads(shell("list", "--year", "2020", "--level", "township", "--stage", "delisted", "--json")[1])
    assert {entry["target_id"] for entry in some} == {
        entry["target_id"]
        for entry in listed
        if (entry["year"], entry["level"], entry["stage"]) == (2020, "township", "delisted")
    }
    late = json.loads(shell("list", "--overdue", "--json")[1])
    assert late == [entry for entry in listed if entry["overdue"]]
    assert all(date.fromisoformat(entry["deadline"]) < date.today() for entry in late)
    assert "逾期" in shell("list", "--overdue", "--kind", "village")[1]
    everything = json.loads(shell("show", late[0]["target_id"], "--json")[1])
    assert everything["entry"]["target_id"] == late[0]["target_id"]
    assert everything["steps"][-1]["to"] == late[0]["stage"]
    assert shell("list", "--year", "1")[0] == 2


def test_no_command_moves_a_target_or_edits_it() -> None:
    register = commands.commands["register"]
    assert set(register.commands) == {"import", "boundaries", "list", "show"}  # type: ignore[attr-defined]
