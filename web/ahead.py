"""
Common questions worked out ahead, by a process that the site starts and that ends with it.

It is a process and not a thread, so that no request waits for its turn in the interpreter, and the system gives it
only the time that nobody else wants.
"""

import logging
import os
import subprocess
import sys
from threading import Lock

from flask import Flask

from geo_zhengzhi.services.console.ahead import PROGRAM, alone
from geo_zhengzhi.settings import PREFIX, Settings
from web.site import SETTINGS, STUDY

log = logging.getLogger(__name__)


class Starter:
    """
    Starts the process where it is not at work already.

    Parameters
    ----------
    settings : Settings
        Of the site; the process gets the same.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._lock = settings, Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it is switched off or some worker's is at work, which sees for itself that data changed."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._process = None
            if self._process is None and _is_wanted(self._settings):
                self._process = _started(self._settings)


def watch(app: Flask) -> None:
    """Work ahead from now on: at once, and whenever the site's study is another one."""
    starter = Starter(app.extensions[SETTINGS])
    app.extensions[STUDY].on_change = starter.start
    starter.start()


def _is_wanted(settings: Settings) -> bool:
    """Whether it is switched on, there may be enough data, and nobody is at it."""
    if not settings.ahead or settings.is_demonstration:
        return False
    try:
        with alone(settings.kept_dir) as is_alone:
            return is_alone
    except OSError:
        return False  # nothing could be kept either


def _started(settings: Settings) -> "subprocess.Popen[bytes] | None":
    """The process, under the site's own settings; a site that cannot start one serves all the same."""
    given = {PREFIX + name.upper(): str(getattr(settings, name)) for name in settings.__dataclass_fields__}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.Popen([sys.executable, "-m", PROGRAM], env={**os.environ, **given}, **quiet)
    except OSError as error:
        log.warning("common questions are not worked out ahead: %s", error)
        return None
