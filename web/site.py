"""What one application holds, and where a request finds it."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from flask import current_app

from geo_zhengzhi.services.first_start import site_key
from geo_zhengzhi.services.installation import Database, open_installation
from geo_zhengzhi.services.study import Progress, Study
from geo_zhengzhi.settings import Settings

SETTINGS = "geo_zhengzhi.settings"
STUDY = "geo_zhengzhi.study"  # the key under which an application keeps its `StudyOnce`
STORE = "geo_zhengzhi.store"  # its `StoreOnce`
CLOCK = "geo_zhengzhi.clock"  # a function that says the moment


class StudyOnce:
    """A study that is opened when it is first needed, once, whoever asks."""

    def __init__(self, open_study: Callable[[Progress | None], Study], study: Study | None = None) -> None:
        self._open, self._study, self._lock = open_study, study, Lock()

    def get(self, progress: Progress | None = None) -> Study:
        """The study; `progress` is told how far the first opening is."""
        with self._lock:
            if self._study is None:
                self._study = self._open(progress)
            return self._study


class StoreOnce:
    """A store that is opened when it is first needed, and the key that it holds; a visitor's page needs neither."""

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._settings, self._database, self._lock = settings, database, Lock()
        self._key: str | None = None

    def get(self) -> Database:
        """The store."""
        with self._lock:
            if self._database is None:
                self._database = open_installation(self._settings)
            return self._database

    def key(self) -> str:
        """The key that signs cookies."""
        if self._key is None:
            self._key = site_key(self.get())
        return self._key


def settings() -> Settings:
    """The settings of the application that answers."""
    found: Settings = current_app.extensions[SETTINGS]
    return found


def study() -> Study:
    """Its study."""
    found: Study = current_app.extensions[STUDY].get()
    return found


def database() -> Database:
    """Its store."""
    found: Database = current_app.extensions[STORE].get()
    return found


def now() -> datetime:
    """The moment, UTC."""
    found: datetime = current_app.extensions[CLOCK]()
    return found


def local(moment: datetime) -> datetime:
    """A moment in the installation's zone."""
    return moment.astimezone(ZoneInfo(settings().timezone))


def utc_clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)
