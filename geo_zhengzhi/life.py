"""
The life of a target: its stages, the steps that lead from one to the next, and its deadline.

排查 → 立项 → 整治 → 验收 → 巩固 → 销号, and 反弹 from acceptance on.
"""

from collections.abc import Mapping
from datetime import date

from geo_zhengzhi.errors import InvalidParameter, StepDateRefused, StepNotAllowed, Terms

# Stage → its English msgid: 排查, 立项, 整治, 验收, 巩固, 销号, 反弹.
STAGE_WORDS: Mapping[str, str] = {
    "screened": "screened",
    "listed": "listed",
    "treatment": "under treatment",
    "accepted": "accepted",
    "consolidating": "consolidating",
    "delisted": "delisted",
    "relapsed": "relapsed",
}
STAGES = tuple(STAGE_WORDS)
# What may follow. A relapse is possible from acceptance on, and is treated again. A screened place can only be listed:
# there is no step that drops it, since "looked at and not listed" is a finding that its year's list has to keep, and
# a step out of the life would let a place vanish before anybody had answered for it.
STEPS: Mapping[str, tuple[str, ...]] = {
    "screened": ("listed",),
    "listed": ("treatment",),
    "treatment": ("accepted",),
    "accepted": ("consolidating", "relapsed"),
    "consolidating": ("delisted", "relapsed"),
    "delisted": ("relapsed",),
    "relapsed": ("treatment",),
}
BEFORE_ACCEPTANCE = ("screened", "listed", "treatment", "relapsed")  # the deadline is that of acceptance


def one_of(name: object, given: object, allowed: tuple[str, ...]) -> None:
    """
    Refuse a word that is not in a list.

    Raises
    ------
    InvalidParameter
    """
    if given not in allowed:
        raise InvalidParameter(name=name, given=given, allowed=", ".join(allowed))


def allowed_steps(stage: str) -> tuple[str, ...]:
    """
    The stages that may follow a stage.

    Raises
    ------
    InvalidParameter
        If it is none.
    """
    one_of(Terms("stage"), stage, STAGES)
    return STEPS[stage]


def check_step(stage: str, to_stage: str) -> None:
    """
    Check a step of the life.

    Raises
    ------
    StepNotAllowed
        With the stages that are allowed next.
    InvalidParameter
        If either is no stage.
    """
    allowed = allowed_steps(stage)
    one_of(Terms("stage"), to_stage, STAGES)
    if to_stage not in allowed:
        raise StepNotAllowed(
            stage=Terms(STAGE_WORDS[stage]),
            given=Terms(STAGE_WORDS[to_stage]),
            allowed=Terms(*(STAGE_WORDS[next_stage] for next_stage in allowed)),
        )


def check_step_date(step_date: date, last: date, today: date) -> None:
    """
    Check the day of a step: not before the last step's, not after today; both days are allowed.

    Raises
    ------
    StepDateRefused
    """
    if not last <= step_date <= today:
        raise StepDateRefused(given=step_date, last=last, today=today)


def days_to_deadline(deadline: date | None, today: date) -> int | None:
    """Days until the deadline, 0 on its day, negative after it; None without one."""
    return None if deadline is None else (deadline - today).days


def is_overdue(stage: str, deadline: date | None, today: date) -> bool:
    """Whether a target that is not accepted yet, or has relapsed, is past the day of its deadline."""
    return deadline is not None and deadline < today and stage in BEFORE_ACCEPTANCE
