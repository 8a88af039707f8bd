"""The import pages without a script: every step by its form, every refusal in place, nothing left of any file."""

import csv
import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from flask import Flask
from sites import COUNTY, Visitor, site_of
from studies import FRAME, area, corridor, many, study_of

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.model import SYSTEM, Context
from geo_zhengzhi.services.imports.batches import list_batches
from tests.accounts import account, actions

HEADER = "案件编号,发案时间,类别,经度,纬度,报警人"
GCJ = {"datum": "gcj02"}


@pytest.fixture
def settings(tmp_path):
    return replace(COUNTY, cache_dir=tmp_path / "cache", max_upload_mib=1)


@pytest.fixture
def store(store, quick_passwords):
    for name, role in (("甲岗", "importer"), ("乙岗", "importer"), ("审计岗", "auditor")):
        account(store, name, role)
    return store


@pytest.fixture
def app(store, settings) -> Flask:
    outline = gpd.GeoDataFrame({"name": ["县"]}, geometry=[shapely.box(117.2, 39.9, 117.7, 40.2)], crs=4326)
    parts = [area("甲", 0, 0), corridor("铁路", (3000, 0), (9000, 0))]
    study = study_of(
        many(3, (0, 0), "2024-01-01"), parts, context=Context(outline=outline), study_area=outline.geometry[0]
    )
    return site_of(store, study, settings)


@pytest.fixture
def visitor(app) -> Visitor:
    return Visitor(app).sign_in("甲岗")


@pytest.fixture
def nothing_left(settings) -> Iterator[None]:
    """Whatever the test does, the folder of uploads is empty after it."""
    yield
    assert sorted((settings.cache_dir / "uploads").rglob("*")) == []


def rows(n: int = 20, **changes: str) -> str:
    """A file of n incidents in the first target, in GCJ-02, with a few rows that are wrong."""
    x, y = wgs84_to_gcj02(*FRAME.to_degrees([200.0 + i for i in range(n)], [200.0] * n))
    lines = [
        f"A{i},2024-03-01 08:{i % 60:02d},盗窃,{a:.6f},{b:.6f},张三" for i, (a, b) in enumerate(zip(x, y, strict=True))
    ]
    return "\n".join([HEADER, *lines, f"B1,2024-03-01 09:00,盗窃,,{y[0]:.6f},李四", lines[0], ""])


def send(visitor: Visitor, content: str | bytes, name: str = "警情.csv") -> tuple[int, str, str]:
    """Send a file: status, where it leads, and the page's words."""
    data = content.encode() if isinstance(content, str) else content
    answer = visitor.post("/import", "/import", file=(io.BytesIO(data), name))
    return answer.status_code, answer.location or "", answer.get_data(as_text=True)


def sent(visitor: Visitor, content: str | bytes | None = None, name: str = "警情.csv") -> str:
    """The address of an upload that was taken."""
    status, address, page = send(visitor, rows() if content is None else content, name)
    assert status == 303, page
    return address


def text(visitor: Visitor, address: str, status: int = 200, **query: str) -> str:
    answer = visitor.get(address, query_string=query or None)
    assert answer.status_code == status, answer.get_data(as_text=True)[-3000:]
    return answer.get_data(as_text=True)


def imported(visitor: Visitor, address: str, **query: str) -> str:
    """Start an import and wait: the address of the batch."""
    answer = visitor.post(f"{address}/start", "/import", **query)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = visitor.get(answer.location if answer.status_code == 303 else f"{address}/progress")
        if answer.status_code == 303:
            return answer.location
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page, page
        time.sleep(0.1)
    raise AssertionError("it never ended")


@pytest.mark.usefixtures("nothing_left")
def test_a_file_goes_through_its_four_steps_by_forms_alone(visitor, store, settings):
    address = sent(visitor)
    page = text(visitor, address)
    assert "GCJ-02" in page
    assert 'data-chosen=""' in page  # nothing is preselected
    assert "checked" not in page
    checked = text(visitor, f"{address}/check", **GCJ)
    for told in (
        "<b>22</b>",
        "kept <b>20</b>",
        "rejected <b>1</b>",
        "duplicates <b>1</b>",
        "Longitude or latitude is empty.",
    ):
        assert told in checked
    assert "报警人" in checked
    assert "张三" not in checked + page
    batch = imported(visitor, address, **GCJ)
    assert batch.startswith("/batches/1?brought=1")
    said = text(visitor, batch)
    assert "new incidents 20, corrected 0, there already 0. The uploaded file is removed." in said
    (found,) = list_batches(store, actor=SYSTEM)
    assert (found.file_name, found.datum, found.made_by, found.n_kept, found.n_rejected) == (
        "警情.csv",
        "gcj02",
        "甲岗",
        20,
        1,
    )


