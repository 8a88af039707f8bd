"""
The same rows under several datums, drawn as SVG in the county's metres: no script and no network is needed to see it.

The one that was chosen is drawn as crosses, each other one as a hollow form of its own with arrows to it. All of that
is in the picture; `data-chosen` on its root says what of it is seen.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Context
from geo_zhengzhi.render.datum_ground import (
    draw_ground,
    draw_outline,
    draw_stations,
    draw_targets,
    geometries_of,
    in_metres,
)
from geo_zhengzhi.render.datum_spots import Window, choose_spots, spread_out
from geo_zhengzhi.render.safe_text import safe_text

Floats = npt.NDArray[np.float64]

# The forms of the readings, by their position; within ±5.5 px. No circle: a radio button stands beside it.
FORMS = (
    "M0-5.5L5.2 4H-5.2z", "M-4-4H4V4H-4z", "M0-5.5L5.5 0L0 5.5L-5.5 0z", "M0 5.5L5.2-4H-5.2z",
    "M-2.3-4.5H2.3L4.8 0L2.3 4.5H-2.3L-4.8 0z", "M-5-2H-2V-5H2V-2H5V2H2V5H-2V2H-5z", "M-5.5 3.5L-2.5-3.5H2.5L5.5 3.5z",
    "M0-5.5L1.5-1.5H5.5L2.3 1L3.5 5L0 2.6L-3.5 5L-2.3 1L-5.5-1.5H-1.5z",
)  # fmt: skip
CROSS = "M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5"
ARROWS_A_SPOT = 5
MARGIN = 1.08
LABEL_ROOM = 0.55  # of a window, in which an arrow lies that carries a word


@dataclass(frozen=True, eq=False)
class Placed:
    """One reading: what it is called, and where it puts the rows (arrays of k, EPSG:4326, NaN for nowhere)."""

    label: str
    longitude: Floats
    latitude: Floats


@dataclass(frozen=True, eq=False)
class DatumScene:
    """
    What the picture shows.

    Parameters
    ----------
    frame : MetricFrame
        The county's.
    context : Context
    targets : GeoDataFrame of the parts, EPSG:4326
    readings : tuple of Placed
        At most eight.
    shifts_m : {(position, position): metres}
        How far apart two readings put the rows.
    language : str
    """

    frame: MetricFrame
    context: Context
    targets: gpd.GeoDataFrame
    readings: tuple[Placed, ...]
    shifts_m: Mapping[tuple[int, int], float]
    language: str = "zh"


@dataclass(frozen=True)
class DatumPicture:
    """
    The contents of two SVGs, in metres.

    Parameters
    ----------
    layers, overview : str
        Of the large one and of the small one of the whole.
    spots : tuple of Window
        Where to look closely.
    whole : Window
    forms : tuple of str
        Path data of each reading's form, within ±5.5 px; `CROSS` is that of the chosen one.
    """

    layers: str
    overview: str
    spots: tuple[Window, ...]
    whole: Window
    forms: tuple[str, ...]
    cross: str = CROSS


def draw_datums(scene: DatumScene) -> DatumPicture:
    """Draw a scene; x goes east and y south, both in metres from the frame's centre."""
    metric = [scene.frame.to_metres(r.longitude, r.latitude) for r in scene.readings]
    rails = in_metres(scene.frame, geometries_of(scene.context.railways))
    x, y = _middle(metric)
    spots = choose_spots(x, y, rails)
    whole = _whole(scene, x, y)
    ground = draw_ground(scene.frame, scene.context)
    arrows, labels = _arrows(scene, metric, spots or (whole,))
    outline = draw_outline(scene.frame, scene.context)
    dots = "".join(f"M{a:.0f} {-b:.0f}h0" for a, b in zip(x, y, strict=True))
    return DatumPicture(
        ground
        + draw_targets(scene.frame, scene.targets)
        + draw_stations(scene.frame, scene.context, scene.language)
        + arrows
        + _symbols(metric)
        + labels,
        f'{outline}<path class="dots" d="{dots}"/>',
        spots,
        whole,
        FORMS[: len(metric)],
    )


