"""What several resources have in common: pages of a list, and the fields of who made what."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from marshmallow import fields

from web.api.bases import Answer, Query
from web.api.cursors import LONGEST, cursor_of, key_of
from web.api.fields import Whole, Written

MOST, USUAL = 500, 100
Item = TypeVar("Item")


class Pages(Query):
    """Where a list goes on, and how much of it is wanted."""

    limit = Whole(1, MOST, load_default=USUAL, metadata={"description": "Rows a page."})
    cursor = Written(
        LONGEST,
        shortest=1,
        pattern="[A-Za-z0-9_-]+",
        metadata={"description": "`next` of the page before."},
    )


def page_of(answer: type[Answer], name: str) -> type[Answer]:
    """The schema of a page of answers."""
    next_one = fields.String(
        allow_none=True, metadata={"description": "The cursor of the next page; null on the last."}
    )
    made: type[Answer] = Answer.from_dict({"items": fields.List(fields.Nested(answer)), "next": next_one}, name=name)
    return made


def number_of(query: dict[str, Any]) -> int | None:
    """The number in the cursor of a list whose key is one; None without one."""
    key = key_of(query.get("cursor"), int)
    return None if key is None else int(key[0])


def one_page(
    items: Sequence[Item], query: dict[str, Any], key: Callable[[Item], int | str], kind: type
) -> dict[str, Any]:
    """
    A page of a list that is had as a whole, in the order of a key.

    Parameters
    ----------
    items : sequence
    query : of `Pages`
    key : function of an item, ascending over the list
    kind : int or str, of the key
    """
    after = key_of(query.get("cursor"), kind)
    left = [item for item in items if after is None or key(item) > after[0]]  # type: ignore[operator]
    return cut(left[: query["limit"] + 1], query["limit"], lambda item: (key(item),))


def cut(items: Sequence[Item], limit: int, key: Callable[[Item], Sequence[int | str]]) -> dict[str, Any]:
    """A page out of one item more than it holds: that there is one more says that the list goes on."""
    page = items[:limit]
    return {"items": page, "next": cursor_of(*key(page[-1])) if len(items) > limit else None}
