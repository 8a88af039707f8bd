"""
What the store holds when it goes wrong, on both engines: writers killed at any moment, two planners at once.

The programs are those of the tests, with more kills and edits than a run of all tests has time for; every claim in a
note was proved by them, or the measurement would have failed. Others read all the time. On PostgreSQL each process
starts a cluster of its own, which writes without fsync: a killed client is tried here, not a fall of the machine.
"""

import atexit
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

from benchmarks.protocol import Engine, Measurement
from geo_zhengzhi.store.opening import open_store
from tests import import_kills, register_races
from tests.postgres import cluster
from tools.find_postgres import find_postgres

NAMES = {"sqlite": "SQLite", "postgresql": "PostGIS"}
N_KILLS, N_EDITS = 50, 1000
PROVED = "half done 0, acknowledged and missing 0, audit chain whole"
LOADED = 2.5  # of a machine with two processors that does something else beside


def measurements(quick: bool) -> list[Measurement]:
    engines = ["sqlite", *(["postgresql"] if find_postgres() else [])]
    n_kills, n_edits = (3, 30) if quick else (N_KILLS, N_EDITS)
    return [measurement for engine in engines for measurement in _of_engine(engine, n_kills, n_edits)]


def _of_engine(engine: str, n_kills: int, n_edits: int) -> list[Measurement]:
    named = {
        f"Kill an importer {n_kills} times while others read, {NAMES[engine]}": ("importers", n_kills),
        f"Kill a planner {n_kills} times while others read, {NAMES[engine]}": ("planners", n_kills),
        f"Two planners save {n_edits:,} edits each at once, {NAMES[engine]}": ("race", n_edits),
    }
    return [
        Measurement(name, Engine(f"benchmarks.bench_safety:{function}", engine=engine, n=n), rounds=1, warm=False)
        for name, (function, n) in named.items()
    ]


def importers(engine: str, n: int) -> Callable[[], str]:
    """Importers that import and undo, killed in the middle of it."""
    url, folder = _new_store(engine)

    def kill() -> str:
        done = import_kills.kill_importers(url, folder / "files", n)
        batches = f"{done.n_whole} batches whole, {done.n_given_up} absent and said to be so"
        return f"{done.n_kills} kills, {done.n_told} imports and undos acknowledged, {batches}; {_proved()}"

    return kill


def planners(engine: str, n: int) -> Callable[[], str]:
    """Planners who save words, steps and boundaries, killed in the middle of it."""
    url, _ = _new_store(engine)

    def kill() -> str:
        done = register_races.kill_planners(open_store(url), url, n)
        edits = f"{done.n_told:,} edits acknowledged, {done.n_untold} more whole that nobody had been told of yet"
        return f"{done.n_kills} kills, {edits}; {_proved()}"

    return kill


def race(engine: str, n: int) -> Callable[[], str]:
    """Two planners on the same two targets."""
    url, _ = _new_store(engine)

    def save() -> str:
        done = register_races.race(open_store(url), url, n)
        rate = done.n_edits / done.seconds
        return (
            f"{done.n_edits:,} edits kept, {done.n_conflicts:,} conflicts told and solved, lost 0, {rate:.0f} edits/s; "
            f"{_proved()}"
        )

    return save


def _proved() -> str:
    """What every program has proved by then, and whether the seconds beside it are of a busy machine."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return PROVED + (f"; the machine was busy with other work (load {load:.1f})" if load > LOADED else "")


def _new_store(engine: str) -> tuple[str, Path]:
    """An empty store, and a folder; both go with the process."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    url = f"sqlite:///{folder / 'store.gpkg'}"
    if engine == "postgresql":
        server = stack.enter_context(cluster())
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE gz")
        url = f"{server}/gz"
    open_store(url).close()
    return url, folder
