"""What one application holds, and where a request finds it."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from flask import current_app

from geo_zhengzhi.services.first_start import site_key
from geo_zhengzhi.services.installation import Database, open_installation
from geo_zhengzhi.services.register.standing import NO_STANDINGS, Standings
from geo_zhengzhi.services.register.standing import standings as standings_of
from geo_zhengzhi.services.studies.county import is_simulated
from geo_zhengzhi.services.studies.stored_study import StudyHolder
from geo_zhengzhi.services.studies.study import Progress, Study
from geo_zhengzhi.settings import Settings

SETTINGS = "geo_zhengzhi.settings"
STUDY = "geo_zhengzhi.study"  # the key under which an application keeps its `StudySource`
STORE = "geo_zhengzhi.store"  # its `StoreOnce`
CLOCK = "geo_zhengzhi.clock"  # a function that says the moment


class StoreOnce:
    """A store that is opened when it is first needed, once, and the key that it holds."""

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._settings, self._database, self._lock = settings, database, Lock()
        self._key: str | None = None

    def get(self, progress: Progress | None = None) -> Database:
        """The store; `progress` is told how far the filling of a new demonstration is."""
        with self._lock:
            if self._database is None:
                self._database = open_installation(self._settings, progress)
            return self._database

    def key(self) -> str:
        """The key that signs cookies."""
        if self._key is None:
            self._key = site_key(self.get())
        return self._key

    @property
    def is_open(self) -> bool:
        """Whether there is a store already, given or opened."""
        return self._database is not None


class StudySource:
    """The study that is shown: the one that was given, otherwise what the store holds at the moment."""

    def __init__(self, store: StoreOnce, settings: Settings, study: Study | None = None) -> None:
        self._store, self._settings, self._study, self._lock = store, settings, study, Lock()
        self._holder: StudyHolder | None = None
        self._last: Study | None = None
        self.on_change: Callable[[], None] | None = None  # called when the store's study is another one than before

    def is_simulated(self) -> bool:
        """Whether its incidents are made up; asked without opening it."""
        return is_simulated(self._store.get()) if self._study is None else self._study.simulated

    @property
    def is_stored(self) -> bool:
        """Whether the store's study is shown, and not one that was given."""
        return self._study is None

    def get(self, progress: Progress | None = None) -> Study:
        """The study; `progress` is told how far its first opening is."""
        if self._study is not None:
            return self._study
        with self._lock:
            if self._holder is None:
                self._holder = StudyHolder(self._store.get(progress), self._settings)
        current = self._holder.current(progress)
        if current is not self._last:
            is_first, self._last = self._last is None, current
            if self.on_change is not None and not is_first:
                self.on_change()
        return current


def settings() -> Settings:
    """The settings of the application that answers."""
    found: Settings = current_app.extensions[SETTINGS]
    return found


def study() -> Study:
    """Its study."""
    found: Study = current_app.extensions[STUDY].get()
    return found


def is_study_simulated() -> bool:
    """Whether its incidents are made up, which every page with figures from them says."""
    return bool(current_app.extensions[STUDY].is_simulated())


def database() -> Database:
    """Its store."""
    found: Database = current_app.extensions[STORE].get()
    return found


def standings() -> Standings:
    """Where each target stands in the register; nothing where a study without a store is shown."""
    store: StoreOnce = current_app.extensions[STORE]
    if not (store.is_open or current_app.extensions[STUDY].is_stored):
        return NO_STANDINGS
    return standings_of(store.get(), local(now()).date())


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
