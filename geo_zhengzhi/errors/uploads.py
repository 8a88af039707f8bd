"""What is wrong with a file on its way in."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class UploadTooLarge(GeoZhengzhiError):
    """An upload above the installation's limit."""

    sentence = (
        "The upload is larger than {allowed:g} MiB and was not taken – allowed: files up to that size – split the "
        "file, pack it with gzip, or leave out columns that are not needed."
    )


class UploadTooSlow(GeoZhengzhiError):
    """An upload that was not there in time."""

    sentence = (
        "The upload was not complete after {allowed:g} s and was cut off – allowed: that long – pack the file with "
        "gzip, or send it over a faster line."
    )


class UploadMissing(GeoZhengzhiError):
    """No such upload of this person."""

    sentence = (
        "This upload is not there any more – allowed: your own uploads of the last {minutes:g} minutes, each imported "
        "once – choose the file again."
    )


class UploadEmpty(GeoZhengzhiError):
    """A form that was sent without a file."""

    sentence = "No file was chosen – allowed: one file of {allowed} – choose it, then send it."


class TooManyUploads(GeoZhengzhiError):
    """More unfinished uploads than one person may have."""

    sentence = (
        "{given} of your uploads are not imported yet – allowed: {allowed} at a time – import or discard one of them "
        "first."
    )


class UploadInUse(GeoZhengzhiError):
    """An upload that is being imported."""

    sentence = "{name} is being imported – allowed: to wait for its end – undo the batch afterwards if it was wrong."


class ImportSilent(GeoZhengzhiError):
    """An import whose process has ended."""

    sentence = (
        "The import of {name} broke off when its server stopped – nothing of it was kept – start it again, the file is "
        "still here."
    )


class ImportFault(GeoZhengzhiError):
    """An import that stopped on a fault of the program."""

    sentence = (
        "The import stopped on a fault of the program ({fault}) – nothing of it was kept – look at the server's log, "
        "then start it again."
    )


class DatumNotChosen(GeoZhengzhiError):
    """A file that goes on without its datum said."""

    sentence = (
        "No datum was chosen for {name} – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – choose the one under which "
        "the rows lie where they belong."
    )
