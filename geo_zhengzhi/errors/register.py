"""What is wrong with a change of the register: its entries, the steps of their life, their boundaries."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class StepNotAllowed(GeoZhengzhiError):
    """A step that does not follow from the stage a target is in."""

    sentence = "A target that is {stage} cannot become {given} – allowed next: {allowed} – take one of those steps."


class StepDateRefused(GeoZhengzhiError):
    """A step before the last one, or in the future."""

    sentence = (
        "A step on {given} is not possible – allowed: from {last}, the day of the last step, to {today}, today – give "
        "the day on which it was taken."
    )


class StepNeedsPlanner(GeoZhengzhiError):
    """A step that was not taken by a person who plans."""

    sentence = (
        "{actor} with the role {role} cannot move a target – allowed: an account with the role planner, since only a "
        "person moves a target – sign in as a planner."
    )


class EntryUnknown(GeoZhengzhiError):
    """A number that the register does not have."""

    sentence = (
        "The register has no entry {given} – allowed: the numbers of its entries – look the number up in its list."
    )


class EntryExists(GeoZhengzhiError):
    """A new entry under a number that is taken."""

    sentence = (
        "The register has an entry {given} already – allowed: one entry a number – change that entry, or give another "
        "number."
    )


class PartUnknown(GeoZhengzhiError):
    """A part that the target does not have."""

    sentence = "{given} is no part of {target} – allowed: {allowed} – give one of those, or none to add a part."


class EntryVersionUnknown(GeoZhengzhiError):
    """A version of an entry that was never there."""

    sentence = "{name} never had a version {given} – allowed: {allowed} – give one of those."


class BoundaryVersionUnknown(GeoZhengzhiError):
    """A version of a boundary that was never there."""

    sentence = "{part} never had a version {given} – allowed: {allowed} – give one of those."


class VersionConflict(GeoZhengzhiError):
    """
    Somebody else saved first; both what is stored and what was given are carried, so that nothing is lost.

    `stored` is the entry or boundary as it stands (its `version` is the one to save on), `given` what the second
    writer wanted to save.
    """

    sentence = (
        "{what} is at version {stored_version}, saved by {made_by} on {made_at:%Y-%m-%d %H:%M} UTC, and version "
        "{given_version} was edited – allowed: changes of version {stored_version} – compare the two, and save again."
    )

    @property
    def stored(self) -> object:
        """What is in the store."""
        return self.values["stored"]

    @property
    def given(self) -> object:
        """What the second writer gave."""
        return self.values["given"]


class RegisterChanged(GeoZhengzhiError):
    """Somebody changed the register while a file was being brought in; nothing of the file was kept."""

    sentence = (
        "The register was changed by somebody else while {name} was being read in – allowed: one at a time – nothing "
        "was kept, read the file in again."
    )


class TextMissing(GeoZhengzhiError):
    """A field that must say something."""

    sentence = "{name} is empty – allowed: 1 to {allowed} characters – fill it in."


class TextTooLong(GeoZhengzhiError):
    """More characters than a field takes."""

    sentence = "{name} has {given} characters – allowed: at most {allowed} – shorten it."


class TextUnprintable(GeoZhengzhiError):
    """A character that steers instead of being read."""

    sentence = (
        "{name} holds the invisible control character {given} in place {place} – allowed: characters that can be "
        "read – delete it."
    )


class PersonalText(GeoZhengzhiError):
    """A text with an identity number, a mobile number or a plate; it is not repeated."""

    sentence = (
        "{name} holds what looks like an identity number, a mobile number or a plate – allowed: units and posts, never "
        "persons – leave the number out."
    )


class BoundaryKindRefused(GeoZhengzhiError):
    """A geometry of a type that the kind of target does not take."""

    sentence = (
        "The boundary is a {given}, and {name} is of the kind {kind} – allowed: {allowed} – draw one of those, or "
        "correct the kind of the target first."
    )


class KindHoldsBoundary(GeoZhengzhiError):
    """A change of kind that the boundaries a target has do not fit."""

    sentence = (
        "{name} cannot become {kind}: its boundaries are of the type {given} – allowed for that kind: {allowed} – keep "
        "the kind, or make an entry of its own for the new one."
    )


class WorksInUnknown(GeoZhengzhiError):
    """A trade that works in something that is no target."""

    sentence = (
        "{given} is no place a trade can work in – allowed: county, or the number of an entry that is no trade – "
        "give one of those, or leave it empty."
    )


class QuestionNotOpen(GeoZhengzhiError):
    """An answer about counts that are other ones by now, or that nobody asked about."""

    sentence = (
        "Of {name} nothing is asked about {given} – allowed: the counts that its page shows now, {allowed}, while they "
        "suggest a relapse – open the page again and judge what it shows."
    )


class BoundaryEmpty(GeoZhengzhiError):
    """A boundary without an extent."""

    sentence = "The boundary of {name} has no area or length – allowed: more than nothing – draw it again."


class BoundaryNotDegrees(GeoZhengzhiError):
    """A vertex that is nowhere on earth."""

    sentence = (
        "Vertex {number} of the boundary is at {longitude}, {latitude} – allowed: longitude within ±180 and latitude "
        "within ±90 degrees – give EPSG:4326, longitude first."
    )


class BoundaryInvalid(GeoZhengzhiError):
    """A polygon that crosses or touches itself; with the place."""

    sentence = (
        "The boundary is not valid: {reason} at {longitude:.6f}, {latitude:.6f} – allowed: rings that do not cross or "
        "overlap – move or delete the vertex there."
    )


class BoundaryTooFine(GeoZhengzhiError):
    """More vertices than anybody draws."""

    sentence = "The boundary has {given} vertices – allowed: at most {allowed} – simplify it first."


class BoundaryFolds(GeoZhengzhiError):
    """A corridor wider than a bend of its line allows; with the place."""

    sentence = (
        "{half_width_m:.0f} m on either side fold over themselves in a bend at {longitude:.5f}, {latitude:.5f} – "
        "allowed: at most {widest_m:.0f} m – take a smaller half-width, or cut the line there."
    )


class UnknownRegisterFormat(GeoZhengzhiError):
    """A register file whose ending is not in the table."""

    sentence = (
        "{name} ends in {given} – allowed: {allowed} – save the register as one of those (old .xls files as .xlsx)."
    )


class RegisterTooLong(GeoZhengzhiError):
    """More rows than a register has."""

    sentence = "{name} has {given} rows – allowed: at most {allowed} – give a file of targets, not of incidents."


class RegisterNotEmpty(GeoZhengzhiError):
    """A register to be seeded that has entries."""

    sentence = (
        "The register has {count} entries already – allowed: an empty one, since only a person moves a target – read "
        "the entries in from a file, or begin with a new store."
    )
