"""The process of one engine: prepare, warm up, run once with the clock on, print seconds and mebibytes as JSON."""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

PROCESSORS = 2


def main(function: str, arguments: str, warm: str) -> None:
    bind_to_processors()
    module, name = function.split(":")
    run = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    if warm == "warm":
        run()
    started = time.perf_counter()
    run()
    print(json.dumps({"seconds": time.perf_counter() - started, "mib": highest_resident_mib()}))


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
