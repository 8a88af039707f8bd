"""Where a list goes on: the key of the last row, in a form that callers hand back and do not look into."""

import base64
import json
from collections.abc import Sequence

from geo_zhengzhi.errors import FieldRefused, Phrase

LONGEST = 600


def cursor_of(*key: int | str) -> str:
    """The cursor after a row with this key."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_of(cursor: str | None, *kinds: type) -> tuple[int | str, ...] | None:
    """
    The key of a cursor; None without one.

    Parameters
    ----------
    cursor : str or None
    kinds : int or str, of each part of the key

    Raises
    ------
    FieldRefused
        If it is no cursor of this list.
    """
    if cursor is None:
        return None
    key = _read(cursor)
    if len(key) != len(kinds) or not all(_fits(part, kind) for part, kind in zip(key, kinds, strict=True)):
        raise FieldRefused(name="cursor", given="…", allowed=Phrase("what the page before gave as next"))
    return tuple(key)


def _read(cursor: str) -> Sequence[int | str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return ()
    return found if isinstance(found, list) else ()


def _fits(part: object, kind: type) -> bool:
    """Whether a part is of its kind and can be asked a database for."""
    if kind is int:
        return type(part) is int and -(2**62) < part < 2**62
    return isinstance(part, str) and part.isprintable()
