"""A stranger reads meeting files – pages, drawn lengths, cells of tables, layers – and solves for what they hide."""

import io
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from meetings import WHERE, copied_store, county, draw, export, plant_targets
from scipy import optimize, sparse
from studies import incident

from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

K, N_CELLS = 5, 12
FEW, HELD = "<5", "withheld"
PLACES = {"county": None, "T-1": {"1", "12"}, "T-2": {"2", "12"}, "T-3": {"3"}}  # what a map tells of overlaps
KINDS_OF_GROUND = ("out", "1", "2", "12", "3")
Said = dict[tuple[str, str, str, int], object]  # place, first month, last month, cell (−1 for all): what is printed


@pytest.fixture
def store(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    yield from copied_store(new_file, tmp_path)


@pytest.fixture
def study(store: Database) -> Study:
    study = county(draw())
    plant_targets(store, study)
    return study


def read_book(content: bytes) -> Said:
    """Everything that a workbook says of counts; what is made of counts is checked to be made of shown ones."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    about = {row[0]: row[1] for row in book["County"].iter_rows(min_row=3, max_col=2, values_only=True)}
    runs = [_ends(about[name]) for name in ("Period", "period before", "last year")]
    said: Said = {}
    names = {"county": next(book["County"].iter_rows(min_row=2, max_row=2, values_only=True))[1:9]}
    rows = [row for row in book["Targets"].iter_rows(min_row=2, values_only=True) if row[0]]
    names |= {row[0]: row[5:13] for row in rows}
    for place, cells in names.items():
        _check_made_of_shown(cells)
        said |= {(place, *run, -1): value for run, value in zip(runs, cells[:3], strict=True)}
    for row in rows:
        said |= {(row[0], *runs[0], cell): value for cell, value in enumerate(row[13 : 13 + N_CELLS])}
    columns = ["county", *(row[0] for row in rows)]  # targets stand in the same order everywhere
    for row in book["Months"].iter_rows(min_row=2, values_only=True):
        said |= {(place, row[0], row[0], -1): value for place, value in zip(columns, row[1:], strict=True)}
    return {key: value for key, value in said.items() if value not in (None, HELD, "–")}


def _ends(text: str) -> tuple[str, str]:
    first, _, last = text.partition(" – ")
    return first, last or first


def _check_made_of_shown(cells: tuple) -> None:
    """Percentage, ratio, interval and verdict stand only beside two counts that are shown."""
    if not (isinstance(cells[0], int) and isinstance(cells[2], int)):
        assert all(value in (None, "") for value in cells[3:8])


def read_pages(html: str, order: list[str]) -> Said:
    """The months' bars of every page, by their titles, and that no length tells more than its title."""
    said: Said = {}
    lines = re.findall(r'<svg class="line".*?</svg>', html, flags=re.S)
    for place, line in zip(["county", *order], lines, strict=True):
        bars = re.findall(r'height="([\d.]+)"><title>(\d{4}-\d\d): ([^<]*)</title>', line)
        assert len(bars) == 24
        told = [(float(height), int(text)) for height, _, text in bars if text.isdigit() and int(text) > 0]
        hidden = {height for height, _, text in bars if not text.isdigit()}
        scale = max((height / n for height, n in told), default=90 / K)
        assert len(hidden) <= 1  # every hidden month is drawn alike, as high as five are
        assert all(abs(float(height) - K * scale) < 0.1 for height in hidden)
        for _, month, text in bars:
            value = FEW if text == "&lt;5" else text
            if value not in (HELD, "–"):
                said[(place, month, month, -1)] = int(value) if value.isdigit() else value
    return said


def read_layers(content: bytes) -> Said:
    """The counts of a GeoJSON's targets."""
    said: Said = {}
    collection = json.loads(content)
    asked = collection["meeting-manifest"]["parameters"]
    assert "sha256" in " ".join(collection["meeting-manifest"])  # figures leave as a hash alone
    for feature in collection["features"]:
        row = feature["properties"]
        if row["layer"] == "hotspots":
            assert row["n"] >= K
        if row["layer"] == "targets":
            text = row["n_text"]
            assert (row["n"] is None) is not text.replace(",", "").isdigit()
            if text != HELD:
                said[(row["target_id"], asked["from"], asked["to"], -1)] = row["n"] if row["n"] is not None else text
    return said


def together(*files: Said) -> Said:
    """What several files say; where they speak of the same count they may not say two things."""
    said: Said = {}
    for one in files:
        for key, value in one.items():
            if isinstance(value, int) or not isinstance(said.get(key), int):
                assert said.get(key, value) == value, key
                said[key] = value
    return said


def solve(said: Said) -> dict[tuple[str, str, str, int], tuple[int, int]]:
    """The least and the greatest that each "<5" can be, by whole-number programmes over places, months and cells."""
    months = sorted({month for key in said for month in _between(key[1], key[2])})
    gridded = {month for key in said if key[3] >= 0 for month in _between(key[1], key[2])}
    pieces = [
        (ground, month, cell)
        for ground in KINDS_OF_GROUND
        for month in months
        for cell in ([*range(N_CELLS), -1] if month in gridded else [-1])
    ]
    keys = list(said)
    rows = np.array([[_holds(key, piece) for piece in pieces] for key in keys], float)
    lower = [said[key] if isinstance(said[key], int) else 1 for key in keys]
    upper = [said[key] if isinstance(said[key], int) else K - 1 for key in keys]
    known = optimize.LinearConstraint(sparse.csr_array(rows), lower, upper)
    found = {}
    for number, key in enumerate(keys):
        if said[key] == FEW:
            ends = [
                optimize.milp(
                    sign * rows[number], constraints=[known], integrality=np.ones(len(pieces)), bounds=(0, 999)
                )
                for sign in (1, -1)
            ]
            found[key] = (round(ends[0].fun), round(-ends[1].fun))
    return found


def _between(first: str, last: str) -> list[str]:
    ends = [int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last)]
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(ends[0], ends[1] + 1)]


