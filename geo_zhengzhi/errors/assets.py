"""What is wrong with the front-end files."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class AssetsMissing(GeoZhengzhiError):
    """The front-end files have not been fetched."""

    sentence = "{path} does not exist – maps need the front-end files that set-up fetches – run make setup."


class AssetsDiffer(GeoZhengzhiError):
    """A front-end file is not the one that was pinned."""

    sentence = "{path} is not the front-end file that was pinned – allowed: its sha256 – run make clean and make setup."


class AssetsNotFetched(GeoZhengzhiError):
    """Npm or pip failed at set-up."""

    sentence = (
        "{command} failed: {reason} – set-up needs the package registry once – connect to the network, or set npm's "
        "registry to your mirror, and run make setup again."
    )


class UnknownAsset(GeoZhengzhiError):
    """A picture asks for a file that is not in the asset table."""

    sentence = (
        "The map asks for {given}, which this installation does not hold – allowed: {allowed} – add the file to the "
        "asset table, or take the layer out."
    )
