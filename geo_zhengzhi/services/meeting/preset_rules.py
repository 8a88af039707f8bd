"""A preset: what is asked of a file that is made again and again, with months that move on with the data."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from geo_zhengzhi.errors import InvalidParameter, NoIncidents, NoMonthsYet, NoTargetOfLevel, Terms
from geo_zhengzhi.model import LEVELS
from geo_zhengzhi.schema import LEVEL, TARGET_ID
from geo_zhengzhi.services.labels import LEVEL_WORDS
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.background_packing import MOST_MB
from geo_zhengzhi.services.meeting.files import HTML, check_ending
from geo_zhengzhi.services.meeting.month_runs import Months, number_of, whole_months
from geo_zhengzhi.services.studies.study import Study

NAME_FORM = "1 to 40 letters, digits, - or _"
RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # names that Windows keeps for devices, whatever their ending
MOST_TARGETS = 2000

# Rule → English msgid. A rule looks back from the last month that is over and that the data cover whole.
RULES: Mapping[str, str] = {
    "last-month": "the last whole month",
    "last-3-months": "the last 3 whole months",
    "last-quarter": "the last whole quarter",
    "year-so-far": "the year so far, in whole months",
    "last-12-months": "the last 12 whole months",
}
_FROM: Mapping[str, Callable[[int], Months]] = {
    "last-month": lambda last: Months(last, last),
    "last-3-months": lambda last: Months(last - 2, last),
    "last-quarter": lambda last: Months((last - 2) // 3 * 3, (last - 2) // 3 * 3 + 2),
    "year-so-far": lambda last: Months(last // 12 * 12, last),
    "last-12-months": lambda last: Months(last - 11, last),
}


@dataclass(frozen=True)
class Preset:
    """
    What is asked of a file under a name.

    The least count that is shown is the rule's own and no preset's to say.

    Parameters
    ----------
    name : str
        As `preset_name` gives it; names the file in a folder.
    rule : str
        One of `RULES`: always whole calendar months.
    targets : tuple of str
        `target_id`s; () takes the whole list in force, or those of `level`.
    level : str
        One of `model.LEVELS`, or ""; not together with targets.
    language, classification : str
        As `Asked`.
    ending : str
        One of `meeting_files.ENDINGS`.
    background_mb : int
        How much the county's own background tiles may add to the file, 0 to 50 MB.

    Raises
    ------
    InvalidParameter
    """

    name: str
    rule: str = "last-month"
    targets: tuple[str, ...] = ()
    level: str = ""
    language: str = "zh"
    classification: str = ""
    ending: str = HTML
    background_mb: int = 0

    def __post_init__(self) -> None:
        if self.name != preset_name(self.name):
            raise InvalidParameter(name="preset", given=self.name[:60], allowed=NAME_FORM)
        _one_of("period", self.rule, RULES)
        _one_of("level", self.level, ("", *LEVELS))
        if self.level and self.targets:
            raise InvalidParameter(name="level", given=self.level, allowed="a level, or single targets, not both")
        if len(self.targets) > MOST_TARGETS:
            raise InvalidParameter(name="targets", given=len(self.targets), allowed=f"at most {MOST_TARGETS}")
        check_ending(self.ending)
        if type(self.background_mb) is not int or not 0 <= self.background_mb <= MOST_MB:
            raise InvalidParameter(name="background_mb", given=self.background_mb, allowed=f"0 … {MOST_MB}")
        Asked(Months(0, 0), date.min, self.targets, self.language, self.classification)

    def contents(self) -> dict[str, Any]:
        """Everything but the name, as plain values; `from_contents` reads them back."""
        return {**{name: value for name, value in asdict(self).items() if name != "name"}, "targets": [*self.targets]}

    @classmethod
    def from_contents(cls, name: str, contents: Mapping[str, Any]) -> "Preset":
        """The preset that `contents` was of."""
        return cls(name, **{**contents, "targets": tuple(contents["targets"])})

    def asked(self, study: Study, day: date) -> Asked:
        """
        What is asked on a day.

        Raises
        ------
        NoIncidents
            If there are no data.
        NoMonthsYet
            If the data do not cover the months of the rule.
        NoTargetOfLevel
            If the list in force has none of the level.
        """
        months = months_of(self.rule, study, day)
        targets = self.targets or _of_level(study, self.level)
        return Asked(months, day, targets, self.language, self.classification, reason=f"preset {self.name}")


def preset_name(text: str) -> str:
    """
    A preset's name in its one form: small letters, so that two names are never one file's.

    Raises
    ------
    InvalidParameter
        If it can be none: it stands in addresses and names of files.
    """
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if re.fullmatch(r"[\w-]{1,40}", name) is None or RESERVED.fullmatch(name) or name.startswith("-"):
        raise InvalidParameter(name="preset", given=text[:60] or "–", allowed=NAME_FORM)
    return name


def months_of(rule: str, study: Study, day: date) -> Months:
    """
    The months that a rule means on a day.

    Raises
    ------
    NoIncidents
        If there are no data.
    NoMonthsYet
        If the data do not cover them whole.
    """
    if study.span is None:
        raise NoIncidents(name=study.name)
    covered = whole_months(study.span)
    months = _FROM[rule](last_over(study, day))
    if not covered.holds(months):
        first, last = covered.texts() if covered.n > 0 else ("–", "–")
        raise NoMonthsYet(given=Terms(RULES[rule]), months=months, first=first, last=last)
    return months


def last_over(study: Study, day: date) -> int:
    """The last month that is over on a day and that the data cover whole, counted as `Months` does."""
    assert study.span is not None
    return min(whole_months(study.span).last, number_of(day) - 1)


def months_behind(study: Study, day: date) -> int:
    """How many months that are over on a day the data do not cover yet."""
    return 0 if study.span is None else number_of(day) - 1 - last_over(study, day)


def _of_level(study: Study, level: str) -> tuple[str, ...]:
    """The targets of a level, in the order of their numbers; () for no level, which takes them all."""
    if not level:
        return ()
    found = study.targets[TARGET_ID][study.targets[LEVEL] == level].astype(str)
    if found.empty:
        raise NoTargetOfLevel(given=Terms(LEVEL_WORDS[level]))
    return tuple(sorted(set(found)))


def _one_of(name: str, given: str, allowed: Mapping[str, str] | tuple[str, ...]) -> None:
    if given not in allowed:
        raise InvalidParameter(name=name, given=given[:40] or "–", allowed=", ".join(word for word in allowed if word))
