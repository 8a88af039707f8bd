"""The list in force is the newest year's, and what relapsed since; trades borrow the areas that they work in."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_zhengzhi.schema import TARGET_COLUMNS
from geo_zhengzhi.services.register.stored_targets import LEFT_OUT, StoredTargets, targets_in_force
from geo_zhengzhi.store.parts import COLUMNS

SQUARE = shapely.box(117.40, 40.04, 117.41, 40.05)
OUTLINE = gpd.GeoDataFrame(geometry=[shapely.box(117.2, 39.9, 117.6, 40.2)], crs="EPSG:4326")
LINE = shapely.LineString([(117.3, 40.0), (117.5, 40.0)])


def part(number: str, **fields: Any) -> dict[str, Any]:
    """A listed square of 2024, unless told otherwise."""
    target_id = fields.pop("of", number)
    return {
        "target_id": target_id, "part_id": number, "name": number, "name_en": "", "kind": "square", "level": "county",
        "lead_unit": "", "corridor_half_width_m": np.nan, "illustrative": False, "geometry": SQUARE, "year": 2024,
        "stage": "listed", "works_in": None, "version": 1,
    } | fields  # fmt: skip


def trade(number: str, **fields: Any) -> dict[str, Any]:
    """A trade without a boundary."""
    return part(number, kind="trade", part_id=None, geometry=None, version=None, **fields)


def in_force(*rows: dict[str, Any], outline: gpd.GeoDataFrame | None = OUTLINE) -> StoredTargets:
    parts = gpd.GeoDataFrame(list(rows), columns=list(COLUMNS), geometry="geometry", crs="EPSG:4326")
    return targets_in_force(parts, outline)


def ids(found: StoredTargets) -> list[str]:
    return list(found.parts["part_id"])


@pytest.mark.parametrize(
    ("stage", "is_in"),
    [
        ("screened", False), ("listed", True), ("treatment", True), ("accepted", True), ("consolidating", True),
        ("relapsed", True), ("delisted", False),
    ],
)  # fmt: skip
def test_a_target_is_in_force_from_listing_to_delisting(stage: str, is_in: bool) -> None:
    assert ids(in_force(part("甲", stage=stage), part("乙"))) == (["甲", "乙"] if is_in else ["乙"])


def test_only_the_newest_year_counts_unless_a_target_relapsed() -> None:
    found = in_force(part("旧", year=2023), part("反弹", year=2019, stage="relapsed"), part("新"))
    assert ids(found) == ["反弹", "新"]


def test_next_years_screening_does_not_take_this_years_list_away() -> None:
    assert ids(in_force(part("今年"), part("明年", year=2025, stage="screened"))) == ["今年"]


def test_a_year_that_is_all_delisted_gives_way_to_the_one_that_is_still_worked_on() -> None:
    assert ids(in_force(part("去年", year=2023, stage="consolidating"), part("今年", stage="delisted"))) == ["去年"]


def test_nothing_in_force_and_an_empty_register_give_an_empty_frame() -> None:
    for found in (in_force(), in_force(part("甲", stage="delisted"))):
        assert list(found.parts.columns) == list(TARGET_COLUMNS)
        assert (len(found.parts), found.boundaries, found.notes) == (0, {}, ())
        assert found.parts.crs == "EPSG:4326"


def test_the_versions_of_the_boundaries_are_named() -> None:
    assert in_force(part("甲", version=3), part("乙-1", of="乙", version=2)).boundaries == {"甲": 3, "乙-1": 2}


def test_an_entry_without_a_boundary_is_left_out() -> None:
    found = in_force(part("甲", geometry=None), part("乙", geometry=shapely.Polygon()), part("丙"))
    assert (ids(found), found.notes) == (["丙"], ())


def test_a_trade_takes_every_part_of_the_target_it_works_in() -> None:
    areas = (part("区-1", of="区", version=4, illustrative=True), part("区-2", of="区", stage="screened"))
    found = in_force(*areas, trade("三轮车", works_in="区"))
    assert ids(found) == ["区-1", "三轮车@区-1", "三轮车@区-2"]
    borrowed = found.parts.iloc[1]
    assert (borrowed["name"], borrowed["kind"], borrowed["illustrative"]) == ("三轮车", "trade", True)
    assert borrowed.geometry.equals(SQUARE)
    assert found.boundaries == {"区-1": 4, "区-2": 1}


def test_a_trade_with_a_boundary_of_its_own_keeps_it() -> None:
    found = in_force(part("区"), part("三轮车", kind="trade", works_in="区"))
    assert ids(found) == ["区", "三轮车"]


def test_a_trade_that_works_in_the_county_takes_its_outline() -> None:
    found = in_force(trade("三轮车", works_in="county"))
    assert ids(found) == ["三轮车@county"]
    assert found.parts.geometry.iloc[0].equals(OUTLINE.geometry.iloc[0])
    assert found.boundaries == {}


@pytest.mark.parametrize("works_in", [None, "", "无此对象", "三轮车", "county"])
def test_a_trade_that_works_nowhere_that_is_drawn_is_left_out(works_in: str | None) -> None:
    assert ids(in_force(part("甲"), trade("三轮车", works_in=works_in), outline=None)) == ["甲"]


def test_a_line_that_a_desktop_program_made_several_of_is_one_again() -> None:
    several = shapely.MultiLineString([[(117.3, 40.0), (117.4, 40.0)], [(117.4, 40.0), (117.5, 40.0)]])
    found = in_force(part("铁路", kind="railway_corridor", geometry=several, corridor_half_width_m=200.0))
    assert found.parts.geometry.iloc[0].geom_type == "LineString"
    assert found.parts["corridor_half_width_m"].iloc[0] == 200


@pytest.mark.parametrize("width_m", [np.nan, 0.0, -5.0, np.inf])
def test_a_line_without_a_width_takes_the_usual_one(width_m: float) -> None:
    found = in_force(part("铁路", kind="railway_corridor", geometry=LINE, corridor_half_width_m=width_m))
    assert found.parts["corridor_half_width_m"].iloc[0] == 300


def test_an_area_has_no_width() -> None:
    assert np.isnan(in_force(part("甲", corridor_half_width_m=50.0)).parts["corridor_half_width_m"].iloc[0])


@pytest.mark.parametrize(
    "fields",
    [
        {"geometry": shapely.Point(117.4, 40.0)},
        {"geometry": shapely.MultiLineString([[(117.3, 40), (117.4, 40)], [(117.5, 40), (117.6, 40)]])},
        {"geometry": shapely.box(500_000, 4_000_000, 500_100, 4_000_100)},
        {"geometry": shapely.LineString([(117.3, 40), (117.31, 40), (117.3, 40.0001)]), "corridor_half_width_m": 900.0},
        {"kind": "palace"},
    ],
    ids=["a point", "two lines", "metres", "a folded corridor", "no kind"],
)
def test_what_nothing_can_be_done_with_is_left_out_and_said(fields: dict[str, Any]) -> None:
    found = in_force(part("甲"), part("外来", **fields))
    assert (ids(found), found.notes) == (["甲"], (LEFT_OUT,))
