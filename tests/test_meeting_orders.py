"""A meeting file is made behind the page: seen by every worker, there for an hour, for whoever ordered it alone."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import account
from flask import Flask
from meetings import DAY, NOW, copied_store, county, draw, plant_targets
from register_sites import words
from sites import COUNTY, Visitor, at, fetched, site_of

from geo_zhengzhi.errors import (
    ExportMissing,
    ExportNotReady,
    InvalidParameter,
    MonthsNotOver,
    TargetNotInForce,
    TooManyExports,
)
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services import folders, jobs
from geo_zhengzhi.services.meeting import files, making, orders
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.ordering import Source, Wish, order_file
from geo_zhengzhi.services.meeting.orders import MOST_KEPT, MOST_MAKING, Order, Wanted, place_order
from geo_zhengzhi.services.meeting.preset_rules import Preset
from geo_zhengzhi.services.meeting.presets import save_preset
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from tests.accounts import QUICK

pytestmark = pytest.mark.usefixtures("quick_passwords")
STUDY = county(draw(36))
ANNA, BORIS = Actor("anna", "viewer"), Actor("boris", "viewer")
MONTHS = Months.written("2024-02", "2024-03")
WANTED = Wanted("meeting.geojson", ".geojson", "2024-02", "en", (("from", "2024-02"),))
FORM = {"from": "2024-02", "to": "2024-03", "language": "en", "format": ".geojson"}


@pytest.fixture(scope="module")
def store(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    for database in copied_store(new_file, tmp_path_factory.mktemp("orders")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
            for name in ("anna", "boris"):
                account(database, name, "viewer", now=NOW)
            account(database, "ivan", "planner", now=NOW)
            plant_targets(database, STUDY)
            yield database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=COUNTY.database_url, cache_dir=tmp_path / "cache")


@pytest.fixture
def workers(store: Database, settings: Settings) -> list[Flask]:
    """Two applications on one store and one cache, as two workers of a site are."""
    apps = [site_of(store, STUDY, settings) for _ in range(2)]
    for app in apps:
        at(app, NOW)
    return apps


def until_over(order: Order) -> jobs.Job:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = orders.job_of(order)
        if job is not None and job.is_over:
            return job
        time.sleep(0.02)
    raise AssertionError(orders.job_of(order))


def held() -> tuple[Callable[[Any], Any], threading.Event, threading.Event]:
    """Work that tells a stage and then waits: the work, that it has begun, and what lets it go on."""
    begun, go_on = threading.Event(), threading.Event()

    def make(tell: jobs.Progress) -> Any:
        tell("protecting", 0.4)
        begun.set()
        go_on.wait(30)
        raise MonthsNotOver(given="x", first="a", last="b")

    return make, begun, go_on


def ordered(store: Database, settings: Settings, actor: Actor, ending: str = ".geojson", **asked: Any) -> Order:
    wish = Wish(Asked(asked.pop("months", MONTHS), DAY, **asked), ending)
    return order_file(Source(store, STUDY, settings), wish, actor=actor, now=NOW)


def test_every_stage_is_told_in_its_order_and_the_file_is_private(
    store: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {ending: files.KINDS[ending] for ending in (".xlsx", ".geojson", ".kml")}
    monkeypatch.setattr(files, "KINDS", kinds)  # of an archive; the others take their time
    told: list[tuple[str, float]] = []
    asked = Asked(MONTHS, DAY, classification="秘密")
    made = making.export_meeting(
        store, STUDY, asked, settings, actor=ANNA, now=NOW, ending=".zip", tell=lambda *one: told.append(one)
    )
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["counting", "protecting", "drawing", "packing"]
    assert {stage for stage, _ in told} < set(making.STAGES)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert len({share for stage, share in told if stage == "protecting"}) >= 3
    assert len({share for stage, share in told if stage == "drawing"}) == 3  # one kind after the other
    order = ordered(store, settings, ANNA, ".zip", classification="秘密")
    assert until_over(order).status == "done"
    path, facts = orders.file_of(order)
    assert (path.read_bytes(), facts["sha256"], facts["audit_head"]) == (made.content, made.sha256, made.audit_head)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {stat.S_IMODE(one.stat().st_mode) for one in (order.folder, path.parent, order.folder.parent)} == {0o700}
    assert order.name not in [one.name for one in path.parent.iterdir()]  # no name of somebody's is a path of ours


def test_a_file_ordered_at_one_worker_is_followed_and_fetched_at_the_other(workers: list[Flask]) -> None:
    first, second = (Visitor(app).sign_in("anna") for app in workers)
    answer = first.post("/export", "/account", **FORM)
    assert answer.status_code == 303
    assert "take=1" in answer.location
    got = fetched(second, answer)
    assert got.headers["Content-Disposition"] == "attachment; filename=meeting-2024-02-2024-03.en.geojson"
    assert got.mimetype == "application/geo+json"
    assert json.loads(got.data)["type"] == "FeatureCollection"
    assert got.headers["X-Audit-Head"]
    page = second.get(answer.location)
    assert "data-take" in page.get_data(as_text=True)
    assert "data-take" not in second.get(answer.location.partition("?")[0]).get_data(as_text=True)
    assert "meeting-2024-02-2024-03.en.geojson is ready 2024-02 – 2024-03" in words(page)
    assert "for you alone" in words(page)
    listed = words(second.get("/export?lang=en"))
    assert re.search(r"meeting-2024-02-2024-03\.en\.geojson \d\d:\d\d · ready ·", listed)


def test_nobody_else_finds_it_signed_in_or_not(workers: list[Flask]) -> None:
    anna, boris, nobody = Visitor(workers[0]).sign_in("anna"), Visitor(workers[1]).sign_in("boris"), Visitor(workers[0])
    answer = anna.post("/export", "/account", **FORM)
    fetched(anna, answer)
    page = answer.location.partition("?")[0]
    for path in (page, f"{page}/file"):
        refused = boris.get(path)
        assert refused.status_code == 404
        assert "is not there any more" in words(refused)
        assert nobody.get(path).status_code == 302
    assert boris.get(f"{page}/progress.json").get_json() == {"status": "gone", "over": True}
    assert "en.geojson" not in words(boris.get("/export?lang=en"))
    for order_id in ("0" * 32, "..", "A" * 32):
        assert anna.get(f"/export/files/{order_id}/file").status_code in (404, 308)


def test_what_cannot_be_made_is_refused_before_it_is_begun(store: Database, settings: Settings) -> None:
    with pytest.raises(MonthsNotOver):
        ordered(store, settings, ANNA, months=Months.written("2031-01", "2031-02"))
    with pytest.raises(TargetNotInForce):
        ordered(store, settings, ANNA, targets=("T-9",))
    with pytest.raises(InvalidParameter):
        ordered(store, settings, ANNA, ".exe")
    assert orders.orders_of(settings, ANNA) == ()


def test_the_same_order_is_made_once_and_five_at_a_time_are_too_many(settings: Settings) -> None:
    make, begun, go_on = held()
    order = place_order(settings, ANNA, WANTED, make)
    begun.wait(30)
    assert place_order(settings, ANNA, WANTED, make) == order
    others = [
        place_order(settings, ANNA, Wanted("b", ".kml", "", "en", (("n", str(n)),)), make)
        for n in range(MOST_MAKING - 1)
    ]
    assert [orders.job_of(one).status for one in others] == ["waiting"] * 3
    with pytest.raises(TooManyExports, match=r"4 files .* 4 at a time"):
        place_order(settings, ANNA, Wanted("c", ".kml", "", "en", ()), make)
    assert place_order(settings, BORIS, WANTED, make).order_id != order.order_id
    with pytest.raises(ExportNotReady, match=r"meeting\.geojson is not ready"):
        orders.file_of(order)
    go_on.set()
    assert {until_over(one).status for one in (order, *others)} == {"failed"}
    assert place_order(settings, ANNA, WANTED, make).order_id != order.order_id


def test_no_more_than_a_dozen_of_one_person_are_kept_the_oldest_go_first(settings: Settings) -> None:
    make, _, go_on = held()
    go_on.set()
    placed = []
    for n in range(MOST_KEPT + 2):
        placed.append(place_order(settings, ANNA, Wanted(str(n), ".kml", "", "en", (("n", str(n)),)), make))
        until_over(placed[-1])
    assert [order.name for order in orders.orders_of(settings, ANNA)] == [str(n) for n in range(MOST_KEPT + 1, 1, -1)]


@pytest.mark.skipif(os.name == "nt", reason="no links without rights")
def test_a_note_that_vanishes_while_it_is_looked_at_does_not_make_its_folder_old(settings: Settings) -> None:
    folder = folders.new_folder(settings, folders.EXPORTS)
    (folder / ".draft-x").symlink_to(folder / "gone")  # as a draft that was put in its place between list and look
    assert folders.rest_s(folder) > folders.LIFE_S - 60
    folders.sweep(settings)
    assert folder.is_dir()
    assert folders.rest_s(folder / "none") < 0


def test_after_an_hour_it_is_gone_and_its_page_says_how_to_get_it_again(
    store: Database, settings: Settings, workers: list[Flask]
) -> None:
    order = ordered(store, settings, ANNA)
    until_over(order)
    then = time.time() - folders.LIFE_S - 1
    for path in (*order.folder.iterdir(), order.folder):
        os.utime(path, (then, then))
    with pytest.raises(ExportMissing):
        orders.find_order(settings, order.order_id, ANNA)
    answer = Visitor(workers[0]).sign_in("anna").get(f"/export/files/{order.order_id}?lang=zh")
    assert "请从以往会议稿中取回，或在“会议稿”页重新制作" in answer.get_data(as_text=True)
    folders.sweep(settings)
    assert list((settings.cache_dir / "exports").iterdir()) == []


KILLED = """
import sys, time
from pathlib import Path
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.meeting.orders import Wanted, place_order
from geo_zhengzhi.settings import Settings
def make(tell):
    tell("protecting", 0.4)
    print("begun", flush=True)
    time.sleep(600)
