"""`python -m web.serve`: the site behind waitress, and its address once it listens."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geo_zhengzhi.errors import GeoZhengzhiError, NoIncidents, PortTaken
from geo_zhengzhi.services.access.links import HOURS
from geo_zhengzhi.services.first_start import first_start
from geo_zhengzhi.services.late import import_everything
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import translator
from web import ahead
from web.app import create_app
from web.patience import create_patient_server
from web.site import STORE, STUDY, utc_clock

THREADS = 16
PATIENCE_S = 2.0  # what takes longer shows a bar
FIRST_PAGE = "pages.console"
LINK_LINE = "{role}: {address}link/{secret} (once, within {hours} hours)"


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
        settings = replace(settings, port=int(server.effective_port))  # of port 0 the system's choice
        ahead.watch(app)
        links = first_links(app, settings)  # only now: a start that finds its port taken ends nobody's link
    except GeoZhengzhiError as error:
        print(error.in_language(translator(settings.language if settings else "zh")), file=sys.stderr)
        return 2
    address = translator(settings.language)("Serving on {address}").format(address=settings.address)
    serve(server, "\n".join([address, *links]))
    return 0


def first_links(app: Flask, settings: Settings) -> list[str]:
    """The one-time links of this start, each a line."""
    _ = translator(settings.language)
    found = first_start(app.extensions[STORE].get(), is_demonstration=settings.is_demonstration, now=utc_clock())
    return [
        _(LINK_LINE).format(role=_(link.role), address=settings.address, secret=link.secret, hours=HOURS)
        for link in found
    ]


def warm_up(app: Flask, report: Callable[[str, float], None]) -> None:
    """Open the study and make the first page, so that nobody waits for it; without incidents there is none."""
    app.extensions[STUDY].get(lambda stage, fraction: report("Reading", 0.5 * fraction))
    report("Analysing", 0.5)
    with app.test_request_context("/", headers={"Host": "127.0.0.1"}), suppress(NoIncidents):
        app.preprocess_request()  # whatever the doors say to it, since nobody has signed in yet
        app.view_functions[FIRST_PAGE]()
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
        return create_patient_server(
            app,
            settings,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=not settings.behind_proxy,
        )
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
