"""What an attacker finds in meeting files: one, several of neighbouring months, of a redrawn boundary, of new data."""

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from meetings import WHERE, copied_store, county, draw, export, plant_targets
from scipy import optimize, sparse
from studies import incident

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.meeting.atoms import CELLS, UNCLEAR, Figure, cells_of, make_atoms
from geo_zhengzhi.services.meeting.changes import Printed
from geo_zhengzhi.services.meeting.figures import make_table, read_figures
from geo_zhengzhi.services.meeting.grounds import WHOLE, Counting, target_grounds
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.services.upkeep import back_up, restore
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD, Figures, ranges
from geo_zhengzhi.stats.suppression import _collapsed, disclosed
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

K = 5
MONTHS = Months.written("2024-02", "2024-03")


@pytest.fixture
def store(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    yield from copied_store(new_file, tmp_path)


@pytest.fixture
def study(store: Database) -> Study:
    study = county(draw())
    plant_targets(store, study)
    return study


class Words(HTMLParser):
    """The texts of a file's pages, without its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style") and data.strip():
            self.texts.append(data.strip())


def reach(members: np.ndarray, counts: np.ndarray, states: np.ndarray, row: np.ndarray) -> tuple[float, float]:
    """The least and the greatest that a sum of pieces can be, by a programme of its own."""
    known = states != WITHHELD
    lower = np.where(states == SHOWN, counts, 1.0)[known]
    upper = np.where(states == SHOWN, counts, K - 1.0)[known]
    constraint = optimize.LinearConstraint(members[known], lower, upper)
    found = [
        optimize.milp(sign * row, constraints=[constraint], integrality=np.ones(len(row)), bounds=(0, 60))
        for sign in (1.0, -1.0)
    ]
    return float(found[0].fun), float(-found[1].fun)


def everything_printed(store: Database, study: Study) -> tuple[Figures, list[np.ndarray]]:
    """The figures of every file that was made, over the pieces of the data, and which of them stand in each file."""
    with store.read() as connection:
        files = [read_figures(one.figures, K) for one in exports.all_exports(connection)]
        known = {figure: printed for one in files for figure, printed in one.items()}
        counting = Counting(study, connection, [figure.ground for figure in known])
    table = make_table(study, counting, [[]], [known], K)
    return Figures(table.members, table.atoms, table.states), [np.array([f in one for f in known]) for one in files]


def test_every_count_on_the_pages_is_a_protected_one(store: Database, study: Study) -> None:
    made = export(store, study, "2024-02", "2024-03", language="en")
    shown = {f"{p.n:,}" for p in made.table.printed.values() if p.state == SHOWN}
    texts = Words(made.html).texts
    by_month = [re.fullmatch(r"(\d{4}-\d\d): (.*)", text) for text in texts]
    bars = [(match[1], match[2]) for match in by_month if match]
    assert len(bars) == 24 * (1 + len(WHERE))
    grounds = [WHOLE, *target_grounds(study).values()]
    for month, text in bars:
        run = Months.written(month, month)
        printed = {made.table[Figure(ground, run)] for ground in grounds}
        allowed = {f"{p.n:,}" if p.state == SHOWN else "<5" if p.state == SMALL else "withheld" for p in printed}
        assert text in allowed
    counts = [t for t in texts if re.fullmatch(r"[1-4]", t)]
    hidden = {str(n) for n in range(1, K)} - shown
    axis = {"1", "4", "7", "10"}  # of ratios and months
    ranks = {str(rank) for rank in range(1, 1 + max(len(WHERE), len(made.table.printed)))}
    assert not (set(counts) & hidden) - axis - ranks


def test_no_small_count_is_bounded_by_one_file(store: Database, study: Study) -> None:
    table = export(store, study, "2024-02", "2024-03").table
    assert table.n_small > 0
    assert table.n_withheld > 0
    members, counts = table.members.toarray(), table.members @ table.atoms
    assert disclosed(table.members, table.atoms, table.states, K)[0].shape[0] == 0
    few = np.flatnonzero((counts > 0) & (counts < K))
    assert not (table.states[few] == SHOWN).any()
    for row in few[:: max(1, len(few) // 12)]:
        low, high = reach(members, counts, table.states, members[row].astype(float))
        assert low <= 1
        assert high >= K - 1


def test_no_small_count_is_bounded_by_files_of_neighbouring_months(store: Database, study: Study) -> None:
    for first, last in (("2024-02", "2024-03"), ("2024-03", "2024-04"), ("2024-02", "2024-02")):
        export(store, study, first, last)
    figures, files = everything_printed(store, study)
    sums, low, high = disclosed(figures.members, figures.atoms, figures.states, K)
    for row, least, most in zip(sums, low.tolist(), high.tolist(), strict=True):
        assert least < most  # nothing is pinned down, and nothing bounded that one file alone had not said already,
        alone = [figures.printed(np.where(mine, figures.states, WITHHELD)) for mine in files]  # as two "<5" say ">= 2"
        assert (least, most) in [bounds(_collapsed_like(figures, one), row) for one in alone]


def _collapsed_like(figures: Figures, printed: Figures) -> Figures:
    return _collapsed(figures).printed(printed.states)


def bounds(figures: Figures, row: sparse.csr_array) -> tuple[int, int]:
    low, high = ranges(figures, sparse.csr_array(row.toarray().reshape(1, -1)), K)
    return int(low[0]), int(high[0])


def test_the_ring_of_a_redrawn_boundary_is_not_told(store: Database) -> None:
    plant_targets(store, county([]))
    west, south = WHERE["T-3"]
    ring = [incident((west + 410, south + 200 + i), "2024-02-11 10:00") for i in range(2)]
    own = [incident((west + 200, south + 200), f"2024-0{2 + i % 2}-12 1{i % 10}:00") for i in range(20)]
    far = [incident((-4000, -4000), f"2024-0{2 + i % 2}-{i + 5:02d} 09:00") for i in range(16)]
    old, new = (county([*ring, *own, *far], version=n, grown_m=30.0 * (n - 1)) for n in (1, 2))
    before, after = (Figure(target_grounds(one)["T-3"], MONTHS) for one in (old, new))
    assert export(store, old, "2024-02", "2024-03").table[before] == Printed(SHOWN, 20)
    made = export(store, new, "2024-02", "2024-03").table
    assert made[after].state != SHOWN
    assert disclosed(made.members, made.atoms, made.states, K)[0].shape[0] == 0


def test_what_was_imported_since_an_earlier_file_is_not_told(store: Database, study: Study) -> None:
    earlier = export(store, study, "2024-02", "2024-02").table
    corner = WHERE["T-1"]
    later = county([*draw(), incident((corner[0] + 100, corner[1] + 200), "2024-02-09 21:00")])
    made = export(store, later, "2024-02", "2024-03", language="en")
    changed = Figure(WHOLE, Months.written("2024-02", "2024-02"))
    assert earlier[changed].state == SHOWN
    assert made.table[changed].state == WITHHELD
    assert changed in made.table.changed
    assert not (
        made.table[Figure(WHOLE, MONTHS)].state == SHOWN
        and made.table[Figure(WHOLE, Months(MONTHS.last, MONTHS.last))].state == SHOWN
    )
    assert "changed since an earlier file" in made.html


def test_many_that_came_since_are_told(store: Database, study: Study) -> None:
    export(store, study, "2024-02", "2024-02")
    more = [incident((2700 + i, 1700), f"2024-02-{10 + i} 1{i % 9}:00") for i in range(12)]
    made = export(store, county([*draw(), *more]), "2024-02", "2024-02")
    assert made.table[Figure(WHOLE, Months.written("2024-02", "2024-02"))].state == SHOWN


def test_no_incident_stands_in_the_file(store: Database, study: Study) -> None:
    html = export(store, study, "2024-02", "2024-03").html
    for longitude, latitude in study.incidents[[LONGITUDE, LATITUDE]].to_numpy():
        for places in (5, 6):
            x, y = f"{longitude:.{places}f}", f"{latitude:.{places}f}"
            assert f"{x},{y}" not in html
            assert f"{y},{x}" not in html
    assert "T12:" not in html
    assert not re.search(r"2024-0[23]-\d\d \d\d:", html)


def test_a_day_part_counts_what_lies_in_it_for_at_least_half_of_the_time() -> None:
    times = [
        ("2024-02-05 04:00", "2024-02-05 04:00"),  # Monday, on the edge of a band
        ("2024-02-05 06:00", "2024-02-05 10:00"),  # half in either: the middle's
        ("2024-02-05 07:00", "2024-02-05 12:00"),  # four of five hours
        ("2024-02-05 00:00", "2024-02-06 00:00"),  # a whole day
        ("2024-02-10 23:59", "2024-02-10 23:59"),  # Saturday
    ]
    study = county([incident((0, 0), start, until=end) for start, end in times])
    assert cells_of(study)[: len(times)].tolist() == [1, 2, 2, UNCLEAR, 11]
    assert max(CELLS) == 11


def test_a_place_is_hidden_in_each_month_each_cell_and_each_run_of_months(store: Database) -> None:
    west, south = WHERE["T-3"]
    own = [incident((west + 200, south + 200), f"2024-0{2 + i % 2}-{i + 5:02d} {i:02d}:10") for i in range(23)]
    study = county([*draw(), *own])
    ground = target_grounds(study)["T-3"]  # which overlaps no other: it is one place
    runs = [Months(month, month) for month in range(MONTHS.first, MONTHS.last + 1)]
    figures = [Figure(ground, run) for run in (*runs, MONTHS, MONTHS.before)]
    figures += [Figure(ground, MONTHS, cell) for cell in CELLS]
    with store.read() as connection:
        atoms = make_atoms(study, Counting(study, connection, [ground]), figures)
    hidden = {row.indices.tobytes() for row in atoms.marginals([MONTHS, MONTHS.before])}
    wanted = [row for row in atoms.rows(figures) if row.nnz]
    assert len(wanted) > 6
    assert all(row.indices.tobytes() in hidden for row in wanted)


def test_a_county_counts_an_incident_of_two_targets_once(store: Database) -> None:
    both = [incident((350, 200), f"2024-02-{day:02d} 10:00") for day in range(1, 21)]
    study = county(both)
    plant_targets(store, study)
    table = export(store, study, "2024-02", "2024-02").table
    grounds = target_grounds(study)
    assert [
        table[Figure(ground, Months(MONTHS.first, MONTHS.first))].n
        for ground in (WHOLE, grounds["T-1"], grounds["T-2"])
    ] == [20, 20, 20]


def test_the_same_data_asked_for_the_same_give_the_same_bytes(store: Database, study: Study) -> None:
    first, second = (export(store, study, "2024-02", "2024-03") for _ in range(2))
    assert first.html == second.html
    other = export(store, county(draw()), "2024-02", "2024-03")
    assert other.html == first.html


def test_the_map_of_an_earlier_meeting_is_made_again_from_the_backup_of_its_day(
    store: Database, study: Study, new_file: Path, tmp_path: Path
) -> None:
    """Later files, and data that came later, change nothing in it; `--verify` of it names what it was asked for."""
    shown = export(store, study, "2024-02", "2024-03")
    back_up(store, tmp_path / "march.gpkg", SYSTEM)
    export(store, study, "2024-01", "2024-03", targets=("T-1",))
    assert export(store, study, "2024-02", "2024-03").content == shown.content
    later = county([*draw(), incident((100, 200), "2024-05-03 10:00")])
    assert export(store, later, "2024-02", "2024-03").content != shown.content
    other = open_store(f"sqlite:///{shutil.copyfile(new_file, tmp_path / 'then.gpkg')}")
    restore(other, tmp_path / "march.gpkg", SYSTEM)
    assert export(other, study, "2024-02", "2024-03").content == shown.content
    other.close()