def _holds(key: tuple[str, str, str, int], piece: tuple[str, str, int]) -> bool:
    place, first, last, cell = key
    grounds = PLACES[place]
    on = grounds is None or piece[0] in grounds
    return on and first <= piece[1] <= last and cell in (-1, piece[2])


def book(store: Database, study: Study, first: str, last: str, **asked: object) -> Said:
    return read_book(export(store, study, first, last, language="en", ending=".xlsx", **asked).content)


def test_one_file_read_in_all_its_kinds_bounds_no_hidden_count(store: Database, study: Study) -> None:
    table = export(store, study, "2024-02", "2024-03", language="en", ending=".xlsx").content
    rows = openpyxl.load_workbook(io.BytesIO(table))["Targets"].iter_rows(min_row=2, values_only=True)
    order = [row[0] for row in rows if row[0]]
    pages = export(store, study, "2024-02", "2024-03", language="en").html
    layers = export(store, study, "2024-02", "2024-03", language="en", ending=".geojson").content
    said = together(read_book(table), read_pages(pages, order), read_layers(layers))
    assert sorted(order) == sorted(WHERE)
    found = solve(said)
    assert len(found) > 10
    assert {key: ends for key, ends in found.items() if ends != (1, K - 1)} == {}


def test_neighbouring_months_other_targets_and_another_language_bound_no_hidden_count(
    store: Database, study: Study
) -> None:
    said = together(
        book(store, study, "2024-02", "2024-03"),
        book(store, study, "2024-03", "2024-03", targets=("T-1", "T-3")),
        book(store, study, "2024-01", "2024-03", targets=("T-2",)),
    )
    export(store, study, "2024-02", "2024-03", language="zh")
    found = solve(said)
    assert len(found) > 10
    assert {key: ends for key, ends in found.items() if ends != (1, K - 1)} == {}


def test_an_import_between_two_files_shows_none_of_what_came(store: Database, study: Study) -> None:
    before = book(store, study, "2024-02", "2024-02")
    corner = WHERE["T-3"]
    came = [incident((corner[0] + 150, corner[1] + 90 + n), f"2024-02-{9 + n:02d} 21:00") for n in range(2)]
    after = book(store, county([*draw(), *came]), "2024-02", "2024-02")
    both = [key for key in before if isinstance(before[key], int) and isinstance(after.get(key), int)]
    assert both
    assert {key for key in both if 0 < abs(int(str(after[key])) - int(str(before[key]))) < K} == set()


