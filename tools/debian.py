"""Install Debian's packages where that is possible: as root, on a machine that has apt-get."""

import os
import shutil
import subprocess
import sys


def can_install() -> bool:
    """Whether packages may be installed here."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(*packages: str) -> None:
    """
    Install packages, saying each command on standard error.

    Raises
    ------
    CalledProcessError
        If apt-get fails.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", *packages]):
        print(f"{' '.join(command)} …", file=sys.stderr, flush=True)
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
