"""A store with hostile text in every field that a file or a person fills, put there by the services themselves."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import shapely
from accounts import PASSWORD, account

from geo_zhengzhi.errors import NotWritable
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.register import COMMITMENTS, LONGEST, MEASURES, Entry
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.access.links import make_link
from geo_zhengzhi.services.access.own_account import list_sessions, make_token
from geo_zhengzhi.services.access.signing_in import sign_in, who_is
from geo_zhengzhi.services.access.users import add_user, disable_user
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.imports.incoming import Incoming
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.services.meeting.orders import Wanted, place_order
from geo_zhengzhi.services.meeting.preset_rules import Preset
from geo_zhengzhi.services.meeting.presets import save_preset
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry, change_entry, take_step
from geo_zhengzhi.services.studies.county import keep_county, read_county
from geo_zhengzhi.services.studies.county_setting import CountyWishes, set_county
from geo_zhengzhi.services.studies.saving import save_analysis
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.context import AREAS, LAYERS
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.export_contents import add_once, pieces_of
from tests.hostile import ALL, HOSTILE, MARKUP, joined, short

WEST, SOUTH, STEP = 117.30, 39.95, 0.012  # of a grid of squares, EPSG:4326
SIDE = 0.003
LAST_DAY = date(2026, 1, 31)
TODAY = date(2026, 2, 2)
HEADER = f"类别 {MARKUP[0]}"


@dataclass
class Held:
    """
    What the store holds, for addresses and signing in.

    Parameters
    ----------
    names : mapping of role to the name of its account, whose password is `PASSWORD`
    values : mapping of a rule's argument to the values that there are
    """

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[object]] = field(default_factory=dict)

    def arguments(self, wanted: set[str]) -> list[dict[str, object]]:
        """Values for the arguments of a rule, the nth of each together; as many as the most numerous has."""
        columns = {name: self.values[name] for name in wanted}
        n = max((len(column) for column in columns.values()), default=1)
        return [{name: column[row % len(column)] for name, column in columns.items()} for row in range(n)]


def fill(store: Database, settings: Settings, folder: Path, now: datetime) -> Held:
    """
    Fill a store.

    Parameters
    ----------
    store, settings
        Of the site.
    folder : Path
        For the files that are brought in.
    now : datetime
        The moment of accounts, tokens and links.
    """
    held = Held()
    _accounts(store, held, now)
    planner = Actor(held.names["planner"], "planner")
    _county(store, settings, folder, planner)
    _register(store, held, planner)
    _batches(store, held, folder, Actor(held.names["importer"], "importer"))
    _uploads(settings, held, folder, Actor(held.names["importer"], "importer"))
    situation = assess(open_stored_study(store, settings), Query())
    assert situation.hotspots
    assert situation.candidates
    held.values["analysis_id"] = [save_analysis(store, situation, actor=planner).analysis_id]
    for text in ALL:
        write_down(store, Actor(text, text), text, text, {text: text, "reason": text, "what": {text: [text]}})
    held.values |= {"version": [1], "layer": ["hotspots", "zones"], "z": [1], "x": [0], "y": [0]}
    held.values["filename"] = ["site.css"]
    save_preset(store, Preset("weekly", classification=short(40)[0]), version=0, actor=planner)
    held.values["name"] = ["weekly"]
    held.values["number"] = [_made_file(store, planner, number, text) for number, text in enumerate(short(40))]
    held.values["order_id"] = [_failed_order(settings, planner, "weekly"), _failed_order(settings, planner)]
    return held


def _made_file(store: Database, planner: Actor, number: int, text: str) -> int:
    """A meeting file made earlier, with a text wherever its page says one; its number."""
    parameters = {"classification": text, "from": "2026-01", "to": "2026-01", "lang": "zh", "k": 5}
    content = f"{number}".encode()
    facts = {
        "key": text, "sha256": sha256(content).hexdigest(), "data_version": "x", "boundaries": {}, "figures": [],
        "parameters": {**parameters, "made_on": text, "targets": [text]}, "audit_head": "", "reason": text,
        "made_at": datetime.now(UTC), "made_by": text, "files": {},
    }  # fmt: skip
    with store.write() as connection:
        add_once(connection, str(facts["sha256"]), pieces_of(content) if number else [])
        return exports.add(connection, facts)


def _failed_order(settings: Settings, planner: Actor, preset: str = "") -> str:
    """A meeting file that was not made, of a preset or out of a form, with texts in all that its page says of it."""

    def fail(_tell: object) -> Meeting:
        raise NotWritable(path=joined(200), reason=joined(200, HOSTILE[::-1]))

    fields = [("classification", text) for text in MARKUP]
    wanted = Wanted(f"{joined(100)}.html", ".html", "2026-01", "zh", fields, preset)
    return place_order(settings, planner, wanted, fail).order_id


def _accounts(store: Database, held: Held, now: datetime) -> None:
    """An account a text with a link; those of the roles have a password, sessions and tokens."""
    names = short(40)
    for role, name in zip(ROLES, names, strict=False):
        account(store, name, role, now=now)
        held.names[role] = name
        secret = sign_in(store, name, PASSWORD, joined(120), now)
        me = who_is(store, secret, now)
        assert me is not None
        for text in HOSTILE if role == "administrator" else HOSTILE[:2]:
            make_token(store, me, text, 30, now)
        held.values.setdefault("session_id", []).append(list_sessions(store, me, now)[0].session_id)
    numbers = [add_user(store, SYSTEM, name, "viewer", now) for name in names[len(ROLES) :]]
    held.values["secret"] = [make_link(store, SYSTEM, number, now) for number in numbers]
    disable_user(store, SYSTEM, add_user(store, SYSTEM, f"{MARKUP[1]}2", "viewer", now), now)
    held.values["user_id"] = [*numbers, 1]


def _county(store: Database, settings: Settings, folder: Path, planner: Actor) -> None:
    """Its name, thanks and layers by the service; the notes, which only a demonstration brings, as that does."""
    shapes = {
        "outline": shapely.box(117.0, 39.6, 118.2, 40.5),
        "railways": shapely.LineString([(117.2, 39.9), (117.9, 40.1)]),
    }
    files = {}
    for layer in (*LAYERS, AREAS):
        files[layer] = folder / f"{layer}.geojson"
        features = [
            {
                "type": "Feature",
                "properties": {"name": text, "name_en": text, text: text},
                "geometry": shapely.geometry.mapping(
                    shapes.get(layer, _square(row) if layer == AREAS else _square(row).centroid)
                ),
            }
            for row, text in enumerate(HOSTILE[: 1 if layer == "outline" else None])
        ]
        files[layer].write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    said: dict[str, Any] = {"areas": [f"{files.pop(AREAS)}:village"], "layers": files, "datum": "wgs84"}
    wishes = CountyWishes(name=joined(200), attribution=joined(200, HOSTILE[::-1]), **said)
    set_county(store, settings, wishes, actor=planner)
    with store.write() as connection:
        county = read_county(connection, settings)
        keep_county(connection, replace(county, simulated=True, notes=HOSTILE, targets_notes=HOSTILE))


def _square(row: int) -> shapely.Polygon:
    west, south = WEST + STEP * (row % 9), SOUTH + STEP * (row // 9)
    return shapely.box(west, south, west + SIDE, south + SIDE)


def _register(store: Database, held: Held, planner: Actor) -> None:
    """A target a text, which stands in each of its fields, in a step, in a second version and boundary; a trade."""
    numbers = [f"T-{row}(1)" for row in range(len(HOSTILE))]
    for row, (number, text) in enumerate(zip(numbers, HOSTILE, strict=True)):
        add_entry(store, _entry(number, text), actor=planner, reason=text, today=TODAY)
        lines = f"{text}\n{text}"
        take_step(store, number, "treatment", TODAY, text, lines, version=1, actor=planner, today=TODAY)
        changes = {"notes": f"{lines} 2", "lead_unit": f"{text} 2", "commitments": dict.fromkeys(COMMITMENTS, lines)}
        change_entry(store, number, changes, version=2, actor=planner, reason=text)
        for version, shape in enumerate((_square(row), _square(row).buffer(1e-4, join_style="mitre"))):
            put_boundary(
                store, number, number if version else None, shape, None,
                version=version or None, actor=planner, reason=lines,
            )  # fmt: skip
    trade = replace(_entry("trade(1)", MARKUP[0]), kind="trade", works_in=numbers[0])
    add_entry(store, trade, actor=planner, reason=MARKUP[0], today=TODAY)
    held.values["target_id"] = [*numbers, trade.target_id]
    held.values["part_id"] = list(numbers)


def _entry(number: str, text: str) -> Entry:
    """One text in every field that takes one."""
    texts = {name: text for name in LONGEST if name in Entry.__dataclass_fields__}
    texts |= {"target_id": number, "works_in": None}  # type: ignore[dict-item]
    texts |= {"measures": dict.fromkeys(MEASURES, text), "commitments": dict.fromkeys(COMMITMENTS, text)}  # type: ignore[dict-item]
    more: dict[str, Any] = {"kind": "village", "level": "city", "year": 2026, "deadline": date(2026, 1, 20)}
    return Entry(**{**texts, **more}, stage="listed", stage_since=date(2026, 1, 5))


def _rows(texts: Sequence[str]) -> Iterator[list[str]]:
    """Twelve incidents close together in each target, as many on open ground, and rows that are refused."""
    for row, text in enumerate([*texts, MARKUP[1]]):
        spot = _square(row).centroid if row < len(texts) else shapely.Point(WEST - 0.05, SOUTH - 0.05)
        for number in range(12):
            moment = datetime(2026, 1, 3, 12) + timedelta(days=number * 2)
            place = [f"{spot.x + 1e-5 * (number % 4):.6f}", f"{spot.y + 1e-5 * (number // 4):.6f}"]
            yield [f"{row}-{number} {text}", f"{moment:%Y-%m-%d %H:%M}", *place, text, text]
        yield [f"{row}-x {text}", text, "117.4", "40.0", text, text]
        yield [f"{row}-y {text}", "2026-01-03", text, "40.0", text, text]


def write_file(path: Path, texts: Sequence[str]) -> Path:
    """Incidents with the texts as headers and in every cell that may be any text."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        headers = [*HOSTILE, *(f"name {text}" for text in MARKUP[:3])]
        writer.writerow(["incident_id", "occurred_at", "longitude", "latitude", HEADER, *headers])
        writer.writerows([*row[:5], *[row[5]] * len(headers)] for row in _rows(texts))
    return path


