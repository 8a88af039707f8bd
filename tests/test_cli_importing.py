"""`import`, `batches` and `undo` on a store of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from geo_zhengzhi.services.imports.area import study_area_for_import
from geo_zhengzhi.services.studies.county import County, keep_county
from geo_zhengzhi.store import batches
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.test_cli import run

Shell = Callable[..., tuple[int, str, str]]
HEADER = "编号,案件类别,发案时间,东,北\n"
GOOD = "A1,盗窃,2024-03-01 08:15,117.40,40.04\n"
BAD = "A2,盗窃,某日,117.40,40.04\n"
MAP = ("--map", "longitude=东", "--map", "latitude=北", "--map", "incident_id=编号")
COUNTY = {
    "type": "Feature", "properties": {},
    "geometry": {"type": "Polygon", "coordinates": [[[117, 40], [118, 40], [118, 41], [117, 41], [117, 40]]]},
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "三月.csv").write_text(HEADER + GOOD + BAD, "utf-8")
    return tmp_path / "三月.csv"


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store_url: str) -> Shell:
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", store_url)
    return lambda *arguments: run(capsys, monkeypatch, *map(str, arguments))


def bring(shell: Shell, file: Path, *more: str) -> tuple[int, str, str]:
    return shell("import", file, "--datum", "wgs84", *MAP, *more)


def test_an_import_prints_its_report_and_its_batch_and_exits_with_1_where_rows_were_rejected(
    shell: Shell, file: Path
) -> None:
    code, out, _ = bring(shell, file, "--lang", "en")
    assert code == 1
    assert "read 2 = kept 1 + duplicates 0 + rejected 1" in out
    assert out.splitlines()[-1] == "Batch 1: new incidents 1, corrected 0, there already 0."
    file.write_text(HEADER + GOOD, "utf-8")
    code, out, _ = bring(shell, file)
    assert code == 0
    assert out.splitlines()[-1] == "批次 2：新增案件 0 件，更正 0 件，原已存在 1 件。"


def test_the_same_file_again_says_so(shell: Shell, file: Path) -> None:
    bring(shell, file)
    code, out, _ = bring(shell, file, "--lang", "en")
    assert code == 1
    assert out.splitlines()[-1] == "The same file was imported already, as batch 1; nothing was added."


def test_an_import_prints_json_and_writes_its_rejects(shell: Shell, file: Path, tmp_path: Path) -> None:
    _, out, err = bring(shell, file, "--json", "--rejects", str(tmp_path / "rejects.csv"))
    said = json.loads(out)
    assert (said["batch_id"], said["is_new"], said["n_inserted"], said["status"]) == (1, True, 1, "done")
    assert said["report"]["reject_reasons"]
    assert err == ""
    assert '"A2"' in (tmp_path / "rejects.csv").read_text("utf-8-sig")


def test_batches_are_listed_for_people_and_for_programs(shell: Shell, file: Path) -> None:
    bring(shell, file)
    shell("undo", "1", "--reason", "误传")
    bring(shell, file)
    legend, second, first = shell("batches", "--lang", "en")[1].splitlines()
    assert legend.startswith("Number, start, state")
    assert second.split("\t")[0::2] == ["2", "done", "system"]
    assert (first.split("\t")[2], first.split("\t")[5]) == ("undone", "+1 ~0 =0 -1")
    assert "已撤销" in shell("batches")[1]
    listed = json.loads(shell("batches", "--json")[1])
    assert [(batch["batch_id"], batch["file_name"], batch["undo_reason"]) for batch in listed] == [
        (2, "三月.csv", None),
        (1, "三月.csv", "误传"),
    ]


def test_an_undo_says_what_became_of_the_incidents(shell: Shell, file: Path) -> None:
    bring(shell, file)
    code, out, _ = shell("undo", "1", "--reason", "误传", "--lang", "en")
    assert code == 0
    assert out == ("Batch 1 is undone: incidents removed 1, as they were before it 0, kept from other batches 0.\n")
    bring(shell, file)
    assert json.loads(shell("undo", "2", "--reason", "误传", "--json")[1])["n_removed"] == 1


def test_what_cannot_be_undone_is_refused_in_a_sentence(shell: Shell) -> None:
    code, out, err = shell("undo", "7", "--reason", "误传", "--lang", "en")
    assert (code, out) == (2, "")
    assert err == "There is no batch 7 – allowed: a number from the list of batches – look it up there.\n"
    assert shell("undo", "7", "--reason", " ")[0] == 2


def test_another_database_can_be_named(shell: Shell, file: Path, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.gpkg'}"
    assert bring(shell, file, "--database", other)[0] == 1
    assert len(json.loads(shell("batches", "--json", "--database", other)[1])) == 1
    assert json.loads(shell("batches", "--json")[1]) == []


def test_rows_outside_the_area_of_a_file_or_of_the_county_are_rejected(
    shell: Shell, store_url: str, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "county.geojson").write_text(json.dumps(COUNTY), "utf-8")
    file.write_text(HEADER + GOOD + "A3,盗窃,2024-03-01 08:15,119.40,40.04\n", "utf-8")
    area = ("--study-area", str(tmp_path / "county.geojson"), "--targets-datum", "wgs84")
    assert json.loads(bring(shell, file, "--json", *area)[1])["n_rejected"] == 1
    assert json.loads(bring(shell, file, "--json")[1])["n_rejected"] == 0
    store = open_store(store_url)
    with store.write() as connection:
        keep_county(connection, County(study_area=shapely.box(119, 40, 120, 41)))
    assert study_area_for_import(store) == shapely.box(119, 40, 120, 41)
    store.close()
    assert json.loads(bring(shell, file, "--json")[1])["n_rejected"] == 1


def test_a_batch_that_a_killed_process_left_is_failed_at_the_next_command(shell: Shell, store: Database) -> None:
    with store.write() as connection:
        batches.begin(connection, {"file_name": "f.csv", "sha256": "0", "made_by": "system"})
    assert shell("batches", "--lang", "en")[1].splitlines()[1].split("\t")[2:] == [
        "failed", "f.csv", "system", "+? ~? =? -?",
    ]  # fmt: skip
