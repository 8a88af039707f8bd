"""At the door: a corridor that folds over itself is refused with a width that fits all."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_zhengzhi.errors import CorridorsFold
from geo_zhengzhi.io.targets import read_targets
from geo_zhengzhi.services.register.corridor_widths import refuse_folded

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def subway() -> gpd.GeoDataFrame:
    return read_targets(DATA / "nyc" / "subway_lines.geojson", kind="railway_corridor")[0]


def test_the_subway_at_300_m_is_refused_with_a_width_that_every_line_allows(subway: gpd.GeoDataFrame) -> None:
    with pytest.raises(CorridorsFold) as refused:
        refuse_folded(subway)
    widest_m = float(str(refused.value.values["widest_m"]))
    assert 10 < widest_m < 300
    refuse_folded(subway.assign(corridor_half_width_m=widest_m))
    with pytest.raises(CorridorsFold):
        refuse_folded(subway.assign(corridor_half_width_m=widest_m * 1.5))


def test_the_place_that_is_named_lies_on_the_line(subway: gpd.GeoDataFrame) -> None:
    with pytest.raises(CorridorsFold) as refused:
        refuse_folded(subway)
    place = gpd.points_from_xy([refused.value.values["longitude"]], [refused.value.values["latitude"]])[0]
    assert shapely.distance(subway.geometry.array, place).min() < 1e-4  # degrees, about 10 m


def test_areas_are_not_looked_at(subway: gpd.GeoDataFrame) -> None:
    refuse_folded(subway.iloc[:0])
    refuse_folded(subway.set_geometry(subway.geometry.to_crs(32618).buffer(50).to_crs(4326)))
