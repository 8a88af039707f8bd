"""Answers that change no stage: rows that are only ever appended to."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from geo_zhengzhi.store.register import Made
from geo_zhengzhi.store.tables import answers


@dataclass(frozen=True)
class Seen:
    """What a person looked at: the incidents of a period, and those of the same period last year."""

    first_day: date
    last_day: date
    n_now: int
    n_before: int


@dataclass(frozen=True)
class Answer:
    """That what was seen is no relapse: who said so, when and why."""

    seen: Seen
    made: Made


def insert_answer(connection: Connection, target_id: str, new: Answer) -> None:
    """Append an answer about a target."""
    seen, made = new.seen, new.made
    row = {
        "target_id": target_id, "period_from": seen.first_day.isoformat(), "period_to": seen.last_day.isoformat(),
        "n_now": seen.n_now, "n_before": seen.n_before,
        "made_at": made.at, "made_by": made.by, "reason": made.reason,
    }  # fmt: skip
    connection.execute(insert(answers), [row])


def answers_of(connection: Connection, target_id: str) -> list[Answer]:
    """Every answer about a target, the first first."""
    asked = select(answers).where(answers.c.target_id == target_id).order_by(answers.c.answer_id)
    return [
        Answer(
            Seen(date.fromisoformat(row.period_from), date.fromisoformat(row.period_to), row.n_now, row.n_before),
            Made(row.made_by, row.made_at, row.reason),
        )
        for row in connection.execute(asked)
    ]
