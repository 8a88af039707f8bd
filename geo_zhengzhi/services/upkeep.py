"""Use cases: look after a whole store: back it up, restore it, move it to another engine, examine it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from geo_zhengzhi.errors import BackupExists, FileMissing, NotABackup, NotWritable, StoreHoldsData, TargetHoldsData
from geo_zhengzhi.io.replacing import replacing_directory
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import KEEP_STORE, require
from geo_zhengzhi.services.backgrounds import examine_background
from geo_zhengzhi.services.meeting import outliving
from geo_zhengzhi.services.studies.stored_study import snapshots_path
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.backup import Head, file_url, read_head, write_backup
from geo_zhengzhi.store.copying import Tally, holding, replace_all
from geo_zhengzhi.store.database import Database, shown
from geo_zhengzhi.store.doctor import Finding, examine
from geo_zhengzhi.store.opening import open_database, open_store, owners_only, unreachable
from geo_zhengzhi.store.restoring import restore_all
from geo_zhengzhi.store.snapshot import snapshot_faults

Progress = Callable[[str, float], None]

__all__ = ["Database", "Finding", "Head", "back_up", "examine_store", "migrate_store", "opened", "restore"]


@dataclass(frozen=True)
class Copied:
    """
    What a copy holds.

    Parameters
    ----------
    head : Head or None
        Where the audit log of a backup ended; None of a migration.
    n_rows : dict
        Table → rows.
    checksums : dict
        Table → 32 hexadecimal digits over the values of its rows, the same on every engine.
    """

    head: Head | None
    n_rows: dict[str, int]
    checksums: dict[str, str]

    @classmethod
    def of(cls, tallies: dict[str, Tally], head: Head | None = None) -> "Copied":
        """Tallies as plain values."""
        return cls(head, {n: t.n for n, t in tallies.items()}, {n: t.checksum for n, t in tallies.items()})


@contextmanager
def opened(url: str, *, new: bool = False) -> Iterator[Database]:
    """
    The store at a URL, closed at the end.

    Raises
    ------
    UnknownDatabase, DatabaseUnreachable, StoreMissing, NotAStore, StoreTooNew, PostgisMissing
        If there is none that can be used, or it stops answering.
    NotTheOwner
        If what is done needs the store's owner.
    """
    database = open_store(url, new=new)
    try:
        with owners_only(database):
            yield database
    except OperationalError as error:  # locked for too long, no space, a server that went away
        raise unreachable(url, error) from error
    finally:
        database.close()


def back_up(database: Database, path: Path, actor: Actor, progress: Progress | None = None) -> Head:
    """
    Write a store into a new file while others go on using it; the log says so, and its end is in the file.

    Parameters
    ----------
    database : Database
    path : Path
        Nothing may be there yet; a GeoPackage whichever engine the store is on.
    actor : Actor
    progress : function of (stage, fraction in [0, 1]), optional

    Raises
    ------
    BackupExists
        If something is there.
    NotWritable
        If nothing can be written there.
    NotAllowed
        If the actor is not the program itself.
    """
    require(actor, KEEP_STORE)
    if path.exists():
        raise BackupExists(name=path)
    with database.write() as connection:
        audit.append(connection, actor, "backup", path.name)
    try:
        with replacing_directory(path.parent) as draft:
            head = write_backup(database, draft / path.name, _tell("backup", progress))
            _put_in_place(draft / path.name, path)
    except OSError as error:
        raise NotWritable(path=path, reason=error.strerror) from None
    return head


def restore(
    database: Database, path: Path, actor: Actor, *, replace: bool = False, progress: Progress | None = None
) -> Copied:
    """
    Put a backup into a store, as a whole or not at all, after it was checked; readers meanwhile see what was there.

    The audit log keeps every row, and meeting files made since the backup stay.

    Parameters
    ----------
    database : Database
    path : Path
        A file that `back_up` wrote.
    actor : Actor
    replace : bool
        Whether what the store holds may be written over.
    progress : function of (stage, fraction in [0, 1]), optional

    Raises
    ------
    FileMissing, NotABackup, BackupDamaged, StoreTooNew
        If the file is none that can be restored.
    StoreHoldsData
        If the store holds anything and `replace` was not given.
    StoreBusy, CopyDiffers
        If others keep writing, or the result is not the backup; the store is then as it was.
    NotAllowed
        If the actor is not the program itself.
    """
    require(actor, KEEP_STORE)
    with _checked_copy(database, path) as (copy, head), copy.read() as source, database.write() as target:
        if not replace and (found := holding(target)):
            raise StoreHoldsData(name=database.name, found=found)
        later = outliving.set_aside(source, target)
        copied = Copied.of(restore_all(source, target, head, actor, _tell("restore", progress)), head)
        outliving.put_back(target, later, actor)
        return copied


def migrate_store(database: Database, url: str, actor: Actor, progress: Progress | None = None) -> Copied:
    """
    Copy a whole store to another database, on the same engine or the other, and compare counts and checksums.

    Parameters
    ----------
    database : Database
        Keeps what it holds; what is written into it meanwhile is not copied.
    url : str
        Where an empty store is, or may be made.
    actor : Actor
    progress : function of (stage, fraction in [0, 1]), optional

    Raises
    ------
    TargetHoldsData
        If the other store holds anything.
    StoreBusy, CopyDiffers
        If others write there, or it does not come out equal; it is then as empty as before.
    NotAllowed
        If the actor is not the program itself.
    """
    require(actor, KEEP_STORE)
    with opened(url, new=True) as other:
        with other.read() as target:
            _refuse_holding(target, other)
        with database.write() as connection:
            audit.append(connection, actor, "migrate", shown(url))
        with database.read() as source, other.write() as target:
            _refuse_holding(target, other)
            return Copied.of(replace_all(source, target, _tell("migrate", progress)))


def examine_store(url: str, settings: Settings) -> list[Finding]:
    """
    Examine a store, its snapshot and the background of its maps without changing any.

    Raises
    ------
    UnknownDatabase, DatabaseUnreachable, StoreMissing
        If it cannot be opened at all.
    """
    database = open_database(url, new=False)
    try:
        snapshots = snapshots_path(database, settings)
        found = examine(database, {"Snapshot": lambda connection: snapshot_faults(connection, snapshots)})
        background = examine_background(settings)
        return found if background is None else [*found, background]
    finally:
        database.close()


def _refuse_holding(connection: Connection, database: Database) -> None:
    if found := holding(connection):
        raise TargetHoldsData(name=database.name, found=found)


@contextmanager
def _checked_copy(database: Database, path: Path) -> Iterator[tuple[Database, Head]]:
    """
    A copy of a backup as an opened store, and what the backup says of itself.

    A copy, since an older backup is brought up to date first. The live file is never read here: that would drop this
    process's locks on it.
    """
    if not path.is_file():
        raise FileMissing(name=path)
    if database.path is not None and path.samefile(database.path):
        raise NotABackup(name=path)
    folder = Path(tempfile.gettempdir()) if database.path is None else database.path.parent
    with replacing_directory(folder) as draft:
        try:
            copy = draft / path.name
            shutil.copyfile(path, copy)
            head = read_head(copy, str(path))
            store = open_store(file_url(copy))
            try:
                yield store, head
            finally:
                store.close()
        finally:
            for file in draft.iterdir():  # nothing is put in place
                file.unlink()


def _put_in_place(draft: Path, path: Path) -> None:
    """Give a file its name unless that is taken; where there are no hard links `replacing_directory` moves it."""
    try:
        os.link(draft, path)
    except OSError:
        if path.exists():
            raise BackupExists(name=path) from None
    else:
        draft.unlink()


def _tell(stage: str, progress: Progress | None) -> Callable[[float], None] | None:
    return None if progress is None else lambda fraction: progress(stage, fraction)
