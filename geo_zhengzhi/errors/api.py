"""What is wrong with a program's request: its form, not what it asks for."""

from collections.abc import Callable

from geo_zhengzhi.errors.base import GeoZhengzhiError


class Phrase:
    """Words with values in them that stand in a sentence for what is allowed: an English msgid, told like one."""

    def __init__(self, msgid: str, **values: object) -> None:
        self.msgid, self.values = msgid, values

    def __str__(self) -> str:
        return self.msgid.format(**self.values)

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The same words through `translate`."""
        return translate(self.msgid).format(**self.values)


class UnreadableBody(GeoZhengzhiError):
    """A body that is no JSON, or one that two readers could read differently."""

    sentence = (
        "The body cannot be read: {reason} – allowed: one JSON object (RFC 8259) in UTF-8 – mend it and send it again."
    )


class UnknownMediaType(GeoZhengzhiError):
    """A body of a kind that the address does not take."""

    sentence = "{given} is not read here – allowed: {allowed} – send the body as that, and say so in Content-Type."


class FieldError(GeoZhengzhiError):
    """One field or parameter of a request; the first that is wrong carries all, itself included."""

    together: "tuple[FieldError, ...]" = ()


class FieldUnknown(FieldError):
    """A field or parameter that nobody asked for; it is refused, since a slip of the pen would else go unnoticed."""

    sentence = "{name} is not known here – allowed: {allowed} – leave it out, or look at its spelling."


class FieldMissing(FieldError):
    """A field or parameter without which nothing can be done."""

    sentence = "{name} is missing – allowed: {allowed} – give it."


class FieldTwice(FieldError):
    """A parameter that is there more than once."""

    sentence = "{name} is given {n} times – allowed: once – leave the others out."


class FieldRefused(FieldError):
    """A field or parameter with a value that it cannot have."""

    sentence = "{name} = {given} is not possible – allowed: {allowed} – give it so."


class VersionNotSaid(GeoZhengzhiError):
    """A change that does not say which version it is of."""

    sentence = (
        "If-Match is {given} – allowed: the one ETag of the answer that you changed – read it again, then send its "
        "ETag as If-Match."
    )


class GeometryUnreadable(GeoZhengzhiError):
    """A geometry that is no GeoJSON."""

    sentence = (
        "The geometry cannot be read at {place} – allowed: {allowed} – send RFC 7946 GeoJSON, longitude first, in "
        "degrees."
    )
