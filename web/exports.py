"""What leaves the site carries the audit log's head, and what an account takes along is written down."""

from flask import Response, after_this_request, request

from geo_zhengzhi.services.access.auditing import audit_head, write_down
from web import site
from web.doors import who

HEADER = "X-Audit-Head"
MOST_CHARACTERS = 1000  # of the address, in the log


def exported(what: str) -> str:
    """Write down what an account takes along, and say the log's head, which every export carries."""
    found = who()
    if found is None:
        return audit_head(site.database())
    detail = {"address": request.query_string.decode()[:MOST_CHARACTERS]}
    return write_down(site.database(), found.actor, "export", what, detail)


def export_with_header(what: str) -> None:
    """The same for an answer that has no place of its own for the head: it goes into a header."""
    _send(exported(what))


def send_head() -> None:
    """Only the header, where who looks is written down elsewhere."""
    _send(audit_head(site.database()))


def _send(head: str) -> None:
    @after_this_request
    def carry(response: Response) -> Response:
        response.headers[HEADER] = head
        return response
