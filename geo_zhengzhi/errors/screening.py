"""What can be wrong with a half-yearly screening and the areas that it ranks."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class NoAreas(GeoZhengzhiError):
    """A file of areas that holds none."""

    sentence = (
        "{name} holds no polygon – allowed: areas with their outlines – give villages or neighbourhoods, not lines."
    )


class PlaceUnknown(GeoZhengzhiError):
    """A place that a screening does not rank, or no longer does."""

    sentence = (
        "The screening of {half} ranks no place {given} – allowed: one of its rows – load it again: incidents or "
        "boundaries may have changed since."
    )


class PlaceListed(GeoZhengzhiError):
    """A place that is in the register already."""

    sentence = (
        "{name} is in the register already as {given}, in the state {stage} – allowed: a place that is not – take the "
        "next step on its page, since only a person moves a target."
    )
