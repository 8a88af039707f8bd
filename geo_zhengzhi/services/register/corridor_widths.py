"""A check at the door: no corridor is wider than the bends of its line allow."""

import math

import geopandas as gpd
import shapely

from geo_zhengzhi.corridors import require_unfolded
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.errors import CorridorFolds, CorridorsFold
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, NAME, PART_ID

LINE_TYPE = 1  # shapely's type id of a LineString


def refuse_folded(targets: gpd.GeoDataFrame) -> None:
    """
    Refuse targets among which a corridor folds over itself.

    Parameters
    ----------
    targets : GeoDataFrame of m parts, EPSG:4326

    Raises
    ------
    CorridorsFold
        Naming the narrowest bend of all, its place, and a half-width that every corridor here allows.
    """
    lines = targets[shapely.get_type_id(targets.geometry.array) == LINE_TYPE]
    if lines.empty:
        return
    frame = MetricFrame.for_bounds(lines.total_bounds)
    tightest, widest_m = None, math.inf
    for part in frame.project(lines).itertuples():
        try:
            require_unfolded(part.geometry, getattr(part, CORRIDOR_HALF_WIDTH_M))
        except CorridorFolds as fold:
            if float(str(fold.values["widest_m"])) < widest_m:
                tightest, widest_m = (part, fold), float(str(fold.values["widest_m"]))
    if tightest is not None:
        _refuse(*tightest, widest_m, frame)


def _refuse(part: object, fold: CorridorFolds, widest_m: float, frame: MetricFrame) -> None:
    """Raise with the place in degrees, which a person can find on any map."""
    place_m = (float(str(fold.values[axis])) for axis in ("easting_m", "northing_m"))
    longitude, latitude = frame.to_degrees(*place_m)
    raise CorridorsFold(
        name=getattr(part, NAME) or getattr(part, PART_ID),
        half_width_m=fold.values["half_width_m"],
        longitude=float(longitude),
        latitude=float(latitude),
        widest_m=widest_m,
    )
