"""
Only one SQLite opens the live file in a process of the application: closing any other descriptor of it, even one that
only read, drops the locks of this process, and then two writers destroy the file or lose what they were told is kept.
"""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import select

import geo_zhengzhi
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import audit_log
from tests.stores import ON_SQLITE

PACKAGE = Path(geo_zhengzhi.__file__).parent
WEB = PACKAGE.parent / "web"

# What could open a SQLite file: pattern → the modules that may, and why.
OPENERS = {
    r"(?<!\+)\bsqlite3\b": {  # the media type of a GeoPackage ends in +sqlite3
        "store/database.py": "the application's one SQLite",
        "io/gdal_child.py": "a process of its own",
        "io/mbtiles.py": "other files, read-only: it asks first whether one is the store",
    },
    r"\b(pyogrio|fiona|osgeo|adbc\w*|read_file|to_file)\b": {
        "io/gdal.py": "lists drivers; reads in a child",
        "io/gdal_child.py": "a process of its own",
        "io/results.py": "writes new files",
    },
}
# Modules of the store that touch files at all.
FILES_OF_THE_STORE = r"\bopen\(|(read|write)_(bytes|text)|memory_map|\bmmap|\bshutil\b"
TOUCH_FILES = {
    "store/backup.py": "makes new files",
    "store/database.py": "makes a new file, and opens none that is there",
    "store/liveness.py": "lock files beside the store",
    "store/snapshot.py": "Arrow files in the cache",
}


def modules() -> dict[str, str]:
    """Every module of the package and of the site, by path."""
    found = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    found |= {f"web/{path.relative_to(WEB).as_posix()}": path for path in WEB.rglob("*.py")}
    return {name: path.read_text(encoding="utf-8") for name, path in found.items()}


def test_nothing_but_the_store_s_own_module_opens_sqlite_files() -> None:
    for pattern, allowed in OPENERS.items():
        users = {name for name, text in modules().items() if re.search(pattern, text)}
        assert users <= set(allowed), pattern


def test_in_the_store_nothing_else_touches_files() -> None:
    users = {n for n, text in modules().items() if n.startswith("store/") and re.search(FILES_OF_THE_STORE, text)}
    assert users <= set(TOUCH_FILES)


WRITER = """
import sys, time
from pathlib import Path
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.opening import open_store
store, n = open_store(sys.argv[1]), 0
while not Path(sys.argv[2]).exists():
    with store.write() as connection:
        audit.append(connection, SYSTEM, "import")
    n += 1
    time.sleep(0.005)  # else the other process never gets a turn
store.close()
print(n)
"""
READER = """
import sys, pyogrio
for _ in range(50):
    pyogrio.read_dataframe(sys.argv[1], layer="targets")
"""


@ON_SQLITE
def test_gdal_reads_in_children_lose_nothing_while_two_processes_write(store: Database, tmp_path: Path) -> None:
    url, stop, n = store.url.render_as_string(), tmp_path / "stop", 0
    other = subprocess.Popen([sys.executable, "-c", WRITER, url, str(stop)], stdout=subprocess.PIPE, text=True)
    readers = [subprocess.Popen([sys.executable, "-c", READER, str(store.path)]) for _ in range(2)]
    while any(reader.poll() is None for reader in readers):
        with store.write() as connection:
            audit.append(connection, SYSTEM, "edit")
        n += 1
        time.sleep(0.005)
    stop.touch()
    n_other = int(other.communicate()[0])
    assert [process.returncode for process in (other, *readers)] == [0, 0, 0]
    with store.read() as connection:
        assert audit.first_break(connection) is None
        actions = connection.execute(select(audit_log.c.action)).scalars().all()
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
    assert (actions.count("edit"), actions.count("import")) == (n, n_other)
    assert min(n, n_other) > 0  # both wrote while the children read


@ON_SQLITE
def test_threads_of_one_process_write_in_turn_and_lose_nothing(store: Database) -> None:
    def write() -> None:
        for _ in range(20):
            with store.write() as connection:
                audit.append(connection, SYSTEM, "edit")

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert audit.head(connection)[0] == 120
        assert audit.first_break(connection) is None


LIVE = """
import os
import sys
from pathlib import Path

opened = []
def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(sys.argv[1]) and not arguments[2] & os.O_EXCL:
        opened.append(arguments[0])
sys.addaudithook(watch)

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.upkeep import back_up, examine_store, migrate_store, opened as store_at, restore
from geo_zhengzhi.settings import Settings
from tests.store_rows import fill

path, folder = sys.argv[1], Path(sys.argv[2])
settings = Settings(cache_dir=folder / "cache")
with store_at(f"sqlite:///{path}", new=True) as store:
    fill(store)
    back_up(store, folder / "backup.gpkg", SYSTEM)
    restore(store, folder / "backup.gpkg", SYSTEM, replace=True)
    migrate_store(store, f"sqlite:///{folder / 'other.gpkg'}", SYSTEM)
    assert all(finding.is_well for finding in examine_store(f"sqlite:///{path}", settings))
print(len(opened))
open(path, "rb").close()
print(len(opened))
"""


def test_looking_after_a_store_never_opens_the_live_file_otherwise(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", LIVE, str(tmp_path / "live.gpkg"), str(tmp_path)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "1"]
