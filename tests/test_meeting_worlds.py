"""
Two counties that differ only in what a file hides give the same file, byte by byte, in every kind.

So nothing in it – the order of its rows, the length of a bar, a colour, a sign's place, the size of a picture, the
properties of a document – tells a hidden count, or which of two is greater.
"""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from meetings import draw, export, plant_targets
from studies import area, incident, study_of

from geo_zhengzhi.services.meeting.files import ENDINGS
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.opening import open_store

BUSY = {"T-1": (0.0, 0.0), "T-2": (300.0, 0.0), "T-3": (2500.0, 1500.0)}
QUIET = {"Q-1": (30_000.0, 0.0), "Q-2": (30_000.0, 20_000.0)}
FAR = (-30_000.0, -30_000.0)
SPOTS = ((40_000.0, -20_000.0), (40_000.0, -33_000.0))
PARTS = [area(name, *corner) for name, corner in (BUSY | QUIET).items()]
Write = Callable[..., bytes]


@pytest.fixture
def write(new_file: Path, tmp_path: Path) -> Write:
    """Writes a study's file as the first one of a store; only what names the data's version is alike on purpose."""
    planted = Path(shutil.copyfile(new_file, tmp_path / "planted.gpkg"))
    database = open_store(f"sqlite:///{planted}")
    plant_targets(database, quiet([0, 0]))
    database.close()

    def written(study: Study, ending: str, k: int = 5) -> bytes:
        study.__dict__["data_version"] = "0123456789ab"
        database = open_store(f"sqlite:///{shutil.copyfile(planted, tmp_path / 'store.gpkg')}")
        try:
            return export(database, study, "2024-02", "2024-03", ending=ending, k=k).content
        finally:
            database.close()

    return written


def quiet(counts: Sequence[int]) -> Study:
    """A county in which so many of four incidents lie in the first and the second quiet target, the others far out."""
    moved = [
        incident((corner[0] + 100 + 20 * i, corner[1] + 200) if i < n else FAR, f"2024-02-{5 + i:02d} 10:15")
        for n, corner in zip(counts, QUIET.values(), strict=True)
        for i in range(4)
    ]
    return whole(moved)


def crowded(place: tuple[float, float]) -> Study:
    """A county with six incidents close together, which are a hotspot, at a place outside every target."""
    return whole(incident((place[0] + 30 * i, place[1]), f"2024-02-{5 + i:02d} 10:15") for i in range(6))


def parted(*counts: int) -> Study:
    """A county with so many incidents of the first quiet target in each of three day-parts, of 11 in all."""
    corner = QUIET["Q-1"]
    hours = [hour for hour, n in zip((2, 10, 22), counts, strict=True) for _ in range(n)]
    places = [(corner[0] + 100, corner[1] + 200) for _ in hours]
    places += [(FAR[0] * (2 + i % 3), FAR[1]) for i in range(11 - len(hours))]
    return whole(
        incident(place, f"2024-02-{5 + i % 5:02d} {hour:02d}:15")
        for i, (place, hour) in enumerate(zip(places, [*hours, *[10] * 11], strict=False))
    )


def whole(moved: Iterable[dict[str, Any]]) -> Study:
    """The county that is always the same, and what differs."""
    edges = [incident((9000, 9000), "2022-01-01 00:05"), incident((9000, 9000), "2024-06-30 23:50")]
    numbers = dict.fromkeys(BUSY | QUIET, 1)
    return study_of([*draw(), *moved, *edges], PARTS, boundaries=numbers, frame_center=(117.4, 40.0))


def pieces(content: bytes, ending: str) -> dict[str, bytes]:
    """The file, or those inside an archive of every kind, by name."""
    if ending != ".zip":
        return {f"meeting{ending}": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


WORLDS = {
    "which target has more": (".zip", [quiet([1, 4]), quiet([4, 1])]),
    "how many there are": (".html", [quiet([2, 2]), quiet([3, 3]), quiet([4, 4])]),
    "which day-part has fewer": (".html", [parted(4, 4, 3), parted(4, 3, 4), parted(3, 4, 4)]),
    "how many a day-part has": (".html", [parted(1, 1, 0), parted(2, 1, 0), parted(1, 2, 0)]),
}


@pytest.mark.parametrize(("ending", "studies"), WORLDS.values(), ids=WORLDS)
def test_counties_that_differ_in_hidden_counts_alone_give_the_same_file(
    write: Write, ending: str, studies: list[Study]
) -> None:
    first, *others = (pieces(write(study, ending), ending) for study in studies)
    assert len(first) == (len(ENDINGS) if ending == ".zip" else 1)
    assert b"&lt;5" in first["meeting.html"]
    for other in others:
        assert [name for name in first if first[name] != other[name]] == []


def test_where_a_hotspot_lies_that_is_left_out_changes_no_byte_not_even_a_hash(write: Write) -> None:
    """Whoever guesses its outline, of a few squares of a hundred metres, could else try his guess on the hash."""
    first, second = (write(crowded(place), ".html", k=10) for place in SPOTS)
    assert first == second
    assert b'"figures_sha256"' in first
