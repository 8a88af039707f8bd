"""A store is told whose county it is of, and the study that it holds shows so."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from geo_zhengzhi.errors import DatumNotDeclared, InvalidParameter, NotAllowed, PersonalText
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.studies.county_setting import CountyWishes, set_county
from geo_zhengzhi.services.studies.stored_study import StudyHolder
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import audit_log
from tests.test_cli import run

BOUNDARIES = Settings().data_dir / "boundaries"


@pytest.fixture
def settings(store_url: str, tmp_path: Path) -> Settings:
    return replace(Settings(), database_url=store_url, cache_dir=tmp_path / "cache")


def wishes(**given: object) -> CountyWishes:
    layers = {name: BOUNDARIES / f"{name}.geojson" for name in ("stations", "places", "railways")}
    layers["outline"] = BOUNDARIES / "county_outline.geojson"
    wished = {"name": "蓟州区", "study_area": layers["outline"], "attribution": "© OpenStreetMap contributors"}
    return CountyWishes(**{**wished, "layers": layers, "datum": "wgs84", **given})


def test_what_was_said_is_in_the_study_from_its_next_look_on(store: Database, settings: Settings) -> None:
    holder = StudyHolder(store, settings)
    assert holder.current().context.stations is None
    said = set_county(store, settings, wishes(), actor=SYSTEM)
    study = holder.current()
    assert (study.name, study.context.attributions) == ("蓟州区", ("© OpenStreetMap contributors",))
    assert said.n_features["stations"] == len(study.context.stations) > 0
    assert study.study_area is not None
    assert study.study_area.equals(said.county.study_area)


def test_what_is_not_named_stays(store: Database, settings: Settings) -> None:
    before = set_county(store, settings, wishes(), actor=SYSTEM)
    after = set_county(store, settings, CountyWishes(timezone="Asia/Urumqi"), actor=SYSTEM)
    assert after.county == replace(before.county, timezone="Asia/Urumqi")
    assert after.n_features == before.n_features


def test_a_layer_that_is_brought_again_takes_the_place_of_the_old_one(store: Database, settings: Settings) -> None:
    first = set_county(store, settings, wishes(), actor=SYSTEM)
    assert set_county(store, settings, wishes(), actor=SYSTEM).n_features == first.n_features


def test_looking_writes_nothing_into_the_log(store: Database, settings: Settings) -> None:
    set_county(store, settings, CountyWishes(), actor=SYSTEM)
    set_county(store, settings, CountyWishes(name="蓟州区"), actor=SYSTEM)
    with store.read() as connection:
        rows = connection.execute(select(audit_log.c.action, audit_log.c.detail)).all()
    assert [(row.action, json.loads(row.detail)) for row in rows] == [("county", {"said": ["name"]})]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"timezone": "Asia/Nowhere"}, InvalidParameter),
        ({"name": "x" * 201}, InvalidParameter),
        ({"name": "a\nb"}, InvalidParameter),
        ({"attribution": "电话 13912345678"}, PersonalText),
        ({"study_area": BOUNDARIES / "stations.geojson"}, InvalidParameter),
        ({"datum": None}, DatumNotDeclared),
    ],
)
def test_what_is_not_possible_is_refused_and_nothing_is_kept(
    store: Database, settings: Settings, given: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        set_county(store, settings, wishes(**given), actor=SYSTEM)
    said = set_county(store, settings, CountyWishes(), actor=SYSTEM)
    assert (said.county.name, sum(said.n_features.values())) == ("The county", 0)


def test_a_viewer_says_nothing_of_the_county(store: Database, settings: Settings) -> None:
    with pytest.raises(NotAllowed):
        set_county(store, settings, wishes(), actor=Actor("指挥中心", "viewer"))


def test_the_command_says_and_shows_it(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = ("--database", settings.store_url)
    outline = str(BOUNDARIES / "county_outline.geojson")
    arguments = ("county", "--name", "蓟州区", "--outline", outline, "--targets-datum", "wgs84", *database)
    assert run(capsys, monkeypatch, *arguments)[0] == 0
    code, out, _ = run(capsys, monkeypatch, "county", *database)
    assert code == 0
    assert out.splitlines()[:4] == [
        "县区: 蓟州区",
        "时区: Asia/Shanghai",
        "研究区: 对象外包范围外扩 20 公里",
        "县界: 1",
    ]
    assert json.loads(run(capsys, monkeypatch, "county", "--json", *database)[1])["n_features"]["outline"] == 1
