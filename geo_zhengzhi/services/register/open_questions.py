"""The one question that a target leaves open, and which steps would answer it; only a person answers."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geo_zhengzhi.life import days_to_deadline, is_overdue
from geo_zhengzhi.model import Comparison
from geo_zhengzhi.register import Entry

AFTER_ACCEPTANCE = ("accepted", "consolidating", "delisted")
DAYS_TO_DELIST = 180  # half a year of consolidating: one screening has looked at it meanwhile

SUSPECTED = "Suspected relapse: has it relapsed?"
OVERDUE = "Overdue {n} days: is it accepted, or is there a new deadline?"
TO_LIST = "Is it to be listed?"
TO_TREAT = "Has the treatment begun?"
TO_ACCEPT = "It has improved: can it be accepted?"
TO_CONSOLIDATE = "Accepted: is it consolidating?"
TO_DELIST = "It has held for {n} days: can it be delisted?"
TREATED_AGAIN = "Relapsed: is it under treatment again?"
NO_BOUNDARY = "It has no boundary: where is it?"
NONE = "No open question"


@dataclass(frozen=True)
class Question:
    """A question as msgid and values; `is_alarm`: it should not wait; `answer`: the stage that says yes, or ""."""

    sentence: str
    values: dict[str, Any] = field(default_factory=dict)
    is_alarm: bool = False
    answer: str = ""


def suspects_relapse(stage: str, comparison: Comparison | None) -> bool:
    """Whether counts rose after acceptance, which is only ever a suspicion."""
    return stage in AFTER_ACCEPTANCE and comparison is not None and comparison.verdict == "worse"


def open_question(
    entry: Entry, comparison: Comparison | None, has_boundary: bool, today: date, *, is_answered: bool = False
) -> Question:
    """
    The question that matters most.

    Parameters
    ----------
    entry : Entry
    comparison : Comparison or None
        Of the period with the same one last year; None where that is not known.
    has_boundary : bool
        Whether there is a boundary to count in; a trade needs none of its own.
    today : date
    is_answered : bool
        Whether a person has said of these counts that they are no relapse: then nobody is asked again.
    """
    verdict = None if comparison is None else comparison.verdict
    if suspects_relapse(entry.stage, comparison) and not is_answered:
        return Question(SUSPECTED, is_alarm=True, answer="relapsed")
    if entry.stage != "relapsed" and is_overdue(entry.stage, entry.deadline, today):  # a relapse is treated first
        return Question(OVERDUE, {"n": -(days_to_deadline(entry.deadline, today) or 0)}, is_alarm=True)
    if not has_boundary and entry.kind != "trade":
        return Question(NO_BOUNDARY)
    return _of_stage(entry, verdict, today)


def _of_stage(entry: Entry, verdict: str | None, today: date) -> Question:
    """What a stage leaves open where nothing presses."""
    if entry.stage == "treatment":
        return Question(TO_ACCEPT, answer="accepted") if verdict == "improved" else Question(NONE)
    if entry.stage == "consolidating":
        n = (today - entry.stage_since).days
        return Question(TO_DELIST, {"n": n}, answer="delisted") if n >= DAYS_TO_DELIST else Question(NONE)
    asked = {
        "screened": (TO_LIST, "listed"),
        "listed": (TO_TREAT, "treatment"),
        "accepted": (TO_CONSOLIDATE, "consolidating"),
        "relapsed": (TREATED_AGAIN, "treatment"),
    }
    sentence, answer = asked.get(entry.stage, (NONE, ""))
    late = is_overdue(entry.stage, entry.deadline, today)
    return Question(sentence, is_alarm=late, answer=answer)
