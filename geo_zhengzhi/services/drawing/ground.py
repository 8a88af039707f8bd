"""What a shape is drawn on: a period's incidents and last year's as grids, its hotspots, the county's figures."""

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame, geodesic_area_km2
from geo_zhengzhi.model import Period
from geo_zhengzhi.schema import GEOMETRY, HOTSPOT_ID, LATITUDE, LONGITUDE, N_INCIDENTS, RANK
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.drawing.points import PointGrid
from geo_zhengzhi.services.studies.study import Study

_GROUNDS: ComputeOnce["Ground"] = ComputeOnce(size=8)
_GRIDS: ComputeOnce[PointGrid] = ComputeOnce(size=8)
_HOTSPOTS: ComputeOnce["Hotspots"] = ComputeOnce(size=8)


@dataclass(frozen=True, eq=False)
class Hotspots:
    """The hotspots of a period (n): ids, ranks, incidents, and outlines in the county's frame."""

    ids: tuple[str, ...]
    ranks: tuple[int, ...]
    n_incidents: tuple[int, ...]
    shapes: np.ndarray


@dataclass(frozen=True, eq=False)
class Ground:
    """
    One period of a study, ready to be asked what lies in a shape.

    Parameters
    ----------
    frame : MetricFrame
        The county's, in which shapes are laid on incidents as the analysis does.
    period, earlier : Period, Period or None
    now, before : PointGrid, PointGrid or None
        None where the data do not reach back a year.
    area_km2 : float
        Of the county's outline, or of the study area; geodesic.
    county : geometry in metres, or None
        What a boundary must lie in; None where no outline is known.
    data : str
        Names the incidents and the frame: the same for the same counts.
    """

    frame: MetricFrame
    period: Period
    earlier: Period | None
    now: PointGrid
    before: PointGrid | None
    area_km2: float
    county: shapely.Geometry | None
    data: str

    def metric(self, shape: shapely.Geometry) -> shapely.Geometry:
        """An EPSG:4326 shape in the county's frame."""
        return shapely.transform(shape, lambda xy: np.column_stack(self.frame.to_metres(xy[:, 0], xy[:, 1])))

    def degrees(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A shape of the county's frame in EPSG:4326."""
        return shapely.transform(shape, lambda xy: np.column_stack(self.frame.to_degrees(xy[:, 0], xy[:, 1])))


def ground_of(study: Study, period: Period) -> Ground:
    """The ground of a period; its grids are made once for as long as the incidents stay the same."""
    return _GROUNDS.get((study.data_version, id(study), period), lambda: _ground(study, period))


def _ground(study: Study, period: Period) -> Ground:
    frame = frame_of(study)
    earlier = study.year_before(period)
    data = f"{study.incidents_name or study.data_version} {frame} {study.timezone}"
    outline = outline_of(study)
    area = study.ground if outline is None else outline
    return Ground(
        frame=frame,
        period=period,
        earlier=earlier,
        now=_grid(study, frame, period, data),
        before=None if earlier is None else _grid(study, frame, earlier, data),
        area_km2=float(geodesic_area_km2([area])[0]),
        county=None if outline is None else _in_metres(outline, frame),
        data=data,
    )


def frame_of(study: Study) -> MetricFrame:
    """The frame in metres that an analysis of the study takes."""
    return _frame(study.ground.bounds, study.frame_center)


def hotspots_of(study: Study, ground: Ground, wait_s: float | None = None) -> Hotspots | None:
    """
    The hotspots of the ground's period, found by the analysis that the map shows.

    The first question after a boundary was saved has to analyse anew. Whoever does not wait that long says for how many
    seconds, and gets None where they are not there by then; they are found meanwhile.
    """
    key = (study.data_version, ground.data, ground.period)

    def found() -> Hotspots:
        return _hotspots(assess(study, Query(ground.period)).result.hotspots, ground)

    return _HOTSPOTS.get(key, found) if wait_s is None else _HOTSPOTS.soon(key, found, wait_s)


def outline_of(study: Study) -> shapely.Geometry | None:
    """The county's outline, EPSG:4326; None where none is known."""
    outline = study.context.outline
    return None if outline is None or outline.empty else outline.union_all()


def _hotspots(found: gpd.GeoDataFrame, ground: Ground) -> Hotspots:
    return Hotspots(
        tuple(map(str, found[HOTSPOT_ID])),
        tuple(map(int, found[RANK])),
        tuple(map(int, found[N_INCIDENTS])),
        np.asarray(ground.metric(np.asarray(found[GEOMETRY].array, object))),
    )


def _grid(study: Study, frame: MetricFrame, period: Period, data: str) -> PointGrid:
    return _GRIDS.get((data, period), lambda: _points(study, frame, period))


def _points(study: Study, frame: MetricFrame, period: Period) -> PointGrid:
    """The incidents whose midpoint lies in a period."""
    rows = study.rows(period)
    longitude, latitude = (study.incidents[name].take(rows).to_numpy(float) for name in (LONGITUDE, LATITUDE))
    return PointGrid.of(frame, longitude, latitude)


@lru_cache(maxsize=8)
def _frame(bounds: tuple[float, float, float, float], center: tuple[float, float] | None) -> MetricFrame:
    return MetricFrame.for_bounds(bounds, center)


def _in_metres(outline: shapely.Geometry, frame: MetricFrame) -> shapely.Geometry:
    metric = shapely.transform(outline, lambda xy: np.column_stack(frame.to_metres(xy[:, 0], xy[:, 1])))
    shapely.prepare(metric)
    return metric
