"""What is wrong with a county's own file of background tiles, or with taking it into an export."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class TileFileUnreadable(GeoZhengzhiError):
    """A file that is no MBTiles and no PMTiles, or a broken one."""

    sentence = (
        "{name} cannot be read as background tiles ({reason}) – allowed: MBTiles, or PMTiles version 3, with PNG, JPEG "
        "or WebP tiles – take another file, or make it again."
    )


class VectorTiles(GeoZhengzhiError):
    """A file of vector tiles."""

    sentence = (
        "{name} holds {given} tiles, which are drawn by nobody here – allowed: PNG, JPEG or WebP pictures – render the "
        "map as raster tiles first."
    )


class NoBackgroundFile(GeoZhengzhiError):
    """A background was asked for in an export, and the installation has no file of its own."""

    sentence = (
        "No background can go into an export – allowed: a county's own MBTiles or PMTiles file, named in "
        "GEO_ZHENGZHI_TILES – set one, or export without a background."
    )


class BackgroundTooLarge(GeoZhengzhiError):
    """Not even the coarsest zoom fits into the budget."""

    sentence = (
        "No zoom of the background fits into {given} MB (zoom {zoom} alone takes {needed:.1f} MB) – allowed: up to "
        "{allowed} MB – give more, or export without a background."
    )


class BackgroundElsewhere(GeoZhengzhiError):
    """A file of tiles that has none where the county lies."""

    sentence = (
        "{name} has no tiles of this county – allowed: a file that covers it – take another file, or export without a "
        "background."
    )
