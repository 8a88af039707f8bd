"""The answer "no relapse, keep watching": it changes no stage, and stands until the counts are other ones."""

from collections.abc import Iterable
from datetime import date

from geo_zhengzhi.errors import QuestionNotOpen, StepNeedsPlanner, Terms
from geo_zhengzhi.model import SYSTEM, Actor, Period
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, may
from geo_zhengzhi.services.register.open_questions import suspects_relapse
from geo_zhengzhi.services.register.rules import checked_words, conflict, known_entry
from geo_zhengzhi.services.register.target_figures import Figures, figures_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import answers, audit
from geo_zhengzhi.store.answers import Answer, Seen
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made

__all__ = ["Answer", "Seen", "is_answered", "keep_watching", "seen_in"]

YEARS = (1900, 2200)  # what a calendar of incidents may reach to, with a year before and after


def seen_in(figures: Figures | None) -> Seen | None:
    """What the page of a target shows to be judged; None where there is nothing to compare."""
    if figures is None or figures.last_year.n_before is None:
        return None
    return Seen(figures.period.first_day, figures.period.last_day, figures.last_year.n_now, figures.last_year.n_before)


def is_answered(seen: Seen | None, given: Iterable[Answer]) -> bool:
    """Whether somebody has said of just these counts that they are no relapse."""
    return any(one.seen == seen for one in given)


def keep_watching(
    database: Database, study: Study, target_id: str, seen: Seen, reason: str, *, version: int, actor: Actor
) -> Answer:
    """
    Say of a suspected relapse that it is none. Only a person does.

    Parameters
    ----------
    database : Database
    study : Study
    target_id : str
    seen : Seen
        The period and the counts that the planner judged.
    reason : str
        Why; not empty.
    version : int
        The version of the entry that the planner saw.
    actor : Actor
        An account with the role planner.

    Returns
    -------
    Answer
        As it is stored; the one that was there where the same was said already.

    Raises
    ------
    QuestionNotOpen
        If nothing is suspected of these counts, or they are other ones by now.
    VersionConflict
        It carries the stored entry and what was seen.
    StepNeedsPlanner, EntryUnknown, TextMissing, TextTooLong, TextUnprintable, PersonalText
    """
    if actor == SYSTEM or not may(actor, EDIT_REGISTER):
        raise StepNeedsPlanner(actor=actor.name, role=Terms(actor.role))
    words = checked_words({"reason": reason}, needed=("reason",))
    figures = _figures(database, study, target_id, seen.first_day, seen.last_day)
    with database.write() as connection:
        stored, made = known_entry(connection, target_id, lock=True)
        if stored.version != version:
            raise conflict(target_id, stored, stored.version, made, seen, version)
        comparison = None if figures is None else figures.last_year.comparison
        if seen_in(figures) != seen or not suspects_relapse(stored.stage, comparison):
            raise QuestionNotOpen(name=stored.name, given=_told(seen), allowed=_told(seen_in(figures)))
        earlier = [one for one in answers.answers_of(connection, target_id) if one.seen == seen]
        if earlier:
            return earlier[-1]
        new = Answer(seen, Made.now(actor.name, words["reason"]))
        answers.insert_answer(connection, target_id, new)
        detail = {"on": f"{seen.first_day} – {seen.last_day}", "now": seen.n_now, "before": seen.n_before, **words}
        audit.append(connection, actor, "keep watching", f"target {target_id}", detail)
    return new


def _figures(database: Database, study: Study, target_id: str, first_day: date, last_day: date) -> Figures | None:
    """The figures of the days that were judged; none of days that are no period."""
    with database.read() as connection:
        known_entry(connection, target_id)
    if not YEARS[0] <= first_day.year <= last_day.year <= YEARS[1] or last_day < first_day:
        return None
    return figures_of(database, study, target_id, Period.of_days(first_day, last_day, study.timezone))


def _told(seen: Seen | None) -> str:
    """Counts as a refusal names them."""
    return "–" if seen is None else f"{seen.n_now} / {seen.n_before} ({seen.first_day} – {seen.last_day})"
