"""
The door for incidents: a million rows read, checked and cleaned, against the time Arrow needs to read the file alone.

Rows have a number, a category, a time, longitude, latitude and an address, about 100 bytes of UTF-8. The dirty file is
what people send: times as spreadsheets write them (2024/3/1 8:05), and of a thousand rows each one repeated, one
without coordinates, one at (0, 0), one with an unreadable time, and one with a mobile number for its own number.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.csv

from benchmarks.protocol import DATA, Engine, Measurement
from geo_zhengzhi.io.incidents import read_incidents

CATEGORIES = ("入室盗窃", "街头抢劫", "诈骗", "寻衅滋事", "盗窃电动车", "殴打他人")
HEADER = "案件编号,案件类别,发案时间,经度,纬度,地址\n"


def measurements(quick: bool) -> list[Measurement]:
    n = 20_000 if quick else 1_000_000
    return [
        _measurement(n, "clean", "wgs84", 10, "ISO times, nothing to reject"),
        _measurement(n, "dirty", "wgs84", 10, "spreadsheet times, five faults in a thousand rows each"),
        _measurement(n, "clean", "gcj02", 20, "with GCJ-02 inversion"),
    ]


def _measurement(n: int, kind: str, datum: str, at_most: float, note: str) -> Measurement:
    path = write_csv(n, kind == "dirty")
    return Measurement(
        f"Read, check and clean {n:,} rows of CSV, {kind}, {datum}",
        subject=Engine("benchmarks.bench_import:door", path=str(path), datum=datum),
        reference=Engine("benchmarks.bench_import:arrow", path=str(path)),
        at_most=at_most,
        note=note,
    )


def door(path: str, datum: str) -> Callable[[], object]:
    return lambda: read_incidents(path, datum=datum)


def arrow(path: str) -> Callable[[], object]:
    return lambda: pyarrow.csv.read_csv(path)


def write_csv(n: int, dirty: bool, seed: int = 20240301) -> Path:
    """A file of `n` incidents around 117.4 E, 40.0 N over three years; written once."""
    path = DATA / f"incidents_{n}_{'dirty' if dirty else 'clean'}.csv"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(HEADER)
            stream.writelines(_lines(np.random.default_rng(seed), n, dirty))
        draft.replace(path)
    return path


def _lines(rng: np.random.Generator, n: int, dirty: bool) -> list[str]:
    longitude = np.char.mod("%.6f", 117.2 + rng.random(n) * 0.4)
    latitude = np.char.mod("%.6f", 39.9 + rng.random(n) * 0.3)
    category, house = rng.integers(0, len(CATEGORIES), n), rng.integers(1, 300, n)
    times = _times(rng, n, dirty)
    lines = [
        f"A{i:08d},{CATEGORIES[category[i]]},{times[i]},{longitude[i]},{latitude[i]},天津市蓟州区渔阳镇武定街{house[i]}号\n"
        for i in range(n)
    ]
    return [_faulty(i, line) for i, line in enumerate(lines)] if dirty else lines


def _times(rng: np.random.Generator, n: int, dirty: bool) -> list[str]:
    """Minutes of three years, in ISO or as spreadsheets write them."""
    at = np.datetime64("2022-01-01T00:00") + rng.integers(0, 3 * 525_600, n).astype("timedelta64[m]")
    if not dirty:
        return [text.replace("T", " ") for text in np.datetime_as_string(at, unit="m")]
    return [f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02d}" for t in at.astype(object)]


def _faulty(i: int, line: str) -> str:
    """The line, or, five times in a thousand, one with a fault."""
    number, category, time, longitude, latitude, address = line.split(",")
    fault = i % 1000
    if fault == 100:
        return line + line
    if fault == 200:
        longitude = ""
    elif fault == 300:
        longitude = latitude = "0"
    elif fault == 400:
        time = "不详"
    elif fault == 500:
        number = f"139{i:08d}"
    return ",".join((number, category, time, longitude, latitude, address))
