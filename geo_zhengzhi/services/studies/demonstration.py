"""Write the demonstration's incidents: simulated, with the planted truth, a description and hashes beside them."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_zhengzhi.errors import DemonstrationExists, FileMissing
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.simulation import Simulation, simulate_demonstration

Progress = Callable[[str, float], None]

INCIDENTS_FILE = "demo_incidents.csv"
SIDECAR_FILE = "demo_incidents.json"
TRUTH_FILE = "planted_truth.csv"
TRUTH_LAYER = "planted_truth.geojson"
MEMBERS_FILE = "planted_members.csv"
FILES = (INCIDENTS_FILE, SIDECAR_FILE, TRUTH_FILE, TRUTH_LAYER, MEMBERS_FILE)
LAYERS = ("targets", "county_outline", "stations")

README = """# Simulated incidents of the demonstration / 演示用模拟事件

**模拟数据，并非真实事件。 Everything here is made up; nothing is a record of a real incident.**
`sha256sum -c SHA256SUMS` checks the files; `geo-zhengzhi demo --overwrite` writes them again, the same to the byte.
Licence: MIT, as the program that made them. Made with seed {seed} for 2022-01-01 to 2024-12-31; {n} incidents, of which
February and March hold {n_2023} in 2023 and {n_2024} in 2024. CRS: WGS-84 (EPSG:4326), longitude and latitude in
degrees.

## demo_incidents.csv

UTF-8, one row an incident: `incident_id`, `category`, `occurred_from`, `occurred_to` (Asia/Shanghai wall time; equal
for an instant, an interval where only that is known, a bare date where only the day is known), `longitude`,
`latitude`. A Poisson process with a daily, weekly and yearly rhythm and a dip at the Spring Festival; background along
streets, in settlements, along railways and over the county; about three in ten at the address of an earlier one; and
the planted hotspots below. February and March are shared out among all of these by expectation, so that their sums are
exact.
sha256 `{demo_incidents.csv}`

## demo_incidents.json

What the CSV cannot say of itself: that it is simulated, its datum, time zone, seed and number of rows.
sha256 `{demo_incidents.json}`

## planted_truth.csv, planted_truth.geojson

The truth: one row (one point) a planted hotspot, with the target and part it lies in (empty on open ground), its
behaviour (`steady`, `appears`, `fades`, `comes_back`), the radius within which it lies evenly, how many incidents it
has in all and in February and March of each year.
sha256 `{planted_truth.csv}` and `{planted_truth.geojson}`

## planted_members.csv