@pytest.mark.usefixtures("nothing_left")
def test_the_same_file_again_adds_nothing_and_says_which_batch_has_it(visitor):
    imported(visitor, sent(visitor), **GCJ)
    batch = imported(visitor, sent(visitor), **GCJ)
    assert batch == "/batches/1?brought=0"
    assert "The same file was imported already, as batch 1; nothing was added." in text(visitor, batch)


@pytest.mark.usefixtures("nothing_left")
def test_an_undone_batch_tells_what_went_who_and_why(visitor, app):
    imported(visitor, sent(visitor), **GCJ)
    refused = visitor.post("/batches/1/undo", "/batches/1", reason="  ")
    assert refused.status_code == 400
    assert 'class="refused" role="alert"' in refused.get_data(as_text=True)
    done = visitor.post("/batches/1/undo", "/batches/1", reason="选错<b>坐标系")
    page = text(visitor, done.location)
    assert "incidents removed 20, as they were before it 0, kept from other batches 0" in page
    assert "选错&lt;b&gt;坐标系" in page
    assert "Undo this batch" not in page
    again = visitor.post("/batches/1/undo", "/batches/1", reason="again")
    assert again.status_code == 409
    listed = text(Visitor(app).sign_in("审计岗"), "/batches")
    assert "undone" in listed
    assert "Import a file" not in listed


def test_another_persons_upload_is_not_found(visitor, app):
    address = sent(visitor)
    other = Visitor(app).sign_in("乙岗")
    for path in ("", "/check", "/rejects.csv", "/progress"):
        assert "This upload is not there any more" in text(other, address + path, 404, **GCJ)
    assert other.get(f"{address}/progress.json").json == {"status": "gone", "over": True}
    for path in ("/start", "/discard"):
        assert other.post(address + path, "/import", **GCJ).status_code == 404
    assert "警情.csv" not in text(other, "/import")
    assert "警情.csv" in text(visitor, "/import")


@pytest.mark.parametrize("name", ["审计岗", None])
def test_who_may_not_import_is_shown_no_form_to_do_so(app, name):
    visitor = Visitor(app) if name is None else Visitor(app).sign_in(name)
    form_at = "/account" if name else "/sign-in"
    answers = [visitor.get("/import"), visitor.post("/import", form_at, file=(io.BytesIO(b"x"), "a.csv"))]
    assert [answer.status_code for answer in answers] == ([403, 403] if name else [302, 401])
    for answer in answers:
        assert 'type="file"' not in answer.get_data(as_text=True)


@pytest.mark.usefixtures("nothing_left")
def test_a_discarded_upload_is_gone(visitor):
    address = sent(visitor)
    assert visitor.post(f"{address}/discard", "/import").location == "/import"
    text(visitor, address, 404)


@pytest.mark.usefixtures("nothing_left")
def test_the_rejected_rows_are_a_file_before_the_import_and_after_it(visitor, store):
    address = sent(visitor)
    before = visitor.get(f"{address}/rejects.csv", query_string=GCJ)
    assert before.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(before.get_data(as_text=True).removeprefix("\ufeff")))
    assert (row["line"], row["reason_en"], row["案件编号"]) == ("22", "Longitude or latitude is empty.", "B1")
    assert "李四" not in str(row)
    before.close()
    imported(visitor, address, **GCJ)
    after = visitor.get("/batches/1/rejects.csv")
    (kept,) = csv.DictReader(io.StringIO(after.get_data(as_text=True).removeprefix("\ufeff")))
    assert dict(kept) == dict(row)
    after.close()
    assert actions(store)[-1] == ("rejects seen", "batch 1")


def test_points_are_not_shown_to_who_may_only_see_batches(visitor, app):
    address = sent(visitor)
    imported(visitor, address, **GCJ)
    page = text(Visitor(app).sign_in("审计岗"), "/batches/1")
    assert "Longitude or latitude is empty." in page
    assert "B1" not in page
    assert "rejects.csv" not in page
    assert "B1" in text(visitor, "/batches/1")


def test_nothing_goes_on_before_a_datum_is_chosen(visitor):
    address = sent(visitor)
    assert "No datum was chosen" in text(visitor, f"{address}/check", 400)
    assert "The datum mars is not known" in text(visitor, f"{address}/check", 422, datum="mars")
    answer = visitor.post(f"{address}/start", "/import")
    assert answer.status_code == 400
    text(visitor, address)  # it is still there


