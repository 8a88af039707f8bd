"""A meeting file in its other kinds: only protected figures, hostile words as words, the same bytes again."""

import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pypdf
import pytest
import shapely
from meetings import county, draw, export, plant_targets
from studies import incident

from geo_zhengzhi.errors import InvalidParameter, NotAMeetingFile
from geo_zhengzhi.render.meeting.packing import sayable
from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.meeting.atoms import CELLS, Figure
from geo_zhengzhi.services.meeting.files import ENDINGS
from geo_zhengzhi.services.meeting.grounds import WHOLE, target_grounds
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.verifying import verify_file
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.disclosure import SMALL, WITHHELD
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

HOSTILE = "=HYPERLINK(\"http://x\",'<b>&{{7*7}}')"
CROWD = [incident((-5000 + 6 * i, -5000), f"2024-02-{1 + i % 28:02d} 1{i % 9}:00") for i in range(30)]  # a hotspot
LAYERS = ("hotspots", "zones", "targets")
MONTHS = Months.written("2024-02", "2024-03")


@pytest.fixture(scope="module")
def made(
    new_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Study, dict[str, Meeting]]]:
    """A store with hostile words in every field, and an English file of each kind."""
    path = tmp_path_factory.mktemp("formats") / "store.gpkg"
    shutil.copyfile(new_file, path)
    database = open_store(f"sqlite:///{path}")
    study = county([*draw(), *CROWD], words=HOSTILE)
    plant_targets(database, study, HOSTILE)
    yield database, study, {ending: write(database, study, ending) for ending in ENDINGS}
    database.close()


def write(database: Database, study: Study, ending: str, **asked: Any) -> Meeting:
    asked = {"language": "en", "classification": HOSTILE[:20]} | asked
    return export(database, study, "2024-02", "2024-03", ending=ending, **asked)


def book_of(meeting: Meeting) -> Any:
    return openpyxl.load_workbook(io.BytesIO(meeting.content))


def test_every_kind_is_made_of_the_same_protected_figures(made: Any) -> None:
    tables = [meeting.table.plain() for meeting in made[2].values()]
    assert len(tables) == len(ENDINGS)
    assert all(table == tables[0] for table in tables)


def test_a_workbook_prints_the_protected_figures_and_no_other(made: Any) -> None:
    _, study, files = made
    meeting = files[".xlsx"]
    book = book_of(meeting)
    assert book.sheetnames == ["County", "Targets", "Months", "Ranking", "Method and limits"]
    words = {figure: _words(one) for figure, one in meeting.table.printed.items()}
    assert {"<5", "withheld"} <= set(words.values())
    grounds = target_grounds(study)
    runs = (MONTHS, MONTHS.before, MONTHS.a_year_earlier)
    assert [c.value for c in book["County"][2][1:4]] == [words[Figure(WHOLE, run)] for run in runs]
    order = [row[0].value for row in book["Targets"].iter_rows(min_row=2)]
    assert sorted(order) == sorted(grounds)
    for row in book["Targets"].iter_rows(min_row=2, values_only=True):
        ground = grounds[row[0]]
        assert list(row[5:8]) == [words[Figure(ground, run)] for run in runs]
        assert list(row[13:25]) == [words[Figure(ground, MONTHS, cell)] for cell in CELLS]
        if not all(isinstance(n, int) for n in (row[5], row[7])):
            assert row[8:13] == (None, None, None, None, None)
    for row in book["Months"].iter_rows(min_row=2, values_only=True):
        run = Months.written(row[0], row[0])
        columns = [WHOLE, *(grounds[target] for target in order)]
        assert list(row[1:]) == [words[Figure(ground, run)] for ground in columns]
    ranks = [row[0] for row in book["Ranking"].iter_rows(min_row=2, values_only=True)]
    counts = [row[2] for row in book["Ranking"].iter_rows(min_row=2, values_only=True)]
    assert [rank is not None for rank in ranks] == [isinstance(n, int) for n in counts]


def _words(one: Any) -> object:
    return one.n if one.n is not None else {SMALL: "<5", WITHHELD: "withheld"}[one.state]


