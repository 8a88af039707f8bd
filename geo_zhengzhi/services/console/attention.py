"""What of a situation asks for somebody: early signs, the places that need action first, deadlines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from geo_zhengzhi.life import BEFORE_ACCEPTANCE
from geo_zhengzhi.services.console.rows import TargetRow, ZoneRow
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.register.standing import Standing

FEW = 10  # as `stats.comparison.MIN_COUNT`: below it a rise is a sign and no finding
FIRST = 5
SOON_DAYS = 30

# Why a place is on the list → what is to be done, as English msgids; the most pressing first.
REASONS = {
    "relapsed": "relapsed: take it under treatment again",
    "overdue": "overdue: accept, or reset and say why",
    "worse": "worse than before: change the measures",
    "candidate": "in no target: list it, or say why not",
    "soon": "deadline near, no gain: check measures",
}


@dataclass(frozen=True)
class Sign:
    """An early sign: a target or part that rises at a low count, or a candidate on open ground."""

    row: TargetRow | ZoneRow
    is_candidate: bool


@dataclass(frozen=True)
class Action:
    """A place that needs action, why (a key of `REASONS`), and where it stands; None outside the register."""

    row: TargetRow | ZoneRow
    reason: str
    standing: Standing | None


def early_signs(situation: Situation) -> tuple[Sign, ...]:
    """Worse at a low count, then candidates by their number, then rises that cannot be told from chance."""
    places = [part for row in situation.targets for part in (row.parts or (row,)) if _rises_at_few(part)]
    worse = [Sign(row, False) for row in places if _verdict(row) == "worse"]
    rising = [Sign(row, False) for row in places if _verdict(row) != "worse"]
    return (*worse, *(Sign(zone, True) for zone in situation.candidates), *rising)


def places_that_need_action(situation: Situation, standings: Mapping[str, Standing]) -> tuple[Action, ...]:
    """The first five, by how pressing the reason is, then by the number of incidents; each place once."""
    order = list(REASONS)
    found: dict[str, Action] = {}
    ranked = sorted(_actions(situation, standings), key=lambda a: (order.index(a.reason), -a.row.change.n_now))
    for action in ranked:
        found.setdefault(_id_of(action.row), action)
    return tuple(found.values())[:FIRST]


def deadlines(situation: Situation, standings: Mapping[str, Standing]) -> tuple[tuple[TargetRow, Standing], ...]:
    """The targets that are shown and not accepted yet, the next deadline first; those without one last."""
    open_ = [(row, standings[row.target_id]) for row in situation.targets if row.target_id in standings]
    ahead = [(row, standing) for row, standing in open_ if standing.stage in BEFORE_ACCEPTANCE]
    return tuple(sorted(ahead, key=lambda pair: (pair[1].days_left is None, pair[1].days_left or 0)))


def _actions(situation: Situation, standings: Mapping[str, Standing]) -> Iterator[Action]:
    """Every reason of every place."""
    for row in situation.targets:
        standing = standings.get(row.target_id)
        if standing is not None and standing.stage == "relapsed":
            yield Action(row, "relapsed", standing)
        if standing is not None and standing.is_overdue:
            yield Action(row, "overdue", standing)
        if _verdict(row) == "worse":
            yield Action(row, "worse", standing)
        if standing is not None and _is_soon(standing) and _verdict(row) != "improved":
            yield Action(row, "soon", standing)
    yield from (Action(zone, "candidate", None) for zone in situation.candidates)


def _is_soon(standing: Standing) -> bool:
    """Whether the deadline of what is not accepted yet is near."""
    left = standing.days_left
    return standing.stage in BEFORE_ACCEPTANCE and left is not None and 0 <= left <= SOON_DAYS


def _rises_at_few(row: TargetRow) -> bool:
    """Whether a place has more than before while one of the counts is low."""
    now, before = row.change.n_now, row.change.n_before
    return before is not None and now > before and min(now, before) < FEW


def _verdict(row: TargetRow | ZoneRow) -> str:
    comparison = row.change.comparison
    return "" if comparison is None else comparison.verdict


def _id_of(row: TargetRow | ZoneRow) -> str:
    return row.target_id if isinstance(row, TargetRow) else row.zone_id
