"""eps="auto": the knee of the k-distance curve."""

import math

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]

MIN_PLACES = 30  # below this the curve is a few steps and its knee an accident
MAX_QUERIES = 20_000  # the curve is drawn from at most so many incidents, evenly taken
BOUNDS = (1 / 3, 3.0)  # of the kind's own radius: further away it would describe another kind of place


def knee_eps_m(x: Floats, y: Floats, k: int, own_eps_m: float) -> float:
    """
    Propose eps for some incidents.

    The distance to the k-th nearest incident (itself included, as in `min_samples`) is sorted upwards; the knee is
    where the curve, with both axes scaled to 0..1, lies furthest below its chord: Kneedle [1]_ for a convex rising
    curve, with sensitivity zero. The answer is rounded to a metre and kept within a third and three times the
    kind's own radius.

    Parameters
    ----------
    x, y : float64[n]
        Metres (easting and northing, or chainage and offset), in canonical order.
    k : int
        `min_samples`, >= 1.
    own_eps_m : float
        The kind's own radius, metres, >= 1.

    Returns
    -------
    float
        Metres. `own_eps_m` where the incidents lie in fewer than 30 places, are fewer than 4·k, or the curve is flat.

    References
    ----------
    .. [1] Satopää, Albrecht, Irwin & Raghavan (2011), ICDCS Workshops, 166-171.
    """
    if len(x) < max(4 * k, MIN_PLACES):
        return own_eps_m
    points = np.column_stack([x, y])
    if len(np.unique(points, axis=0)) < MIN_PLACES:
        return own_eps_m
    curve = _k_distances(points, k)
    rise = curve[-1] - curve[0]
    if rise <= 0:
        return own_eps_m
    below_chord = np.linspace(0.0, 1.0, len(curve)) - (curve - curve[0]) / rise
    knee_m = curve[int(np.argmax(below_chord))]
    return float(np.clip(np.round(knee_m), math.ceil(BOUNDS[0] * own_eps_m), math.floor(BOUNDS[1] * own_eps_m)))


def widest_eps_m(own_eps_m: float) -> float:
    """The largest radius that `knee_eps_m` can propose, so that halos can be cut before it is known."""
    return float(math.floor(BOUNDS[1] * own_eps_m))


def _k_distances(points: Floats, k: int) -> Floats:
    """The distance to the k-th nearest point, itself the first, sorted upwards."""
    asked = points[:: len(points) // MAX_QUERIES + 1]
    distances, _ = cKDTree(points).query(asked, k=[k])
    return np.asarray(np.sort(distances[:, 0]))
