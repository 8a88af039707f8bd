"""Programs that use the interface: a site with a register, and clients that hold a token."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from accounts import NOW
from flask import Flask
from sites import COUNTY, site_of
from studies import area, corridor, days, incident, many, study_of
from werkzeug.test import TestResponse

from geo_zhengzhi.errors import AccountExists
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access.own_account import make_token
from geo_zhengzhi.services.access.signing_in import SignedIn
from geo_zhengzhi.services.access.users import account_of, add_user
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.services.register.words import Entry
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

PLANNER, IMPORTER = Actor("planner", "planner"), Actor("importer", "importer")
HEADER = "incident_id,occurred_at,category,longitude,latitude"
SQUARE = shapely.box(117.40, 40.00, 117.41, 40.01)
TODAY = date(2026, 2, 2)


def told_study() -> Study:
    """A study of a residential area and a railway, with incidents of two Februaries and two categories."""
    parts = [area("武定苑", 0, 0, name_en="Wudingyuan"), corridor("铁路", (5000, 0), (15_000, 0), half_width_m=300.0)]
    incidents = [
        incident((9000, 9000), "2022-01-01T12:00"),
        *many(12, (100, 100), "2024-02-05"),
        *many(20, (100, 100), "2023-02-05"),
        *many(7, (8000, 0), "2024-02-05", category="诈骗"),
        *many(6, (0, 6000), "2024-02-05", spread_m=30),
        incident((100, 100), "2024-03-31T12:00"),
    ]
    return study_of(incidents, parts, simulated=True, opening_period=days("2024-02-01", "2024-02-29"))


def entry(target_id: str, **fields: Any) -> Entry:
    """An entry that is listed."""
    plain = {"name": f"对象 {target_id}", "kind": "residential_area", "level": "city", "year": 2026, "stage": "listed"}
    return Entry(target_id=target_id, **({"stage_since": date(2026, 1, 5)} | plain | fields))


def fill_register(store: Database) -> None:
    """Two entries; the first has one part in two versions."""
    add_entry(store, entry("T-1", lead_unit="武定派出所", measures={"patrols": "每日两次"}), actor=PLANNER, today=TODAY)
    add_entry(store, entry("T-2", kind="village", level="county", year=2025), actor=PLANNER, today=TODAY)
    put_boundary(store, "T-1", None, SQUARE, None, version=None, actor=PLANNER, reason="first drawn")
    smaller = shapely.box(117.40, 40.00, 117.405, 40.01)
    put_boundary(store, "T-1", "T-1", smaller, None, version=1, actor=PLANNER, reason="without the market")


def bring(store: Database, folder: Path, name: str, *lines: str) -> int:
    """Import a file of these lines, `incident_id,occurred_at,category,longitude,latitude`; the batch's number."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
    return import_incidents(store, path, actor=IMPORTER, datum="wgs84").batch.batch_id


def api_site(store: Database, study: Study | None = None) -> Flask:
    """A site with a register."""
    fill_register(store)
    return site_of(store, study or told_study(), COUNTY)


@dataclass
class Program:
    """A client without a browser: sends JSON, and its token where it has one."""

    app: Flask
    token: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "en"})

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> TestResponse:
        """Ask an address under /api/v1."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {} if body is None else {"json": body}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client()
        return client.open(f"/api/v1{path}", method=method, headers={**self.headers, **bearer, **named}, **sent)

    def get(self, path: str, /, **headers: str) -> Any:
        """What an address answers, where it does."""
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
        return answer.json

    def refused(self, status: int, method: str, path: str, body: Any = None, /, **headers: str) -> dict[str, Any]:
        """The problem that an address answers with."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
        assert answer.mimetype == "application/problem+json"
        problem: dict[str, Any] = answer.json
        assert problem["status"] == status
        assert problem["detail"].count(" – ") >= 2  # given – allowed – remedy
        return problem


def program(app: Flask, store: Database, role: str) -> Program:
    """A program with a token of an account of a role, which is named like it and made where it is not there."""
    try:
        number = add_user(store, SYSTEM, role, role, NOW)
    except AccountExists:
        number = account_of(store, SYSTEM, role, NOW).user_id
    me = SignedIn(Actor(role, role), number, 0, "browser", NOW)
    return Program(app, make_token(store, me, "test", 1, NOW))
