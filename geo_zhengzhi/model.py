"""The nouns: kinds of target, parameters, periods, comparisons, surfaces and the result of an analysis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.errors import InvalidParameter

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

LEVELS = ("city", "county", "township")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)  # days to ask for: a year earlier and a year on are dates too
MAX_EPS_M = 100_000.0  # no county frame reaches much further
MAX_MIN_SAMPLES = 2**31 - 1  # what the engine's whole numbers hold


ROLES = ("viewer", "planner", "importer", "administrator", "auditor")


@dataclass(frozen=True)
class Actor:
    """Who does something: the name of an account and its role; `SYSTEM` is the program itself, at the command line."""

    name: str
    role: str


SYSTEM = Actor("system", "system")
ANONYMOUS = Actor("anonymous", "anonymous")  # someone who is not signed in
VISITOR = Actor("anonymous", "viewer")  # the same person where the installation is the demonstration


@dataclass(frozen=True)
class KindParameters:
    """How incidents are clustered in one kind of target, and why."""

    eps_m: float
    min_samples: int
    zone_buffer_m: float
    reason: str


# One row a kind. eps follows the spacing of the places inside it, min_samples what a unit can look into in a period.
KIND_PARAMETERS: Mapping[str, KindParameters] = {
    "residential_area": KindParameters(60, 5, 50, "Two neighbouring slab blocks lie 40 to 60 m apart."),
    "square": KindParameters(40, 5, 50, "A square is one open space; corners 40 m apart are different spots."),
    "village": KindParameters(80, 5, 50, "Farmyards along a lane lie 20 to 40 m apart, lanes 60 to 80 m."),
    "railway_corridor": KindParameters(200, 5, 50, "One patrol section; shared geometry itself strays up to 200 m."),
    "commercial_area": KindParameters(50, 6, 50, "Shop fronts are close; busy places need more to stand out."),
    "school": KindParameters(60, 4, 50, "Gates and the streets before them; few incidents already matter."),
    "enterprise": KindParameters(80, 4, 50, "Works sites are wide and sparsely used."),
    "unit": KindParameters(60, 4, 50, "An institution's compound is about one block."),
    "trade": KindParameters(100, 6, 50, "Stands move along a street within about a block."),
    "district": KindParameters(100, 6, 50, "A town quarter: street blocks are about 100 m."),
}
KINDS = tuple(KIND_PARAMETERS)
OPEN_GROUND = KindParameters(150, 6, 50, "Outside targets places are sparse; 150 m is a town block or hamlet.")
DEFAULT_CORRIDOR_HALF_WIDTH_M = 300.0  # shared railway geometry strays up to 200 m
HEAT_CLASSES = (1.0, 3.0, 10.0, 30.0, 100.0)  # incidents per km² per period, the one scale of every map


@dataclass(frozen=True)
class Period:
    """A half-open stretch of time [start, end), both with a time zone."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.end <= self.start:
            raise InvalidParameter(
                name="period", given=f"{self.start} – {self.end}", allowed="a start before its end, with a time zone"
            )

    @classmethod
    def of_days(cls, first: date, last: date, timezone: str) -> "Period":
        """The period from the first to the last day, both included."""
        zone = ZoneInfo(timezone)
        return cls(datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone))

    @property
    def first_day(self) -> date:
        """The first day."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day that is at least partly inside."""
        return (self.end - timedelta(microseconds=1)).date()

    @property
    def n_days(self) -> int:
        """Calendar days from the first to the last, both included."""
        return (self.last_day - self.first_day).days + 1

    def a_year_earlier(self) -> "Period":
        """
        The same calendar days of the year before.

        29 February maps to the 28th, and a period that ends with its month ends with it there too, so that whole
        months are compared with whole months.
        """
        zone = str(self.start.tzinfo)
        first, after = self.first_day, self.last_day + timedelta(days=1)
        return Period.of_days(_year_before(first), _year_before(after) - timedelta(days=1), zone)


def _year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


