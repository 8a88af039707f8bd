"""The study that the store holds: opened when it changed, kept in memory while it did not."""

import hashlib
from dataclasses import replace
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection

from geo_zhengzhi.model import Context
from geo_zhengzhi.services.console.keeping import make_private
from geo_zhengzhi.services.register.stored_targets import targets_in_force
from geo_zhengzhi.services.studies.county import KEY, read_county
from geo_zhengzhi.services.studies.study import Progress, Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import state
from geo_zhengzhi.store.context import AREAS, LAYERS, read_layer
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import read_parts
from geo_zhengzhi.store.snapshot import open_snapshot
from geo_zhengzhi.study_area import study_area_of

VERSIONS = (state.INCIDENTS_VERSION, state.TARGETS_VERSION)


def open_stored_study(database: Database, settings: Settings, progress: Progress | None = None) -> Study:
    """
    The store's incidents, the targets in force, and what lies around them, all of one moment.

    Parameters
    ----------
    database : Database
    settings : Settings
        Snapshots and results are kept under `cache_dir`.
    progress : function of (stage, fraction in [0, 1]), optional

    Returns
    -------
    Study
        `boundaries` names the versions of the boundaries, `incidents` lie in a mapped file.

    Raises
    ------
    OSError
        If the snapshot can neither be read nor written.
    """
    tell = progress or (lambda stage, fraction: None)
    with database.read() as connection:
        tell("incidents", 0.0)
        county = read_county(connection, settings)
        snapshot = open_snapshot(connection, snapshots_dir(database, settings), county.timezone)
        tell("targets", 0.8)
        context = _read_context(connection)
        targets = targets_in_force(read_parts(connection), context.outline)
        areas = read_layer(connection, AREAS)
    area = study_area_of(targets.parts) if county.study_area is None else county.study_area
    tell("done", 1.0)
    return Study(
        incidents=snapshot.incidents,
        targets=targets.parts,
        context=replace(context, notes=(*county.notes, *targets.notes), attributions=county.attributions),
        study_area=None if area.is_empty else area,
        timezone=county.timezone,
        name=county.name,
        simulated=county.simulated,
        targets_notes=county.targets_notes,
        opening_period=county.opening_period,
        frame_center=settings.center,
        incidents_name=snapshot.name,
        boundaries=targets.boundaries,
        results_dir=settings.kept_dir,
        areas=areas,
    )


def snapshots_dir(database: Database, settings: Settings) -> Path:
    """
    The folder of this store's snapshots, this account's own.

    Raises
    ------
    OSError
        If it cannot be made, or is somebody else's.
    """
    folder = snapshots_path(database, settings)
    make_private(folder)
    return folder


def snapshots_path(database: Database, settings: Settings) -> Path:
    """Where `snapshots_dir` is, made or not."""
    store = str(database.path.resolve()) if database.path else database.url.render_as_string(hide_password=True)
    return settings.cache_dir / "snapshots" / hashlib.sha256(store.encode()).hexdigest()[:12]


def _read_context(connection: Connection) -> Context:
    """The layers around the targets."""
    outline, stations, places, railways = (read_layer(connection, layer) for layer in LAYERS)
    return Context(outline, stations, places, railways)


class StudyHolder:
    """
    The study as it stands now.

    Parameters
    ----------
    database : Database
    settings : Settings
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._lock = Lock()
        self._study: Study | None = None
        self._seen: tuple[str, ...] = ()

    def current(self, progress: Progress | None = None) -> Study:
        """
        The study, opened again only where incidents, targets or the county have changed since.

        Costs one read of three rows by their keys; who comes while it is being opened waits for the new one.

        Raises
        ------
        OSError
            As `open_stored_study`.
        """
        with self._lock:
            seen = self._look()
            if self._study is None or seen != self._seen:
                self._study = open_stored_study(self._database, self._settings, progress)
                self._seen = seen
            return self._study

    def _look(self) -> tuple[str, ...]:
        """What changes with the study; a change between this look and the opening is seen at the next look."""
        with self._database.read() as connection:
            found = state.get_all(connection, (*VERSIONS, KEY))
        return tuple(repr(found.get(key)) for key in (*VERSIONS, KEY))
