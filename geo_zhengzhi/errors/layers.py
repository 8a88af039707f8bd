"""What is wrong with a geometry file that GDAL reads."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class SeveralLayers(GeoZhengzhiError):
    """A file with more layers than one."""

    sentence = (
        "{name} holds {count} layers with features: {layers} – allowed: one – export the layer you mean into a file "
        "of its own."
    )


class UnknownLayer(GeoZhengzhiError):
    """A layer that is not in the file."""

    sentence = "{name} has no layer {given} – allowed: {allowed} – give one of those."


class NoFeatures(GeoZhengzhiError):
    """A file without a layer that has features."""

    sentence = (
        "{name} holds no features with a geometry – allowed: at least one point, line or polygon – check the export."
    )


class UnreadableFeatures(GeoZhengzhiError):
    """A file that GDAL cannot read."""

    sentence = "{name} cannot be read ({detail}) – allowed: a whole and valid file – export it again."


class UnsafeGeoPackage(GeoZhengzhiError):
    """A GeoPackage that would run SQL of its own when read."""

    sentence = (
        "{name} holds the {what}, which runs SQL of its own – allowed: layers that are plain tables – save the layer "
        "into a new GeoPackage."
    )


class XmlEntities(GeoZhengzhiError):
    """A KML with a document type, which can hold entities."""

    sentence = (
        "{name} declares a document type or entities – allowed: KML without them – remove the <!DOCTYPE …> line, or "
        "export the file again."
    )


class ReadStopped(GeoZhengzhiError):
    """Reading a file took more than it may."""

    sentence = (
        "Reading {name} was stopped – allowed: {seconds:.0f} s and {gib:.0f} GiB of memory – split the file, or "
        "export it again if it is damaged."
    )


class DriversNotSkipped(GeoZhengzhiError):
    """GDAL knows more drivers than the file needs."""

    sentence = (
        "GDAL would read {name} with {known} – allowed: {allowed} alone – unset GDAL_SKIP and OGR_SKIP where the "
        "programme runs."
    )
