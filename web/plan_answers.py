"""What the planner's page is told, as plain values: the page's own data, the answer to a look, a collision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo_zhengzhi.model import Period
from geo_zhengzhi.services.drawing.looks import Drawing, Look
from geo_zhengzhi.services.drawing.request import drawn, drawn_place
from geo_zhengzhi.services.drawing.saving import Saved, stored_as
from geo_zhengzhi.services.installation import Database
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.boundary_pictures import extent_of, picture_of
from geo_zhengzhi.services.register.views import Boundary
from geo_zhengzhi.services.register.words import Entry
from web import register_forms as forms
from web import register_telling as telling
from web.plan_words import Words

SIDE_PX = (190, 150)  # of each of two pictures beside each other


@dataclass(frozen=True)
class Collision:
    """Two planners' versions: what the scripts are sent, and what the page shows."""

    sent: dict[str, Any]
    shown: dict[str, Any]


def page_data(
    entry: Entry | None, part: Boundary | None, period: Period, datum: str, user: str, words: Words
) -> dict[str, Any]:
    """What the scripts begin with."""
    return {
        "target": None if entry is None else entry.target_id,
        "part": "" if part is None else part.part_id,
        "versions": {"entry": 0 if entry is None else entry.version, "part": 0 if part is None else part.version},
        "shape": None if part is None else drawn(part.geometry, datum),
        "half_width": None if part is None else part.corridor_half_width_m,
        "datum": datum,
        "user": user,
        "from": str(period.first_day),
        "to": str(period.last_day),
        "language": words.say.language,
        "words": words.for_scripts(),
    }


def look(found: Look, html: str, datum: str, words: Words) -> dict[str, Any]:
    """The answer to a look."""
    marks = [
        {
            "kind": fault.kind,
            "at": None if fault.place is None else drawn_place(fault.place, datum),
            "shape": drawn(fault.shape, datum),
            "text": words.fault(fault),
        }
        for fault in found.faults
    ]
    return {
        "html": html,
        "marks": marks,
        "band": drawn(found.band, datum),
        "blocked": bool(found.blocking),
        "confirm": bool(found.to_confirm),
        "later": found.hotspots is None,
        "n": None if found.change is None else found.change.n_now,
        "size": words.length(found.length_km if found.length_km is not None else found.perimeter_km),
        "chainage": "" if found.chainage is None else words.chainage(found.chainage),
    }


def preview(found: Any, datum: str, words: Words) -> dict[str, Any]:
    """What a text or a file holds."""
    return {
        "report": [remark.in_language(words.say._) for remark in found.report],
        "shapes": [
            {
                "label": f"{one.number} · {one.name or one.type.in_language(words.say._)}",
                "shape": drawn(one.shape, datum),
                "half_width": one.half_width_m,
            }
            for one in found.shapes
        ],
    }


def saved(found: Saved) -> dict[str, Any]:
    """A target and its boundary as they now stand."""
    return {
        "target": found.entry.target_id,
        "part_id": found.boundary.part_id,
        "entry": found.entry.version,
        "part": found.boundary.version,
    }


def collision(
    database: Database, drawing: Drawing, own: Mapping[str, str], seen: Mapping[str, str], datum: str
) -> Collision:
    """Both versions of a target that two planners changed, of its boundary and of its fields."""
    shown = register_views.entry(database, drawing.target_id)
    part = next((one for one in shown.parts if one.part_id == drawing.part_id), None)
    now = forms.written(shown.entry)
    mine = stored_as(drawing, part)
    width, height = SIDE_PX
    sent = {
        "versions": {"entry": shown.entry.version, "part": 0 if part is None else part.version},
        "form": forms.laid_over(own, seen, now),
        "shape": None if part is None else drawn(part.geometry, datum),
        "half_width": None if part is None else part.corridor_half_width_m,
    }
    pictures = {"theirs": None, "mine": picture_of(mine, width=width, height=height)}
    if part is not None:
        pictures["theirs"] = picture_of(part, mine, width=width, height=height)
        pictures["mine"] = picture_of(mine, part, width=width, height=height)
    sizes = {"theirs": "" if part is None else telling.size(extent_of(part)), "mine": telling.size(extent_of(mine))}
    clashes = forms.clashes(own, seen, now)
    return Collision(sent, {"part": part, "pictures": pictures, "sizes": sizes, "clashes": clashes})


def told(field: str, text: str, words: Words) -> str:
    """A field's text as it is read."""
    return telling.told(field, text, words.say._)