def test_a_header_that_could_be_two_columns_has_to_be_chosen_on_the_page(visitor):
    address = sent(visitor, "时间,日期,经度,纬度\n2024-03-01,2024-03-02,117.4,40.0\n")
    page = text(visitor, f"{address}/check", **GCJ)
    assert "Choose a header first for: Time or day" in page
    assert "choose one of 2" in page
    assert "kept <b>1</b>" in text(visitor, f"{address}/check", **GCJ, **{"c.occurred_at": "日期"})
    assert "--map" not in page


def test_choices_stay_in_the_address_through_the_steps(visitor, store):
    address = sent(visitor, "何时,东,北\n2024-03-01,117.4,40.0\n")
    assert "The column Longitude is missing – found: 何时, 东, 北" in text(visitor, address)
    choices = {"c.occurred_at": "何时", "c.longitude": "东", "c.latitude": "北", "zone": "Asia/Urumqi", **GCJ}
    checked = text(visitor, f"{address}/check", **choices)
    for field in ('name="c.longitude" value="东"', 'name="zone" value="Asia/Urumqi"', 'name="datum" value="gcj02"'):
        assert field in checked
    imported(visitor, address, **choices)
    (batch,) = list_batches(store, actor=SYSTEM)
    assert (dict(batch.mapping)["longitude"], batch.timezone) == ("东", "Asia/Urumqi")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"zone": "Mars/Olympus"}, "zone = Mars/Olympus is not possible"),
        ({"epsg": "99999"}, "The datum EPSG:99999 is not known"),
        ({"c.category": "报警人"}, "报警人 looks like personal data and cannot be read as Category"),
        ({"c.category": "没有"}, "No column of the file is headed 没有"),
        ({"c.longitude": ""}, "The column Longitude is missing"),
    ],
)
def test_an_impossible_choice_is_told_on_the_page(visitor, query, said):
    address = sent(visitor)
    answer = visitor.get(f"{address}/check", query_string=GCJ | query)
    assert answer.status_code < 500
    assert said in answer.get_data(as_text=True)
    assert "Import 20" not in answer.get_data(as_text=True)
    text(visitor, address)


def test_exchanged_columns_are_told_with_what_to_do_here(visitor):
    address = sent(visitor, "案件编号,日期,纬度,经度\n" + "".join(f"A{i},2024-03-01,117.4,40.0{i}\n" for i in range(9)))
    assert "Longitude and latitude seem exchanged in 9 of 9 sampled rows" in text(visitor, address)
    checked = text(visitor, f"{address}/check", **GCJ)
    assert "9 rows have longitude and latitude swapped – exchange the two fields in step 2." in checked
    assert "There is nothing to import" in checked
    assert "Import 0" not in checked


def test_a_fourth_upload_waits_for_one_of_the_three(visitor):
    addresses = [sent(visitor) for _ in range(3)]
    status, _, page = send(visitor, rows())
    assert status == 409
    assert "3 of your uploads are not imported yet" in page
    visitor.post(f"{addresses[0]}/discard", "/import")
    sent(visitor)


