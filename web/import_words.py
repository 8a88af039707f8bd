"""How the import pages say things: columns, datums, what is wrong and what to do about it on this page."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo_zhengzhi.errors import AmbiguousColumn, GeoZhengzhiError
from geo_zhengzhi.services.imports.choices import datum_label
from geo_zhengzhi.words import filled, translator

COLUMNS: Mapping[str, str] = {
    "incident_id": "Number",
    "occurred_at": "Time or day",
    "occurred_from": "Time from",
    "occurred_to": "Time to",
    "reported_at": "Time of report",
    "category": "Category",
    "weight": "Weight",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "x": "Easting x",
    "y": "Northing y",
}
RARE = ("reported_at", "weight", "x", "y")  # shown when they are read, or on request
HINTS: Mapping[str, str] = {
    "wgs84": "GPS devices",
    "cgcs2000": "surveying",
    "gcj02": "Amap, Tencent maps",
    "bd09": "Baidu maps",
}
STAGES: Mapping[str, str] = {
    "": "Getting ready",
    "reading": "Reading the file",
    "keeping": "Writing the incidents",
    "comparing": "Comparing with what is there",
    "done": "Done",
}
# Sentences that tell a user of the command line what to type, and what they say here instead.
HERE: Mapping[str, str] = {
    AmbiguousColumn.sentence: (
        "{headers} could all be the column {column} – allowed: one header a column – choose it in its field."
    ),
    (
        "{n} rows have longitude and latitude swapped – read them the other way round with --map {x}={of_y} "
        "--map {y}={of_x}."
    ): "{n} rows have longitude and latitude swapped – exchange the two fields in step 2.",
    (
        "{n} rows end before they begin – if the headers are exchanged, map occurred_from and occurred_to the "
        "other way round."
    ): "{n} rows end before they begin – if the two headers are exchanged, exchange the fields in step 2.",
}
SWAPPED = "Longitude and latitude seem exchanged in {n} of {all} sampled rows: exchange the two fields."
OPTION = "the datum in step 2"  # in place of a command line's option
UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


class Words:
    """The import pages' language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._ = translator(language)

    def column(self, column: str) -> str:
        """One of our columns."""
        return self._(COLUMNS.get(column, column))

    def datum(self, datum: str) -> str:
        """A datum by its name."""
        return datum_label(datum)

    def datums(self, datums: Iterable[str]) -> str:
        """Several datums that place rows alike."""
        return " / ".join(map(datum_label, datums))

    def columns(self, columns: Iterable[str]) -> str:
        """Several of our columns."""
        return self._(", ").join(map(self.column, columns))

    def fields(self, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
        """What was read from where, in the order of our columns: (column, header)."""
        return [(self.column(column), mapping[column]) for column in COLUMNS if column in mapping]

    def headers(self, mapping: Mapping[str, str], fields: Mapping[str, str]) -> list[str]:
        """The headers of the fields of a rejected row, those of our columns first and in their order."""
        ours = [header for _, header in self.fields(mapping) if header in fields]
        return ours + [header for header in fields if header not in ours]

    def hint(self, datum: str) -> str:
        """Where coordinates in a datum come from."""
        return self._(HINTS[datum]) if datum in HINTS else ""

    def fault(self, error: GeoZhengzhiError | None) -> str:
        """What is wrong, with what to do about it on this page; "" where nothing is."""
        if error is None:
            return ""
        values = dict(error.values)
        if "option" in values:
            values["option"] = self._(OPTION)
        if "column" in values:
            values["column"] = self.column(str(values["column"]))
        return self._fill(error.sentence, type(error)(**values))

    def _fill(self, sentence: str, error: GeoZhengzhiError) -> str:
        if sentence in HERE:
            return self._(HERE[sentence]).format(**error.values)
        return error.in_language(self._)

    def unplaced(self, looked: Any) -> list[tuple[str, str]]:
        """Why datums place no row, those with the same reason together: (datums, sentence)."""
        reasons: dict[str, list[str]] = {}
        for reading in looked.unplaced:
            reasons.setdefault(self._why_nowhere(reading, looked.preview.n_rows), []).extend(reading.datums)
        return [(self._(", ").join(map(datum_label, datums)), sentence) for sentence, datums in reasons.items()]

    def _why_nowhere(self, reading: Any, n_rows: int) -> str:
        if reading.refusal is not None:
            return self.fault(reading.refusal)
        if reading.n_swapped:
            return self._(SWAPPED).format(n=reading.n_swapped, all=n_rows)
        return self._("The numbers are no degrees.") if reading.n_beyond else self._("No sampled row has a place.")

    def note(self, note: Any) -> str:
        """What the dry run tells."""
        return filled(self._(HERE.get(note.sentence, note.sentence)), note.values)

    def stage(self, job: Any) -> str:
        """What an import is at."""
        if job.status == "waiting":
            return self._("Waiting for another import")
        return self._(STAGES.get(job.stage, job.stage))

    def share(self, share: float | None) -> str:
        """A share in whole per cent; one that is not the whole is never called so."""
        if share is None:
            return "–"
        percent = round(100 * share)
        return f"{min(percent, 99) if share < 1 else 100} %"

    def metres(self, metres: float | None) -> str:
        """A distance."""
        if metres is None:
            return "–"
        return f"{metres:,.0f} m" if metres < 10_000 else f"{metres / 1000:,.0f} km"

    def size(self, n_bytes: int) -> str:
        """The size of a file."""
        unit = next((unit for unit in UNITS if n_bytes >= unit[0]), None)
        return f"{n_bytes} B" if unit is None else f"{n_bytes / unit[0]:.1f} {unit[1]}"
