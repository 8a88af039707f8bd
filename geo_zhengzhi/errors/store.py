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
