"""Use case: the hotspots and zones of a saved analysis, as they left the pipeline."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_zhengzhi.model import Actor
from geo_zhengzhi.schema import FIRST_AT, GEOMETRY, HOTSPOT_COLUMNS, LAST_AT, NAME_EN, ZONE_COLUMNS
from geo_zhengzhi.services.console.stretches import STRETCH, STRETCH_EN
from geo_zhengzhi.services.studies.exporting import STATUS
from geo_zhengzhi.services.studies.saving import find_analysis
from geo_zhengzhi.store import analyses
from geo_zhengzhi.store.database import Database

MOMENTS = (FIRST_AT, LAST_AT)


def saved_layer(database: Database, analysis_id: int, layer: str, *, actor: Actor) -> gpd.GeoDataFrame:
    """
    The hotspots, or the zones with the candidates, of a saved analysis.

    Parameters
    ----------
    database : Database
    analysis_id : int
    layer : "hotspots" or "zones"
    actor : Actor

    Returns
    -------
    GeoDataFrame, EPSG:4326
        As `layers.layer_frame`: hotspots by rank, or zones and then candidates. Moments are in UTC, and no zone has an
        English name, which is not kept.

    Raises
    ------
    NotAllowed
        If the actor may see nothing.
    AnalysisUnknown
        If there is none.
    """
    find_analysis(database, analysis_id, actor=actor)
    columns = (*HOTSPOT_COLUMNS, STRETCH, STRETCH_EN) if layer == "hotspots" else (*ZONE_COLUMNS, STATUS)
    features_of = analyses.hotspots_of if layer == "hotspots" else analyses.zones_of
    with database.read() as connection:
        rows = [_as_found(row) for row in features_of(connection, analysis_id)]
    frame = pd.DataFrame(rows, columns=list(columns))
    for name in MOMENTS if layer == "hotspots" else ():
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return gpd.GeoDataFrame(frame, geometry=GEOMETRY, crs="EPSG:4326")


def _as_found(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it left the pipeline."""
    return {NAME_EN: "", STRETCH: "", STRETCH_EN: "", **row, **(row.get("details") or {}), GEOMETRY: row["geom"]}
