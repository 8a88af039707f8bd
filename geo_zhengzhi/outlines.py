"""The outline of a cluster: its members' discs, drawn together and taken in by half a radius."""

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.corridors import stretch

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

QUAD_SEGS = 8  # chords of a quarter circle; they stray by 0.5 % of eps


def outlines(x: Floats, y: Floats, starts: Ints, eps_m: Floats, wanted: Bools) -> Objects:
    """
    Outline clusters.

    Parameters
    ----------
    x, y : float64[n]
        The members' places, metres, cluster after cluster.
    starts : int64[k]
        Each cluster's first row.
    eps_m : float64[k]
        The radius each was found with.
    wanted : bool[k]
        Which clusters are outlined; the others are None.

    Returns
    -------
    object[k] of Polygons, metres
    """
    ends = np.append(starts, len(x))[1:]
    shapes = np.full(len(starts), None, object)
    for number in np.flatnonzero(wanted):
        rows = slice(starts[number], ends[number])
        places = np.unique(np.column_stack([x[rows], y[rows]]), axis=0)
        grown = shapely.buffer(shapely.multipoints(places), eps_m[number], quad_segs=QUAD_SEGS)
        shapes[number] = shapely.buffer(grown, -eps_m[number] / 2, quad_segs=QUAD_SEGS)
    return shapes


def corridor_outline(
    line: shapely.LineString, reach_m: Floats, x: Floats, y: Floats, offset: Floats, eps_m: float
) -> shapely.Polygon:
    """
    Outline a cluster along a line: its stretch, as wide as its furthest member and half an eps more.

    Parameters
    ----------
    line : LineString, metres
    reach_m : (from, to)
        Chainages of the stretch.
    x, y, offset : float64[n]
        The members' places and their signed distances from the line, metres.
    eps_m : float

    Returns
    -------
    Polygon
        Connected, containing every member.
    """
    shape = stretch(line, reach_m[0], reach_m[1], float(np.abs(offset).max()) + eps_m / 2)
    places = shapely.points(x, y)
    missed = places[~shapely.covers(shape, places)]
    if len(missed) == 0 and shape.geom_type == "Polygon":
        return shape
    # At a bend or a cap the polygon may fall short of its stretch: bring in what it misses, from the line on.
    ways = shapely.buffer(shapely.shortest_line(line, missed), eps_m / 2, quad_segs=QUAD_SEGS)
    return shapely.union_all([shape, *ways])
