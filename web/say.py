"""How the page says things: names, counts, days, verdicts and places, in the page's language."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_zhengzhi.model import Comparison, Period
from geo_zhengzhi.services.console.rows import HotspotRow, TargetRow, ZoneRow
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.console.week_days import parse_weekdays
from geo_zhengzhi.services.labels import (
    KIND_WORDS,
    LEVEL_WORDS,
    VERDICTS,
    category_label,
    counted_note,
    hours_note,
    percent,
    significant,
    times_of_week,
)
from geo_zhengzhi.services.register.standing import Standing
from geo_zhengzhi.words import filled, translator_against

JOINED, FIXED_SPACE = "\u2060", "\u00a0"  # no line ends inside an interval or a percentage
VERDICT_CLASSES = {"improved": "better", "worse": "worse", "no_evidence": "same", "cannot_tell": "unknown"}
SHORT_VERDICTS = {"no_evidence": "no evidence"}  # the words of the lists; the map's own are longer
UNIT_WORDS = {"week": "Week", "month": "Month", "quarter": "Quarter", "half_year": "Half-year", "year": "Year"}
OPEN_GROUND = "open_ground"


class Say:
    """The page's language, as the functions that its template needs."""

    def __init__(self, language: str, against: str = "last_year") -> None:
        self.language = language
        self._ = translator_against(language, against)

    def text(self, msgid: str, **values: object) -> str:
        """A sentence with its values; a word without any is not looked into, so that a name may hold braces."""
        return filled(self._(msgid), values) if values else self._(msgid)

    def name(self, row: TargetRow | HotspotRow | ZoneRow) -> str:
        """A place's name; of a target without one its kind, on open ground that it is outside targets."""
        if row.kind == OPEN_GROUND:
            return self._("Outside targets")
        own = row.name_en if self.language == "en" and row.name_en else row.name
        return own or self.kind(row.kind)

    def place(self, row: TargetRow | HotspotRow | ZoneRow) -> str:
        """A place's name with what tells it from others of that name: a hotspot's rank, a zone's hotspots."""
        name = self.name(row)
        if isinstance(row, HotspotRow):
            return self.text("Hotspot {rank} · {name}", rank=row.rank, name=name)
        if isinstance(row, ZoneRow):
            ranks = ", ".join(map(str, row.ranks))
            word = "Candidate of hotspot {ranks}" if row.kind == OPEN_GROUND else "Zone of hotspot {ranks} · {name}"
            return self.text(word, ranks=ranks, name=name)
        return name

    def id(self, row: TargetRow | HotspotRow | ZoneRow) -> str:
        """A place's id in an address: of a target of several parts its own, of a part the part's."""
        if isinstance(row, TargetRow):
            return row.target_id if row.parts else row.feature_ids[0]
        return row.hotspot_id if isinstance(row, HotspotRow) else row.zone_id

    def tab(self, row: TargetRow | HotspotRow | ZoneRow) -> str:
        """The list that a place is in."""
        return "targets" if isinstance(row, TargetRow) else "hotspots" if isinstance(row, HotspotRow) else "zones"

    def next_step(self, standing: Standing, words: Mapping[str, str]) -> str:
        """The stages that may follow."""
        return self._(" or ").join(self._(words[stage]) for stage in standing.next_steps)

    def weekdays(self, written: str) -> str:
        """Days of the week as the address has them, in words."""
        return times_of_week(None, parse_weekdays(written), self._)

    def weekday_choices(self, asked: str) -> list[str]:
        """Days to choose from, as the address has them; what is asked for is among them."""
        choices = ["1-5", "6,7", *map(str, range(1, 8))]
        return choices if not asked or asked in choices else [asked, *choices]

    def part(self, part: TargetRow, whole: TargetRow) -> str:
        """A part's name without what it shares with its target: 大秦铁路 of 铁路沿线（大秦铁路）."""
        name, shared = self.name(part), self.name(whole)
        rest = name[len(shared) :].strip(" ()（）·-–—:：") if name.startswith(shared) else ""
        return rest or name

    def popup(self, whole: TargetRow, period: Period) -> dict[str, Any]:
        """What the map says of a target of several parts, as its own popups are made: its name, each part's count."""
        shared = [self.kind(whole.kind), self.level(whole.level), self.text("{n} parts", n=len(whole.parts))]
        compared = whole.change.comparison
        before = "" if whole.change.n_before is None else self.text("{n} before", n=whole.change.n_before)
        return {
            "title": self.name(whole),
            "subtitle": " · ".join(filter(None, shared)),
            "amounts": [self.incidents(whole.change.n_now), *filter(None, [before])],
            "rows": [
                *([self.part(part, whole), self.incidents(part.change.n_now)] for part in whole.parts),
                [self._("Period"), self.days(period)],
            ],
            "notes": [] if compared is None else [f"{self.verdict(compared)}; {self.change(compared)}"],
        }

    def incidents(self, n: int) -> str:
        """A count with its unit."""
        return self._("1 incident") if n == 1 else self.text("{n} incidents", n=f"{n:,}")

    def kind(self, kind: str) -> str:
        """A kind of target."""
        return self._("Outside targets") if kind == OPEN_GROUND else self._(KIND_WORDS[kind])

    def level(self, level: str) -> str:
        """A level; "" for a place that is not listed."""
        return self._(LEVEL_WORDS[level]) if level in LEVEL_WORDS else ""

    def category(self, category: str) -> str:
        """A category of incidents."""
        return category_label(category, self.language)

    def unit(self, unit: str) -> str:
        """A calendar unit."""
        return self._(UNIT_WORDS[unit])

    def days(self, period: Period) -> str:
        """A period by its ends."""
        return f"{period.first_day} – {period.last_day}"

    def hours(self, situation: Situation) -> str:
        """The weekdays and hours of the day that are shown: "Mo–Fr, 22:00–04:00"; "" for all."""
        return times_of_week(situation.query.hours, situation.query.weekdays, self._)

    def hours_note(self, situation: Situation) -> str:
        """What hours and weekdays keep, and how many incidents are uncertain; "" where every hour is shown."""
        if not situation.query.is_timed:
            return ""
        return hours_note(self.hours(situation), situation.n_uncertain or 0, situation.n_uncertain_before, self._)

    def day(self, day: date) -> str:
        """A day."""
        return day.isoformat()

    def verdict(self, comparison: Comparison) -> str:
        """Form and word of a verdict."""
        mark, word = VERDICTS[comparison.verdict]
        return f"{mark} {self._(SHORT_VERDICTS.get(comparison.verdict, word))}"

    def verdict_class(self, comparison: Comparison | None) -> str:
        """The style of a verdict."""
        return "unknown" if comparison is None else VERDICT_CLASSES[comparison.verdict]

    def percent(self, value: float) -> str:
        """A change in per cent."""
        return percent(value)

    def change(self, comparison: Comparison) -> str:
        """A change in per cent, with the per-day figure beside it where the lengths differ, or why there is none."""
        if comparison.percent is None:
            return self._("fewer than 10 in the same period last year: no percentage")
        if comparison.percent_per_day is None:
            return percent(comparison.percent)
        return self.text(
            "{percent} ({per_day} per day)",
            percent=percent(comparison.percent),
            per_day=percent(comparison.percent_per_day),
        )

    def ratio(self, comparison: Comparison) -> str:
        """Rate ratio and interval, or why there is none."""
        if comparison.rate_ratio is None or comparison.low is None or comparison.high is None:
            return self._("none in the same period last year: no ratio")
        return (
            self.text(
                "rate ratio {ratio:.2f}, 95 % interval {low:.2f}–{high:.2f}",
                ratio=comparison.rate_ratio,
                low=comparison.low,
                high=comparison.high,
            )
            .replace("–", f"–{JOINED}")
            .replace("95 %", f"95{FIXED_SPACE}%")
        )

    def trend(self, comparison: Comparison) -> str:
        """A fall, a rise or neither, in a plain sentence."""
        return self._(TRENDS[comparison.verdict])

    def tested_short(self, comparison: Comparison) -> str:
        """The test's short name with its p-value."""
        return self.tested(comparison).replace(self._(comparison.test), self._("E-test"))

    def tested(self, comparison: Comparison) -> str:
        """The test by its name, with its p-value; "" where there was nothing to test."""
        if comparison.p_value is None:
            return ""
        p = f"= {comparison.p_value:.3f}" if comparison.p_value >= LEAST_P else f"< {LEAST_P}"
        return self.text("{test}, p {p}", test=self._(comparison.test), p=p)

    def meaning(self, comparison: Comparison) -> str:
        """What the verdict means, in a sentence."""
        return self._(MEANINGS[comparison.verdict])

    def difference(self, comparison: Comparison) -> str:
        """How many more or fewer than last year."""
        change = comparison.n_now - comparison.n_before
        if change == 0:
            return self._("as many")
        return self.text("{n} fewer", n=-change) if change < 0 else self.text("{n} more", n=change)

    def peak(self, row: HotspotRow) -> str:
        """The densest hours of a hotspot; a dash where no incident's hour is known."""
        if row.fields["peak_hours"] is None:
            return "–"
        first, last = row.fields["peak_hours"]
        return self.text("{first:02d}–{last:02d} h", first=int(first) % 24, last=(int(last) - 1) % 24 + 1)

    def top(self, row: HotspotRow) -> str:
        """A hotspot's most frequent categories."""
        return " · ".join(f"{self.category(category)} {n}" for category, n in row.fields["top_categories"])

    def counted(self, row: HotspotRow) -> str:
        """Why a hotspot's change begins with another count than its cluster's; "" where both are the same."""
        return counted_note(row.change.comparison, int(row.fields["n_incidents"]), self._)

    def density(self, row: HotspotRow) -> str:
        """Incidents per km along a line, per km² elsewhere."""
        per_km = row.fields["incidents_per_km"]
        if per_km == per_km:  # a number: areas have NaN
            return self.text("{n} per km", n=significant(per_km))
        return self.text("{n} per km²", n=significant(row.fields["incidents_per_km2"]))

    def parameters(self, situation: Situation) -> str:
        """Radius and least number with which each kind of target was searched: "square 40 m / 5"."""
        return self._(", ").join(f"{kind} {used}" for kind, used in self.used(situation))

    def used(self, situation: Situation) -> list[tuple[str, str]]:
        """Each kind of target that is shown, and radius and least number used in it: ("square", "40–55 m / 5")."""
        result = situation.result
        used: dict[str, list[float]] = {}
        for part_id, kind in situation.kinds_of_parts.items():
            used.setdefault(kind, []).append(result.eps_used_m.get(part_id, math.nan))
        used[OPEN_GROUND] = [result.eps_used_m.get(OPEN_GROUND, math.nan)]
        found = []
        for kind, values in used.items():
            own = result.parameters.for_kind(None if kind == OPEN_GROUND else kind)
            known = [value for value in values if not math.isnan(value)] or [float(own.eps_m)]
            span = dict.fromkeys(f"{bound:.0f}" for bound in (min(known), max(known)))
            found.append((self.kind(kind), f"{'–'.join(span)} m / {own.min_samples}"))
        return found

    def area(self, area_km2: float) -> str:
        """An area, in hectares where it is small."""
        return f"{significant(area_km2)} km²" if area_km2 >= 1 else f"{significant(area_km2 * 100)} ha"


AGAINST_WORDS = {"last_year": "Year on year", "prior": "Period before"}
AGAINST_TITLES = {
    "last_year": "against the same period last year",
    "prior": "against the period before: the unit before, or as many days",
}
LEAST_P = 0.001
TRENDS = {
    "improved": "It has fallen.",
    "worse": "It has risen.",
    "no_evidence": "There is no evidence of a change.",
    "cannot_tell": "There is no evidence of a change.",
}
MEANINGS = {
    "improved": "The fall is larger than chance.",
    "worse": "The rise is larger than chance.",
    "no_evidence": "The difference is within chance.",
    "cannot_tell": "Too few to tell a change from chance.",
}
