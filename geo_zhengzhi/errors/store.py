"""What is wrong with the store, or with what is asked of it."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class UnknownDatabase(GeoZhengzhiError):
    """A database URL of neither engine."""

    sentence = (
        "{given} is not a database that can be used – allowed: sqlite:///PATH or postgresql://USER@HOST/NAME – set "
        "GEO_ZHENGZHI_DATABASE_URL to one of those."
    )
