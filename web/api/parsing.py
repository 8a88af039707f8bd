"""Read a request: strict JSON, every parameter once, and of what is wrong every fault in one refusal."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from geo_zhengzhi.errors import FieldError, FieldTwice, Phrase, UnknownMediaType, UnreadableBody
from web.api.fields import Fault

JSON, FORM = "application/json", "multipart/form-data"
MOST_SHOWN = 80  # characters of a value that a refusal repeats
MOST_FAULTS = 20
WHOLE = "_schema"  # under which marshmallow files what is wrong with an object itself
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\u2028\u2029]")


class Parser(FlaskParser):
    """The one way in which the interface reads a request."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, RAISE)

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, str]:
        """The parameters of the address."""
        return once(req.args)

    def load_form(self, req: Request, schema: Schema) -> dict[str, Any]:
        """
        The fields of a form and its files.

        Raises
        ------
        UnknownMediaType
            If the body does not say that it is one.
        """
        if req.mimetype != FORM:
            raise UnknownMediaType(given=shown(req.mimetype or "–"), allowed=FORM)
        return {**once(req.form), **once(req.files)}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body."""
        return read_json(req)

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **rest: Any) -> NoReturn:
        """Refuse with every fault that was found, the first one's sentence ahead."""
        _, messages = next(iter(error.messages_dict.items()))
        faults = tuple(_faults(messages, error.data, ""))[:MOST_FAULTS]
        faults[0].together = faults
        raise faults[0] from None


def once(given: MultiDict[str, Any]) -> dict[str, Any]:
    """
    Parameters that are there once each.

    Raises
    ------
    FieldTwice
        For the first that is there more than once.
    """
    for name, values in given.lists():
        if len(values) > 1:
            raise FieldTwice(name=shown(name), n=len(values))
    return given.to_dict()


def read_json(request: Request) -> Any:
    """
    The body as JSON.

    Raises
    ------
    UnknownMediaType
        If it does not say that it is JSON.
    UnreadableBody
        If it is none, is not UTF-8, names a key twice, or holds what is no JSON number.
    """
    if request.mimetype != JSON or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise UnknownMediaType(given=shown(request.mimetype or "–"), allowed=JSON)
    try:
        text = request.get_data(cache=True).decode("utf-8")
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise UnreadableBody(reason=Phrase("it is not UTF-8")) from None
    except RecursionError:
        raise UnreadableBody(reason=Phrase("it is nested too deeply")) from None
    except json.JSONDecodeError as error:
        raise UnreadableBody(
            reason=Phrase("line {line}, column {column}", line=error.lineno, column=error.colno)
        ) from None
    except ValueError:  # a whole number of more digits than Python reads
        raise UnreadableBody(reason=Phrase("a number has too many digits")) from None


def shown(value: Any) -> str:
    """A value as a refusal repeats it: short, on one line, without what steers a screen."""
    if isinstance(value, Mapping | list):
        return "{…}" if isinstance(value, Mapping) else "[…]"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    plain = _INVISIBLE.sub("\ufffd", text[: MOST_SHOWN + 1])
    return plain if len(plain) <= MOST_SHOWN else f"{plain[:MOST_SHOWN]}…"


def _faults(messages: Any, given: Any, path: str) -> Iterator[FieldError]:
    """The faults of a tree of messages, by name, each with the value that it is about."""
    if isinstance(messages, Mapping):
        for key in sorted(messages, key=str):
            name = path if key == WHOLE else f"{path}.{key}" if path else str(key)
            yield from _faults(messages[key], given if key == WHOLE else _at(given, key), name)
        return
    for fault in messages:
        assert isinstance(fault, Fault)
        yield fault.error(name=shown(path) if path else Phrase("the body"), given=shown(given), allowed=fault.allowed)


def _at(given: Any, key: Any) -> Any:
    """A value inside another; None where there is none."""
    try:
        return given[key]
    except (KeyError, IndexError, TypeError):
        return None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are there once each: two readers could take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise UnreadableBody(reason=Phrase("{name} is there twice", name=shown(twice)))
    return found


def _no_number(text: str) -> NoReturn:
    raise UnreadableBody(reason=Phrase("{given} is no number", given=text))
