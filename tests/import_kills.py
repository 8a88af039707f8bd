"""Importers that are killed at any moment while others read: what is there after each is whole."""

import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from geo_zhengzhi.services.imports.batches import fail_stale_batches
from geo_zhengzhi.store import audit, batches
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import confirmed, incidents, replaced
from tests.importers import N_ROWS, import_for_ever

N_READERS = 2
MOST_DONE = 2
LONGEST_S = 0.15  # about what an import takes
PATIENCE_S = 20.0


def check_incidents(connection: Connection) -> None:
    """All incidents are those of the last batch that is done, in this view."""
    done = [batch for batch in batches.newest_first(connection) if batch.status == "done"]
    weight = incidents.c.weight
    n, low, high = connection.execute(select(func.count(), func.min(weight), func.max(weight))).one()
    if done:
        generation = float(done[0].file_name.removesuffix(".csv"))
        assert (n, low, high) == (N_ROWS, generation, generation)
    else:
        assert n == 0


@contextmanager
def watching(url: str) -> Iterator[None]:
    """Readers who look all the time; what they see wrong is raised at the end."""
    stop, wrong = Event(), []

    def look() -> None:
        database = open_store(url)
        try:
            while not stop.is_set():
                with database.read() as connection:
                    check_incidents(connection)
                stop.wait(0.005)  # leave the processor to those who are watched
        except Exception as error:
            wrong.append(error)
        finally:
            database.close()

    readers = [Thread(target=look) for _ in range(N_READERS)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong, wrong[0]


def kill_an_importer(url: str, folder: Path, first: int, chance: random.Random) -> list[tuple[str, int]]:
    """Let an importer do a few things and kill it in the next; what it had been told was done."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.importers"])
    telling, told = server.Pipe(duplex=False)
    process = server.Process(target=import_for_ever, args=(url, folder, first, told))
    process.start()
    told.close()
    assert telling.recv() == ("ready", 0)
    heard = [telling.recv() for _ in range(chance.randint(0, MOST_DONE))]
    time.sleep(chance.uniform(0, LONGEST_S))
    process.kill()
    process.join()
    return heard + list(_all_of(telling))


def _all_of(telling: "multiprocessing.connection.Connection") -> Iterator[tuple[str, int]]:
    """What lies in a pipe whose other end is gone; a message that was cut off is none."""
    try:
        while telling.poll():
            yield telling.recv()
    except (EOFError, OSError):
        return


def settle(database: Database) -> None:
    """Mark what the killed one left; a server needs a moment to see that its client is gone."""
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        fail_stale_batches(database)
        with database.read() as connection:
            if not batches.running(connection):
                return
        time.sleep(0.02)
    raise AssertionError("a batch still runs")


def check_everything(database: Database, told: list[tuple[str, int]]) -> None:
    """Nothing is half done, nothing that was told is missing, and the log tells of each batch."""
    with database.read() as connection:
        check_incidents(connection)
        status = {batch.batch_id: batch.status for batch in batches.newest_first(connection)}
        undone = {batch_id for what, batch_id in told if what == "undone"}
        assert all(status[batch_id] == "undone" for batch_id in undone)
        assert all(status[batch_id] in ("done", "undone") for what, batch_id in told if what == "done")
        assert audit.first_break(connection) is None
        records = list(audit.records(connection))
        brought = {int(r.object.removeprefix("batch ")) for r in records if r.action == "import"}
        assert brought == {batch_id for batch_id, now in status.items() if now in ("done", "undone")}
        assert all(json.loads(r.detail)["n_kept"] == N_ROWS for r in records if r.action == "import")
        live = [batch_id for batch_id, now in status.items() if now == "done"]
        n_kept = connection.execute(select(func.count()).select_from(replaced)).scalar_one()
        assert n_kept == N_ROWS * max(len(live) - 1, 0)
        assert connection.execute(select(func.count()).select_from(confirmed)).scalar_one() == 0


class Killed(NamedTuple):
    """Importers killed, what they had been told was done, and what became of the batches that they began."""

    n_kills: int
    n_told: int
    n_whole: int
    n_given_up: int


def kill_importers(url: str, folder: Path, n_kills: int) -> Killed:
    """Kill so many importers, one after the other, and prove after each that nothing is half done or lost."""
    chance, database, told = random.Random(20240301), open_store(url), list[tuple[str, int]]()
    folder.mkdir()
    with watching(url):
        for kill in range(n_kills):
            told += kill_an_importer(url, folder, 1 + 1000 * kill, chance)
            settle(database)
            check_everything(database, told)
    fail_stale_batches(database)
    with database.read() as connection:
        status = [batch.status for batch in batches.newest_first(connection)]
    database.close()
    return Killed(n_kills, len(told), len(status) - status.count("failed"), status.count("failed"))
