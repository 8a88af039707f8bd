"""The report of one file, put together from its rows."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo_zhengzhi.categories import UNSPECIFIED, find_category
from geo_zhengzhi.io.headers import REPORTED_AT, Headers
from geo_zhengzhi.io.privacy import PersonalData, shown_fields
from geo_zhengzhi.io.reasons import SENTENCES, SUMMARIES, Reason
from geo_zhengzhi.io.report import LINE, REASON_EN, REASON_ZH, ImportReport, Note
from geo_zhengzhi.io.rows import Rows
from geo_zhengzhi.io.tables import Floats, Integers, RawTable
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID
from geo_zhengzhi.words import translator

MAX_UNKNOWN_CATEGORIES = 50

# One sentence a count of `Intervals.counts`.
TIME_NOTES: Mapping[str, str] = {
    "days": "{n} times are days without a clock and count as their 24 hours.",
    "midnights": "{n} times are exactly 00:00, too many to be true; they count as the 24 hours of their day.",
    "repeated": "{n} local times occur twice because clocks were set back; the first of the two is taken.",
    "skipped": "{n} local times do not exist because clocks were set forward; the next one that does is taken.",
    "one_bound": "{n} rows give one end of their interval only; it is taken as their time.",
}


def make_report(table: RawTable, headers: Headers, personal: PersonalData, rows: Rows, timezone: str) -> ImportReport:
    """
    Count and explain every row of a file.

    Parameters
    ----------
    table, headers, personal, rows
        As read.
    timezone : str
        Of times that name none.
    """
    rejects, reasons = _rejects(table, headers, rows)
    return ImportReport(
        file_name=table.name,
        sha256=table.sha256,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        datum=rows.places.datum,
        datum_declared=rows.places.is_declared,
        timezone=timezone,
        n_read=table.n_rows + len(table.ragged),
        n_kept=int(rows.kept.sum()),
        n_duplicates=int(rows.is_duplicate.sum()),
        n_rejected=len(rejects),
        rejects=rejects,
        reject_reasons=reasons,
        mapping=dict(headers.names),
        dropped_columns=personal.dropped,
        unused_columns=personal.unused,
        unknown_categories=_unknown_categories(rows),
        notes=tuple(_notes(headers, rows)),
    )


def _rejects(table: RawTable, headers: Headers, rows: Rows) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rejected rows in the order of the file, and how many there are for each reason."""
    bad = np.flatnonzero(~rows.faults.none)
    lines = np.concatenate([table.lines_of(bad), [r.line for r in table.ragged]]).astype(np.int64)
    codes = np.concatenate([rows.faults.codes[bad], np.full(len(table.ragged), Reason.RAGGED)]).astype(int)
    details = np.concatenate([rows.faults.details[bad], [r.n_found for r in table.ragged]]).astype(float)
    fields = {
        header: texts + [""] * len(table.ragged)
        for header, texts in shown_fields(table, headers, ~rows.faults.none).items()
    }
    frame = pd.DataFrame(
        {LINE: lines, REASON_ZH: _sentences(codes, details, "zh"), REASON_EN: _sentences(codes, details, "en")}
        | {header if header not in (LINE, REASON_ZH, REASON_EN) else f"{header}_": t for header, t in fields.items()}
    )
    counts = Counter(Reason(code) for code in codes.tolist()).most_common()
    return (
        frame.sort_values(LINE, kind="stable", ignore_index=True),
        {SUMMARIES[reason]: n for reason, n in counts},
    )


def _sentences(codes: Integers, details: Floats, language: str) -> list[str]:
    """One sentence a rejected row."""
    translate = translator(language)
    templates = {reason: translate(sentence) for reason, sentence in SENTENCES.items()}
    return [
        templates[Reason(code)].format(detail=detail)
        for code, detail in zip(codes.tolist(), details.tolist(), strict=True)
    ]


def _unknown_categories(rows: Rows) -> dict[str, int]:
    """Categories that the table does not know with their counts, the most frequent first."""
    counts = np.bincount(rows.categories.codes[rows.kept], minlength=len(rows.categories.names))
    unknown = [
        (str(name), int(n))
        for name, n in zip(rows.categories.names, counts, strict=True)
        if n and find_category(str(name)) is None
    ]
    return dict(sorted(unknown, key=lambda pair: (-pair[1], pair[0]))[:MAX_UNKNOWN_CATEGORIES])


def _notes(headers: Headers, rows: Rows) -> list[Note]:
    """What a reader should know before using the data."""
    notes = [_datum_note(rows)] if not rows.places.is_declared else []
    notes += [
        Note(sentence, {"n": rows.intervals.counts[key]})
        for key, sentence in TIME_NOTES.items()
        if rows.intervals.counts.get(key)
    ]
    notes += _column_notes(headers, rows)
    notes += _swap_notes(headers, rows)
    unknown = _unknown_categories(rows)
    if unknown:
        listed = ", ".join(f"{name} ({n})" for name, n in list(unknown.items())[:10])
        notes.append(
            Note("Categories that the table does not know are kept as they are: {listed}.", {"listed": listed})
        )
    n_future = int((rows.intervals.from_us[rows.kept] > pd.Timestamp.now("UTC").value // 1000).sum())
    if n_future:
        notes.append(Note("{n} incidents lie in the future; they are kept.", {"n": n_future}))
    return notes


def _datum_note(rows: Rows) -> Note:
    """What is said where nobody declared a datum."""
    return Note(
        "No datum was declared; coordinates are taken as {datum}, since no row touches China.",
        {"datum": rows.places.datum},
    )


def _column_notes(headers: Headers, rows: Rows) -> list[Note]:
    """What follows from columns that are missing."""
    notes = []
    n_unnumbered = int(rows.ids.filter(rows.kept).null_count)
    if INCIDENT_ID not in headers:
        notes.append(Note("The file has no column of numbers; no two rows are taken for the same incident."))
    elif n_unnumbered:
        notes.append(Note("{n} rows have no number; none of them is taken for another row again.", {"n": n_unnumbered}))
    if CATEGORY not in headers:
        notes.append(
            Note("The file has no column of categories; every incident is {category}.", {"category": UNSPECIFIED})
        )
    if REPORTED_AT in headers and not {"occurred_at", "occurred_from", "occurred_to"} & set(headers.positions):
        notes.append(Note("The file has no time of occurrence; the time of report stands in."))
    return notes


def _swap_notes(headers: Headers, rows: Rows) -> list[Note]:
    """The remedy where axes or ends of intervals are the other way round."""
    notes = []
    n_swapped = rows.faults.count(Reason.SWAPPED_AXES)
    if n_swapped and rows.places.columns:
        x, y = rows.places.columns
        notes.append(
            Note(
                "{n} rows have longitude and latitude swapped – read them the other way round with --map {x}={of_y} "
                "--map {y}={of_x}.",
                {"n": n_swapped, "x": x, "y": y, "of_x": headers.names[x], "of_y": headers.names[y]},
            )
        )
    elif n_swapped:
        notes.append(
            Note(
                "{n} rows have longitude and latitude swapped – export the file with longitude first.", {"n": n_swapped}
            )
        )
    n_reversed = rows.faults.count(Reason.SWAPPED_TIMES)
    if n_reversed > int(rows.kept.sum()):
        notes.append(
            Note(
                "{n} rows end before they begin – if the headers are exchanged, map occurred_from and occurred_to the "
                "other way round.",
                {"n": n_reversed},
            )
        )
    return notes
