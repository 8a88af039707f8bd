"""Where along a line something is, said from a station."""

import numpy as np
import numpy.typing as npt
import shapely

STATION_REACH_M = 500.0


def station_chainages(line: shapely.LineString, stations: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """
    Chainage of each station (n shapes, metres) on a line; NaN for those farther than 500 m from it.

    A station is a point; one drawn as its building or its platforms stands for a point on them.
    """
    points = shapely.point_on_surface(np.asarray(stations, dtype=object))
    near = shapely.distance(line, points) <= STATION_REACH_M
    return np.where(near, shapely.line_locate_point(line, points), np.nan)


def zero_m(line: shapely.LineString, stations: npt.ArrayLike) -> float:
    """
    Chainage of a line's zero: its first station within 500 m, or the line's own start.

    Parameters
    ----------
    line : LineString, metres
        Directed as stated, or as `orient` does.
    stations : n points, metres
    """
    chainage = station_chainages(line, stations)
    return float(np.nanmin(chainage)) if np.isfinite(chainage).any() else 0.0


def nearest_station(
    line: shapely.LineString, stations: npt.ArrayLike, from_m: float, to_m: float
) -> tuple[int, float, float] | None:
    """
    From which station to say where a stretch is, and how far away its ends are.

    Of the stations within 500 m of the line it is the one nearest along the line to the stretch's middle; of two
    equally near ones that with the lower chainage.

    Parameters
    ----------
    line : LineString, metres
    stations : n points, metres
    from_m, to_m : float
        The stretch's chainages.

    Returns
    -------
    station, from_km, to_km : int, float, float
        The station's position; distances along the line, the nearer first. Where the station lies in the stretch, the
        first is negative: so far before it. None where the line has no station.
    """
    chainage = station_chainages(line, stations)
    if not np.isfinite(chainage).any():
        return None
    away = np.abs(chainage - (from_m + to_m) / 2)
    station = int(np.lexsort((chainage, away))[0])
    ends = np.array([from_m, to_m]) - chainage[station]
    near, far = (-ends[1], -ends[0]) if ends[1] < 0 else ends
    return station, float(near) / 1000, float(far) / 1000
