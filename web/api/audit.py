"""The audit log, for auditors."""

import json
from typing import Any

from marshmallow import fields

from geo_zhengzhi.services.access import auditing
from geo_zhengzhi.services.access.auditing import LONGEST_FILTER, Wanted
from geo_zhengzhi.services.access.permissions import READ_AUDIT
from web import site
from web.api.bases import Answer, Query
from web.api.common import Pages, cut, number_of, page_of
from web.api.fields import Moment, Written
from web.api.operations import Resource
from web.doors import actor

audit = Resource("audit", "The log that is only ever appended to.")

HASH = {"pattern": "^[0-9a-f]{64}$"}


class Record(Answer):
    """One row of the log, sealed with the hash of the one before."""

    seq = fields.Integer()
    at = fields.String(metadata={"format": "date-time"})
    who = fields.String()
    role = fields.String()
    action = fields.String()
    object = fields.String()
    detail = fields.Dict()
    previous_hash = fields.String(metadata=HASH)
    hash = fields.String(metadata=HASH)


class LogQuery(Pages):
    """Which rows are wanted."""

    who = Written(LONGEST_FILTER, load_default="", metadata={"description": "Exactly this account."})
    action = Written(LONGEST_FILTER, load_default="", metadata={"description": "Exactly this action."})
    object = Written(LONGEST_FILTER, load_default="", metadata={"description": "A part of what it was done to."})
    since = Moment(metadata={"description": "The first moment."})
    until = Moment(metadata={"description": "The moment after the last."})


class HeadQuery(Query):
    """A head that was written down elsewhere."""

    head = Written(83, shortest=66, pattern="[0-9]{1,18}:[0-9a-f]{64}", metadata={"description": "NUMBER:HASH"})


class Chain(Answer):
    """Whether the log is whole."""

    is_whole = fields.Boolean()
    n = fields.Integer(metadata={"description": "Rows there are."})
    head = fields.String(metadata={"description": "NUMBER:HASH of the last row, to be written down elsewhere."})
    first_break = fields.Integer(
        allow_none=True, metadata={"description": "The first row that does not follow from the one before."}
    )
    holds_expected = fields.Boolean(metadata={"description": "Whether the head that was given is there."})


@audit.operation("GET", "/audit", READ_AUDIT, page_of(Record, "Records"), query=LogQuery)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the log, the newest row first."""
    wanted = Wanted(query["who"], query["action"], query["object"], query.get("since"), query.get("until"))
    limit = query["limit"]
    rows = auditing.rows_before(site.database(), actor(), wanted, number_of(query), limit + 1)
    found = [vars(row) | {"detail": json.loads(row.detail)} for row in rows]
    return cut(found, limit, lambda row: (row["seq"],))


@audit.operation("GET", "/audit/chain", READ_AUDIT, Chain, query=HeadQuery)
def chain(query: dict[str, Any]) -> Any:
    """Prove that nothing of the log was changed, taken out, put in, or cut off after a head."""
    return auditing.verify(site.database(), query.get("head"))
