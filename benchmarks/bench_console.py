"""
The console under its commanders: a county of a million incidents behind gunicorn with two workers, on loopback.

Each of 50 commanders has an account, looks at the map for three to nine seconds and then changes one filter, or selects
a place, by the requests that the page itself makes: the console anew with its heat, or the figures alone. The choices
are skewed as those of people are: mostly the latest month or quarter, mostly the frequent categories; kinds and hours,
which are not worked out ahead, now and then. A change is timed from the request to the last byte. The commanders and
the server share the machine's processors. In the first minute nothing is kept from before but the first page; the
second minute goes on from there, as a day does; the third begins after the common questions were worked out ahead.

What one question costs is told in processor time, which the load of the machine does not change.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.commanders import Commander, Seen
from benchmarks.county_store import county_store
from benchmarks.protocol import Engine, Measurement
from geo_zhengzhi.services.console.ahead import PROGRAM

N_WORKERS, N_THREADS, N_HITS = 2, 16, 100
ASKED = {
    "month": (("2024-08-01", "2024-08-31"), ("2024-05-01", "2024-05-31"), ("2023-10-01", "2023-10-31")),
    "quarter": (("2024-07-01", "2024-09-30"), ("2024-04-01", "2024-06-30"), ("2023-10-01", "2023-12-31")),
    "year": (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31"), ("2023-07-01", "2024-06-30")),
}
FIRST_ASKED = [(f"2023-03-{day:02d}", f"2023-03-{day + 6:02d}") for day in range(1, 13)]  # each worker loads kernels


def measurements(quick: bool) -> list[Measurement]:
    n, n_targets, n_commanders, seconds = (20_000, 20, 5, 10) if quick else (1_000_000, 100, 50, 60)
    county_store(n, n_targets, n_commanders)
    about = {"n": n, "n_targets": n_targets, "n_commanders": n_commanders, "seconds": seconds}
    minutes = [
        Measurement(
            f"{n_commanders} commanders change filters on {n:,} incidents, {name}, 95th percentile",
            subject=Engine("benchmarks.bench_console:minutes", n_before=n_before, ahead=ahead, **about),
            seconds=1.0,
            rounds=1,
            warm=False,
        )
        for n_before, ahead, name in (
            (0, False, "nothing kept"),
            (1, False, "the next minute"),
            (0, True, "common questions worked out ahead"),
        )
    ]
    costs = [
        Measurement(
            f"{name} on {n:,} incidents, processor time of the server",
            subject=Engine("benchmarks.bench_console:cost", n=n, n_targets=n_targets, n_commanders=n_commanders, of=of),
            rounds=1,
            warm=False,
        )
        for of, name in (
            ("month", "A new question of a month"),
            ("quarter", "A new question of a quarter"),
            ("year", "A new question of a year"),
            ("hit", "A page of a year once more, by whichever worker"),
        )
    ]
    return [*minutes, *costs]


def minutes(
    n: int, n_targets: int, n_commanders: int, seconds: int, n_before: int, ahead: bool
) -> Callable[[], object]:
    return lambda: _minutes(county_store(n, n_targets, n_commanders), n_commanders, seconds, n_before, ahead)[-1]


def _minutes(store: Path, n_commanders: int, seconds: int, n_before: int, ahead: bool) -> list[dict[str, object]]:
    """What was told of each minute, the last one measured after the others."""
    with gunicorn(store, ahead=ahead) as (port, process):
        commanders = [Commander(port, number) for number in range(n_commanders)]
        for commander in commanders:
            commander.sign_in()
        _warm(commanders[0])
        return [_minute(commanders, process.pid, seconds) for _ in range(1 + n_before)]


def cost(n: int, n_targets: int, n_commanders: int, of: str) -> Callable[[], object]:
    return lambda: _cost(county_store(n, n_targets, n_commanders), of)


def _cost(store: Path, of: str) -> dict[str, object]:
    """Processor seconds of one page: the mean of three new ones with their heat, or of many times the same."""
    with gunicorn(store) as (port, process):
        commander = Commander(port, 0)
        commander.sign_in()
        _warm(commander)
        addresses = [f"/?from={first}&to={last}" for first, last in ASKED["year" if of == "hit" else of]]
        for first, last in FIRST_ASKED:
            commander.look(f"/?from={first}&to={last}")
        if of == "hit":
            for _ in range(4 * N_WORKERS):  # made by one worker, and read by the others
                commander.look(addresses[0])
            addresses = addresses[:1] * N_HITS
        before_s = _cpu_seconds(process.pid)
        for address in addresses:
            commander.look(address)
        used_s = (_cpu_seconds(process.pid) - before_s) / len(addresses)
        largest = max(commander.seen.pages[-len(addresses) :])
        note = f"mean of {len(addresses)}; pages of up to {largest / 1e6:.2f} MB; {len(commander.seen.faults)} faults"
        return {"seconds": used_s, "mib": _resident_mib(process.pid), "note": note}


def _minute(commanders: list[Commander], pid: int, seconds: int) -> dict[str, object]:
    """The 95th percentile of a change, the workers' memory, and what else was seen, as a note."""
    for commander in commanders:
        commander.seen = Seen()
    load, before_s, until = os.getloadavg()[0], _cpu_seconds(pid), time.monotonic() + seconds
    threads = [threading.Thread(target=commander.work, args=(until,)) for commander in commanders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used_s = _cpu_seconds(pid) - before_s
    return _told([commander.seen for commander in commanders], used_s, _resident_mib(pid), load)


def _told(seen: list[Seen], used_s: float, mib: float, load: float) -> dict[str, object]:
    """Percentiles of everything that was seen."""
    first, changes = (sorted(s for one in seen for s in getattr(one, name)) for name in ("first", "changes"))
    faults, largest = [f for one in seen for f in one.faults], max(size for one in seen for size in one.pages)
    cuts = statistics.quantiles(changes, n=100)
    note = (
        f"{len(changes)} changes, median {cuts[49]:.2f} s, 95 % {cuts[94]:.2f} s, 99 % {cuts[98]:.2f} s; first view "
        f"median {statistics.median(first):.2f} s, 95 % {statistics.quantiles(first, n=20)[18]:.2f} s; {len(faults)} "
        f"faults; largest page {largest / 1e6:.2f} MB; the server took {used_s:.0f} s of processors; load of the "
        f"machine before: {load:.1f}"
    )
    return {"seconds": cuts[94], "mib": mib, "note": note, "faults": faults[:5]}


def _warm(commander: Commander) -> None:
    """The first page from every worker, whichever answers."""
    for _ in range(4 * N_WORKERS):
        commander.look("/")


@contextmanager
def gunicorn(store: Path, *, ahead: bool = False) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The site behind gunicorn, as `docs/county.md` has it, its cache empty, or filled ahead: port and process."""
    with closing(socket.socket()) as probe, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {
            "GEO_ZHENGZHI_DATABASE_URL": f"sqlite:///{store}",
            "GEO_ZHENGZHI_CACHE_DIR": cache,
            "GEO_ZHENGZHI_AHEAD": "0",  # it is done before the minute, or not at all
            "PYTHONPATH": str(Path(__file__).parent.parent),
        }
        if ahead:
            subprocess.run([sys.executable, "-m", PROGRAM], env=environment, check=True)
        options = ["-k", "gthread", "--workers", str(N_WORKERS), "--threads", str(N_THREADS), "--timeout", "120"]
        command = [sys.executable, "-m", "gunicorn", "web.app:create_app()", *options, "-b", f"127.0.0.1:{port}"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield port, process
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def _workers(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    """Processor time of all workers so far."""
    fields = [Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split() for worker in _workers(pid)]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    """Highest resident size of all workers together; what they map of the snapshot counts in each."""
    lines = [line for worker in _workers(pid) for line in Path(f"/proc/{worker}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
