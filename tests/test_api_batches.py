"""Batches through the interface: listed, told, undone; what was refused is shown to those who may see points."""

import pytest
from programs import api_site, bring, program

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.store.audit import Wanted


@pytest.fixture
def app(store):
    return api_site(store)


@pytest.fixture
def importer(app, store):
    return program(app, store, "importer")


def test_batches_are_listed_the_newest_first_and_told(store, app, importer, tmp_path):
    numbers = [bring(store, tmp_path, f"f{n}", f"A{n},2024-03-01 08:00,盗窃,117.4,40.0") for n in range(3)]
    first = importer.get("/batches?limit=2")
    rest = importer.get(f"/batches?limit=2&cursor={first['next']}")
    assert [row["batch_id"] for row in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None
    one = importer.get(f"/batches/{numbers[0]}")
    assert one == rest["items"][-1]
    assert (one["file_name"], one["datum"], one["made_by"], one["status"]) == ("f0.csv", "wgs84", "importer", "done")
    assert (one["n_read"], one["n_kept"], one["n_inserted"]) == (1, 1, 1)
    importer.refused(404, "GET", "/batches/999")
    importer.refused(404, "GET", "/batches/999/rejects")


def test_rejected_rows_are_told_in_the_callers_language_and_each_look_is_written_down(store, app, importer, tmp_path):
    bad = [f"B{n},2024-13-01,盗窃,117.4,40.0" for n in range(3)]
    number = bring(store, tmp_path, "bad", "A1,2024-03-01 08:00,盗窃,117.4,40.0", *bad)
    first = importer.get(f"/batches/{number}/rejects?limit=2")
    rest = importer.get(f"/batches/{number}/rejects?limit=2&cursor={first['next']}")
    rows = first["items"] + rest["items"]
    assert [row["line"] for row in rows] == [3, 4, 5]
    assert rows[0]["fields"]["incident_id"] == "B0"
    assert rest["next"] is None
    chinese = importer.get(f"/batches/{number}/rejects", Accept_Language="zh")["items"][0]["reason"]
    assert chinese != rows[0]["reason"]
    looks = read_log(store, SYSTEM, Wanted(action="rejects seen"))
    assert (looks.n, looks.records[0].object) == (3, f"batch {number}")
    program(app, store, "auditor").refused(403, "GET", f"/batches/{number}/rejects")


def test_a_batch_is_taken_back_once_for_a_reason(store, app, importer, tmp_path):
    number = bring(store, tmp_path, "f", "A1,2024-03-01 08:00,盗窃,117.4,40.0")
    importer.refused(422, "POST", f"/batches/{number}/undo", {"reason": ""})
    importer.refused(422, "POST", f"/batches/{number}/undo", {"reason": "   "})
    program(app, store, "auditor").refused(403, "POST", f"/batches/{number}/undo", {"reason": "x"})
    done = importer.ask("POST", f"/batches/{number}/undo", {"reason": "wrong datum"})
    assert done.status_code == 200
    assert (done.json["n_removed"], done.json["batch"]["status"]) == (1, "undone")
    assert done.json["batch"]["undo_reason"] == "wrong datum"
    importer.refused(409, "POST", f"/batches/{number}/undo", {"reason": "again"})
    importer.refused(404, "POST", "/batches/999/undo", {"reason": "x"})
