"""Write the figures down: `results.json` for the next run, `README.md` for people."""

import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
VERSIONS_OF = ("numpy", "numba", "scipy", "scikit-learn", "dbscan", "pandas", "pyarrow", "shapely", "geopandas")
HEADER = "| what | time | memory | reference | ratio | wanted | met |\n|---|---|---|---|---|---|---|"
INTRODUCTION = """# Measurements

Written by `make bench`; every line is one measurement of the `bench_*.py` files in this folder. Ratios are between
engines measured in the same run, in turn, each in a process of its own bound to two processors; times are medians of
warm runs; memory is the highest resident size of the engine's whole process, interpreter, libraries and input
included. "3.0× as fast" is the reference's time over ours, "0.80× its time" ours over the reference's.
"""


@dataclass(frozen=True)
class Result:
    """One measured line."""

    name: str
    seconds: float
    mib: float
    reference_seconds: float | None
    reference_mib: float | None
    at_least: float | None
    at_most: float | None
    limit_seconds: float | None
    limit_mib: float | None
    rounds: int
    on: str
    note: str

    @property
    def met(self) -> bool:
        """Whether every limit that was set is kept."""
        share = self.seconds / self.reference_seconds if self.reference_seconds else 0.0
        return (
            (self.at_least is None or share * self.at_least <= 1)
            and (self.at_most is None or share <= self.at_most)
            and (self.limit_seconds is None or self.seconds <= self.limit_seconds)
            and (self.limit_mib is None or self.mib <= self.limit_mib)
        )


def read_results() -> dict[str, list[Result]]:
    """Results of earlier runs, by module."""
    if not RESULTS.exists():
        return {}
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {module: [Result(**row) for row in rows] for module, rows in stored.items()}


def write_report(results: dict[str, list[Result]]) -> None:
    """Write `results.json` and `README.md`."""
    stored = {module: [asdict(result) for result in rows] for module, rows in sorted(results.items())}
    RESULTS.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sections = [f"## {module}\n\n{table_of(rows)}\n{notes_of(rows)}" for module, rows in sorted(results.items())]
    text = "\n".join([INTRODUCTION, f"{machine()}\n", *sections])
    (HERE / "README.md").write_text(text, encoding="utf-8")


def table_of(results: list[Result], header: bool = True) -> str:
    """Markdown rows of the results."""
    rows = [f"| {' | '.join(cells_of(result))} |" for result in results]
    return "\n".join([HEADER, *rows] if header else rows)


def cells_of(result: Result) -> list[str]:
    reference = ratio = "–"
    if result.reference_seconds is not None:
        reference = f"{seconds_of(result.reference_seconds)}, {result.reference_mib:,.0f} MiB"
        share = result.seconds / result.reference_seconds
        ratio = f"{share:.2f}× its time" if result.at_most is not None else f"{1 / share:.1f}× as fast"
    wanted = [
        f"≥ {result.at_least:g}× as fast" if result.at_least is not None else "",
        f"≤ {result.at_most:g}× its time" if result.at_most is not None else "",
        f"≤ {result.limit_seconds:g} s" if result.limit_seconds is not None else "",
        f"≤ {result.limit_mib:,.0f} MiB" if result.limit_mib is not None else "",
    ]
    return [
        result.name,
        seconds_of(result.seconds),
        f"{result.mib:,.0f} MiB",
        reference,
        ratio,
        ", ".join(filter(None, wanted)) or "–",
        "yes" if result.met else "**no**",
    ]


def seconds_of(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def notes_of(results: list[Result]) -> str:
    """Dates, rounds and remarks below a table."""
    rounds = {result.rounds for result in results}
    days = sorted({result.on for result in results})
    lines = [f"Measured {' and '.join(days)}, medians of {' or '.join(map(str, sorted(rounds)))} rounds."]
    lines += [f"- {result.name}: {result.note}" for result in results if result.note]
    return "\n" + "\n".join(lines) + "\n"


def machine() -> str:
    """The machine and the versions, in one paragraph."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [line for line in cpuinfo.read_text().splitlines() if "model name" in line] if cpuinfo.exists() else []
    model = models[0].split(":")[1].strip() if models else platform.processor()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in VERSIONS_OF)
    return (
        f"Machine: {model}, {os.cpu_count()} processors, {memory_gib:.0f} GiB, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}."
    )
