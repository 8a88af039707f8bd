"""Single incidents, for those who may see points."""

from typing import Any

from marshmallow import fields

from geo_zhengzhi.services.access.permissions import SEE_POINTS
from geo_zhengzhi.services.console.points import MOST_A_PAGE, Points, look_at_incidents
from geo_zhengzhi.services.register.words import LONGEST
from web import site
from web.api.asked import CATEGORY, DAYS, period_of
from web.api.bases import Answer
from web.api.common import Pages
from web.api.cursors import cursor_of, key_of
from web.api.fields import Box, Figure, Whole, Written
from web.api.operations import GEOJSON, Resource
from web.api.target_schemas import collection_of, feature_of
from web.doors import actor
from web.exports import send_head

incidents = Resource("incidents", "Single incidents, for a reason; each look is written to the audit log.")


class IncidentProperties(Answer):
    """When and what."""

    occurred_from = fields.DateTime()
    occurred_to = fields.DateTime(metadata={"description": "The same as occurred_from of an instant."})
    category = fields.String()
    weight = Figure()


NEXT = fields.String(allow_none=True, metadata={"description": "The cursor of the next page; null on the last."})
Incidents = collection_of(feature_of(IncidentProperties, "Incident"), "Incidents", next=NEXT)


class IncidentQuery(Pages):
    """Which incidents are wanted."""

    first, last, category = DAYS["first"], DAYS["last"], CATEGORY["category"]
    bbox = Box(metadata={"description": "West, south, east, north in degrees, with commas; the edge is inside."})
    limit = Whole(1, MOST_A_PAGE, load_default=100, metadata={"description": "Rows a page."})
    reason = Written(
        LONGEST["reason"],
        shortest=1,
        pattern=r"\S[\s\S]*",
        required=True,
        metadata={"description": "Why; it goes into the audit log."},
    )


@incidents.operation("GET", "/incidents", SEE_POINTS, Incidents, query=IncidentQuery, content_type=GEOJSON)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List single incidents as GeoJSON, in the order of their time, for a reason."""
    study = site.study()
    wanted = Points(period_of(query, study), query.get("category"), query.get("bbox"))
    after: Any = key_of(query.get("cursor"), int, str)
    reason, limit = query["reason"], query["limit"]
    found = look_at_incidents(site.database(), study, actor(), wanted, reason=reason, limit=limit, after=after)
    send_head()
    return {
        "type": "FeatureCollection",
        "features": [_feature(row) for row in found.incidents.to_dict("records")],
        "next": None if found.next_key is None else cursor_of(*found.next_key),
    }


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    """An incident as a GeoJSON feature."""
    point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    return {"type": "Feature", "id": row["incident_id"], "geometry": point, "properties": row}
