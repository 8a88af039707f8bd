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
