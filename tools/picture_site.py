"""The site that is photographed: the demonstration's store, accounts of every role, targets along their lives."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask

from geo_zhengzhi.life import STEPS
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.services.access.links import make_link, use_link
from geo_zhengzhi.services.access.users import add_user
from geo_zhengzhi.services.installation import Database
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.making import export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.preset_rules import Preset
from geo_zhengzhi.services.meeting.presets import save_preset
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import change_entry, take_step
from geo_zhengzhi.services.register.views import entry
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from web.app import create_app
from web.serve import listen, warm_up
from web.site import STORE, STUDY, utc_clock

PASSWORD = "only for these pictures"
# Words of a post, not of a person: what the accounts are called.
POSTS = {
    "viewer": "指挥中心",
    "planner": "规划一科",
    "importer": "录入岗",
    "administrator": "信息科",
    "auditor": "督查室",
}
PLANNER, OTHER = Actor(POSTS["planner"], "planner"), Actor("规划二科", "planner")
UNIT = "文昌街道派出所"
PRESET = "每月例会"
TREATED, OVERDUE, RELAPSED, REDRAWN = "T-2024-wudingyuan", "T-2024-banqiao", "T-2024-fuyujiayuan", "T-2024-gulou"
WAYS = {
    "treatment": ("listed", "treatment"),
    "relapsed": ("listed", "treatment", "accepted", "consolidating", "relapsed"),
}


@dataclass(frozen=True)
class Photographed:
    """
    A running site.

    Parameters
    ----------
    app : Flask
    address : str
        Without the slash at its end.
    store : Database
    numbers : {role: int}
        Of the accounts.
    """

    app: Flask
    address: str
    store: Database
    numbers: dict[str, int]

    def link(self) -> str:
        """The secret of a one-time link that nobody has used."""
        return make_link(self.store, SYSTEM, self.numbers["viewer"], utc_clock())


@contextmanager
def demonstration(folder: Path) -> Iterator[Photographed]:
    """Serve a new store of the demonstration on a free port, and stop at the end."""
    settings = replace(Settings(), port=0, var_dir=folder)
    app = create_app(settings)
    store = app.extensions[STORE].get()
    numbers = {role: _account(store, role) for role in ROLES}
    _live(store, utc_clock().astimezone(ZoneInfo(settings.timezone)).date())
    warm_up(app, lambda stage, fraction: None)
    _make_files(store, app.extensions[STUDY].get(), settings)
    server = listen(app, settings)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield Photographed(app, f"http://127.0.0.1:{server.effective_port}", store, numbers)
    finally:
        server.close()


def _make_files(store: Database, study: Study, settings: Settings) -> None:
    """Two meeting files of earlier weeks, of kinds that are drawn in a moment."""
    assert study.default_period is not None
    month = f"{study.default_period.last_day:%Y-%m}"
    now, commander = utc_clock(), Actor(POSTS["viewer"], "viewer")
    for days, ending in ((14, ".geojson"), (7, ".xlsx")):
        at = now - timedelta(days=days)
        asked = Asked(Months.written(month, month), at.date() + timedelta(days=2))
        export_meeting(store, study, asked, settings, actor=commander, now=at, ending=ending)


def _account(store: Database, role: str) -> int:
    """An account that has set its password."""
    now = utc_clock()
    number = add_user(store, SYSTEM, POSTS[role], role, now)
    use_link(store, make_link(store, SYSTEM, number, now), PASSWORD, "", now)
    return number


def _live(store: Database, today: date) -> None:
    """One target under treatment, one past its deadline, one relapsed, one with a second boundary."""
    _bring(store, TREATED, "treatment", today)
    _bring(store, OVERDUE, "treatment", today)
    _bring(store, RELAPSED, "relapsed", today)
    measures = {"police": "夜间 20–24 时两组步巡", "technical": "补装监控 6 处"}
    _say(store, TREATED, deadline=today + timedelta(days=40), work_group="第二工作组", measures=measures)
    _say(store, OVERDUE, deadline=today - timedelta(days=12))
    save_preset(store, Preset(PRESET), version=0, actor=PLANNER)
    shown = entry(store, REDRAWN).parts[0]
    wider = shown.geometry.buffer(0.0006, join_style="mitre")
    put_boundary(
        store, REDRAWN, shown.part_id, wider, None, version=shown.version, actor=OTHER, reason="并入四周的人行道"
    )


def _bring(store: Database, target_id: str, stage: str, today: date) -> None:
    """Take a target from where it stands along its way to a stage."""
    now = entry(store, target_id).entry.stage
    way = WAYS[stage]
    for n, step in enumerate(way[way.index(now) + 1 :] if now in way else ()):
        assert step in STEPS[entry(store, target_id).entry.stage]
        version, day = entry(store, target_id).entry.version, today - timedelta(days=60 - 10 * n)
        take_step(store, target_id, step, day, UNIT, "", version=version, actor=PLANNER, today=today)


def _say(store: Database, target_id: str, **fields: object) -> None:
    """Change what the register says of a target."""
    version = entry(store, target_id).entry.version
    change_entry(store, target_id, fields, version=version, actor=PLANNER, reason="部署会议确定")
