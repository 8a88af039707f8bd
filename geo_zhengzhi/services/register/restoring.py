"""Use case: what was said of a target comes back as it was in an earlier version; its stage stays as it is."""

from geo_zhengzhi.errors import EntryVersionUnknown
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import EDITABLE, Entry
from geo_zhengzhi.services.register.boundaries import RESTORED
from geo_zhengzhi.services.register.entries import change_entry
from geo_zhengzhi.services.register.rules import known_entry
from geo_zhengzhi.store import register
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import EntryVersion


def restore_entry(
    database: Database, target_id: str, version_to_restore: int, *, version: int, actor: Actor, reason: str
) -> Entry:
    """
    Put what an earlier version said back, as a new version.

    Parameters
    ----------
    database : Database
    target_id : str
    version_to_restore : int
    version : int
        The version that the writer saw.
    actor : Actor
    reason : str
        Why; not empty.

    Raises
    ------
    EntryUnknown, EntryVersionUnknown
        If there is no such entry, or it never had that version.
    GeoZhengzhiError
        Whatever `register.change_entry` refuses, `VersionConflict` among it.
    """
    was = entry_version(database, target_id, version_to_restore).entry
    changes = {name: getattr(was, name) for name in EDITABLE}
    told = RESTORED.format(version=version_to_restore, reason=reason.strip()) if reason.strip() else ""
    return change_entry(database, target_id, changes, version=version, actor=actor, reason=told)


def entry_version(database: Database, target_id: str, version: int) -> EntryVersion:
    """
    An entry as it was in one of its versions.

    Raises
    ------
    EntryUnknown, EntryVersionUnknown
        If there is no such entry, or it never had that version.
    """
    with database.read() as connection:
        known_entry(connection, target_id)
        known = {found.entry.version: found for found in register.versions_of(connection, target_id)}
    if version not in known:
        raise EntryVersionUnknown(name=target_id, given=version, allowed=", ".join(map(str, known)))
    return known[version]
