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
