"""Where the same rows of a file would fall under each datum, as evidence for the person who declares it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.crs import GEODESIC, Floats, MetricFrame, parse_datum
from geo_zhengzhi.errors import GeoZhengzhiError, MissingColumn
from geo_zhengzhi.io.cleaning import Faults
from geo_zhengzhi.io.headers import Headers, suggest_headers
from geo_zhengzhi.io.places import StudyArea, read_places
from geo_zhengzhi.io.reasons import Reason
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY
from geo_zhengzhi.services.imports.sampling import Sample
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.study_area import box_around

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
SAME_PLACE_DEG = 1e-7  # a centimetre
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reading:
    """
    The sampled rows as one datum, or several that place them alike, puts them.

    Parameters
    ----------
    datums : tuple of str
        "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n".
    longitude, latitude : arrays of k, EPSG:4326
        NaN where a row has no place under this datum.
    n_swapped, n_beyond : int
        Rows whose axes are the other way round, and rows that are no degrees.
    in_county, in_targets : float or None
        Share of the placed rows that lie in the county, and in a target; None where there is no county, or no target.
    refusal : GeoZhengzhiError or None
        Why the file cannot be in this datum at all.
    """

    datums: tuple[str, ...]
    longitude: Floats
    latitude: Floats
    n_swapped: int = 0
    n_beyond: int = 0
    in_county: float | None = None
    in_targets: float | None = None
    refusal: GeoZhengzhiError | None = None

    @cached_property
    def placed(self) -> Mask:
        """Which rows have a place (array of k, bool)."""
        return np.isfinite(self.longitude) & np.isfinite(self.latitude)

    @property
    def n_placed(self) -> int:
        """How many rows have a place."""
        return int(self.placed.sum())


@dataclass(frozen=True, eq=False)
class Preview:
    """
    The evidence on a file's datum.

    Parameters
    ----------
    readings : tuple of Reading
        In a fixed order, whatever they show: none of them is proposed.
    n_rows : int
        Rows in the sample.
    own : str
        The system that the file itself says, "EPSG:n" or its name; "" where it says none or cannot.
    """

    readings: tuple[Reading, ...]
    n_rows: int
    own: str

    def reading_of(self, datum: str | None) -> Reading | None:
        """The reading of a datum; None where it is not among them."""
        return next((reading for reading in self.readings if datum in reading.datums), None)

    def shift_m(self, one: Reading, other: Reading) -> float | None:
        """How far apart two readings put the same rows, the median in metres; None where no row has both places."""
        both = one.placed & other.placed
        if not both.any():
            return None
        where = (one.longitude[both], one.latitude[both], other.longitude[both], other.latitude[both])
        return float(np.median(GEODESIC.inv(*where)[2]))


def preview_datums(
    sample: Sample, study: Study, mapping: Mapping[str, str] | None = None, asked: Sequence[str] = ()
) -> Preview:
    """
    Read a sample under every datum that it may be in.

    Parameters
    ----------
    sample : Sample
    study : Study
        The county and the targets that rows may fall into.
    mapping : {column: header}, optional
    asked : sequence of str
        Further datums to show, "EPSG:n".

    Raises
    ------
    MissingColumn
        If the file has no coordinates under these headers.
    UnknownDatum
        If one of `asked` is none.
    InvalidParameter, UnknownHeader, PersonalColumn, AmbiguousColumn
        As `headers.match_headers`.
    """
    headers, _ = suggest_headers(sample.table.headers, mapping)
    own = _own_system(sample)
    wanted = dict.fromkeys([*DATUMS, *_as_datum(own), *map(parse_datum, asked)])
    readings = [_read(sample, headers, datum) for datum in wanted]
    if not any(reading.n_placed for reading in readings):
        proposed = [datum for datum in projected_systems(study) if datum not in wanted]
        readings += [_read(sample, headers, datum) for datum in proposed]
    witnesses = _Witnesses(study, readings)
    return Preview(tuple(witnesses.judge(r) for r in _together(readings)), sample.table.n_rows, own)


def _own_system(sample: Sample) -> str:
    """What the file says of its coordinates, if its format can say anything."""
    points = sample.table.points
    if points is None or points.crs is None or not points.says_crs:
        return ""
    code = points.crs.to_epsg()
    return points.crs.name if code is None else f"EPSG:{code}"


def _as_datum(own: str) -> Iterator[str]:
    """The file's own system as a datum of its own, unless it is one of the four under another name."""
    if own.startswith("EPSG:") and own not in ("EPSG:4326", "EPSG:4490"):
        yield own


