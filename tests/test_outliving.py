"""What files told that outlived a restored backup: no later file gives a small count away by being another."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from wall_sites import IMPORTER

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.meeting import making
from geo_zhengzhi.services.meeting.again import file_again
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.made_files import count_made
from geo_zhengzhi.services.meeting.making import Meeting, export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.upkeep import back_up, restore
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.store_rows import is_well
from tests.stores import SITE

PLANNER = Actor("规划一科", "planner")
NOW = datetime(2026, 3, 10, 8, 0, 0, 123_456, tzinfo=UTC)
LINE = shapely.LineString([(117.40, 40.01), (117.45, 40.01)])
METRE = 1 / 111_035  # of latitude at 40° north, degrees
K = 5


class County:
    """A store with one target, whose boundary is drawn, taken away by a restore, and drawn anew."""

    def __init__(self, store: Database, folder: Path, kind: str = "railway_corridor") -> None:
        self.store, self.folder, self.version = store, folder, 0
        self.part = "R-1-1" if kind == "railway_corridor" else "R-1"
        add_entry(store, Entry("R-1", "铁路沿线", kind, "city", 2026, "listed", NOW.date()), actor=PLANNER,
                  reason="x", today=NOW.date())  # fmt: skip

    def draw(self, shape: shapely.Geometry, half_width_m: float | None) -> None:
        put_boundary(self.store, "R-1", self.part if self.version else None, shape, half_width_m,
                     version=self.version or None, actor=PLANNER, reason="x")  # fmt: skip
        self.version += 1

    def bring(self, name: str, *off_m: float, months: tuple[int, ...] = (2, 3)) -> None:
        """One incident in each month at each distance north of the line."""
        rows = ["案件编号,案件类别,发案时间,经度,纬度"]
        for n, off in enumerate(off_m):
            lon, lat = 117.401 + n * 13 % 43 * 0.0011, 40.01 + off * METRE  # so far apart that no hotspot is of them
            rows += [f"{name}-{month}-{n},盗窃,2024-{month:02d}-12 09:00,{lon:.6f},{lat:.7f}" for month in months]
        rows += [f"{name}-{day},盗窃,{day} 08:00,117.3,39.9" for day in ("2023-01-01", "2024-03-31")]
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(rows) + "\n", "utf-8")
        import_incidents(self.store, path, actor=IMPORTER, datum="wgs84")

    def file(self, first: str, last: str, day: int, k: int = K) -> Meeting:
        study = open_stored_study(self.store, Settings(cache_dir=self.folder / "cache"))
        asked = Asked(Months.written(first, last), date(2026, 3, day), k=k)
        return export_meeting(self.store, study, asked, Settings(), actor=SYSTEM, now=NOW, ending=".geojson")

    def back_up(self, name: str = "backup.gpkg") -> None:
        back_up(self.store, self.folder / name, SYSTEM)

    def restore(self, version: int, name: str = "backup.gpkg") -> None:
        restore(self.store, self.folder / name, SYSTEM, replace=True)
        self.version = version


@pytest.fixture
def store_of_owner(store_url: str) -> Iterator[Database]:
    store = open_store(store_url.replace(f"{SITE}@", "postgres@"))
    yield store
    store.close()


def shown(file: Meeting, first: str, last: str) -> list[int]:
    """Counts of the target in these months that a file shows."""
    run = Months.written(first, last)
    return [
        one.n
        for figure, one in file.table.printed.items()
        if one.n is not None and figure.months == run and figure.cell is None and "R-1" in figure.ground.text
    ]


@pytest.mark.parametrize("is_line", [True, False], ids=["corridor", "area"])
@pytest.mark.parametrize(("first", "last"), [("2024-02", "2024-02"), ("2024-02", "2024-03")])
def test_the_ring_around_a_boundary_that_a_restore_took_away_is_told_by_no_later_file(
    store_of_owner: Database, tmp_path: Path, is_line: bool, first: str, last: str
) -> None:
    place = County(store_of_owner, tmp_path, "railway_corridor" if is_line else "village")

    def drawn(half_width_m: float) -> None:
        box = shapely.box(117.40, 40.01 - half_width_m * METRE, 117.45, 40.01 + half_width_m * METRE)
        place.draw(*((LINE, half_width_m) if is_line else (box, None)))

    drawn(100)
    place.bring("a", *[50.0 + n for n in range(20)], 410.0, 412.0, *[2000.0 + n for n in range(20)])
    place.back_up()
    drawn(400)
    before = place.file(first, last, 12)
    place.restore(1)
    drawn(420)
    after = place.file(first, last, 19)
    n_months = 1 if first == last else 2
    assert shown(before, first, last) == [20 * n_months]
    assert shown(after, first, last) == []  # 22 a month would tell of 2, or of 4 in both


def test_another_boundary_under_the_same_version_is_not_taken_for_the_one_that_was_told(
    store_of_owner: Database, tmp_path: Path
) -> None:
    """Version 2 is drawn, backed up, taken away by an older backup, drawn otherwise, told, and brought back."""
    place = County(store_of_owner, tmp_path)
    place.draw(LINE, 100)
    place.bring("a", *[50.0 + n for n in range(20)], 402.0, 404.0, *[2000.0 + n for n in range(20)])
    place.back_up("first.gpkg")
    place.draw(shapely.transform(LINE, lambda at: at + np.array([0, 2000 * METRE])), 100)  # 20 are here as well
    place.back_up("second.gpkg")
    place.restore(1, "first.gpkg")
    place.draw(LINE, 400)
    before = place.file("2024-02", "2024-02", 12)
    place.restore(2, "second.gpkg")
    place.draw(LINE, 405)
    after = place.file("2024-02", "2024-02", 19)
    assert (shown(before, "2024-02", "2024-02"), shown(after, "2024-02", "2024-02")) == ([20], [])


def test_a_file_that_is_made_while_a_backup_is_restored_is_told_by_shape(
    store_of_owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its boundaries are those of a moment ago; every file after it has to count on them, and is made."""
    place = County(store_of_owner, tmp_path)
    place.draw(LINE, 100)
    place.bring("a", *[50.0 + n for n in range(20)], 402.0, 404.0, *[2000.0 + n for n in range(20)])
    place.file("2023-05", "2023-05", 5)
    place.back_up()
    place.draw(LINE, 400)
    make_files = making.make_files

    def restored_meanwhile(*given: Any) -> Any:
        place.restore(1)
        return make_files(*given)

    with monkeypatch.context() as patch:
        patch.setattr(making, "make_files", restored_meanwhile)
        before = place.file("2024-02", "2024-02", 12)
    between = place.file("2024-02", "2024-02", 19)
    place.draw(LINE, 405)
    after = place.file("2024-02", "2024-02", 26)
    assert [shown(file, "2024-02", "2024-02") for file in (before, between, after)] == [[20], [20], []]


