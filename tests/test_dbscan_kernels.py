"""What the kernels promise one another: cells that hold what they should, work that stays linear, compiled once."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from dbscan_reference import kd_tree

from geo_zhengzhi import dbscan, dbscan_cells, dbscan_cores, dbscan_joining, dbscan_labels, kernels
from geo_zhengzhi.dbscan_engine import cluster_points
from geo_zhengzhi.dbscan_grid import SIDE_PER_EPS, blocks_of_runs, sort_into_cells

EPS = 150.0
ROOT = Path(__file__).parent.parent
random = np.random.default_rng(8)
LAYOUTS = {
    "a table of cells": random.random((3000, 2)) * 6000,
    "a table with a gap cut out": np.vstack([random.random((3000, 2)) * 6000, [[1e12, -1e12]]]),
    "cells too many for a table": np.repeat(np.arange(300.0) * 1e7, 10)[:, None] + random.random((3000, 2)) * 900,
    "one place": np.full((3000, 2), 7.0),
    "large offsets": random.random((3000, 2)) * 6000 + [4.4e6, -1.2e9],
}
layouts = pytest.mark.parametrize("points", LAYOUTS.values(), ids=LAYOUTS)


@layouts
@pytest.mark.parametrize("n_threads", [1, 3])
def test_cells_hold_every_point_once_in_input_order(points, n_threads):
    cells = sort_into_cells(points, None, EPS, n_threads)
    np.testing.assert_array_equal(np.sort(cells.order), np.arange(len(points)))
    np.testing.assert_array_equal(cells.points, points[cells.order])
    for first, end in zip(cells.start[:-1], cells.start[1:], strict=True):
        assert first < end
        assert (np.diff(cells.order[first:end]) > 0).all()
    np.testing.assert_array_equal(np.repeat(cells.number, np.diff(cells.start)), cells.cell_of[cells.order])


@layouts
def test_points_of_one_cell_are_within_eps_of_each_other(points):
    cells = sort_into_cells(points, None, EPS, 1)
    width, height = cells.boxes[:, 2] - cells.boxes[:, 0], cells.boxes[:, 3] - cells.boxes[:, 1]
    assert (width * width + height * height <= EPS * EPS).all()
    for cell in range(0, len(cells.column), 17):
        members = cells.points[cells.start[cell] : cells.start[cell + 1]]
        np.testing.assert_array_equal(cells.boxes[cell], [*members.min(axis=0), *members.max(axis=0)])


@layouts
def test_points_within_eps_are_at_most_two_cells_apart(points):
    cells = sort_into_cells(points, None, EPS, 1)
    row = np.repeat(np.arange(len(cells.row_start) - 1), np.diff(cells.row_start))
    per_point = np.repeat(np.arange(len(row)), np.diff(cells.start))
    some = random.integers(0, len(points), 200)
    steps = cells.points[some, None] - cells.points[None]
    near = (steps**2).sum(axis=2) <= EPS * EPS
    for axis in (row, cells.column):
        apart = np.abs(axis[per_point][some, None].astype(int) - axis[per_point][None])
        assert apart[near].max() <= 2


def test_the_diagonal_of_a_cell_is_just_under_eps():
    assert 1 - 1e-5 < SIDE_PER_EPS * np.sqrt(2) < 1


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_blocks_cover_every_run_once(n_threads):
    for starts in ([0, 4], [0, 0, 0, 9, 9], np.arange(1000), [0, 1, 1_000_000, 1_000_001]):
        blocks = blocks_of_runs(np.array(starts), n_threads)
        assert [edge for block in blocks for edge in range(*block)] == list(range(len(starts) - 1))


@pytest.mark.parametrize("n_threads", [1, 2, 4])
@layouts
def test_threads_change_nothing(points, n_threads):
    alone, together = cluster_points(points, EPS, 6), cluster_points(points, EPS, 6, n_threads=n_threads)
    np.testing.assert_array_equal(together.labels, alone.labels)
    np.testing.assert_array_equal(together.core_indices, alone.core_indices)


def lines(n, beyond, turned=np.pi / 4):
    """Two parallel lines of n points in one cell each, `beyond` more than eps apart."""
    along, across = np.array([np.cos(turned), -np.sin(turned)]), np.array([np.sin(turned), np.cos(turned)])
    line = np.linspace(0, 90, n)[:, None] * along
    return np.vstack([line, line + (EPS + beyond) * across])


def arcs(n, beyond):
    """Two arcs about one centre, `beyond` more than eps apart."""
    angle = np.linspace(0.05, 0.6, n)
    arc = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.vstack([100 * arc, (100 + EPS + beyond) * arc])


def bows(n, beyond):
    """Two arcs of equal radius, bent away from each other across a diagonal."""
    angle = np.linspace(-0.3, 0.3, n + 1)
    bow = 100 * np.column_stack([np.cos(angle) - 1, np.sin(angle)])
    across = np.vstack([bow, [EPS + beyond, 0.0] - bow])
    return across @ np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)


@pytest.mark.parametrize("beyond", [1e-3, 1e-6, 1e-10])
@pytest.mark.parametrize("layout", [lines, arcs, bows])
def test_shapes_just_out_of_reach_take_work_that_grows_with_the_points_not_their_pairs(layout, beyond):
    few, many = (cluster_points(layout(n, beyond), EPS, 10) for n in (5_000, 50_000))
    assert few.labels.max() == many.labels.max() == 1
    assert 0 < many.n_distances < 100 * 100_000
    assert many.n_distances < 15 * few.n_distances


@pytest.mark.parametrize("turned", np.linspace(0, np.pi, 9))
def test_two_lines_out_of_reach_cost_little_at_any_angle(turned):
    found = cluster_points(lines(50_000, 1e-4, turned), EPS, 10)
    assert found.labels.max() == 1
    assert found.n_distances < 100 * 100_000


@pytest.mark.parametrize("layout", [lines, arcs, bows])
def test_shapes_just_in_reach_are_one_cluster(layout):
    assert cluster_points(layout(3_000, -1e-6), EPS, 10).labels.max() == 0


@pytest.mark.parametrize("seed", range(40))
def test_a_search_between_two_full_cells_finds_what_all_pairs_find(seed):
    random = np.random.default_rng(seed)
    left, right = random.random((2, 400, 2)) * random.uniform(1, 100, (2, 1, 2))
    turn = random.uniform(0, np.pi / 2)
    right += (EPS + random.uniform(-30, 30)) * np.array([np.cos(turn), np.sin(turn)])
    groups = np.vstack([left, right])
    labels, core = kd_tree(groups, EPS, 10)
    found = cluster_points(groups, EPS, 10)
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_array_equal(found.core_indices, core)


@pytest.mark.parametrize("min_samples", [10, 30_000, 60_000, 10**9])
def test_points_in_one_place_take_no_distance(min_samples):
    assert cluster_points(np.zeros((50_000, 2)), EPS, min_samples).n_distances == 0


def test_a_crowd_takes_few_distances_a_point():
    points = np.random.default_rng(9).random((100_000, 2)) * 3000
    assert cluster_points(points, EPS, 10).n_distances < len(points)


def test_a_point_far_away_takes_no_more_memory_than_the_points():
    points = np.vstack([np.random.default_rng(9).random((2000, 2)) * 3000, [[1e15, -1e15]]])
    cells = sort_into_cells(points, None, EPS, 1)
    assert len(cells.row_start) < 1000
    assert cells.n_numbers < 4 * len(points) + 1024


def kernels_of(module):
    return {name: value for name, value in vars(module).items() if isinstance(value, numba.core.dispatcher.Dispatcher)}


def kernels_called_from_python(module):
    return [value for name, value in kernels_of(module).items() if not name.startswith("_")]


def test_set_up_compiles_every_kernel_for_every_input():
    dbscan.compile_kernels()
    modules = (dbscan_cells, dbscan_cores, dbscan_joining, dbscan_labels)
    before = {kernel: len(kernel.signatures) for module in modules for kernel in kernels_called_from_python(module)}
    assert all(before.values())
    read_only = LAYOUTS["one place"].copy()
    read_only.flags.writeable = False
    scattered = LAYOUTS["cells too many for a table"]
    for points in (*LAYOUTS.values(), read_only, lines(500, 1e-4), np.asfortranarray(scattered), [[1, 2], [3, 4]]):
        for n_jobs in (None, 2):
            for weights in (None, np.ones(len(points))):
                dbscan.DBSCAN(eps=EPS, n_jobs=n_jobs).fit(points, sample_weight=weights)
    for threads in (1, 2):
        cluster_points(scattered, EPS, 5, np.ones(len(scattered), np.int64), threads)
    assert {kernel: len(kernel.signatures) for kernel in before} == before


@pytest.mark.parametrize(
    "module", [dbscan_cells, dbscan_cores, dbscan_joining, dbscan_labels], ids=lambda m: m.__name__
)
def test_a_kernel_calls_kernels_of_its_own_file_alone(module):
    """numba renews kept code only when the kernel's own file changes."""
    foreign = {name for name, kernel in kernels_of(module).items() if kernel.py_func.__module__ != module.__name__}
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not foreign & called


def test_the_engine_works_where_no_folder_for_compiled_code_is_writable(tmp_path):
    """numba refuses to decorate there; the kernel is then compiled without being kept."""
    program = (
        "import numba.core.caching as caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "from geo_zhengzhi.kernels import kernel\n"
        "@kernel\n"
        "def twice(x): return 2 * x\n"
        "print(twice(21), type(twice._cache).__name__)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["42", "NullCache"]


def test_rows_come_back_in_order_from_any_number_of_threads():
    for n_threads in (1, 4):
        assert kernels.run_in_threads(pow, [(i, 2) for i in range(50)], n_threads) == [i * i for i in range(50)]


@pytest.mark.parametrize(("n", "n_blocks"), [(0, 3), (1, 4), (7, 3), (1000, 1)])
def test_even_blocks_cover_everything_once(n, n_blocks):
    blocks = kernels.even_blocks(n, n_blocks)
    assert [i for block in blocks for i in range(*block)] == list(range(n))
    assert all(first < end for first, end in blocks)
