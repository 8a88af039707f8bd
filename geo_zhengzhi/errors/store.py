"""What is wrong with the store, or with what is asked of it."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class UnknownDatabase(GeoZhengzhiError):
    """A database URL of neither engine."""

    sentence = (
        "{given} is not a database that can be used – allowed: sqlite:///PATH or postgresql://USER@HOST/NAME – set "
        "GEO_ZHENGZHI_DATABASE_URL to one of those."
    )


class DatabaseUnreachable(GeoZhengzhiError):
    """A server that does not answer, or a file that cannot be opened."""

    sentence = (
        "{name} cannot be opened ({detail}) – allowed: a database that answers – check the address, that the server "
        "runs, and that its user may connect."
    )


class NotAStore(GeoZhengzhiError):
    """A database that belongs to something else."""

    sentence = (
        "{name} holds something else ({found}) – allowed: an empty database, or a store of this program – give it a "
        "database of its own."
    )


class StoreTooNew(GeoZhengzhiError):
    """A store whose schema a newer program made."""

    sentence = (
        "{name} has schema {given} – allowed: up to {allowed} – a newer program made it; use that one, or restore a "
        "backup."
    )


class PostgisMissing(GeoZhengzhiError):
    """A PostgreSQL database without PostGIS, and a user who may not install it."""

    sentence = (
        "Database {name} has no PostGIS – allowed: a database with the extension postgis – have an administrator run "
        "CREATE EXTENSION postgis in it."
    )


class StoreMissing(GeoZhengzhiError):
    """A place where there is no store, although one is needed."""

    sentence = (
        "There is no store at {name} – allowed: one that was made by serving or importing – check --database or "
        "GEO_ZHENGZHI_DATABASE_URL."
    )


class StoreHoldsData(GeoZhengzhiError):
    """A restore that would write over what is there."""

    sentence = (
        "{name} holds data already ({found}) – allowed: an empty store, or --replace – take a backup of it first, then "
        "give --replace."
    )


class TargetHoldsData(GeoZhengzhiError):
    """A migration that would write over what is there."""

    sentence = "{name} holds data already ({found}) – allowed: an empty store – name another database."


class StoreBusy(GeoZhengzhiError):
    """A store that others keep writing into."""

    sentence = "Others keep writing into the store – allowed: a moment without writers – stop the site and try again."


class CopyDiffers(GeoZhengzhiError):
    """A copy that is not what it is a copy of."""

    sentence = (
        "The copy of {table} differs from its original ({found} rows, {wanted} wanted) – allowed: equal counts and "
        "checksums – nothing was changed; run doctor on both."
    )


class BackupExists(GeoZhengzhiError):
    """A backup that would write over a file."""

    sentence = "{name} exists already – allowed: a name that is free – choose another, or move that file away."


class NotABackup(GeoZhengzhiError):
    """A file that `backup` did not write."""

    sentence = "{name} is not a backup – allowed: a file that geo-zhengzhi backup wrote – choose such a file."


class BackupDamaged(GeoZhengzhiError):
    """A backup in which something was changed or lost."""

    sentence = "{name} is damaged ({detail}) – allowed: a backup as it was written – choose another one."


class NotTheOwner(GeoZhengzhiError):
    """Somebody who may use a store, but not change how it is made."""

    sentence = (
        "{role} does not own the store {name} – allowed: the role that made it – give the owner's address with "
        "--database; the site itself needs none of this."
    )


class RoleMissing(GeoZhengzhiError):
    """A role that the database's cluster does not have."""

    sentence = (
        "There is no role {role} – allowed: a role of the cluster that the store is on – have an administrator run "
        "CREATE ROLE … LOGIN first."
    )


class GrantNotPossible(GeoZhengzhiError):
    """A role that cannot be kept from the log."""

    sentence = (
        "{role} cannot be made a role that only appends to the log: {reason} – allowed: a role of its own on "
        "PostgreSQL, neither superuser nor owner – name another one."
    )