@dataclass(frozen=True)
class AnalysisParameters:
    """
    What an analysis may be told; None keeps the kind's own value.

    Parameters
    ----------
    eps_m : float, "auto" or None
        Neighbourhood radius in metres, > 0 and <= 100,000; "auto" takes the knee of the k-distance curve.
    min_samples : int or None
        Incidents (or, with `weighted`, weight) within `eps_m` that make a core point; >= 1.
    weighted : bool
        Sum `weight` instead of counting incidents.
    zone_buffer_m : float or None
        Width of the belt around a hotspot that its zone takes in; >= 0.
    heat_bandwidth_m, heat_cell_m : float
        Radius of the quartic kernel, and side of the surface's cells.
    frame_center : (longitude, latitude) or None
        Centre of the county frame; None takes the study area's, rounded to 0.1°.
    timezone : str
        IANA zone in which days and hours are told.
    n_threads : int
        Threads of the clustering engine; the result does not depend on it.
    """

    eps_m: float | Literal["auto"] | None = None
    min_samples: int | None = None
    weighted: bool = False
    zone_buffer_m: float | None = None
    heat_bandwidth_m: float = 400.0
    heat_cell_m: float = 50.0
    frame_center: tuple[float, float] | None = None
    timezone: str = "Asia/Shanghai"
    n_threads: int = 2

    def __post_init__(self) -> None:
        eps_m, least = self.eps_m, self.min_samples
        is_radius = eps_m is None or eps_m == "auto" or (_above(eps_m, 0) and eps_m <= MAX_EPS_M)
        _require("eps_m", eps_m, is_radius, f"auto or metres > 0, <= {MAX_EPS_M:.0f}")
        is_number = least is None or 1 <= least <= MAX_MIN_SAMPLES
        _require("min_samples", least, is_number, f"whole, >= 1, <= {MAX_MIN_SAMPLES}")
        _require("zone_buffer_m", self.zone_buffer_m, self.zone_buffer_m is None or self.zone_buffer_m >= 0, ">= 0")
        _require("heat_bandwidth_m", self.heat_bandwidth_m, _above(self.heat_bandwidth_m, 0), "metres > 0")
        _require("heat_cell_m", self.heat_cell_m, _above(self.heat_cell_m, 0), "metres > 0")
        _require("n_threads", self.n_threads, self.n_threads >= 1, ">= 1")

    def for_kind(self, kind: str | None) -> KindParameters:
        """The parameters for a kind of target (None: open ground), with what was overridden."""
        own = OPEN_GROUND if kind is None else KIND_PARAMETERS[kind]
        return KindParameters(
            own.eps_m if self.eps_m is None or isinstance(self.eps_m, str) else float(self.eps_m),
            own.min_samples if self.min_samples is None else self.min_samples,
            own.zone_buffer_m if self.zone_buffer_m is None else self.zone_buffer_m,
            own.reason,
        )


def _above(value: object, bound: float) -> bool:
    """Whether a value is a finite number above the bound."""
    return isinstance(value, int | float) and np.isfinite(value) and value > bound


def _require(name: str, given: object, holds: bool, allowed: str) -> None:
    """Refuse a parameter that does not hold."""
    if not holds:
        raise InvalidParameter(name=name, given=given, allowed=allowed)


Verdict = Literal["improved", "worse", "no_evidence", "cannot_tell"]


@dataclass(frozen=True)
class Comparison:
    """
    Two counts side by side: this period and an earlier one.

    `percent` is None when the earlier count is below 10; `percent_per_day` is None unless the lengths differ and
    `percent` is given. `rate_ratio`, `low` and `high` are None when the earlier count is 0 and so no ratio exists.
    """

    n_now: int
    n_before: int
    n_days_now: int
    n_days_before: int
    rate_ratio: float | None
    low: float | None
    high: float | None
    interval_method: str
    p_value: float | None
    test: str
    verdict: Verdict
    percent: float | None
    percent_per_day: float | None


@dataclass(frozen=True)
class Surface:
    """
    A density surface on a north-up grid in the county frame.

    Parameters
    ----------
    incidents_per_km2 : array of shape (n_rows, n_columns)
        Row 0 is the southern one; each value holds at its cell's centre.
    west_m, south_m : float
        Lower left corner of cell (0, 0), metres.
    cell_m, bandwidth_m : float
        Side of a cell, radius of the kernel.
    kernel : str
        Name of the kernel.
    """

    incidents_per_km2: npt.NDArray[np.float64]
    west_m: float
    south_m: float
    cell_m: float
    bandwidth_m: float
    kernel: str = "quartic"


@dataclass(frozen=True)
class Clusters:
    """
    The kept clusters of one analysis.

    Parameters
    ----------
    members : DataFrame of schema.MEMBER_COLUMNS
        Sorted by cluster, then in canonical order. An incident may be in several clusters, of parts that overlap.
    part : int32[n_clusters]
        Each cluster's part, its position in the targets frame; -1 = open ground.
    eps_m : float64[n_clusters]
        The radius each was found with.
    eps_used_m : Mapping
        The radius used for every part, by `part_id`, and for "open_ground".
    """

    members: pd.DataFrame
    part: npt.NDArray[np.int32]
    eps_m: npt.NDArray[np.float64]
    eps_used_m: Mapping[str, float]

    @property
    def n_clusters(self) -> int:
        """How many there are."""
        return len(self.part)


@dataclass(frozen=True)
class Context:
    """What lies around the targets: all EPSG:4326, each may be None."""

    outline: "GeoDataFrame | None" = None  # polygons
    stations: "GeoDataFrame | None" = None  # points with name, name_en
    places: "GeoDataFrame | None" = None  # points with name, name_en
    railways: "GeoDataFrame | None" = None  # lines
    notes: tuple[str, ...] = ()  # English msgids: "Incidents are simulated." …
    attributions: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnalysisResult:
    """
    What `pipeline.analyse` found, with what it was given.

    `incidents` is the caller's frame, same rows and order, with `hotspot_id` ("" = none; several are joined with a
    semicolon) and `is_core`. `targets` are the parts as used. Geometries are EPSG:4326. `counts` are incidents at each
    stage, by name.
    """

    incidents: pd.DataFrame
    targets: "GeoDataFrame"
    assignments: pd.DataFrame
    hotspots: "GeoDataFrame"
    zones: "GeoDataFrame"
    candidates: "GeoDataFrame"
    surface: Surface
    frame_center: tuple[float, float]
    parameters: AnalysisParameters
    eps_used_m: Mapping[str, float]
    data_version: str
    counts: Mapping[str, int] = field(default_factory=dict)