def numbers(text: str) -> set[str]:
    """The numbers in a text but for the lengths of scale bars, which follow the size of a map."""
    found = {number.replace(",", "").rstrip(".") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    return found - {str(first * ten) for first in (1, 2, 5) for ten in (10, 100, 1000)}


def plain(markup: str) -> str:
    """Words and titles of markup, without scripts and styles."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


def test_no_kind_says_a_number_that_the_pages_do_not_say(made: Any) -> None:
    """Text, notes, what pictures show in words, cells, properties of features: all of it stands on the HTML's pages."""
    files = {ending: meeting.content for ending, meeting in made[2].items()}
    known = numbers(plain(files[".html"].decode())) | numbers(json.dumps(_manifest_of(files[".html"])))
    said = {".pdf": " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files[".pdf"])).pages)}
    with zipfile.ZipFile(io.BytesIO(files[".pptx"])) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name)]
        parts = [archive.read(name).decode() for name in names]
    said[".pptx"] = " ".join(html.unescape(text) for part in parts for text in re.findall(r"<a:t>([^<]*)", part))
    said[".pptx"] += " ".join(html.unescape(text) for part in parts for text in re.findall(r'descr="([^"]*)"', part))
    cells = [cell.value for sheet in book_of(made[2][".xlsx"]) for row in sheet.iter_rows() for cell in row]
    said[".xlsx"] = " ".join(str(value) for value in cells if value is not None and not isinstance(value, float))
    rows = [feature["properties"] for feature in json.loads(files[".geojson"])["features"]]
    said[".geojson"] = json.dumps(rows, ensure_ascii=False)
    marks = re.sub(r"<coordinates>.*?</coordinates>", "", files[".kml"].decode().partition("</ExtendedData>")[2])
    said[".kml"] = plain(marks)
    assert {kind: numbers(text) - known for kind, text in said.items()} == {kind: set() for kind in said}
    assert all(len(numbers(text)) > 10 for text in said.values())
    ratios = [value for value in cells if isinstance(value, float)]  # with all their decimals
    assert ratios
    assert all(known & {f"{value:.2f}", f"{abs(value) * 100:.1f}"} for value in ratios)


def _manifest_of(page: bytes) -> Any:
    found = re.search(r'id="meeting-manifest">(.*?)</script>', page.decode(), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_nothing_in_a_workbook_is_a_formula(made: Any) -> None:
    cells = [cell for sheet in book_of(made[2][".xlsx"]) for row in sheet.iter_rows() for cell in row]
    hostile = [cell for cell in cells if cell.value == HOSTILE]
    assert len(hostile) > 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in hostile)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_letters_that_xml_cannot_hold_become_a_mark() -> None:
    assert sayable("a\x00b\x0bc\ud800 一😀\n") == "a\ufffdb\ufffdc\ufffd 一😀\n"


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_state_gives_the_same_bytes(made: Any, ending: str) -> None:
    database, study, files = made
    again = write(database, study, ending)
    assert again.content == files[ending].content
    assert again.files == files[ending].files


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_kind_can_be_verified(made: Any, tmp_path: Path, ending: str) -> None:
    database, study, files = made
    path = tmp_path / f"meeting{ending}"
    path.write_bytes(files[ending].content)
    found = verify_file(database, study, path)
    assert (found.is_ours, found.data_changed, found.boundaries_changed) == (True, False, False)
    assert found.manifest["parameters"]["from"] == "2024-02"
    assert verify_file(database, county(draw(261), words=HOSTILE), path).data_changed


