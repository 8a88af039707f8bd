"""What is wrong with a boundary that is being drawn."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class NoRailwayHere(GeoZhengzhiError):
    """An end of a corridor that was dropped away from its railway."""

    sentence = (
        "No railway passes both the corridor's end and {longitude:.5f}, {latitude:.5f} – allowed: at most "
        "{allowed:.0f} m beside one centre line – drop the end on the line."
    )


class RemedyLeavesNothing(GeoZhengzhiError):
    """A remedy after which no shape is left."""

    sentence = "After the remedy {given} nothing is left of the shape – allowed: some area or length – draw it again."


class DrawingBlocked(GeoZhengzhiError):
    """A boundary that may not be saved as it is."""

    sentence = "The boundary is not saved: {given} – allowed: no slivers, and inside the county – mend it, then save."


class OverlapNotConfirmed(GeoZhengzhiError):
    """An overlap with a target of the same year that nobody has confirmed."""

    sentence = (
        "The boundary overlaps {given} of the same year by {area_m2:,.0f} m² – allowed: overlaps that a planner has "
        "confirmed – cut it off, or confirm it."
    )


class CandidateUnknown(GeoZhengzhiError):
    """A candidate that the period does not have."""

    sentence = (
        "{given} is no candidate of {first} – {last} – allowed: the candidates of that period's map – open it again."
    )


class NothingToDraw(GeoZhengzhiError):
    """A pasted text without a shape."""

    sentence = (
        "No shape could be read at {place} – allowed: GeoJSON, or one pair a line as longitude, latitude – copy it "
        "again."
    )
