"""A PostgreSQL cluster of the tests' own: on a free port of 127.0.0.1, in a folder that goes with it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.find_postgres import WHY_NOT, find_postgres


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and stop it; its URL without a database."""
    programs = find_postgres()
    assert programs, WHY_NOT
    folder = Path(tempfile.mkdtemp(prefix="gz-postgres-"))
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_owner:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    init = [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([*as_owner, *init], **run)  # type: ignore[call-overload]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
    options += " -c fsync=off -c full_page_writes=off"  # nobody pulls the plug, and the disk is shared
    options += " -c autovacuum=off"  # no row is kept for long
    control = [*as_owner, programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-l", folder / "log", "-o", options, "start"], **run)  # type: ignore[call-overload]
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
