"""Column names of every frame that passes between two rooms, and the checks on them."""

from collections.abc import Iterable

import pandas as pd

from geo_zhengzhi.errors import MissingColumn

# incidents: one row an incident, EPSG:4326
INCIDENT_ID = "incident_id"  # str
OCCURRED_FROM = "occurred_from"  # tz-aware
OCCURRED_TO = "occurred_to"  # tz-aware, = occurred_from for an instant
CATEGORY = "category"  # str
WEIGHT = "weight"  # float, default 1
LONGITUDE = "longitude"
LATITUDE = "latitude"
INCIDENT_COLUMNS = (INCIDENT_ID, OCCURRED_FROM, OCCURRED_TO, CATEGORY, WEIGHT, LONGITUDE, LATITUDE)

# the same, in the county's metric frame
EASTING_M = "easting_m"
NORTHING_M = "northing_m"
CONTENT_HASH = "content_hash"  # uint64, of place, time, category and weight

# targets: one row a part, EPSG:4326, polygons or lines
TARGET_ID = "target_id"  # str, the register entry
PART_ID = "part_id"  # str, one of its geometries, unique
NAME = "name"
NAME_EN = "name_en"  # str, "" when there is none
KIND = "kind"  # one of model.KINDS
LEVEL = "level"  # one of model.LEVELS, "" when not listed
LEAD_UNIT = "lead_unit"  # str, a unit, never a person
CORRIDOR_HALF_WIDTH_M = "corridor_half_width_m"  # float, NaN for areas
ILLUSTRATIVE = "illustrative"  # bool: the boundary is drawn for show, not surveyed
GEOMETRY = "geometry"
TARGET_COLUMNS = (
    TARGET_ID, PART_ID, NAME, NAME_EN, KIND, LEVEL, LEAD_UNIT, CORRIDOR_HALF_WIDTH_M, ILLUSTRATIVE, GEOMETRY,
)  # fmt: skip

# assignment: one row a pair; positions are 0-based row numbers (iloc), not labels
INCIDENT = "incident"  # int64, position in the incidents frame
PART = "part"  # int32, position in the targets frame; -1 = open ground
INSIDE = "inside"  # bool, False = only within the halo
DISTANCE_M = "distance_m"  # 0 inside an area, to the edge in its halo; to the centre line for a corridor
CHAINAGE_M = "chainage_m"  # NaN for areas
OFFSET_M = "offset_m"  # signed, left of the line positive; NaN for areas
ASSIGNMENT_COLUMNS = (INCIDENT, PART, INSIDE, DISTANCE_M, CHAINAGE_M, OFFSET_M)

# cluster members: one row an incident in a kept cluster
CLUSTER = "cluster"  # int32, 0-based over the whole analysis
IS_CORE = "is_core"  # bool
MEMBER_COLUMNS = (CLUSTER, INCIDENT, PART, INSIDE, IS_CORE, CHAINAGE_M, OFFSET_M)

# hotspots and zones: GeoDataFrames, EPSG:4326 when they leave the pipeline
HOTSPOT_ID = "hotspot_id"
RANK = "rank"
N_INCIDENTS = "n_incidents"
N_MEMBERS = "n_members"  # with those of the cluster that lie outside the part
AREA_KM2 = "area_km2"
LENGTH_KM = "length_km"
INCIDENTS_PER_KM2 = "incidents_per_km2"
INCIDENTS_PER_KM = "incidents_per_km"
FROM_M = "from_m"  # chainage of a stretch's lower end, NaN for areas
TO_M = "to_m"
FIRST_AT = "first_at"
LAST_AT = "last_at"
TOP_CATEGORIES = "top_categories"  # list of (category, count), at most three
PEAK_HOURS = "peak_hours"  # (first hour, last hour) half-open, the densest three hours of the day
EPS_M = "eps_m"
MIN_SAMPLES = "min_samples"
ZONE_ID = "zone_id"
HOTSPOT_IDS = "hotspot_ids"  # list of str
HOTSPOT_COLUMNS = (
    HOTSPOT_ID, TARGET_ID, PART_ID, NAME, NAME_EN, KIND, RANK, N_INCIDENTS, N_MEMBERS, WEIGHT, AREA_KM2, LENGTH_KM,
    INCIDENTS_PER_KM2, INCIDENTS_PER_KM, FROM_M, TO_M, FIRST_AT, LAST_AT, TOP_CATEGORIES, PEAK_HOURS, EPS_M,
    MIN_SAMPLES, GEOMETRY,
)  # fmt: skip
ZONE_COLUMNS = (ZONE_ID, TARGET_ID, PART_ID, NAME, NAME_EN, KIND, HOTSPOT_IDS, N_INCIDENTS, AREA_KM2, GEOMETRY)


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """
    Check that a frame has the columns.

    Raises
    ------
    MissingColumn
        For the first one that is missing.
    """
    for column in columns:
        if column not in frame.columns:
            raise MissingColumn(column=column, found=", ".join(map(str, frame.columns)))