def _batches(store: Database, held: Held, folder: Path, importer: Actor) -> None:
    """Files whose names, headers and cells are hostile: one that stays, one a chunk of names that is undone."""
    said: dict[str, Any] = {"actor": importer, "datum": "wgs84", "mapping": {"category": HEADER}}
    numbers = [import_incidents(store, write_file(folder / "a.csv", HOSTILE), **said).batch.batch_id]
    write_file(folder / "b.csv", MARKUP[:2])  # one for the form that undoes
    numbers.insert(0, import_incidents(store, folder / "b.csv", **said).batch.batch_id)
    names = [text.replace("/", "∕").replace("\x00", "") for text in ALL]
    for first in range(0, len(names), 6):
        path = folder / f"{' '.join(names[first : first + 6])[:180]} {first}.csv"
        path.write_text(f"incident_id,occurred_at,longitude,latitude\n{first}z,2020-01-01,117.4,40.0\n", "utf-8")
        number = import_incidents(store, path, actor=importer, datum="wgs84").batch.batch_id
        undo_batch(store, number, actor=importer, reason=joined(500, (*HOSTILE[first:], *MARKUP)))
        numbers.append(number)
    held.values["batch_id"] = list(numbers)


def _uploads(settings: Settings, held: Held, folder: Path, importer: Actor) -> None:
    """Files that wait for their import."""
    for name in (joined(100), joined(100, HOSTILE[::-1])):
        incoming = Incoming(settings, importer, f"{name}.csv")
        incoming.write((folder / "a.csv").read_bytes())
        held.values.setdefault("upload_id", []).append(incoming.keep().upload_id)
        incoming.close()
