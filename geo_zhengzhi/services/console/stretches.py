"""Hotspots as files have them: stretches of line counted from the zero that the map shows, and said from a station."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_zhengzhi.render.corridor_marks import zero_of
from geo_zhengzhi.schema import FROM_M, GEOMETRY, HOTSPOT_ID, PART_ID, TO_M
from geo_zhengzhi.services.console.maps import hotspot_places, make_scene
from geo_zhengzhi.services.console.situation import Situation

STRETCH, STRETCH_EN = "stretch", "stretch_en"  # 距蓟州站 12.35–12.90 km; "" where a hotspot lies along no line


def exported_hotspots(situation: Situation) -> gpd.GeoDataFrame:
    """
    The hotspots with two more columns, for files.

    Inside the program chainage counts from a line's first vertex. Outside it counts from where the map's ticks do, the
    line's first station within 500 m: `from_m` and `to_m` are moved there, and are negative before it.

    Returns
    -------
    GeoDataFrame[HOTSPOT_COLUMNS + (STRETCH, STRETCH_EN)], EPSG:4326
        A copy, same rows and order.
    """
    hotspots, scene = situation.result.hotspots, make_scene(situation, "zh")
    lines = dict(zip(situation.result.targets[PART_ID], situation.result.targets[GEOMETRY], strict=True))
    along = hotspots.loc[hotspots[FROM_M].notna(), PART_ID].unique()
    zeros = {part_id: zero_of(lines[part_id], scene) for part_id in along}
    shift = np.array([zeros.get(part_id, 0.0) for part_id in hotspots[PART_ID]], float)
    shifted = {column: hotspots[column].to_numpy(float) - shift for column in (FROM_M, TO_M)}
    return hotspots.assign(
        **shifted,
        **{STRETCH: _sentences(situation, "zh"), STRETCH_EN: _sentences(situation, "en")},
    )


def _sentences(situation: Situation, language: str) -> pd.Series:
    """Where along its line each hotspot lies; "" for the others."""
    hotspots, places = situation.result.hotspots, hotspot_places(situation, language)
    return pd.Series([places.get(h, "") for h in hotspots[HOTSPOT_ID]], hotspots.index, dtype=object)