# What a stranger may send. Each is refused in place, with its sentence; nothing of it is kept.
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook_with_entities(path: Path) -> bytes:
    """A real workbook whose sheet declares entities that grow."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["时间", "经度", "纬度"])
    book.save(path)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = bomb.encode() + members[sheet].replace(
        b"<sheetData>", b"<sheetData><row><c t='str'><v>&b;</v></c></row>"
    )
    return zipped(**members)


HOSTILE = {
    "VRT": (VRT.encode(), "地点.geojson", "does not hold what its ending says"),
    "zip bomb": (zipped(**{"a.shp": bytes(200 * 2**20)}), "a.zip", "times their packed size"),
    "traversal in a zip": (zipped(**{"../../a.shp": b"x"}), "a.zip", "leads out of the folder"),
    "empty": (b"", "a.csv", "is empty"),
    "no text": (bytes(100), "a.csv", "has a NUL byte"),
    "a program": (b"MZ", "a.exe", "a.exe ends in .exe"),
    "no ending": (b"x", "../../etc/passwd", "passwd ends in nothing"),
    "an open quote": (b'lon,lat\n"1,2\n', "a.csv", "never closes it"),
    "damaged": (b"PAR1" + bytes(50), "a.parquet", "cannot be read"),
    "not JSON": (b"{" * 5000, "a.geojson", "cannot be read"),
    "packed bomb": (gzip.compress(bytes(200 * 2**20)), "a.csv.gz", "times their packed size"),
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.usefixtures("nothing_left")
def test_a_hostile_file_is_refused_in_place_with_its_sentence(visitor, what):
    content, name, sentence = HOSTILE[what]
    status, _, page = send(visitor, content, name)
    assert status in (400, 422), what
    assert sentence in page
    assert 'type="file"' in page  # another one can be chosen at once
    assert "root:" not in page


@pytest.mark.usefixtures("nothing_left")
def test_a_workbook_that_declares_entities_is_refused(visitor, tmp_path):
    status, _, page = send(visitor, workbook_with_entities(tmp_path / "a.xlsx"), "a.xlsx")
    assert (status, "cannot be read (XLSX)" in page) == (422, True)


@pytest.mark.usefixtures("nothing_left")
def test_a_form_without_a_file_says_so(visitor):
    answer = visitor.post("/import", "/import", file=(io.BytesIO(b""), ""))
    assert (answer.status_code, "No file was chosen" in answer.get_data(as_text=True)) == (400, True)


@pytest.mark.usefixtures("nothing_left")
def test_an_upload_above_the_limit_is_refused_in_place(visitor):
    status, _, page = send(visitor, bytes(2**20 + 1))
    assert (status, "larger than 1 MiB" in page) == (413, True)
    status, _, page = send(visitor, bytes(2**20 + 100_000))
    assert (status, "larger than 1 MiB" in page) == (413, True)


@pytest.mark.usefixtures("nothing_left")
def test_a_name_that_leads_astray_is_kept_as_its_last_part(visitor, settings):
    address = sent(visitor, name="../../../../tmp/警情.csv")
    folder = settings.cache_dir / "uploads" / address.rpartition("/")[2] / "file"
    assert [path.name for path in folder.iterdir()] == ["警情.csv"]
    visitor.post(f"{address}/discard", "/import")


def test_several_files_in_one_form_leave_only_the_one_that_was_asked_for(visitor, settings):
    answer = visitor.post(
        "/import", "/import", other=(io.BytesIO(b"x"), "b.csv"), file=(io.BytesIO(rows().encode()), "a.csv")
    )
    assert answer.status_code == 303
    assert [path.name for path in (settings.cache_dir / "uploads").glob("*/file/*")] == ["a.csv"]


def test_geojson_and_a_workbook_go_the_same_way(visitor, tmp_path):
    import pandas as pd

    x, y = FRAME.to_degrees([200.0], [200.0])
    feature = {
        "type": "Feature",
        "properties": {"时间": "2024-03-01"},
        "geometry": {"type": "Point", "coordinates": [x[0], y[0]]},
    }
    address = sent(visitor, json.dumps({"type": "FeatureCollection", "features": [feature]}), "a.geojson")
    assert 'name="c.longitude"' not in text(visitor, address)
    assert "kept <b>1</b>" in text(visitor, f"{address}/check", datum="wgs84")
    pd.DataFrame({"时间": ["2024-03-01"], "经度": x, "纬度": y}).to_excel(tmp_path / "a.xlsx", index=False)
    address = sent(visitor, (tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert "kept <b>1</b>" in text(visitor, f"{address}/check", datum="wgs84")


def test_a_failed_import_says_why_and_can_be_tried_again(visitor, monkeypatch, app):
    from geo_zhengzhi.errors import FileChanged
    from geo_zhengzhi.services.imports import steps as import_steps

    def refuse(*_, **__):
        raise FileChanged(name="警情.csv", given="1", allowed="2")

    whole = import_steps.import_incidents
    monkeypatch.setattr(import_steps, "import_incidents", refuse)
    address = sent(visitor)
    visitor.post(f"{address}/start", "/import", **GCJ)
    deadline = time.monotonic() + 30
    while (
        "Nothing was imported" not in (page := text(visitor, f"{address}/progress", **GCJ))
        and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    assert "has the sha256 1" in page
    assert text(visitor, f"{address}/progress.json").count('"over":true') == 1
    monkeypatch.setattr(import_steps, "import_incidents", whole)
    assert imported(visitor, address, **GCJ).startswith("/batches/")


def test_batches_come_fifty_a_page(visitor, monkeypatch):
    from web import batches

    monkeypatch.setattr(batches, "A_PAGE", 1)
    assert "Nothing has been imported yet." in text(visitor, "/batches")
    imported(visitor, sent(visitor), **GCJ)
    imported(visitor, sent(visitor, rows(30)), **GCJ)
    first, second = text(visitor, "/batches"), text(visitor, "/batches?page=2")
    assert ("Older" in first, "Newer" in first, "Older" in second, "Newer" in second) == (True, False, False, True)
    assert "There is no batch 99" in text(visitor, "/batches/99", 404)
