"""What is wrong with what is asked of a meeting file, or with a file that is to be verified."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class NotWholeMonths(GeoZhengzhiError):
    """A period that does not consist of whole calendar months."""

    sentence = (
        "{given} is not a period of whole calendar months – allowed: first and last month as YYYY-MM, at most {most} "
        "months – two periods that differ by days would tell what happened on those days; choose whole months."
    )


class MonthsNotOver(GeoZhengzhiError):
    """A period that reaches beyond the data."""

    sentence = (
        "The months {given} are not all in the data – allowed: months from {first} to {last}, which the data cover "
        "whole – choose months that are over and imported."
    )


class TargetNotInForce(GeoZhengzhiError):
    """A target that the list in force does not hold, or holds without a boundary."""

    sentence = (
        "{given} is not on the list in force with a boundary – allowed: {allowed} – choose among these, or draw its "
        "boundary first."
    )


class NotAMeetingFile(GeoZhengzhiError):
    """A file without the statement that every meeting file holds."""

    sentence = (
        "{name} is not a meeting file – allowed: a file that geo-zhengzhi export wrote – choose such a file, as it was "
        "taken."
    )


class PresetUnknown(GeoZhengzhiError):
    """A preset that nobody saved, or that was taken away."""

    sentence = (
        "There is no preset {given} – allowed: {allowed} – choose one of these, or save one on the page of the meeting "
        "file."
    )


class PresetVersionUnknown(GeoZhengzhiError):
    """A version of a preset that cannot be brought back."""

    sentence = (
        "The preset {name} has no version {given} that can be brought back – allowed: {allowed} – choose one of these."
    )


class NoMonthsYet(GeoZhengzhiError):
    """A period rule whose months the data do not cover whole."""

    sentence = (
        "The data do not cover {given} ({months}) – allowed: whole months from {first} to {last} – import what is "
        "missing, or choose a shorter period."
    )


class NoTargetOfLevel(GeoZhengzhiError):
    """A level that no target of the list in force has."""

    sentence = (
        "The list in force has no target of the level {given} with a boundary – allowed: a level that it has – choose "
        "another level, or list a target of it."
    )


class ExportMissing(GeoZhengzhiError):
    """No such file of this person."""

    sentence = (
        "This file is not there any more – allowed: files that you asked for yourself, for {minutes:g} minutes – take "
        "it from the files made earlier, where it is kept, or make it anew on the page of the meeting file."
    )


class ExportNotReady(GeoZhengzhiError):
    """A file that is fetched before it is made."""

    sentence = (
        "{name} is not ready – allowed: to fetch a file once it is made – wait on its page, which says how far it is."
    )


class TooManyExports(GeoZhengzhiError):
    """More files in the making than one person may have."""

    sentence = (
        "{given} files that you asked for are still being made – allowed: {allowed} at a time – wait until one of them "
        "is there."
    )


class ExportSilent(GeoZhengzhiError):
    """The making of a file whose process has ended."""

    sentence = (
        "The making of {name} broke off when its server stopped – there is no file, and nothing else was lost – make "
        "it again."
    )


class ExportFault(GeoZhengzhiError):
    """The making of a file that stopped on a fault of the program."""

    sentence = (
        "The making of the file stopped on a fault of the program ({fault}) – there is no file – make it again; if it "
        "stops again, whoever looks after the server finds the reason in its log."
    )


class ExportDiskFull(GeoZhengzhiError):
    """A file for which the server's disk had no room."""

    sentence = (
        "The server's disk is full, and {name} could not be kept – there is no file – have room made on the server by "
        "whoever looks after it, then make it again."
    )


class ExportNotKept(GeoZhengzhiError):
    """A file that the server's disk did not take."""

    sentence = (
        "{name} could not be kept on the server ({reason}) – there is no file – have the server's folder for files in "
        "the making looked at by whoever looks after it, then make it again."
    )


class MadeFileUnknown(GeoZhengzhiError):
    """A meeting file of which the store knows nothing."""

    sentence = (
        "No meeting file {given} was made here – allowed: {allowed} – look it up among the files made earlier, as "
        "geo-zhengzhi export --list prints them."
    )


class MadeFilesSeveral(GeoZhengzhiError):
    """A day, or the first digits of a sha256, of more than one file."""

    sentence = (
        "{given} means {n} files: {files} – allowed: one of them – choose it by its number, as with --again {number}."
    )


class ContentNotKept(GeoZhengzhiError):
    """A file that was made, and whose bytes are not in the store."""

    sentence = (
        "The bytes of meeting file {number}, made {made_at}, are not kept – allowed: files of at most {most} MiB that "
        "were made since the store keeps them – restore a backup from that day into a store of its own, and make the "
        "file there with the same months, targets and day."
    )


class ContentDamaged(GeoZhengzhiError):
    """Kept bytes that are not those that were made."""

    sentence = (
        "What is kept of meeting file {number} is not what was made: its sha256 is not {sha256} – allowed: the very "
        "bytes that were made – restore a backup from before the damage into a store of its own, and take the file "
        "there; geo-zhengzhi doctor names every file that is damaged."
    )
