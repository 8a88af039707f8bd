"""Run the measurements of the bench modules and report them."""

import argparse
import importlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.protocol import Engine, Measurement
from benchmarks.report import Result, read_results, table_of, write_report

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = set(options.modules) - set(known)
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: no such module – there are: {', '.join(known)} – name one of those.")
    results = dict(run_modules(options.modules or known, options))
    if options.list:
        return 0
    if not options.quick:
        write_report(read_results() | results)
    return 0 if all(result.met for module in results.values() for result in module) else 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", help="bench modules by name (dbscan for bench_dbscan.py); all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round; nothing is written")
    parser.add_argument("--list", action="store_true", help="name the measurements and stop")
    parser.add_argument("--only", metavar="WORDS", default="", help="measurements whose name holds these words")
    return parser.parse_args(arguments)


def run_modules(names: list[str], options: argparse.Namespace) -> Iterator[tuple[str, list[Result]]]:
    """Results of each module, printed as they come; with `--only`, the module's other lines stay as they were."""
    for name in names:
        measurements = importlib.import_module(f"benchmarks.bench_{name}").measurements(options.quick)
        chosen = [measurement for measurement in measurements if options.only in measurement.name]
        if options.list:
            print(*(f"{name}: {measurement.name}" for measurement in chosen), sep="\n")
            continue
        fresh = {}
        for measurement in chosen:
            fresh[measurement.name] = measure(measurement, 1 if options.quick else measurement.rounds)
            print(table_of([fresh[measurement.name]], header=False), flush=True)
        kept = {} if options.quick else {result.name: result for result in read_results().get(name, [])}
        yield name, [(kept | fresh)[m.name] for m in measurements if m.name in kept | fresh]


def measure(measurement: Measurement, rounds: int) -> Result:
    """Medians over rounds in which subject and reference take turns."""
    subject, reference = [], []
    for _ in range(rounds):
        subject.append(run_engine(measurement.subject, measurement.warm))
        if measurement.reference is not None:
            reference.append(run_engine(measurement.reference, measurement.warm))
    return Result(
        name=measurement.name,
        seconds=median(subject, "seconds"),
        mib=median(subject, "mib"),
        reference_seconds=median(reference, "seconds"),
        reference_mib=median(reference, "mib"),
        at_least=measurement.at_least,
        at_most=measurement.at_most,
        limit_seconds=measurement.seconds,
        limit_mib=measurement.mib,
        rounds=rounds,
        on=date.today().isoformat(),
        note=measurement.note or subject[-1]["note"],
    )


def run_engine(engine: Engine, warm: bool) -> dict[str, Any]:
    """Seconds, mebibytes and a note of one engine in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.engine", engine.function, json.dumps(engine.arguments)]
    done = subprocess.run(
        [*command, "warm" if warm else "cold"], cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def median(runs: list[dict[str, Any]], what: str) -> float | None:
    return statistics.median(run[what] for run in runs) if runs else None
