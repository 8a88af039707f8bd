"""Hotspots and remediation zones as GeoJSON, of a period or of a saved analysis."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from geo_zhengzhi.errors import FieldRefused, Phrase
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.layers import layer_features, layer_frame
from geo_zhengzhi.services.console.situation import assess
from geo_zhengzhi.services.studies.saved_layers import saved_layer
from geo_zhengzhi.services.studies.saving import find_analysis
from web import site
from web.api.asked import PeriodQuery, query_of
from web.api.bases import Answer
from web.api.fields import LARGEST, Figure, OneOf, Whole
from web.api.operations import GEOJSON, Resource
from web.api.target_schemas import collection_of, feature_of
from web.doors import actor
from web.exports import export_with_header

layers = Resource("layers", "Hotspots and remediation zones.")


class Place(Answer):
    """What hotspots and zones have in common; target and part are empty on open ground."""

    target_id = fields.String()
    part_id = fields.String()
    name = fields.String()
    name_en = fields.String()
    kind = fields.String()
    n_incidents = fields.Integer()
    area_km2 = Figure(allow_none=True)


class HotspotProperties(Place):
    """A cluster that was kept; lengths and stretches only of corridors."""

    hotspot_id = fields.String()
    rank = fields.Integer()
    n_members = fields.Integer()
    weight = Figure()
    length_km = Figure(allow_none=True)
    incidents_per_km2 = Figure(allow_none=True)
    incidents_per_km = Figure(allow_none=True)
    from_m = Figure(allow_none=True)
    to_m = Figure(allow_none=True)
    first_at = fields.String(metadata={"format": "date-time"})
    last_at = fields.String(metadata={"format": "date-time"})
    top_categories = fields.List(fields.List(fields.Raw()), metadata={"description": "Pairs of category and count."})
    peak_hours = fields.List(fields.Integer(), metadata={"description": "The first hour, and the one after the last."})
    stretch = fields.String(metadata={"description": "Where along its line, in Chinese; empty elsewhere."})
    stretch_en = fields.String()
    eps_m = Figure()
    min_samples = fields.Integer()


class ZoneProperties(Place):
    """Where action is taken; a candidate lies outside the targets."""

    zone_id = fields.String()
    status = OneOf("zone", "candidate")
    hotspot_ids = fields.List(fields.String())


VERSIONS = fields.Dict(
    values=fields.Integer(),
    metadata={"description": "The version of each boundary used, by part; empty where they are of a file."},
)
Hotspots = collection_of(feature_of(HotspotProperties, "Hotspot"), "Hotspots", boundaries=VERSIONS)
Zones = collection_of(feature_of(ZoneProperties, "Zone"), "Zones", boundaries=VERSIONS)


class LayerQuery(PeriodQuery):
    """Of a period, or of a saved analysis."""

    analysis_id = Whole(1, LARGEST, metadata={"description": "A saved analysis, in place of all else."})


@layers.operation("GET", "/hotspots", SEE, Hotspots, query=LayerQuery, content_type=GEOJSON, refuses=(404, 409))
def hotspots(query: dict[str, Any]) -> dict[str, Any]:
    """Give the hotspots, by rank."""
    return _layer("hotspots", query)


@layers.operation("GET", "/zones", SEE, Zones, query=LayerQuery, content_type=GEOJSON, refuses=(404, 409))
def zones(query: dict[str, Any]) -> dict[str, Any]:
    """Give the zones, then the candidates outside the targets."""
    return _layer("zones", query)


def collection(features: Sequence[Mapping[str, Any]], boundaries: Mapping[str, int]) -> dict[str, Any]:
    """A GeoJSON collection that names the versions of the boundaries used."""
    return {"type": "FeatureCollection", "boundaries": boundaries, "features": features}


def _layer(layer: str, query: dict[str, Any]) -> dict[str, Any]:
    """The features, once it is written down that they were taken; the log's head goes with them."""
    if "analysis_id" in query:
        if len(query) > 1:
            raise FieldRefused(name="analysis_id", given=query["analysis_id"], allowed=Phrase("that alone"))
        number = query["analysis_id"]
        boundaries = find_analysis(site.database(), number, actor=actor()).boundaries
        frame = saved_layer(site.database(), number, layer, actor=actor())
    else:
        study = site.study()
        boundaries = study.boundaries
        frame = layer_frame(assess(study, query_of(query, study)), layer)
    export_with_header(f"{layer}.geojson")
    return collection(layer_features(frame, layer), boundaries)
