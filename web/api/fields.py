"""Fields of requests, each bounded, each able to say what it allows; and the few that only answers have."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields

from geo_zhengzhi.errors import FieldError, FieldMissing, FieldRefused, Phrase
from geo_zhengzhi.model import EARLIEST, LATEST
from geo_zhengzhi.services.imports.incoming import Incoming

LARGEST = 2**31 - 1  # of a row's number; more fits no column of both engines
DAY = r"^(19\d\d|20\d\d|21\d\d|2200)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
MOMENT = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$"
BOX = r"^-?\d{1,3}(\.\d{1,15})?(,-?\d{1,3}(\.\d{1,15})?){3}$"
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_REAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, as the parser finds it in a `ValidationError`."""

    error: type[FieldError]
    allowed: object


class Bounded(fields.Field):
    """What every field of a request has: `allowed`, in words."""

    allowed: object

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        """A fault in place of marshmallow's own English."""
        return ValidationError([Fault(FieldMissing if key == "required" else FieldRefused, self.allowed)])

    @property
    def is_text(self) -> bool:
        """Whether values come as text: from an address or a form."""
        return getattr(self.root, "is_text", False)


class Whole(Bounded, fields.Integer):
    """A whole number within bounds, both allowed."""

    def __init__(self, low: int, high: int, **rest: Any) -> None:
        super().__init__(**_told(rest, minimum=low, maximum=high))
        self._low, self._high = low, high
        self.allowed = Phrase("a whole number from {low} to {high}", low=low, high=high)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.is_text and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self._low <= value <= self._high or value != int(value):
            raise self.make_error("invalid")
        return int(value)


class Real(Bounded, fields.Float):
    """A finite number within bounds, both allowed unless it must be above the lower one."""

    def __init__(self, low: float, high: float, *, above: bool = False, **rest: Any) -> None:
        super().__init__(**_told(rest, **{"exclusiveMinimum" if above else "minimum": low}, maximum=high))
        self._low, self._high, self._above = low, high, above
        msgid = "a number above {low}, at most {high}" if above else "a number from {low} to {high}"
        self.allowed = Phrase(msgid, low=f"{low:g}", high=f"{high:g}")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if self.is_text and isinstance(value, str) and _REAL.fullmatch(value):
            value = float(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self._low <= value <= self._high or (self._above and value == self._low):
            raise self.make_error("invalid")
        return float(value)


class Radius(Real):
    """A number within bounds, both allowed, or "auto"."""

    def __init__(self, low: float, high: float, **rest: Any) -> None:
        super().__init__(low, high, **_told(rest, type=["number", "string"], pattern="^auto$"))
        self.allowed = Phrase("auto, or a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return value if value == "auto" else super()._deserialize(value, attr, data, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value if value == "auto" else super()._serialize(value, attr, obj, **kwargs)


class Flag(Bounded, fields.Boolean):
    """True or false, and nothing that merely looks so."""

    allowed = "true, false"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if self.is_text and value in ("true", "false"):
            value = value == "true"
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Written(Bounded, fields.String):
    """A text of so many characters, without those that no store keeps (NUL, halves of surrogate pairs)."""

    def __init__(self, longest: int, *, shortest: int = 0, pattern: str | None = None, **rest: Any) -> None:
        said = {"maxLength": longest, "minLength": shortest}
        said |= {} if pattern is None else {"pattern": f"^{pattern}$"}
        super().__init__(**_told(rest, **said))
        self._longest, self._shortest = longest, shortest
        self._pattern = None if pattern is None else re.compile(pattern, re.ASCII)
        self.allowed = Phrase("a text of {low} to {high} characters", low=shortest, high=longest)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or not self._shortest <= len(value) <= self._longest:
            raise self.make_error("invalid")
        if _UNKEEPABLE.search(value) or (self._pattern is not None and not self._pattern.fullmatch(value)):
            raise self.make_error("invalid")
        return value


class OneOf(Bounded, fields.String):
    """One word of a list."""

    def __init__(self, *words: str, **rest: Any) -> None:
        super().__init__(**_told(rest, enum=list(words)))
        self._words, self.allowed = words, ", ".join(words)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self._words:
            raise self.make_error("invalid")
        return value


class Day(Bounded, fields.Date):
    """A day, in the one form YYYY-MM-DD."""

    allowed = f"YYYY-MM-DD, {EARLIEST} – {LATEST}"

    def __init__(self, **rest: Any) -> None:
        super().__init__(**_told(rest, pattern=DAY))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            return date.fromisoformat(value if re.fullmatch(DAY, value, re.ASCII) else "")
        except (TypeError, ValueError):
            raise self.make_error("invalid") from None


class Moment(Bounded, fields.DateTime):
    """A moment with its offset from UTC, RFC 3339."""

    allowed = "YYYY-MM-DDThh:mm:ssZ"

    def __init__(self, **rest: Any) -> None:
        super().__init__(**_told(rest, pattern=MOMENT))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value if re.fullmatch(MOMENT, value, re.ASCII) else "")
            return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise self.make_error("invalid") from None


class Box(Bounded, fields.String):
    """A box of degrees, EPSG:4326: west, south, east, north."""

    allowed = Phrase("west,south,east,north in degrees, west < east, south < north")

    def __init__(self, **rest: Any) -> None:
        super().__init__(**_told(rest, pattern=BOX))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(BOX, value, re.ASCII):
            raise self.make_error("invalid")
        west, south, east, north = map(float, value.split(","))
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise self.make_error("invalid")
        return west, south, east, north


class Inside(Bounded, fields.Nested):
    """An object with fields of its own; in a form, as JSON."""

    allowed = Phrase("an object with the fields of its schema")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if self.is_text:
            try:
                value = json.loads(value)
            except (TypeError, ValueError, RecursionError):
                raise self.make_error("invalid") from None
        return super()._deserialize(value, attr, data, **kwargs)


class Listed(Bounded, fields.List):
    """A list of so many."""

    def __init__(self, inner: fields.Field, longest: int, **rest: Any) -> None:
        super().__init__(inner, **_told(rest, maxItems=longest))
        self._longest, self.allowed = longest, Phrase("a list of at most {high}", high=longest)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > self._longest:
            raise self.make_error("invalid")
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return found


class Shape(fields.Raw):
    """A GeoJSON geometry of an answer."""


class Drawn(Bounded, fields.Raw):
    """A GeoJSON geometry of a boundary; a service reads it."""

    allowed = Phrase("a GeoJSON geometry")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        return value


class SentFile(Bounded, Upload):
    """A file of a form, on its way into its folder."""

    allowed = Phrase("one file with a name")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Incoming:
        stream = getattr(value, "stream", None)
        if not isinstance(stream, Incoming):
            raise self.make_error("invalid")
        return stream


class Figure(fields.Float):
    """A number of an answer; null where there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | None:
        return None if value is None or not math.isfinite(value) else float(value)


def _told(rest: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A field's arguments with what its schema says of it."""
    return rest | {"metadata": said | rest.pop("metadata", {})}
