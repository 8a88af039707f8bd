"""
Find the PostgreSQL server with PostGIS that the store's tests start, installing Debian's where that is possible.

The tests start a cluster of their own in a folder of their own, so the programs are all that is needed. Without them
the tests of that engine are skipped and say so; under CI that is a failure.
"""

import os
import sys
from pathlib import Path

from tools.debian import can_install, install

PACKAGES = ("postgresql", "postgresql-postgis")
PROGRAMS, EXTENSIONS = Path("/usr/lib/postgresql"), Path("/usr/share/postgresql")
WHY_NOT = "no PostgreSQL server with PostGIS is installed (Debian: sudo apt-get install postgresql postgresql-postgis)"


def find_postgres() -> Path | None:
    """The folder of the newest server's programs (`initdb`, `pg_ctl`) that has PostGIS; None where there is none."""
    found = [
        version / "bin"
        for version in PROGRAMS.glob("*")
        if (version / "bin" / "initdb").exists() and (EXTENSIONS / version.name / "extension/postgis.control").exists()
    ]
    return max(found, key=lambda programs: int(programs.parent.name), default=None)


def main() -> int:
    """Print where the programs are, or why their tests are skipped; 2 when CI would skip them."""
    if find_postgres() is None and can_install():
        install(*PACKAGES)
    programs = find_postgres()
    print(f"postgres: {programs or WHY_NOT}")
    return 2 if programs is None and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
