"""How well planted hotspots are found again, over ten seeds; the figures stand in the notes of the measurement."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.protocol import DATA, Engine, Measurement
from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.pipeline import analyse
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.simulation import plan, simulate_demonstration
from geo_zhengzhi.simulation.planting import min_samples_above_background, plant_scene
from geo_zhengzhi.simulation.recovery import Scene, Score, demonstration_scene, score

BOUNDARIES = REPOSITORY / "data" / "boundaries"
MULTIPLES = (1.5, 2.0, 3.0, 5.0)
SEEDS = range(1001, 1011)
COARSE_HEAT_M = 500.0  # the scores do not look at the surface


def measurements(quick: bool) -> list[Measurement]:
    name = "Find planted hotspots again in a year of a county"
    return [Measurement(name, Engine("benchmarks.bench_recovery:year"), note=figures(SEEDS[:1] if quick else SEEDS))]


def figures(seeds: range) -> str:
    """The sentence with recall and precision; kept until a source or a boundary changes."""
    kept = DATA / f"recovery-{len(seeds)}-{fingerprint()}.txt"
    if not kept.exists():
        DATA.mkdir(exist_ok=True)
        kept.write_text(sentence(seeds), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def fingerprint() -> str:
    sources = sorted((REPOSITORY / "geo_zhengzhi").glob("*.py")) + sorted((REPOSITORY / "geo_zhengzhi").glob("s*/*.py"))
    digest = hashlib.sha256()
    for path in [*sources, *sorted(BOUNDARIES.glob("*.geojson")), Path(__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def sentence(seeds: range) -> str:
    planted = [f"{m:g}× {told(recovered_at(m, seeds))}" for m in MULTIPLES]
    shown = [f"{of_year} {told(recovered_in_demonstration(of_year, seeds))}" for of_year in (2023, 2024)]
    return (
        f"over {len(seeds)} seeds, planted at a multiple of the background's rate: {'; '.join(planted)}. "
        f"The demonstration's own hotspots, February and March, each kind's defaults: {'; '.join(shown)}."
    )


def year() -> Callable[[], object]:
    """One year of a county, as planted at three times the background's rate."""
    scene = scene_at(3.0, SEEDS[0])
    targets = layer("targets")
    return lambda: analyse(scene.incidents, targets, AnalysisParameters(min_samples=min_samples_above_background()))


def told(total: Score) -> str:
    return (
        f"recall {total.recall:.2f} ({total.n_planted_found} of {total.n_planted}), "
        f"precision {total.precision:.2f} ({total.n_found_planted} of {total.n_found})"
    )


def recovered_at(multiple: float, seeds: range) -> Score:
    """Planted in an even background; `min_samples` set above what the background reaches by chance."""
    parameters = AnalysisParameters(min_samples=min_samples_above_background(), heat_cell_m=COARSE_HEAT_M)
    total = Score(0, 0, 0, 0)
    for seed in seeds:
        scene = scene_at(multiple, seed)
        total += score(scene, analyse(scene.incidents, layer("targets"), parameters).hotspots)
    return total


def recovered_in_demonstration(of_year: int, seeds: range) -> Score:
    """The demonstration's plan, with each kind's own parameters."""
    parameters = AnalysisParameters(heat_cell_m=COARSE_HEAT_M)
    total = Score(0, 0, 0, 0)
    for seed in seeds:
        simulation = simulate_demonstration(
            np.random.default_rng(seed), layer("targets"), layer("county_outline"), layer("stations")
        )
        scene = demonstration_scene(simulation, layer("targets"), date(of_year, 2, 1), date(of_year, 3, 31))
        total += score(scene, analyse(scene.incidents, layer("targets"), parameters).hotspots)
    return total


def scene_at(multiple: float, seed: int) -> Scene:
    town = shapely.box(*plan.TOWN_BOUNDS)
    return plant_scene(np.random.default_rng(seed), layer("targets"), town, multiple, plan.FRAME)


def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES / f"{name}.geojson")