fields = (("from", "2024-02"), ("to", "2024-03"), ("target", "T-1"), ("format", ".kml"))
wanted = Wanted("meeting.kml", ".kml", "2024-02", "en", fields)
order = place_order(Settings(cache_dir=Path(sys.argv[1])), Actor("anna", "viewer"), wanted, make)
print(order.order_id, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="there a note has to fall silent first")
def test_a_worker_that_is_killed_is_told_at_once_with_what_to_do(settings: Settings, workers: list[Flask]) -> None:
    arguments = [sys.executable, "-c", KILLED, str(settings.cache_dir)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        order_id = next(line for line in (process.stdout.readline().strip() for _ in range(2)) if line != "begun")
        order, deadline = orders.find_order(settings, order_id, ANNA), time.monotonic() + 30
        while orders.job_of(order).stage != "protecting" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert orders.job_of(order).status == "running"
        process.send_signal(signal.SIGKILL)
    assert orders.job_of(order).status == "failed"
    page = Visitor(workers[1]).sign_in("anna").get(f"/export/files/{order_id}?lang=en")
    assert "The making of meeting.kml broke off when its server stopped" in words(page)
    html = page.get_data(as_text=True)
    assert '<input type="hidden" name="target" value="T-1">' in html
    assert "from=2024-02&amp;to=2024-03&amp;target=T-1" in html
    assert "Make it again" in html


def test_a_full_disk_is_said_in_a_sentence(
    store: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> int:
        raise OSError(28, "No space left on device")

    real = os.open
    monkeypatch.setattr(orders.os, "open", lambda path, *more: full() if "file" in str(path) else real(path, *more))
    job = until_over(ordered(store, settings, ANNA, ".kml"))
    assert job.status == "failed"
    assert job.fault["en"].startswith("The server's disk is full, and meeting-2024-02-2024-03.zh.kml could not be kept")
    assert job.fault["zh"].startswith("服务器磁盘已满")
    assert list((settings.cache_dir / "exports").glob("*/file/*")) == []


def test_two_people_at_once_both_get_files_that_know_of_each_other(store: Database, settings: Settings) -> None:
    before = len(_told(store))
    placed = [ordered(store, settings, actor, k=6 + n) for n, actor in enumerate((ANNA, BORIS))]
    assert [until_over(order).status for order in placed] == ["done", "done"]
    told = _told(store)[before:]
    assert sorted(export.made_by for export in told) == ["anna", "boris"]
    ks = [export.parameters["k"] for export in told]
    assert ks == sorted(ks)  # a later file's k is never below an earlier one's


def _told(store: Database) -> list[Any]:
    with store.read() as connection:
        return list(exports.all_exports(connection))


def test_a_preset_is_ordered_in_one_click_and_again_after_a_fault(
    store: Database, workers: list[Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_preset(store, Preset("周报", "last-month", ending=".geojson"), version=0, actor=Actor("ivan", "planner"))
    anna = Visitor(workers[0]).sign_in("anna")

    def fault(*given: object, **more: object) -> None:
        raise RuntimeError("row 7: secret")

    with monkeypatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.meeting.ordering.make_preset", fault)
        answer = anna.post("/export/presets/周报/make", "/account")
        assert fetched(anna, answer).status_code == 409
    page = anna.get(answer.location + "&lang=en")
    assert "stopped on a fault of the program (RuntimeError)" in words(page)
    assert "secret" not in page.get_data(as_text=True)
    made = fetched(anna, anna.post("/export/presets/周报/make", "/account"))
    assert made.get_json()["type"] == "FeatureCollection"
    assert "%E5%91%A8%E6%8A%A5.geojson" in made.headers["Content-Disposition"]
