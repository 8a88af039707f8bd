"""Presets of the meeting file: saved from what was chosen, made in a click, changed, taken away, brought back."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from geo_zhengzhi.errors import GeoZhengzhiError, NoIncidents, NoMonthsYet, VersionConflict
from geo_zhengzhi.model import LEVELS
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.backgrounds import has_own_background
from geo_zhengzhi.services.labels import LEVEL_WORDS
from geo_zhengzhi.services.meeting import presets as services
from geo_zhengzhi.services.meeting.asked import CLASSIFICATIONS
from geo_zhengzhi.services.meeting.background_packing import BUDGETS_MB
from geo_zhengzhi.services.meeting.files import ENDINGS, HTML
from geo_zhengzhi.services.meeting.ordering import order_preset
from geo_zhengzhi.services.meeting.preset_rules import RULES, Preset, months_of, preset_name
from geo_zhengzhi.services.meeting.presets import Kept
from geo_zhengzhi.services.meeting.preview import target_names
from geo_zhengzhi.words import LANGUAGES
from web import page, site
from web.doors import actor, open_to
from web.errors import status_of
from web.orders import link_to, source

presets = Blueprint("presets", __name__, url_prefix="/export")


@dataclass(frozen=True)
class Form:
    """What the form holds, as it was written."""

    name: str
    rule: str
    targets: tuple[str, ...]
    level: str
    language: str
    classification: str
    ending: str
    background_mb: int
    version: int

    def preset(self) -> Preset:
        """The preset that it writes."""
        return Preset(
            preset_name(self.name),
            self.rule,
            self.targets,
            self.level,
            self.language,
            self.classification.strip(),
            self.ending,
            self.background_mb,
        )


@presets.get("/presets")
@open_to(SEE)
def listing() -> Response:
    """Every preset with the months that its file would be about today; those taken away below."""
    return _listing()


@presets.get("/new-preset")
@open_to(EDIT_REGISTER)
def new() -> Response:
    """The form, with what was chosen for a file."""
    return _form(_given(request.args))


@presets.post("/new-preset")
@open_to(EDIT_REGISTER)
def save() -> Response:
    """Keep a new one, or a change."""
    given = _given(request.form)
    try:
        kept = services.save_preset(site.database(), given.preset(), version=given.version, actor=actor())
    except GeoZhengzhiError as error:
        return _form(given, status_of(error), error)
    return redirect(page.link_to("presets.listing") + f"#{kept.name}", 303)


@presets.get("/presets/<name>")
@open_to(SEE)
def one(name: str) -> Response:
    """One preset: what it asks for, to be changed, and its versions."""
    history = services.preset_history(site.database(), name, actor=actor())
    return _form(_form_of(history), history=history)


@presets.post("/presets/<name>/make")
@open_to(SEE)
def make(name: str) -> Response:
    """Begin to make its file, of today."""
    day = site.local(site.now()).date()
    try:
        order = order_preset(source(), name, actor=actor(), now=site.now(), day=day)
    except GeoZhengzhiError as error:
        return _listing(status_of(error), page.text_of(error))
    return redirect(link_to(order, take=1), 303)


@presets.post("/presets/<name>/remove")
@open_to(EDIT_REGISTER)
def remove(name: str) -> Response:
    """Take it away; it can be brought back."""
    try:
        services.remove_preset(site.database(), name, version=_whole("version"), actor=actor())
    except GeoZhengzhiError as error:
        return _listing(status_of(error), page.text_of(error))
    return redirect(page.link_to("presets.listing"), 303)


@presets.post("/presets/<name>/restore")
@open_to(EDIT_REGISTER)
def restore(name: str) -> Response:
    """Bring a version back."""
    wanted, version = _whole("to_version"), _whole("version")
    try:
        services.restore_preset(site.database(), name, wanted, version=version, actor=actor())
    except GeoZhengzhiError as error:
        return _listing(status_of(error), page.text_of(error))
    return redirect(page.link_to("presets.one", name=name), 303)


def _listing(status: int = 200, sentence: str = "") -> Response:
    """The list, with what is to be said on it."""
    every = services.list_presets(site.database(), actor=actor())
    return page.show(
        "presets.html",
        status,
        address=url_for("presets.listing") if request.method == "POST" else "",
        sentence=sentence,
        is_simulated=site.is_study_simulated(),
        presets=[(kept, _about(kept)) for kept in every if kept.preset is not None],
        gone=[kept for kept in every if kept.preset is None],
        level_words=LEVEL_WORDS,
        rules=RULES,
    )


def _form(
    given: Form, status: int = 200, error: GeoZhengzhiError | None = None, history: list[Kept] | None = None
) -> Response:
    """The form with what it holds; after a conflict it is based on what somebody else saved."""
    if isinstance(error, VersionConflict):
        given = Form(**{**vars(given), "version": error.values["stored_version"]})
    study = site.study()
    return page.show(
        "preset.html",
        status,
        address=url_for("presets.new") if request.method == "POST" else "",
        sentence="" if error is None else page.text_of(error),
        is_simulated=study.simulated,
        given=given,
        history=history or [],
        rules=RULES,
        levels=LEVELS,
        level_words=LEVEL_WORDS,
        targets=target_names(study, page.page_language()),
        languages_of_file=LANGUAGES,
        usual=CLASSIFICATIONS,
        endings=ENDINGS,
        budgets=_budgets(given.background_mb),
    )


def _about(kept: Kept) -> str:
    """The months that a preset's file would be about today; "" where the data have none yet."""
    assert kept.preset is not None
    try:
        return str(months_of(kept.preset.rule, site.study(), site.local(site.now()).date()))
    except (NoIncidents, NoMonthsYet):
        return ""


def _budgets(chosen: int) -> list[int]:
    """What the form offers for a background: nothing where there is no file of tiles to take it from."""
    return sorted({0, *BUDGETS_MB, chosen}) if has_own_background(site.settings()) or chosen else []


def _given(fields: "MultiDict[str, str]") -> Form:
    """The form's fields; a rule that fits the chosen months where none is given."""
    return Form(
        fields.get("name", ""),
        fields.get("rule", "") or _fitting(fields.get("from", ""), fields.get("to", "")),
        tuple(fields.getlist("target")),
        fields.get("level", ""),
        fields.get("language", page.page_language()),
        fields.get("classification", ""),
        fields.get("format", HTML),
        max(0, fields.get("background", 0, type=int)),
        max(0, fields.get("version", 0, type=int)),
    )


def _fitting(first: str, last: str) -> str:
    """The first rule that means these months today; otherwise the one of the last month."""
    day = site.local(site.now()).date()
    for rule in RULES:
        try:
            if months_of(rule, site.study(), day).texts() == (first, last):
                return rule
        except (NoIncidents, NoMonthsYet):
            continue
    return next(iter(RULES))


def _form_of(history: list[Kept]) -> Form:
    """The form of a preset as it stands, or as it was last."""
    preset = next((one.preset for one in history if one.preset is not None), Preset(history[0].name))
    values: dict[str, Any] = {**vars(preset), "version": history[0].version}
    return Form(**values)


def _whole(name: str) -> int:
    return max(0, request.form.get(name, 0, type=int))
