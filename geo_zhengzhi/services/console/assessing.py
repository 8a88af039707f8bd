"""Gather the incidents of a period, let the pipeline analyse them once, count an earlier one's in the same places."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_zhengzhi.hours import hour_weekday_grid, keep_in_hours
from geo_zhengzhi.model import AnalysisResult, Period
from geo_zhengzhi.pipeline import analyse
from geo_zhengzhi.schema import HOTSPOT_ID, KIND, LEVEL, OCCURRED_FROM, OCCURRED_TO, PART, PART_ID, ZONE_ID
from geo_zhengzhi.services.console.counting import placed_before, placed_now
from geo_zhengzhi.services.console.listing import Changes, hotspot_rows, target_rows, zone_rows
from geo_zhengzhi.services.console.periods import LAST_YEAR, laid_against
from geo_zhengzhi.services.console.situation import Query, Situation, Week, assess, rows_asked
from geo_zhengzhi.services.console.weeks import weeks_around, weeks_of
from geo_zhengzhi.services.studies.study import Study

NOT_SO_FAR_BACK = "The data begin on {first}, after the same period last year began; there is nothing to compare with."
NO_PRIOR = "The data begin on {first}, after the period before began; there is nothing to compare with."
ENDS_WITHIN = "The data end on {last}, before this period does; its count may still grow."


def assess_anew(study: Study, query: Query) -> Situation:
    """
    Analyse a period of a study and lay it beside an earlier one.

    Parameters
    ----------
    study : Study
    query : Query
        Checked, its period filled in. A kind or level of target is a part of the answer for all of them, which is kept.
    """
    if query.kind is not None or query.level is not None:
        return _narrowed(assess(study, replace(query, kind=None, level=None)), query)
    assert query.period is not None
    period, earlier = query.period, _earlier(study, query.period, query.against)
    # What is found does not depend on what it is laid against.
    same = query.against == LAST_YEAR
    whole = _analysed(study, query) if same else assess(study, replace(query, against=LAST_YEAR)).result
    before = None if earlier is None else placed_before(_incidents(study, query, earlier), whole)
    changes = Changes(placed_now(whole), before, period, earlier)
    by_part, by_target = changes.by_part(whole.targets), changes.by_target(whole.targets)
    by_hotspot = changes.by_hotspot(whole.hotspots, whole.targets)
    by_zone = changes.by_zone(whole.zones, whole.candidates)
    n_intervals, n_across = _uncertain(whole.incidents, period)
    return Situation(
        study=study,
        query=query,
        period=period,
        earlier=earlier,
        result=whole,
        county=changes.county(),
        outside=changes.outside(),
        targets=target_rows(whole, by_target, by_part),
        hotspots=hotspot_rows(whole.hotspots, whole.targets, by_hotspot),
        zones=zone_rows(whole.zones, whole.hotspots, whole.targets, by_zone),
        candidates=zone_rows(whole.candidates, whole.hotspots, whole.targets, by_zone),
        target_changes=by_part,
        hotspot_changes=by_hotspot,
        zone_changes=by_zone,
        hours=hour_weekday_grid(whole.incidents[OCCURRED_FROM], whole.incidents[OCCURRED_TO], study.timezone),
        weeks=_weeks(study, query, period, earlier),
        n_intervals=n_intervals,
        n_across=n_across,
        n_uncertain=_n_partly(study, query, period),
        n_uncertain_before=_n_partly(study, query, earlier),
        notes=_notes(study, period, query.against),
    )


def _narrowed(whole: Situation, query: Query) -> Situation:
    """The places of one kind and level of target out of the answer for all; incidents and their counts stay whole."""
    shown = _only(whole.result, query.kind, query.level)
    by_target = {row.target_id: row.change for row in whole.targets}
    hotspot_ids, zone_ids = set(shown.hotspots[HOTSPOT_ID]), set(shown.zones[ZONE_ID])
    return replace(
        whole,
        query=query,
        result=shown,
        targets=target_rows(shown, by_target, whole.target_changes),
        hotspots=tuple(row for row in whole.hotspots if row.hotspot_id in hotspot_ids),
        zones=tuple(row for row in whole.zones if row.zone_id in zone_ids),
        candidates=(),
        hotspot_changes={key: change for key, change in whole.hotspot_changes.items() if key in hotspot_ids},
        zone_changes={key: change for key, change in whole.zone_changes.items() if key in zone_ids},
    )


def _analysed(study: Study, query: Query) -> AnalysisResult:
    """The pipeline on the period's incidents and every target."""
    assert query.period is not None
    return analyse(_incidents(study, query, query.period), study.targets, query.parameters, study_area=study.study_area)


