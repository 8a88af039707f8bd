"""The process of one engine: prepare, warm up, run with the clock on, print seconds, mebibytes and words as JSON."""

import importlib
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROCESSORS = 2
# A short run is repeated for this long, at most so often: one of a few milliseconds says little.
SECONDS = 1.0
MOST_RUNS = 25


def main(function: str, arguments: str, warm: str) -> None:
    bind_to_processors()
    module, name = function.split(":")
    run = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    if warm == "warm":
        run()
    runs = [time_once(run)]
    if isinstance(runs[0][1], dict):  # it has measured itself: a share of many durations, other processes' memory
        print(json.dumps(runs[0][1]))
        return
    while sum(seconds for seconds, _ in runs) < SECONDS and len(runs) < MOST_RUNS and warm == "warm":
        runs.append(time_once(run))
    seconds, said = statistics.median(seconds for seconds, _ in runs), runs[-1][1]
    note = said if isinstance(said, str) else ""
    print(json.dumps({"seconds": seconds, "mib": highest_resident_mib(), "note": note}))


def time_once(run: Callable[[], object]) -> tuple[float, object]:
    """Seconds of a run, and what it gives back: a text is a note on what was counted."""
    started = time.perf_counter()
    said = run()
    return time.perf_counter() - started, said


def bind_to_processors() -> None:
    """Keep to two processors, so that engines which take all there are have as many threads as the others."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])


def highest_resident_mib() -> float:
    """Highest resident size of this process; getrusage would also count the parent's, from before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main(*sys.argv[1:])