def worked_out(said: Said) -> dict[tuple[str, str, str, int], int]:
    """The shown counts, and of each run the one month that it alone leaves open."""
    shown = {key: value for key, value in said.items() if isinstance(value, int) and key[3] == -1}
    for (place, first, last, _), n in [*shown.items()]:
        months = _between(first, last)
        there = [shown[place, month, month, -1] for month in months if (place, month, month, -1) in shown]
        if len(months) == len(there) + 1 > 1:
            month = next(month for month in months if (place, month, month, -1) not in shown)
            shown[place, month, month, -1] = n - sum(there)
    return shown


# So many incidents of a month are there as each file is made; how many others, and from which month each file is.
STATES = {
    "two imports": (260, "02", (0, 2, 4), ("02", "01", "02")),
    "an undo": (260, "02", (0, 2, 0), ("02", "01", "02")),
    "both": (260, "02", (3, 1, 4, 0), ("02", "01", "02", "01")),
    "a wrong file undone": (120, "02", (0, 7, 2, 9), ("02", "02", "02", "02")),
    "the only one of a place undone": (260, "03", (1, 0), ("02", "01")),
}


@pytest.mark.parametrize(("n", "month", "states", "firsts"), STATES.values(), ids=STATES)
def test_no_two_files_of_changing_data_differ_by_a_hidden_count(
    store: Database, n: int, month: str, states: tuple[int, ...], firsts: tuple[str, ...]
) -> None:
    """Imports and undos between files: what any two of them show, or lets work out, is the same or differs by k."""
    plant_targets(store, county([]))
    corner = WHERE["T-3"]
    come = [incident((corner[0] + 150, corner[1] + 90 + i), f"2024-{month}-{9 + i:02d} 21:00") for i in range(9)]
    said = [
        book(store, county([*draw(n), *come[:came]]), f"2024-{first}", "2024-03")
        for came, first in zip(states, firsts, strict=True)
    ]
    n_compared = 0
    for one, other in combinations(map(worked_out, said), 2):
        for key in one.keys() & other.keys():
            n_compared += 1
            assert abs(one[key] - other[key]) not in range(1, K), key
    assert n_compared > 20


def test_a_hotspot_inside_a_target_stands_in_every_layer_format_without_a_day(store: Database, tmp_path: Path) -> None:
    corner = WHERE["T-3"]
    place = (corner[0] + 200, corner[1] + 200)
    crowd = [incident((place[0] + 3 * n, place[1]), f"2024-02-{1 + n % 28:02d} 1{n % 9}:00") for n in range(30)]
    old = [incident((place[0] - 4000 + 3 * n, place[1]), f"2023-11-{1 + n % 28:02d} 12:00") for n in range(30)]
    few = [incident((place[0] - 7000 + 3 * n, place[1] - 3000), f"2024-02-{1 + n:02d} 12:00") for n in range(K - 1)]
    study = county([*draw(), *crowd, *old, *few])
    plant_targets(store, study)
    files = {e: export(store, study, "2024-02", "2024-03", ending=e).content for e in (".geojson", ".gpkg", ".kml")}
    (tmp_path / "m.gpkg").write_bytes(files[".gpkg"])
    (tmp_path / "m.kml").write_bytes(files[".kml"])
    features = json.loads(files[".geojson"])["features"]
    layers = [
        gpd.GeoDataFrame.from_features([f for f in features if f["properties"]["layer"] == "hotspots"], crs=4326),
        gpd.read_file(tmp_path / "m.gpkg", layer="hotspots"),
        gpd.read_file(tmp_path / "m.kml", layer="hotspots"),
    ]
    gone = [shapely.Point(one["longitude"], one["latitude"]) for one in (old[15], few[2])]
    for layer in layers:
        inside = layer[layer["target_id"] == "T-3"]
        assert len(inside) == 1
        assert int(inside["n"].iloc[0]) >= 30
        assert not any(layer.geometry.contains(point).any() for point in gone)  # of another period, or fewer than k
        assert set(layer["period_from"]) == {"2024-02"}
    assert not re.search(rb"20\d\d-\d\d-\d\d[T ]\d\d", files[".geojson"] + files[".kml"])
