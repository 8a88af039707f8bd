"""Versions as ETags: which one an answer is, and of which one a change is."""

import re

from flask import Response, request

from geo_zhengzhi.errors import VersionNotSaid
from web.api.parsing import shown

NEVER = 0  # the version of nothing: a tag that is none of ours fits no version
_OURS = re.compile(r'"(\d{1,9})"', re.ASCII)
_ONE_TAG = re.compile(r'(W/)?"[^",]*"')


def etag(version: int) -> dict[str, str]:
    """The header of an answer that is this version."""
    return {"ETag": f'"{version}"'}


def is_known(version: int) -> bool:
    """Whether the caller has this version, so that 304 is enough."""
    return request.if_none_match.contains_weak(str(version))


def not_changed(version: int) -> Response:
    """304: the caller has it."""
    return Response(status=304, headers=etag(version))


def said_version() -> int:
    """
    The version that a change is of, out of If-Match; a tag that is none of ours fits none.

    Raises
    ------
    VersionNotSaid
        If there is no If-Match, it is `*`, or names several.
    """
    given = request.headers.get("If-Match", "").strip()
    if not _ONE_TAG.fullmatch(given):
        raise VersionNotSaid(given=shown(given) or "–")
    ours = _OURS.fullmatch(given)
    return int(ours[1]) if ours else NEVER
