"""A county's site behind a port: its store keeps, its server may stop and come back, incidents are imported."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely
from accounts import account

from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.settings import REPOSITORY, Settings
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made
from tests.store_rows import url_of
from web.app import create_app
from web.serve import listen

IMPORTER = Actor("导入员", "importer")
WATCHER = "指挥中心大屏"
NOW = datetime.now(UTC)
TODAY = NOW.date()


class CountySite:
    """
    A site of one county.

    Parameters
    ----------
    store : Database
    cache_dir : Path
    """

    def __init__(self, store: Database, cache_dir: Path) -> None:
        self.store = store
        self.settings = Settings(port=0, database_url="x", cache_dir=cache_dir)
        self.server: Any = None
        self.start()

    @property
    def address(self) -> str:
        """Where it is served."""
        return self.settings.address

    def start(self) -> None:
        """Serve, on the port of the time before."""
        self.server = listen(create_app(self.settings, database=self.store), self.settings)
        self.settings = replace(self.settings, port=self.server.effective_port)
        threading.Thread(target=self.server.run, daemon=True).start()

    def stop(self) -> None:
        """Be away."""
        self.server.close()
        self.server.maintenance(0)
        for channel in list(self.server.active_channels.values()):
            channel.handle_close()


class ProcessSite(CountySite):
    """The same as a process of its own, which is killed without a word and started anew on its port."""

    def start(self) -> None:
        """Serve, and wait until it answers."""
        if self.settings.port == 0:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.settings = replace(self.settings, port=free.getsockname()[1])
        given = {"PORT": self.settings.port, "DATABASE_URL": url_of(self.store), "CACHE_DIR": self.settings.cache_dir}
        said = {f"GEO_ZHENGZHI_{name}": str(value) for name, value in given.items()}
        self.server = subprocess.Popen([sys.executable, "-m", "web.serve"], cwd=REPOSITORY, env={**os.environ, **said},
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        while not self._answers():
            assert self.server.poll() is None, "the server ended by itself"
            time.sleep(0.1)

    def stop(self) -> None:
        """Be gone."""
        self.server.kill()
        self.server.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}healthz") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def targets(database: Database) -> None:
    """Six squares in a row, each with a deadline that is past by another number of days."""
    seeds = []
    for n in range(6):
        west = 117.40 + n / 100
        days = TODAY.replace(year=TODAY.year - 1 - n)
        entry = Entry(
            f"T-{n}", f"小区{n}", "residential_area", "city", 2026, "listed", days.replace(day=1), deadline=days
        )
        square = shapely.box(west, 40.0, west + 0.004, 40.004)
        seeds.append(Seed(entry, parts=(Boundary(f"T-{n}", f"T-{n}", 1, square, None, Made.now("system")),)))
    seed_register(database, seeds, reason="test", today=TODAY)


def import_some(database: Database, folder: Path, name: str, n_each: int) -> int:
    """So many incidents in February 2024 in each square, one more in each than in the one before it; how many."""
    rows = ["案件编号,案件类别,发案时间,经度,纬度"]
    for square in range(6):
        for one in range(n_each + square):
            place = f"{117.402 + square / 100 + one / 1e5:.5f},40.00200"
            rows.append(f"{name}-{square}-{one},盗窃,2024-02-{1 + one % 28:02d} 08:00,{place}")
    rows.append(f"{name}-first,盗窃,2023-01-01 08:00,117.402,40.002")
    rows.append(f"{name}-last,盗窃,2024-03-31 08:00,117.402,40.002")
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    import_incidents(database, path, actor=IMPORTER, datum="wgs84")
    return len(rows) - 2  # without the heading and the first


def watcher(database: Database) -> None:
    """An account that may only look."""
    account(database, WATCHER, "viewer", now=NOW)
