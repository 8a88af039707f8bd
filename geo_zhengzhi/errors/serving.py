"""What is wrong with serving the site."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class TileRefused(GeoZhengzhiError):
    """A background tile that is not on the map, or that no background was set for."""

    sentence = "The tile {given} is not served – allowed: {allowed} – reload the page."


class TileUnavailable(GeoZhengzhiError):
    """The background's own server did not give a tile."""

    sentence = (
        "The background's server gave no tile ({reason}) – allowed: an image of at most {allowed} – look at its key "
        "and at the connection."
    )


class HeatOutdated(GeoZhengzhiError):
    """Heat of data that have changed since the page was made."""

    sentence = "The heat {given} is of other data – allowed: {allowed} – reload the page."


class PortTaken(GeoZhengzhiError):
    """The address to serve on is not free."""

    sentence = (
        "{host}:{port} cannot be listened on ({reason}) – allowed: a free port of this machine – set GEO_ZHENGZHI_PORT "
        "to another one, or stop the program that has it."
    )


class ViewTooWide(GeoZhengzhiError):
    """Single incidents of more than a close-up."""

    sentence = (
        "Single incidents of {wide_km:.1f} × {high_km:.1f} km are not shown – allowed: at most {allowed:.0f} km on "
        "either side – zoom in."
    )