def test_a_workbook_that_was_changed_is_not_ours_and_another_is_no_meeting_file(made: Any, tmp_path: Path) -> None:
    database, study, files = made
    path = tmp_path / "meeting.xlsx"
    with zipfile.ZipFile(io.BytesIO(files[".xlsx"].content)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    found = verify_file(database, study, path)
    assert not found.is_ours
    assert found.manifest["data_version"] == study.data_version
    openpyxl.Workbook().save(path)
    with pytest.raises(NotAMeetingFile, match=r"meeting\.xlsx"):
        verify_file(database, study, path)


def test_an_unknown_ending_is_refused_before_anything_is_written_down(made: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"\.xlsx"):
        write(made[0], made[1], ".docx")


def test_the_layers_hold_what_the_map_shows_with_protected_counts(made: Any, tmp_path: Path) -> None:
    _, study, files = made
    (tmp_path / "m.gpkg").write_bytes(files[".gpkg"].content)
    layers = {name: gpd.read_file(tmp_path / "m.gpkg", layer=name) for name in ("hotspots", "zones", "targets")}
    table, grounds = files[".gpkg"].table, target_grounds(study)
    targets = layers["targets"].set_index("target_id")
    assert sorted(targets.index) == sorted(grounds)
    runs = {"n": MONTHS, "n_before": MONTHS.before, "n_last_year": MONTHS.a_year_earlier}
    for target_id, row in targets.iterrows():
        for column, run in runs.items():
            words = _words(table[Figure(grounds[target_id], run)])
            assert row[f"{column}_text"] == str(words)
            assert (row[column] == words) if isinstance(words, int) else pd.isna(row[column])
        assert row["target"] == HOSTILE
    assert (layers["hotspots"]["n"] >= 5).all()
    assert len(layers["hotspots"]) > 0
    assert all(frame.crs.to_epsg() == 4326 for frame in layers.values())
    assert all(frame.is_valid.all() and set(frame["period_from"]) <= {"2024-02"} for frame in layers.values())


def test_geojson_and_kml_hold_the_features_of_the_geopackage(made: Any, tmp_path: Path) -> None:
    files = made[2]
    collection = json.loads(files[".geojson"].content)
    by_layer = {name: [f for f in collection["features"] if f["properties"]["layer"] == name] for name in LAYERS}
    (tmp_path / "m.gpkg").write_bytes(files[".gpkg"].content)
    (tmp_path / "m.kml").write_bytes(files[".kml"].content)
    for name in LAYERS:
        frame = gpd.read_file(tmp_path / "m.gpkg", layer=name)
        marks = gpd.read_file(tmp_path / "m.kml", layer=name)
        assert len(frame) == len(by_layer[name]) == len(marks)
        for shape, feature, mark in zip(frame.geometry, by_layer[name], marks.geometry, strict=True):
            assert shapely.from_geojson(json.dumps(feature["geometry"])).equals(shape)
            assert mark.symmetric_difference(shape).area < 1e-9
    names = {feature["properties"]["target"] for feature in by_layer["targets"]}
    assert names == {HOSTILE}
    assert HOSTILE in set(gpd.read_file(tmp_path / "m.kml", layer="targets")["target"])
    assert collection["meeting-manifest"]["parameters"]["from"] == "2024-02"


def test_no_incident_and_no_day_stands_in_a_layer(made: Any) -> None:
    _, study, files = made
    for ending in (".geojson", ".kml"):
        text = files[ending].content.decode()
        for longitude, latitude in study.incidents[[LONGITUDE, LATITUDE]].to_numpy():
            assert f"{longitude:.5f},{latitude:.5f}" not in text
        assert not re.search(r"2024-0[23]-\d\d", text)


def test_an_archive_holds_every_kind_with_its_hash_and_is_known_when_packed_anew(made: Any, tmp_path: Path) -> None:
    database, study, files = made
    with zipfile.ZipFile(io.BytesIO(files[".zip"].content)) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(inside["manifest.json"])
    assert manifest["files"] == {n: sha256(c).hexdigest() for n, c in inside.items() if n != "manifest.json"}
    assert {n: c for n, c in inside.items() if n != "manifest.json"} == {
        f"meeting{ending}": made.content for ending, made in files.items() if ending != ".zip"
    }
    path = tmp_path / "again.zip"
    for changed in (False, True):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in inside.items():
                archive.writestr(name, content + b" " if changed and name == "meeting.kml" else content)
        found = verify_file(database, study, path)
        assert found.is_ours is not changed
        assert found.manifest["data_version"] == study.data_version
