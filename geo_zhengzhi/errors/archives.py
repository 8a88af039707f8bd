"""What is wrong with a packed file."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class BrokenArchive(GeoZhengzhiError):
    """A zip that cannot be read."""

    sentence = "{name} cannot be unpacked ({detail}) – allowed: a whole zip without a password – zip the files again."


class ArchiveTooLarge(GeoZhengzhiError):
    """A zip that would grow too large."""

    sentence = (
        "{name} holds {members} files that grow to {mib:.0f} MiB, {ratio:.0f} times their packed size – allowed: "
        "{allowed_members} files, {allowed_mib:.0f} MiB, {allowed_ratio:.0f} times – zip only the files that are "
        "needed."
    )


class UnsafeArchive(GeoZhengzhiError):
    """A zip with a member that could reach outside its folder."""

    sentence = (
        "{name} holds {member}, which is a link, leads out of the folder or occurs twice – allowed: plain files with "
        "relative names – zip the files again."
    )


class NoShapefile(GeoZhengzhiError):
    """A zip without a .shp."""

    sentence = (
        "{name} holds no .shp – allowed: one zipped Shapefile – zip its .shp, .shx, .dbf, .prj and .cpg, or give a "
        "GeoJSON, GeoPackage or KML file unzipped."
    )


class IncompleteShapefile(GeoZhengzhiError):
    """A Shapefile without one of its parts."""

    sentence = "The Shapefile {layer} in {name} lacks {missing} – allowed: .shp, .shx and .dbf together – zip them all."
