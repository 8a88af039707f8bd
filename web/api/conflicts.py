"""A change that came second: what is stored and what was given, both as the interface tells them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_zhengzhi.errors import VersionConflict
from geo_zhengzhi.services.register.views import Seen
from geo_zhengzhi.services.register.words import Boundary, Entry, Step
from web.api.target_schemas import MadeTarget, NewStep, Part, told_part, told_target


def both_versions(error: VersionConflict) -> dict[str, Any]:
    """What a conflict adds to its problem."""
    made = {name: error.values[name] for name in ("made_at", "made_by")}
    return {
        "stored": _stored(error.stored, made),
        "given": _given(error.given),
        "version": error.values["stored_version"],
    }


def _stored(stored: object, made: Mapping[str, Any]) -> Any:
    """What is in the store, as its own address gives it."""
    if isinstance(stored, Boundary):
        return Part().dump(told_part(stored))
    assert isinstance(stored, Entry)
    return MadeTarget().dump(told_target(stored) | made)


def _given(given: object) -> Any:
    """What was not saved, under the names under which it was given."""
    if isinstance(given, Boundary):
        return Part().dump(told_part(given))
    if isinstance(given, Step):
        return NewStep().dump(given)
    if isinstance(given, Seen):
        days = {"period_from": given.first_day.isoformat(), "period_to": given.last_day.isoformat()}
        return days | {"n_now": given.n_now, "n_before": given.n_before}
    assert isinstance(given, Mapping)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