The planted hotspot that each incident belongs to; incidents of the background are left out.
sha256 `{planted_members.csv}`
"""


def build_demonstration(
    settings: Settings,
    *,
    seed: int = 2024,
    directory: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """
    Simulate three years of incidents and write them with their truth.

    Parameters
    ----------
    settings : Settings
        `data_dir/boundaries` holds the targets, the outline and the stations.
    seed : int
        Of the simulator, >= 0; the same seed gives the same bytes.
    directory : Path, optional
        Where to write; `data_dir/incidents` by default. Made if absent.
    overwrite : bool
        Whether files that are there may be replaced.
    progress : function of (stage, fraction in [0, 1]), optional

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    DemonstrationExists
        If one of the files is there and `overwrite` is not given.
    FileMissing
        If a boundary file is not there.
    InvalidParameter
        If the targets are not the demonstration's own.
    """
    report = progress or (lambda stage, fraction: None)
    folder = directory or settings.data_dir / "incidents"
    _refuse_to_replace(folder, overwrite)
    layers = [_layer(settings.data_dir / "boundaries" / f"{name}.geojson") for name in LAYERS]
    report("Simulating", 0.1)
    simulation = simulate_demonstration(np.random.default_rng(seed), *layers)
    report("Writing", 0.7)
    folder.mkdir(parents=True, exist_ok=True)
    written = _write(folder, simulation, seed)
    report("Writing", 1.0)
    return written


def _refuse_to_replace(folder: Path, overwrite: bool) -> None:
    """Refuse where a file of the demonstration is there."""
    for name in FILES:
        if not overwrite and (folder / name).exists():
            raise DemonstrationExists(path=folder / name)


def _layer(path: Path) -> gpd.GeoDataFrame:
    """One of the repository's own boundary files, EPSG:4326."""
    if not path.exists():
        raise FileMissing(name=path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")


def _write(folder: Path, simulation: Simulation, seed: int) -> list[Path]:
    """Write the data files, then the hashes and the description that hold for them."""
    truth = _with_period_counts(simulation)
    rows = pd.DataFrame(truth.drop(columns="geometry"))
    _write_text(folder / INCIDENTS_FILE, _csv(_as_text(simulation.incidents)))
    _write_text(folder / SIDECAR_FILE, _sidecar(simulation, seed))
    _write_text(folder / TRUTH_FILE, _csv(rows))
    _write_text(folder / TRUTH_LAYER, truth.to_json(ensure_ascii=False, indent=1, drop_id=True) + "\n")
    _write_text(folder / MEMBERS_FILE, _csv(_members(simulation)))
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    _write_text(folder / "SHA256SUMS", "".join(f"{hashes[name]}  {name}\n" for name in sorted(FILES)))
    _write_text(folder / "README.md", _readme(simulation, seed, hashes))
    return [folder / name for name in (*FILES, "SHA256SUMS", "README.md")]


def _write_text(path: Path, text: str) -> None:
    """UTF-8 with plain line ends, the same bytes on every system."""
    path.write_bytes(text.encode("utf-8"))


def _csv(rows: pd.DataFrame) -> str:
    return str(rows.to_csv(index=False, float_format="%.6f", lineterminator="\n"))


def _as_text(incidents: pd.DataFrame) -> pd.DataFrame:
    """The incidents with their times as they are written: wall time to the minute, a bare date for a day."""
    start, end = incidents[OCCURRED_FROM], incidents[OCCURRED_TO]
    whole_day = (start == start.dt.normalize()) & (end == start + pd.DateOffset(days=1))
    wall = "%Y-%m-%d %H:%M"
    return pd.DataFrame(
        {
            INCIDENT_ID: incidents[INCIDENT_ID],
            CATEGORY: incidents[CATEGORY],
            OCCURRED_FROM: start.dt.strftime(wall).where(~whole_day, start.dt.strftime("%Y-%m-%d")),
            OCCURRED_TO: end.dt.strftime(wall).where(~whole_day, start.dt.strftime("%Y-%m-%d")),
            LONGITUDE: incidents[LONGITUDE],
            LATITUDE: incidents[LATITUDE],
        }
    )


def _sidecar(simulation: Simulation, seed: int) -> str:
    """What a reader must know about the CSV."""
    about = {
        "simulated": True,
        "note": "模拟数据，并非真实事件。 Simulated; not a record of real incidents.",
        "datum": "wgs84",
        "timezone": "Asia/Shanghai",
        "seed": seed,
        "n_incidents": len(simulation.incidents),
    }
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _in_february_and_march(incidents: pd.DataFrame, year: int) -> "pd.Series[bool]":
    """Whether the middle of each incident's time lies in those months."""
    start = incidents[OCCURRED_FROM]
    day = (start + (incidents[OCCURRED_TO] - start) / 2).dt.date
    return (day >= date(year, 2, 1)) & (day <= date(year, 3, 31))


def _with_period_counts(simulation: Simulation) -> gpd.GeoDataFrame:
    """The planted hotspots with their incidents in February and March of each year."""
    truth = simulation.planted.copy()
    for year in (2022, 2023, 2024):
        inside = _in_february_and_march(simulation.incidents, year).to_numpy()
        found = pd.Series(simulation.planted_id[inside]).value_counts()
        truth[f"n_feb_mar_{year}"] = truth["planted_id"].map(found).fillna(0).astype(int)
    return truth


def _members(simulation: Simulation) -> pd.DataFrame:
    """Incident and planted hotspot, for the incidents that belong to one."""
    pairs = pd.DataFrame({INCIDENT_ID: simulation.incidents[INCIDENT_ID], "planted_id": simulation.planted_id})
    return pairs[pairs["planted_id"] != ""]


def _readme(simulation: Simulation, seed: int, hashes: dict[str, str]) -> str:
    """The description of the folder, with what is true of these very files."""
    text = README
    values = {
        "seed": seed,
        "n": len(simulation.incidents),
        "n_2023": int(_in_february_and_march(simulation.incidents, 2023).sum()),
        "n_2024": int(_in_february_and_march(simulation.incidents, 2024).sum()),
        **hashes,
    }
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