def projected_systems(study: Study) -> tuple[str, ...]:
    """
    The projected systems that a county's own maps may be in: CGCS2000's Gauss–Krüger zones and WGS-84's UTM zone.

    Three degrees wide and six, each without and with the zone's number before the easting; EPSG's own numbering.
    """
    area = _area(study)
    if area is None or not 73.5 <= area.centroid.x <= 136.5:
        return ()
    longitude = float(area.centroid.x)
    three, six = round(longitude / 3), int(longitude // 6) + 1  # the numbers of the two zones
    codes = (4534 + three - 25, 4513 + three - 25, 4502 + six - 13, 4491 + six - 13, 32630 + six)
    return tuple(f"EPSG:{code}" for code in codes)


def _read(sample: Sample, headers: Headers, datum: str) -> Reading:
    """The sample under one datum; a file that cannot be in it is a reading too, without places."""
    faults = Faults(sample.table.n_rows)
    nowhere = np.full(sample.table.n_rows, np.nan)
    try:
        places = read_places(sample.table, headers, datum, faults)
    except MissingColumn:
        raise
    except GeoZhengzhiError as refusal:
        return Reading((datum,), nowhere, nowhere, refusal=refusal)
    longitude, latitude = (np.where(faults.none, v, np.nan) for v in (places.longitude, places.latitude))
    n_swapped, n_beyond = faults.count(Reason.SWAPPED_AXES), faults.count(Reason.BEYOND_DEGREES)
    return Reading((datum,), longitude, latitude, n_swapped, n_beyond)


def _together(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, with those that put every row in the same place as one."""
    apart: list[Reading] = []
    for reading in readings:
        twin = next((i for i, known in enumerate(apart) if _alike(known, reading)), None)
        if twin is None:
            apart.append(reading)
        else:
            apart[twin] = replace(apart[twin], datums=(*apart[twin].datums, *reading.datums))
    return apart


def _alike(one: Reading, other: Reading) -> bool:
    """Whether two readings put at least one row, and every row, in the same place."""
    if one.n_placed == 0 or one.refusal is not None or other.refusal is not None:
        return False
    pairs = ((one.longitude, other.longitude), (one.latitude, other.latitude))
    return all(np.allclose(a, b, rtol=0, atol=SAME_PLACE_DEG, equal_nan=True) for a, b in pairs)


class _Witnesses:
    """What speaks for a reading: the county, and the targets in the county's metres."""

    def __init__(self, study: Study, readings: Sequence[Reading]) -> None:
        self._county = _county(study)
        self._frame = frame_of(study, readings)
        self._targets = self._tree(study) if len(study.targets) else None

    def _tree(self, study: Study) -> shapely.STRtree:
        """The targets as areas, corridors at their width."""
        shapes = np.asarray(study.targets[GEOMETRY].array, object)
        metric = shapely.transform(shapes, lambda xy: np.column_stack(self._frame.to_metres(xy[:, 0], xy[:, 1])))
        half_width_m = np.nan_to_num(study.targets[CORRIDOR_HALF_WIDTH_M].to_numpy(float))
        return shapely.STRtree(shapely.buffer(metric, half_width_m))

    def judge(self, reading: Reading) -> Reading:
        """A reading with the shares of its rows that lie in the county and in targets."""
        x, y = reading.longitude[reading.placed], reading.latitude[reading.placed]
        if not len(x):
            return reading
        in_county = None if self._county is None else float(shapely.intersects_xy(self._county, x, y).mean())
        in_targets = None
        if self._targets is not None:
            points = shapely.points(np.column_stack(self._frame.to_metres(x, y)))
            in_targets = len(np.unique(self._targets.query(points, predicate="intersects")[0])) / len(x)
        return replace(reading, in_county=in_county, in_targets=in_targets)


def frame_of(study: Study, readings: Sequence[Reading]) -> MetricFrame:
    """The county's frame in metres; that of the rows themselves where nothing is known of the county."""
    area = _area(study)
    if area is not None:
        return MetricFrame.for_bounds(area.bounds)
    placed = next((reading for reading in readings if reading.n_placed), None)
    if placed is None:
        return MetricFrame(0.0, 0.0)
    x, y = (float(np.median(v[placed.placed])) for v in (placed.longitude, placed.latitude))
    return MetricFrame.for_bounds(box_around(np.array([x]), np.array([y])).bounds)


def _area(study: Study) -> StudyArea | None:
    """The study area, if there is one."""
    return None if study.study_area is None or study.study_area.is_empty else study.study_area


def _county(study: Study) -> StudyArea | None:
    """The county's outline; the study area where none is known."""
    outline = study.context.outline
    if outline is None or outline.empty:
        return _area(study)
    county: StudyArea = shapely.union_all(outline.geometry)
    shapely.prepare(county)
    return county
