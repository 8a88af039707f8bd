"""Compile every engine's kernels into numba's cache, so that the first click does not wait for a compiler."""

from geo_zhengzhi import assignment, corridors, crs, dbscan, fingerprints, outlines, polygon_index, surfaces
from geo_zhengzhi.io import cleaning, plain_times
from geo_zhengzhi.render import heat_picture
from geo_zhengzhi.stats import witnesses

ENGINES = (
    dbscan, polygon_index, corridors, crs, outlines, assignment, fingerprints, surfaces, plain_times, cleaning,
    heat_picture, witnesses,
)  # fmt: skip


def main() -> None:
    """Compile, reporting after each engine."""
    for done, engine in enumerate(ENGINES, start=1):
        getattr(engine, "compile_kernels", lambda: None)()
        print(f"progress {done / len(ENGINES)}", flush=True)


if __name__ == "__main__":
    main()