def _incidents(study: Study, query: Query, period: Period) -> pd.DataFrame:
    """The incidents of a category, of hours and of weekdays whose midpoint lies in the period."""
    return study.incidents.take(rows_asked(study, query, period)).reset_index(drop=True)


def _n_partly(study: Study, query: Query, period: Period | None) -> int | None:
    """How many of a period's incidents lie only partly in the hours and days asked for; None without."""
    if not query.is_timed or period is None:
        return None
    return keep_in_hours(study.shares(query.hours, study.rows(period, query.category), query.weekdays))[1]


def _earlier(study: Study, period: Period, against: str) -> Period | None:
    """What a period is laid against, where the data reach back to its first day and on to its last."""
    earlier, span = laid_against(period, against), study.span
    if span is None or span.first_day > earlier.first_day or span.last_day < earlier.last_day:
        return None
    return earlier


def _only(result: AnalysisResult, kind: str | None, level: str | None) -> AnalysisResult:
    """The targets of one kind and level (None: any) with what was found in them; incidents and heat stay whole."""
    listed = result.targets
    kept = np.ones(len(listed), bool) if kind is None else (listed[KIND] == kind).to_numpy(bool)
    if level is not None:
        kept &= (listed[LEVEL] == level).to_numpy(bool)
    new_position = np.where(kept, np.cumsum(kept) - 1, -1)
    pairs = result.assignments[kept[result.assignments[PART].to_numpy()]]
    targets = result.targets.loc[kept].reset_index(drop=True)
    parts = set(targets[PART_ID])

    def of_kind(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame[frame[PART_ID].isin(parts)].reset_index(drop=True)

    return replace(
        result,
        targets=targets,
        assignments=pairs.assign(**{PART: new_position[pairs[PART].to_numpy()].astype(np.int32)}),
        hotspots=of_kind(result.hotspots),
        zones=of_kind(result.zones),
        candidates=result.candidates.iloc[:0],
    )


def _uncertain(incidents: pd.DataFrame, period: Period) -> tuple[int, int]:
    """How many incidents have an interval for a time, and how many of them reach beyond the period."""
    start, end = incidents[OCCURRED_FROM], incidents[OCCURRED_TO]
    interval = end > start
    across = interval & ((start < pd.Timestamp(period.start)) | (end > pd.Timestamp(period.end)))
    return int(interval.sum()), int(across.sum())


def _weeks(study: Study, query: Query, period: Period, earlier: Period | None) -> tuple[Week, ...]:
    """The county's weeks."""
    around = weeks_around(study, period, earlier)
    if around is None:
        return ()
    return weeks_of(study.midpoints.take(rows_asked(study, query, around)), around, period, earlier)


def _notes(study: Study, period: Period, against: str) -> tuple[tuple[str, dict[str, object]], ...]:
    """What has to be said about how far the data reach."""
    if study.span is None:
        return ()
    notes: list[tuple[str, dict[str, object]]] = []
    if study.span.first_day > laid_against(period, against).first_day:
        sentence = NOT_SO_FAR_BACK if against == LAST_YEAR else NO_PRIOR
        notes.append((sentence, {"first": study.span.first_day}))
    if study.span.last_day < period.last_day:
        notes.append((ENDS_WITHIN, {"last": study.span.last_day}))
    return tuple(notes)
