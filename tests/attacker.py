"""
A stranger with a folder of meeting files: reads every number in them, and solves for those that were left out.

Nothing of the program's own protection is used here, and nothing but the files: the shapes on their maps are cut into
places, each place has a whole number of incidents in each month (and day-part), and all that is printed is a constraint
on sums of them. An integer programme bounds whatever is asked for.
"""

import html
import io
import itertools
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import shapely
from scipy import optimize, sparse

COUNTY = "county"
N_CELLS, UNCLEAR = 12, 12
MOST = 10_000.0
SPOKEN = re.compile(r"<(\d+)")


@dataclass(frozen=True)
class What:
    """A count: of a ground (a name with its boundary's version, a hotspot's outline, the county) in months, a cell."""

    ground: str
    first: int
    last: int
    cell: int | None = None


@dataclass(frozen=True)
class Fact:
    """A count of one state of the data, and what a file says of it; None for `high` says nothing above."""

    what: What
    low: float
    high: float | None
    data: str

    @property
    def is_hidden(self) -> bool:
        return self.high is None or self.low < self.high


@dataclass
class Folder:
    """What was read: facts, the shape of each ground, and pairs of counts of which a ratio is printed."""

    facts: list[Fact] = field(default_factory=list)
    shapes: dict[str, shapely.Geometry] = field(default_factory=dict)
    ratios: list[tuple[What, What, float, float, str]] = field(default_factory=list)  # low <= a / b <= high
    order: list[tuple[What, What, str]] = field(default_factory=list)  # the first is not smaller

    def read(self, content: bytes) -> None:
        """One file, known by its bytes."""
        if content.startswith(b"PK"):
            self._archive(content)
        elif content.startswith(b"SQLite"):
            self._layers(content)
        elif content.startswith(b"{"):
            self._geojson(content.decode())
        elif b"<kml" in content[:300]:
            self._kml(content)
        else:
            self._pages(content.decode())

    def _archive(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                core = archive.read("docProps/core.xml").decode()
                said = re.search(r"<dc:description>(.*?)</dc:description>", core, re.DOTALL)
                assert said
                self._book(openpyxl.load_workbook(io.BytesIO(content)), _Said(json.loads(html.unescape(said[1]))))
                return
            for name in names:
                if Path(name).suffix in (".html", ".xlsx", ".gpkg", ".geojson", ".kml"):
                    self.read(archive.read(name))

    def _say(self, said: "_Said", ground: str, run: Sequence[int], value: object, cell: int | None = None) -> None:
        """A printed cell: a number, "<k", words, or nothing where no data reach."""
        text = str(value).replace(",", "").strip()
        if value is None or text in ("–", "", "None", "nan"):
            return
        what = What(ground, run[0], run[1], cell)
        few = SPOKEN.fullmatch(text)
        if re.fullmatch(r"\d+(\.0)?", text):
            self.facts.append(Fact(what, float(text), float(text), said.data))
        else:
            self.facts.append(Fact(what, 1.0 if few else 0.0, float(few[1]) - 1 if few else None, said.data))

    def _compare(self, said: "_Said", ground: str, low: float, high: float, *, by_day: bool = True) -> None:
        """A ratio of this period to last year's, of rates or of counts."""
        days = _days(said.now) / _days(said.year) if by_day else 1.0
        self.ratios.append((What(ground, *said.now), What(ground, *said.year), low * days, high * days, said.data))

    def _book(self, book: Any, said: "_Said") -> None:
        county, targets, months, ranking = (book.worksheets[i] for i in range(4))
        rows = [(COUNTY, [c.value for c in county[2]][1:])]
        names = []
        for row in targets.iter_rows(min_row=2, values_only=True):
            ground = said.ground(str(row[0]))
            names.append(ground)
            rows.append((ground, row[5:]))
            for cell in range(N_CELLS):
                self._say(said, ground, said.now, row[13 + cell], cell)
        for ground, row in rows:
            for run, value in zip((said.now, said.before, said.year), row, strict=False):
                self._say(said, ground, run, value)
            if row[4] is not None:
                self._compare(said, ground, row[4] - 1e-9, row[4] + 1e-9)
            if row[3] is not None:
                self._compare(said, ground, 1 + row[3] - 1e-9, 1 + row[3] + 1e-9, by_day=False)
        for row in months.iter_rows(min_row=2, values_only=True):
            run = (_month(str(row[0])),) * 2
            for ground, value in zip([COUNTY, *names], row[1:], strict=True):
                self._say(said, ground, run, value)
        ranked = [r for r in ranking.iter_rows(min_row=2, values_only=True) if r[0] is not None]
        self._ranked(said, [said.ground(str(r[1])) for r in ranked])

    def _ranked(self, said: "_Said", grounds: Sequence[str]) -> None:
        runs = [What(ground, *said.now) for ground in grounds]
        self.order += [(a, b, said.data) for a, b in itertools.pairwise(runs)]

    def _pages(self, text: str) -> None:
        manifest = re.search(r'id="meeting-manifest">(.*?)</script>', text, re.DOTALL)
        assert manifest
        said = _Said(json.loads(manifest[1]))
        for number, slide in enumerate(re.findall(r'<article class="slide".*?</article>', text, re.DOTALL)):
            name = COUNTY if number == 1 else said.ground(_text(r"<h1[^>]*>(.*?)</h1>", slide))
            if 'class="p1"' in slide or 'class="p2"' in slide:
                self._page(said, name, slide)
            if 'class="rank"' in slide:
                rows = re.findall(
                    r'<tr><td class="num">(\d+)</td><td class="nm">.*?</svg> <span>(.*?)</span></td>', slide
                )
                self._ranked(said, [said.ground(html.unescape(name)) for _, name in rows])
        for feature in _embedded(text):  # the live map's own numbers
            self._feature(said, feature)

    def _page(self, said: "_Said", ground: str, slide: str) -> None:
        figures = [_text(r'<div class="big[^"]*">([^<]*)', slide), *re.findall(r"<b>([^<]*)</b></span>", slide)[:2]]
        for run, value in zip((said.now, said.year, said.before), figures, strict=False):
            self._say(said, ground, run, html.unescape(value))
        self._bars(said, ground, slide)
        grid = re.search(r'<svg class="hw".*?</svg>', slide, re.DOTALL)
        for cell, (title, text) in enumerate(_cells(grid[0]) if grid else ()):
            self._say(said, ground, said.now, title or text, cell)
        point = re.search(r'class="b" x="[\d.]+" y="[\d.]+" text-anchor="middle">(\d+\.\d\d)</text>', slide)
        if point:
            self._compare(said, ground, float(point[1]) - 0.00501, float(point[1]) + 0.00501)
        percent = re.search(r'<span class="pct [^"]*">([+−-]?)([\d,]+\.\d)\s?%', slide)
        if percent:
            change = float(percent[2].replace(",", "")) * (-1 if percent[1] in ("−", "-") else 1) / 100
            self._compare(said, ground, 1 + change - 0.000501, 1 + change + 0.000501, by_day=False)

    def _bars(self, said: "_Said", ground: str, slide: str) -> None:
        """The monthly bars: their titles, and what their heights say beyond."""
        found = re.findall(r'<rect class="bar ([^"]*)"[^>]*height="([\d.]+)"><title>(\d{4}-\d\d): (.*?)</title>', slide)
        per_px = [float(t.replace(",", "")) / float(h) for _, h, _, t in found if t[0].isdigit() and float(h) > 20]
        for _css, height, month, title in found:
            self._say(said, ground, (_month(month),) * 2, html.unescape(title))
            if not title[0].isdigit() and per_px and abs(float(height) * per_px[0] - said.k) > 0.1:
                n = round(float(height) * per_px[0])  # a hatched bar of its own height would tell its count
                self._say(said, ground, (_month(month),) * 2, n)

    def _geojson(self, text: str) -> None:
        found = json.loads(text)
        said = _Said(found["meeting-manifest"])
        for feature in found["features"]:
            self._feature(
                said, feature["properties"] | {"geometry": shapely.from_geojson(json.dumps(feature["geometry"]))}
            )

    def _kml(self, content: bytes) -> None:
        said = re.search(rb'<Data name="meeting-manifest"><value>(.*?)</value>', content, re.DOTALL)
        assert said
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.kml"
            path.write_bytes(content)
            self._frames(path, _Said(json.loads(html.unescape(said[1].decode()))))

    def _layers(self, content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.gpkg"
            path.write_bytes(content)
            row = gpd.read_file(path, layer="targets").iloc[0]
            with sqlite3.connect(path) as connection:  # tables that no layer shows
                tables = {name for (name,) in connection.execute("select name from sqlite_master where type='table'")}
            assert not [t for t in tables if not t.startswith(("gpkg_", "rtree_", "sqlite_"))
                        and t not in ("hotspots", "zones", "targets")]  # fmt: skip
            boundaries = {}
            for target in gpd.read_file(path, layer="targets").to_dict("records"):
                number = re.search(r"\d+", target["boundary"])
                boundaries |= {target["target_id"]: int(number[0])} if number else {}
            run = {"from": row["period_from"], "to": row["period_to"], "k": 0}
            said = {"parameters": run, "data_version": row["data_version"], "boundaries": boundaries}
            self._frames(path, _Said(said))

    def _frames(self, path: Path, said: "_Said") -> None:
        for layer in ("hotspots", "zones", "targets"):
            for row in gpd.read_file(path, layer=layer).to_dict("records"):
                self._feature(said, row | {"layer": layer})

    def _feature(self, said: "_Said", row: Mapping[str, Any]) -> None:
        """One feature of a layer."""
        if row["layer"] == "targets":
            ground = said.ground(row["target_id"])
            self.shapes.setdefault(ground, row["geometry"])
            for run, name in ((said.now, "n"), (said.before, "n_before"), (said.year, "n_last_year")):
                self._say(said, ground, run, row[f"{name}_text"])
                self._say(said, ground, run, row.get(name))
        if row["layer"] == "hotspots":
            ground = self._hotspot(row["geometry"])
            self._say(said, ground, said.now, row["n"])

    def _hotspot(self, outline: shapely.Geometry) -> str:
        """The name of an outline: the same in every kind of file, whatever the decimals of its coordinates."""
        name = f"hotspot {np.round(outline.centroid.coords[0], 5)} {outline.area * 1e6:.2f}"
        self.shapes.setdefault(name, outline)
        return name


class _Said:
    """What a file states of itself."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        run = manifest["parameters"]
        first, last = _month(run["from"]), _month(run["to"])
        self.k, self.data = int(run["k"]), str(manifest["data_version"])
        self._versions = manifest["boundaries"]
        self.now, self.year = (first, last), (first - 12, last - 12)
        self.before = (2 * first - last - 1, first - 1)

    def ground(self, name: str) -> str:
        return f"{name} v{self._versions.get(name, 0)}"


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def _days(run: Sequence[int]) -> float:
    first, after = (np.datetime64(f"{m // 12:04d}-{m % 12 + 1:02d}-01") for m in (run[0], run[1] + 1))
    return float((after - first).astype(int))


def _text(pattern: str, slide: str) -> str:
    found = re.search(pattern, slide, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _cells(grid: str) -> list[tuple[str, str]]:
    """Title and text of each cell of the grid, in order."""
    pieces = re.findall(
        r'<rect class="cell[^>]*?(?:/>|>(?:<title>(.*?)</title></rect>))(?:<text[^>]*>([^<]*)</text>)?', grid
    )
    return [(html.unescape(title), text) for title, text in pieces]


def _embedded(text: str) -> Iterable[Mapping[str, Any]]:
    """Hotspots in the data of a page's live map: their areas and the count in their popups."""
    for found in re.finditer(r'\{[^{}]*"type":"hotspots"', text):
        layer, _end = json.JSONDecoder().raw_decode(text, found.start())
        for feature in layer["features"]:
            amount = re.match(r"[\d,]+", feature["popup"]["amounts"][0])
            assert amount
            shape = shapely.from_geojson(json.dumps(feature["shape"]))
            yield {"layer": "hotspots", "geometry": shape, "n": amount[0]}


class Attack:
    """
    What the files leave possible.

    Parameters
    ----------
    folder : Folder
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.grounds = sorted({fact.what.ground for fact in folder.facts} - {COUNTY})
        self.places, self.inside = _places([folder.shapes[ground] for ground in self.grounds])
        self.versions = list(dict.fromkeys(fact.data for fact in folder.facts))
        wide = [m for fact in folder.facts for m in (fact.what.first, fact.what.last)]
        self.months = np.arange(min(wide), max(wide) + 1)
        self._gridded = {
            m for f in folder.facts if f.what.cell is not None for m in range(f.what.first, f.what.last + 1)
        }
        self._pieces = np.array(
            [
                (place, month, cell)
                for place in range(len(self.inside))
                for month in self.months.tolist()
                for cell in (range(N_CELLS + 1) if month in self._gridded else (UNCLEAR,))
            ]
        )
        self.n = len(self._pieces)
        self._constraints = self._all()

    def row(self, what: What) -> np.ndarray:
        """Which pieces (bool[n]) a count sums."""
        on = np.ones(len(self.inside), bool) if what.ground == COUNTY else self.on(what.ground)
        return self.piece(on, what.first, what.last, what.cell)

    def on(self, ground: str) -> np.ndarray:
        """Which places lie on a ground."""
        return self.inside[:, self.grounds.index(ground)]

    def piece(self, places: np.ndarray, first: int, last: int, cell: int | None = None) -> np.ndarray:
        """The pieces (bool[n]) of places in months, in a cell or in all."""
        at, month, part = self._pieces.T
        held = places[at] & (month >= first) & (month <= last)
        return held if cell is None else held & (part == cell)

    def _in_version(self, row: np.ndarray, data: str) -> np.ndarray:
        """A row over the pieces of all states of the data: each state holds the one before and what was added."""
        known = self.versions.index(data) + 1
        return np.concatenate([np.tile(row, known), np.zeros((len(self.versions) - known) * self.n)])

    def _all(self) -> optimize.LinearConstraint:
        rows, low, high = [], [], []
        for fact in dict.fromkeys(self.folder.facts):
            rows.append(self._in_version(self.row(fact.what), fact.data))
            low.append(fact.low)
            high.append(MOST if fact.high is None else fact.high)
        for a, b, least, most, data in dict.fromkeys(self.folder.ratios):
            for factor, sign in ((least, 1.0), (most, -1.0)):
                rows.append(self._in_version(sign * (self.row(a) - factor * self.row(b)), data))
                low.append(-1e-6)
                high.append(np.inf)
        for a, b, data in dict.fromkeys(self.folder.order):
            rows.append(self._in_version(self.row(a).astype(float) - self.row(b), data))
            low.append(0.0)
            high.append(np.inf)
        return optimize.LinearConstraint(sparse.csr_array(np.array(rows, float)), low, high)

    def bounds(self, row: np.ndarray, data: str | None = None) -> tuple[int, int]:
        """The least and the greatest that a sum of pieces can be."""
        whole = self._in_version(np.asarray(row, float), data or self.versions[-1])
        return self._least(whole), -self._least(-whole)

    def added(self, row: np.ndarray, version: int) -> tuple[int, int]:
        """The least and the greatest of what came to a sum with a state of the data."""
        whole = np.zeros(self.n * len(self.versions))
        whole[version * self.n : (version + 1) * self.n] = row
        return self._least(whole), -self._least(-whole)

    def _least(self, objective: np.ndarray) -> int:
        found = optimize.milp(
            objective,
            constraints=[self._constraints],
            integrality=np.ones(len(objective)),
            bounds=optimize.Bounds(0, MOST),
        )
        assert found.x is not None, "the files contradict each other"
        return round(float(found.fun))

    def fits(self, counts: Sequence[np.ndarray]) -> bool:
        """Whether counts of the pieces (of the first state, then of what each one added) make all that is printed."""
        value = self._constraints.A @ np.concatenate(counts)
        return bool(np.all((value >= self._constraints.lb - 1e-6) & (value <= self._constraints.ub + 1e-6)))

    def counted(self, points: np.ndarray, months: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """The true counts of the pieces (int[n]), of incidents at points (degrees) in months and cells."""
        tree = shapely.STRtree(self.places)
        at = np.full(len(points), len(self.places))
        incident, place = tree.query(shapely.points(points), predicate="intersects")
        at[incident] = place
        number = {tuple(piece): i for i, piece in enumerate(self._pieces.tolist())}
        found = np.zeros(self.n, int)
        for place, month, cell in zip(at.tolist(), months.tolist(), cells.tolist(), strict=True):
            key = (place, month, cell if month in self._gridded and cell >= 0 else UNCLEAR)
            if key in number:
                found[number[key]] += 1
        return found


def _places(shapes: Sequence[shapely.Geometry]) -> tuple[list[shapely.Geometry], np.ndarray]:
    """The pieces into which outlines cut the ground, and which outlines (places + 1, grounds) each lies in."""
    lines = shapely.union_all([shape.boundary for shape in shapes], grid_size=1e-8)
    areas = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines).tolist())))
    middles = [area.representative_point() for area in areas]
    inside = np.array([[shape.contains(point) for shape in shapes] for point in middles], bool).reshape(-1, len(shapes))
    kinds, kind = np.unique(inside, axis=0, return_inverse=True)
    outside = ~kinds.any(axis=1)
    groups = [
        shapely.union_all([a for a, k in zip(areas, kind.ravel(), strict=True) if k == n]) for n in range(len(kinds))
    ]
    kept = [n for n in range(len(kinds)) if not outside[n]]
    return [groups[n] for n in kept], np.vstack([kinds[kept], np.zeros((1, len(shapes)), bool)])