def _middle(metric: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """The middle of each row's places; rows without any are left out."""
    if not metric:
        return np.zeros(0), np.zeros(0)
    x, y = (np.array([pair[axis] for pair in metric]) for axis in (0, 1))
    placed = np.isfinite(x)
    n = placed.sum(axis=0)
    sums = (np.where(placed, v, 0.0).sum(axis=0)[n > 0] / n[n > 0] for v in (x, y))
    return next(sums), next(sums)


def _whole(scene: DatumScene, x: Floats, y: Floats) -> Window:
    """The window that holds the county, or the rows where no county is known."""
    county, targets = (geometries_of(layer) for layer in (scene.context.outline, scene.targets))
    shapes = in_metres(scene.frame, county) or in_metres(scene.frame, targets)
    box = np.array(shapely.union_all(shapes).bounds) if shapes else np.array([-5000.0, -3000.0, 5000.0, 3000.0])
    if not shapes and len(x):
        box = np.array([x.min(), y.min(), x.max(), y.max()])
    width, height = max(box[2] - box[0], 3000.0) * MARGIN, max(box[3] - box[1], 2000.0) * MARGIN
    return Window(float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2, float(width), float(height))


def _symbols(metric: Sequence[tuple[Floats, Floats]]) -> str:
    """Each reading's rows twice: in its own hollow form, and as crosses for when it is the chosen one."""
    drawn = []
    for css, forms in (("hollow", FORMS), ("cross", (CROSS,) * len(FORMS))):
        for position, (x, y) in enumerate(metric):
            marks = "".join(
                f'<g transform="translate({a:.0f} {-b:.0f})"><path class="k" d="{forms[position]}"/></g>'
                for a, b in zip(x, y, strict=True)
                if math.isfinite(a)
            )
            drawn.append(f'<g class="{css} r{position}">{marks}</g>')
    return "".join(drawn)


def _arrows(scene: DatumScene, metric: Sequence[tuple[Floats, Floats]], windows: Sequence[Window]) -> tuple[str, str]:
    """For each reading as the chosen one: arrows from some rows to where the others put them, and their metres."""
    arrows, labels = [], []
    for chosen, (x, y) in enumerate(metric):
        others = [other for other in range(len(metric)) if scene.shifts_m.get((chosen, other))]
        drawn, told = [], []
        for window in windows:
            rows = _rows_in(window, x, y)
            rows = rows[spread_out(x[rows], y[rows], ARROWS_A_SPOT)]
            lines = [(row, other) for row in rows for other in others if math.isfinite(metric[other][0][row])]
            drawn += [_arrow(_point(metric[chosen], row), _point(metric[other], row)) for row, other in lines]
            told += _labels(scene, metric, chosen, lines, window)
        arrows.append(f'<g class="arrows a{chosen}">{"".join(drawn)}</g>')
        labels.append(f'<g class="arrows a{chosen}">{"".join(told)}</g>')
    return "".join(arrows), "".join(labels)


def _rows_in(window: Window, x: Floats, y: Floats) -> npt.NDArray[np.int64]:
    """Positions of the rows that lie in a window."""
    placed = np.isfinite(x)
    return np.flatnonzero(placed & window.holds(np.where(placed, x, np.inf), np.where(placed, y, np.inf)))


def _point(places: tuple[Floats, Floats], row: int) -> tuple[float, float]:
    """Where a row lies in the picture."""
    return float(places[0][row]), -float(places[1][row])


def _labels(
    scene: DatumScene,
    metric: Sequence[tuple[Floats, Floats]],
    chosen: int,
    lines: Sequence[tuple[int, int]],
    window: Window,
) -> list[str]:
    """For each other reading its shift, at the arrow whose middle has the most room around it."""
    everything = np.concatenate([np.column_stack(places) for places in metric])
    everything = everything[np.isfinite(everything[:, 0])]
    told = []
    for other in dict.fromkeys(other for _, other in lines):
        ends = [np.array([_point(metric[r], row) for r in (chosen, other)]) * (1, -1) for row, o in lines if o == other]
        middles = np.array([pair.mean(axis=0) for pair in ends])
        inner = np.array([window.narrowed(LABEL_ROOM).holds(pair[:, 0], pair[:, 1]).all() for pair in ends])
        room = np.array([np.hypot(*(everything - middle).T).min() for middle in middles]) * (1 + 9 * inner)
        x, y = middles[int(room.argmax())]
        text = safe_text(f"{scene.shifts_m[chosen, other]:,.0f} m")
        told.append(f'<g transform="translate({x:.0f} {-y:.0f})"><text class="k shift" y="4">{text}</text></g>')
    return told


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A line and its head."""
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    at = f"translate({end[0]:.0f} {end[1]:.0f}) rotate({angle:.0f})"
    return (
        f'<path class="shaft" d="M{start[0]:.0f} {start[1]:.0f}L{end[0]:.0f} {end[1]:.0f}"/>'
        f'<g transform="{at}"><path class="k head" d="M-6 0l-7-3.5v7z"/></g>'
    )
