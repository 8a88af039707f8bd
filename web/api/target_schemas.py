"""How targets, their parts and what became of both look from outside."""

from typing import Any

from marshmallow import Schema, fields

from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.services.geojson import geojson_of
from geo_zhengzhi.services.register.words import (
    COMMITMENTS,
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST,
    MEASURES,
    STAGES,
    WIDEST_M,
    Boundary,
    Entry,
    Made,
    allowed_steps,
)
from web.api.bases import Answer, Asked
from web.api.fields import LARGEST, Day, Drawn, Figure, Inside, OneOf, Real, Shape, Whole, Written

Measures = Asked.from_dict({key: Written(LONGEST["measures"]) for key in MEASURES}, name="Measures")
Commitments = Asked.from_dict({key: Written(LONGEST["commitments"]) for key in COMMITMENTS}, name="Commitments")


class Target(Answer):
    """An entry of the register: units and posts, never persons."""

    target_id = fields.String()
    name = fields.String()
    name_en = fields.String()
    kind = OneOf(*KINDS)
    level = OneOf(*LEVELS)
    year = Whole(FIRST_YEAR, LAST_YEAR)
    lead_unit = fields.String()
    work_group = fields.String()
    guidance_group = fields.String()
    measures = fields.Nested(Measures)
    commitments = fields.Nested(Commitments)
    deadline = Day(allow_none=True)
    notes = fields.String()
    works_in = fields.String(allow_none=True)
    stage = OneOf(*STAGES)
    stage_since = Day()
    next_stages = fields.List(OneOf(*STAGES), metadata={"description": "The steps that may follow."})
    version = Whole(1, LARGEST)


class MadeTarget(Target):
    """An entry, and who made it so."""

    made_at = fields.DateTime()
    made_by = fields.String()


class ListedTarget(Target):
    """An entry in a list."""

    n_parts = fields.Integer()


class TargetVersion(Answer):
    """An entry as it was."""

    version = Whole(1, LARGEST)
    made_at = fields.DateTime()
    made_by = fields.String()
    reason = fields.String()
    target = fields.Nested(Target)


class Step(Answer):
    """A step of a target's life; the first has no stage before it."""

    from_stage = OneOf(*STAGES, allow_none=True)
    to_stage = OneOf(*STAGES)
    step_date = Day()
    unit = fields.String()
    note = fields.String()
    made_at = fields.DateTime()
    made_by = fields.String()


class WatchAnswer(Answer):
    """What was said of a suspected relapse: that these counts are none."""

    period_from = Day()
    period_to = Day()
    n_now = Whole(0, LARGEST)
    n_before = Whole(0, LARGEST)
    made_at = fields.DateTime()
    made_by = fields.String()
    reason = fields.String()


class Reason(Asked):
    """Why something is done."""

    reason = Written(LONGEST["reason"], shortest=1, required=True)


class TargetFields(Asked):
    """What may be said of a target."""

    name = Written(LONGEST["name"], shortest=1)
    name_en = Written(LONGEST["name_en"])
    kind = OneOf(*KINDS)
    level = OneOf(*LEVELS)
    year = Whole(FIRST_YEAR, LAST_YEAR)
    lead_unit = Written(LONGEST["lead_unit"])
    work_group = Written(LONGEST["work_group"])
    guidance_group = Written(LONGEST["guidance_group"])
    measures = Inside(Measures)
    commitments = Inside(Commitments)
    deadline = Day(allow_none=True)
    notes = Written(LONGEST["notes"])
    works_in = Written(LONGEST["works_in"], shortest=1, allow_none=True)


class TargetChange(TargetFields, Reason):
    """What changes of a target, and why; what is left out stays."""


class NewTarget(TargetFields):
    """A new entry in the stage that it says."""

    target_id = Written(LONGEST["target_id"], shortest=1, required=True)
    name = Written(LONGEST["name"], shortest=1, required=True)
    kind = OneOf(*KINDS, required=True)
    level = OneOf(*LEVELS, required=True)
    year = Whole(FIRST_YEAR, LAST_YEAR, required=True)
    stage = OneOf(*STAGES, required=True)
    stage_since = Day(required=True)
    reason = Written(LONGEST["reason"], load_default="")


class NewStep(Asked):
    """A step that was taken."""

    to_stage = OneOf(*STAGES, required=True)
    step_date = Day(required=True)
    unit = Written(LONGEST["unit"], shortest=1, required=True)
    note = Written(LONGEST["note"], load_default="")


class NewAnswer(Reason):
    """Why counts that suggest a relapse are none, and which: those that the target's page shows."""

    period_from = Day(required=True)
    period_to = Day(required=True)
    n_now = Whole(0, LARGEST, required=True, metadata={"description": "Incidents of the period."})
    n_before = Whole(0, LARGEST, required=True, metadata={"description": "Of the same period last year."})


class BoundaryChange(Reason):
    """A boundary, and why it is drawn so."""

    geometry = Drawn(required=True)
    corridor_half_width_m = Real(
        0, WIDEST_M, above=True, allow_none=True, load_default=None, metadata={"description": "Of a line alone."}
    )


class PartProperties(Answer):
    """What is known of a part, or of one of its versions."""

    target_id = fields.String()
    part_id = fields.String()
    name = fields.String()
    name_en = fields.String()
    corridor_half_width_m = Figure(allow_none=True)
    illustrative = fields.Boolean(metadata={"description": "Whether it is drawn for show, not surveyed."})
    version = Whole(1, LARGEST)
    made_at = fields.DateTime(allow_none=True)
    made_by = fields.String()
    reason = fields.String()


def feature_of(properties: type[Schema], name: str) -> type[Answer]:
    """The schema of a GeoJSON feature with these properties."""
    columns = {
        "type": OneOf("Feature"), "id": fields.String(), "geometry": Shape(allow_none=True),
        "properties": fields.Nested(properties),
    }  # fmt: skip
    made: type[Answer] = Answer.from_dict(columns, name=name)
    return made


def collection_of(feature: type[Answer], name: str, **more: fields.Field) -> type[Answer]:
    """The schema of a GeoJSON collection of these features."""
    columns = {"type": OneOf("FeatureCollection"), "features": fields.List(fields.Nested(feature))}
    made: type[Answer] = Answer.from_dict(columns | more, name=name)
    return made


Part = feature_of(PartProperties, "Part")
Parts = collection_of(Part, "Parts")


def told_target(entry: Entry) -> dict[str, Any]:
    """An entry for `Target`."""
    told = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return told | {"next_stages": list(allowed_steps(entry.stage))}


def told_made(made: Made) -> dict[str, Any]:
    """Who made a version, when and why."""
    return {"made_at": made.at, "made_by": made.by, "reason": made.reason}


def told_part(part: Boundary) -> dict[str, Any]:
    """A part, or a version of one, for `Part`."""
    names = ("target_id", "part_id", "name", "name_en", "corridor_half_width_m", "illustrative", "version")
    properties = {name: getattr(part, name) for name in names} | told_made(part.made)
    geometry = geojson_of(part.geometry)
    return {"type": "Feature", "id": part.part_id, "geometry": geometry, "properties": properties}
