"""What the pencil's scripts send and are answered: the address, the form, the versions seen, refusals as JSON."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g, jsonify, request
from flask_wtf.csrf import CSRFError

from geo_zhengzhi.errors import GeoZhengzhiError, UnreadableBody
from geo_zhengzhi.model import Period
from geo_zhengzhi.services.drawing.saving import Seen
from geo_zhengzhi.services.register import views as register_views
from web import errors, page, plan_answers, site
from web import register_forms as forms
from web.address import View, parse_view
from web.errors import FORGED, OTHERWISE, status_of
from web.plan_words import Words
from web.register import WORDS
from web.say import Say

UNPROCESSABLE = 422  # what a file holds
LARGEST = 4 * 2**20  # bytes of a drawing: twenty thousand vertices, twice
MEASURES = tuple(name for name in forms.PARTS_OF_TABLES if name.startswith("measures."))


def words_of_page() -> Words:
    """The pencil's words in the page's language."""
    return Words(Say(page.page_language()))


def view_of_address() -> View:
    """What the address asks for."""
    return parse_view(request.args, site.study(), page.page_language())


def period_of(view: View) -> Period:
    """The period of an address, else the one that the study opens with."""
    found = view.query.period or site.study().default_period
    assert found is not None, "a study without incidents has no pencil"
    return found


def days_of(period: Period) -> dict[str, str]:
    """A period as an address says it."""
    return {"from": str(period.first_day), "to": str(period.last_day)}


def around() -> dict[str, Any]:
    """What the pieces of the page take, as the page itself does."""
    words = words_of_page()
    return {
        **{name: WORDS[name] for name in ("glyphs", "telling", "field_words")},
        "words": words,
        "say": words.say,
        "_": words.say.text,
        "language": words.say.language,
        "moment": page.moment,
        "told": lambda field, text: plan_answers.told(field, text, words),
    }


def body_sent() -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        given = request.get_json(silent=True)
    except RecursionError:  # lists in lists without end
        given = None
    if not isinstance(given, dict):
        raise UnreadableBody(reason="–")
    return given


def texts_of(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """The texts of the page's form; what is none is empty."""
    said = given.get("form")
    said = said if isinstance(said, dict) else {}
    texts = {name: said.get(name, "") for name in names}
    return {name: text.replace("\r\n", "\n").strip() if isinstance(text, str) else "" for name, text in texts.items()}


def versions_seen(given: Mapping[str, Any]) -> Seen:
    """The versions that the planner saw: of `If-Match`, as "ENTRY.PART"; 0, which none is, where it says nothing."""
    entry, _, part = request.headers.get("If-Match", "").strip('"').partition(".")
    numbers = [int(text) if text.isascii() and text.isdigit() else 0 for text in (entry, part)]
    return Seen(numbers[0], numbers[1] if given.get("part_id") else None)


def entry_seen(target_id: str, given: Mapping[str, Any]) -> dict[str, str]:
    """What the entry said in the version that the planner saw; as it stands where that never was."""
    past = register_views.history(site.database(), target_id)
    version = versions_seen(given).entry
    was = next((one.entry for one in past.versions if one.entry.version == version), past.versions[-1].entry)
    return forms.written(was)


def refused(error: GeoZhengzhiError) -> Response:
    """A sentence of our own: as JSON for the page's scripts, which are all that asks for it."""
    if "application/json" not in request.headers.get("Accept", ""):
        return errors.refused(error)
    status = status_of(error)
    return refusal(error, UNPROCESSABLE if status == OTHERWISE else status, {})


def forged(error: CSRFError) -> Response:
    """A token of a session that has ended: the scripts fetch a new one and send again."""
    if "application/json" not in request.headers.get("Accept", ""):
        return errors.not_served(error)
    g.refusal = error
    return _with_status({"sentence": words_of_page().say.text(FORGED), "is_forged": True}, 400)


def refusal(error: GeoZhengzhiError, status: int, more: Mapping[str, Any]) -> Response:
    """A refusal as JSON: its sentence, and which field it is about."""
    name = error.values.get("name")
    body = {"sentence": page.text_of(error), "field": getattr(name, "key", ""), "kind": type(error).__name__}
    return _with_status({**body, **more}, status)


def _with_status(body: Mapping[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
