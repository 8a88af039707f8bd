"""
Which targets of the register an analysis takes.

The list in force is that of the newest year that has a target in force, and whatever has relapsed since, of any year.
In force is what has been listed and not delisted: a place that is only screened is no target yet. A trade without a
boundary takes the areas of the target that it works in, or the county's outline; any other entry without a boundary is
left out, and so is, with a note, a boundary that somebody drew outside the application and that nothing can be done
with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.corridors import require_unfolded
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, KINDS
from geo_zhengzhi.register import COUNTY
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, ILLUSTRATIVE, KIND, PART_ID, TARGET_COLUMNS, TARGET_ID
from geo_zhengzhi.store.parts import STAGE, VERSION, WORKS_IN, YEAR

SCREENED, DELISTED, RELAPSED = "screened", "delisted", "relapsed"
TRADE = "trade"
LINE, AREAS = "LineString", ("Polygon", "MultiPolygon")
BORROWED = (GEOMETRY, CORRIDOR_HALF_WIDTH_M, ILLUSTRATIVE, VERSION)
LEFT_OUT = "A boundary that cannot be analysed is left out; the register shows it."


@dataclass(frozen=True, eq=False)
class StoredTargets:
    """
    The parts that an analysis takes.

    Parameters
    ----------
    parts : GeoDataFrame of TARGET_COLUMNS, EPSG:4326
    boundaries : mapping of part_id to int
        The versions of the boundaries that were used.
    notes : tuple of str
        English msgids of what has to be said.
    """

    parts: gpd.GeoDataFrame
    boundaries: Mapping[str, int]
    notes: tuple[str, ...]


def targets_in_force(parts: gpd.GeoDataFrame, outline: gpd.GeoDataFrame | None) -> StoredTargets:
    """
    Take the list in force out of the register.

    Parameters
    ----------
    parts : GeoDataFrame of `store.parts.COLUMNS`
        Every entry's parts.
    outline : GeoDataFrame of polygons, EPSG:4326, or None
        The county, for trades that work in all of it.
    """
    return usable_targets(parts, is_in_force(parts), outline)


def usable_targets(
    parts: gpd.GeoDataFrame, chosen: npt.NDArray[np.bool_], outline: gpd.GeoDataFrame | None
) -> StoredTargets:
    """The parts of the chosen rows (n) that can be counted in; `parts` and `outline` as `targets_in_force` has them."""
    drawn = parts[_has_shape(parts)]
    listed = parts[chosen]
    own = listed[_has_shape(listed)]
    borrowed = _borrowed(listed[~listed[TARGET_ID].isin(own[TARGET_ID]) & (listed[KIND] == TRADE)], drawn, outline)
    together = gpd.GeoDataFrame(pd.concat([own, *borrowed]), geometry=GEOMETRY, crs="EPSG:4326")
    mended = with_usable_shapes(together)
    usable = np.fromiter(map(_is_usable, mended.to_dict("records")), bool, len(mended))
    kept = mended[usable].reset_index(drop=True)
    return StoredTargets(kept[list(TARGET_COLUMNS)], _versions(kept), () if usable.all() else (LEFT_OUT,))


def is_in_force(parts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows (n) are of entries on the list in force."""
    in_work = ~parts[STAGE].isin((SCREENED, DELISTED))
    newest = parts.loc[in_work, YEAR].max()
    return np.asarray(in_work & ((parts[YEAR] == newest) | (parts[STAGE] == RELAPSED)), bool)


def _has_shape(parts: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Which rows (n) have a geometry that is not empty."""
    return np.asarray(~(parts.geometry.isna() | parts.geometry.is_empty), bool)


def _borrowed(
    trades: gpd.GeoDataFrame, drawn: gpd.GeoDataFrame, outline: gpd.GeoDataFrame | None
) -> list[gpd.GeoDataFrame]:
    """Trades with the areas that they work in; their parts are named after both."""
    found = []
    for trade in trades.drop_duplicates(TARGET_ID).to_dict("records"):
        if trade[WORKS_IN] == COUNTY and outline is not None:
            whole = {GEOMETRY: outline.union_all(), ILLUSTRATIVE: True, VERSION: None}
            rows = [trade | whole | {PART_ID: f"{trade[TARGET_ID]}@{COUNTY}"}]
        else:
            area = drawn[(drawn[TARGET_ID] == trade[WORKS_IN]) & (drawn[TARGET_ID] != trade[TARGET_ID])]
            rows = [
                trade | {PART_ID: f"{trade[TARGET_ID]}@{part[PART_ID]}"} | {column: part[column] for column in BORROWED}
                for part in area.to_dict("records")
            ]
        if rows:
            found.append(gpd.GeoDataFrame(rows, columns=list(trades.columns), geometry=GEOMETRY, crs="EPSG:4326"))
    return found


def with_usable_shapes(parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines that a program made several pieces of in one, and a width for lines that say none."""
    shapes = np.asarray(parts.geometry.array, object)
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
    shapes[several] = shapely.line_merge(shapes[several])
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    width_m = parts[CORRIDOR_HALF_WIDTH_M].to_numpy(float, copy=True)
    with np.errstate(invalid="ignore"):
        width_m[is_line & ~(np.isfinite(width_m) & (width_m > 0))] = DEFAULT_CORRIDOR_HALF_WIDTH_M
    width_m[~is_line] = np.nan
    return parts.assign(**{CORRIDOR_HALF_WIDTH_M: width_m}).set_geometry(
        gpd.GeoSeries(shapes, parts.index, "EPSG:4326")
    )


def _is_usable(part: Mapping[str, object]) -> bool:
    """Whether the pipeline can take a part."""
    shape = part[GEOMETRY]
    if part[KIND] not in KINDS or shape.geom_type not in (LINE, *AREAS):  # type: ignore[attr-defined]
        return False
    west, south, east, north = shape.bounds  # type: ignore[attr-defined]
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return False
    return shape.geom_type in AREAS or _is_unfolded(shape, float(str(part[CORRIDOR_HALF_WIDTH_M])))  # type: ignore[attr-defined]


def _is_unfolded(line: shapely.LineString, half_width_m: float) -> bool:
    """Whether a corridor is not wider than its bends allow."""
    try:
        frame = MetricFrame.for_bounds(line.bounds)
        require_unfolded(frame.project(gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326")).geometry[0], half_width_m)
    except GeoZhengzhiError:
        return False
    return True


def _versions(parts: gpd.GeoDataFrame) -> dict[str, int]:
    """The versions of the boundaries, by the id of the part that they are of."""
    known = parts[parts[VERSION].notna()]
    pairs = zip(known[PART_ID], known[VERSION], strict=True)
    return {str(part_id).rpartition("@")[2]: int(version) for part_id, version in pairs}