def test_what_was_told_here_outlives_the_backup_of_a_stand_in(
    store_of_owner: Database, new_file: Path, tmp_path: Path
) -> None:
    """A stand-in goes on from this store's backup, and makes a file of its own under the same number."""
    place = County(store_of_owner, tmp_path)
    place.draw(LINE, 100)
    place.bring("a", *[50.0 + n for n in range(20)], 402.0, 404.0, *[2000.0 + n for n in range(20)])
    place.back_up("first.gpkg")
    place.draw(LINE, 400)
    before = place.file("2024-02", "2024-02", 12)
    path = tmp_path / "stand-in.gpkg"
    path.write_bytes(new_file.read_bytes())
    stand_in = open_store(f"sqlite:///{path}")
    restore(stand_in, tmp_path / "first.gpkg", SYSTEM)
    here, place.store, place.version = place.store, stand_in, 1
    there = place.file("2023-05", "2023-05", 5)
    place.back_up("second.gpkg")
    stand_in.close()
    place.store = here
    place.restore(1, "second.gpkg")
    for number, file in ((1, there), (2, before)):
        assert file_again(here, number, actor=SYSTEM).content == file.content
    assert is_well(here)
    place.draw(LINE, 405)
    after = place.file("2024-02", "2024-02", 19)
    assert (shown(before, "2024-02", "2024-02"), shown(after, "2024-02", "2024-02")) == ([20], [])
    place.restore(1, "second.gpkg")
    assert file_again(here, 3, actor=SYSTEM).content == after.content
    assert count_made(here, actor=SYSTEM) == 3
    here_too = tmp_path / "third.gpkg"
    back_up(here, here_too, SYSTEM)
    restore(here, here_too, SYSTEM, replace=True)
    assert count_made(here, actor=SYSTEM) == 3
