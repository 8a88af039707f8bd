"""Between what is drawn on a page's background and what is stored, which is WGS-84 always."""

import numpy as np
import shapely

from geo_zhengzhi.crs import to_wgs84, wgs84_to_gcj02
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.backgrounds import background_of
from geo_zhengzhi.settings import Settings

WGS84, GCJ02 = "wgs84", "gcj02"
DRAWN_IN = (WGS84, GCJ02)


def page_datum(settings: Settings) -> str:
    """The datum in which pages draw: that of the background's tiles."""
    background = background_of(settings)
    return WGS84 if background is None else background.crs


def to_stored(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    """
    A shape as it is stored, EPSG:4326.

    Parameters
    ----------
    shape : any geometry, degrees, longitude first
    datum : str
        "wgs84" leaves every digit; "gcj02" is inverted to micrometres.

    Raises
    ------
    InvalidParameter
        For another datum: a page draws in no other.
    """
    if datum not in DRAWN_IN:
        raise InvalidParameter(name="datum", given=datum, allowed=", ".join(DRAWN_IN))
    if datum == WGS84:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum)))


def to_drawn(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    """A stored shape as a page draws it, to the last digit; the inverse of `to_stored`."""
    if datum == WGS84:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
