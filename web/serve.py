"""`python -m web.serve`: the site behind waitress, and its address once it listens."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from waitress.server import create_server

from geo_zhengzhi.errors import GeoZhengzhiError, PortTaken
from geo_zhengzhi.services.late import import_everything
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import translator
from web.app import STUDY, create_app

THREADS = 4
PATIENCE_S = 2.0  # what takes longer shows a bar


def main() -> int:
    """Read the study, analyse what is shown first, listen, and say where."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    settings = None
    try:
        settings = Settings.from_environment()
        app = create_app(settings)
        with PatientBar(translator(settings.language)) as report:
            warm_up(app, report)
        server = listen(app, settings)
    except GeoZhengzhiError as error:
        print(error.in_language(translator(settings.language if settings else "zh")), file=sys.stderr)
        return 2
    serve(server, translator(settings.language)("Serving on {address}").format(address=address_of(settings)))
    return 0


def warm_up(app: Flask, report: Callable[[str, float], None]) -> None:
    """Open the study and make the first page, so that nobody waits for it."""
    app.extensions[STUDY].get(lambda stage, fraction: report("Reading", 0.5 * fraction))
    report("Analysing", 0.5)
    app.test_client().get("/", headers={"Host": "127.0.0.1"})
    report("Analysing", 1.0)


def listen(app: Flask, settings: Settings) -> Any:
    """
    A server that has its port.

    Raises
    ------
    PortTaken
        If another program has it.
    """
    try:
        return create_server(app, host=settings.host, port=settings.port, threads=THREADS, ident=None)
    except OSError as error:
        raise PortTaken(host=settings.host, port=settings.port, reason=error.strerror or error) from None


def serve(server: Any, announcement: str) -> None:
    """Say where, then answer until interrupted; what the first page did without is imported meanwhile."""
    later = threading.Thread(target=import_everything)
    try:
        print(announcement, flush=True)
        later.start()
        server.run()
    except KeyboardInterrupt:
        server.close()
    if later.ident is not None:
        later.join()  # an import that is cut off by the end ends in a traceback


def address_of(settings: Settings) -> str:
    """Where a browser finds the site."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


class PatientBar:
    """A progress bar that shows itself only when the work takes longer than two seconds, and is gone after it."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate, self._began = translate, time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("", total=1.0)

    def __enter__(self) -> Callable[[str, float], None]:
        return self._report

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._progress.live.is_started:
            self._progress.stop()

    def _report(self, stage: str, fraction: float) -> None:
        self._progress.update(self._task, description=self._translate(stage), completed=fraction)
        if time.monotonic() - self._began > PATIENCE_S and not self._progress.live.is_started:
            self._progress.start()


if __name__ == "__main__":
    sys.exit(main())
