"""The study out of the store is the one out of the files, is opened when something changed, and only then."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from sqlalchemy import delete, func, insert, select, update

from geo_zhengzhi.errors import AnalysisUnknown, NotAllowed, StoreNotEmpty
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.console.situation import Query, Situation, assess
from geo_zhengzhi.services.imports.batches import list_batches, undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.rules import today_or
from geo_zhengzhi.services.register.standing import standings
from geo_zhengzhi.services.studies import seeding, stored_study
from geo_zhengzhi.services.studies.county import County, is_demonstration, keep_county
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.services.studies.saving import find_analysis, list_analyses, save_analysis
from geo_zhengzhi.services.studies.seeding import seed_demonstration
from geo_zhengzhi.services.studies.stored_study import StudyHolder, open_stored_study, snapshots_dir
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.context import LAYERS, put_layer, read_layer
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import batches, entries, entry_versions, hotspots, steps, targets, zones
from tests.stores import ENGINES, new_store_url

IMPORTER = Actor("导入员甲", "importer")
VIEWER = Actor("指挥员", "viewer")
PLANNER = Actor("规划一科", "planner")
ROW = "案件编号,案件类别,发案时间,经度,纬度\nB1,盗窃,2024-03-01 08:15,117.40,40.04\n"


@pytest.fixture(scope="module")
def from_files() -> Study:
    return open_demonstration(Settings())


@pytest.fixture(scope="module", params=ENGINES)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store with the demonstration, which its tests only read."""
    folder = tmp_path_factory.mktemp("seeded")
    database = open_store(new_store_url(request, folder, request.param))
    seed_demonstration(database, Settings())
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings(), cache_dir=tmp_path / "cache")


@pytest.fixture
def situation(seeded: Database, settings: Settings) -> Situation:
    return assess(open_stored_study(seeded, settings), Query())


def test_the_demonstrations_deadlines_are_past_near_and_ahead_and_say_that_they_are_made_up(seeded):
    today = today_or(None)
    found = standings(seeded, today).of
    left = [standing.days_left for standing in found.values()]
    assert sum(days is not None and days < 0 for days in left) == 1
    assert [target for target, standing in found.items() if standing.is_overdue] == ["T-2024-fuyujiayuan"]
    assert sum(days is not None and 0 <= days <= 30 for days in left) == 1
    assert sum(days is not None and days > 30 for days in left) == 3
    assert left.count(None) == 1
    for standing in found.values():
        assert ("Illustrative deadline" in standing.notes) == (standing.deadline is not None)


def bring(store: Database, tmp_path: Path, rows: str = ROW) -> int:
    (tmp_path / "in.csv").write_text(rows, "utf-8")
    return import_incidents(store, tmp_path / "in.csv", actor=IMPORTER, datum="wgs84").batch.batch_id


def add_target(store: Database) -> None:
    """One listed square, as the register writes it."""
    made = {"made_at": pd.Timestamp("2024-01-01T00:00Z").to_pydatetime(), "made_by": "规划一科"}
    entry = {
        "target_id": "T1", "name": "武定苑", "kind": "square", "level": "county", "year": 2024, "stage": "listed",
        "measures": {}, "commitments": {}, "stage_since": "2024-01-01", "version": 1,
    }  # fmt: skip
    with store.write() as connection:
        connection.execute(insert(entries).values(**entry, **made))
        geom = shapely.box(117.39, 40.03, 117.41, 40.05)
        connection.execute(insert(targets).values(target_id="T1", part_id="T1", geom=geom, reason="新增", **made))
        state.bump(connection, state.TARGETS_VERSION)


def test_the_seeded_store_holds_the_demonstration_to_the_bit(
    seeded: Database, settings: Settings, from_files: Study
) -> None:
    stored = open_stored_study(seeded, settings)
    pd.testing.assert_frame_equal(stored.incidents, from_files.incidents, check_exact=True)
    assert_geodataframe_equal(stored.targets, from_files.targets)
    for layer in LAYERS:
        assert_geodataframe_equal(getattr(stored.context, layer), getattr(from_files.context, layer))
    for what in ("timezone", "name", "simulated", "targets_notes", "opening_period", "span", "data_version"):
        assert getattr(stored, what) == getattr(from_files, what)
    assert (stored.context.notes, stored.context.attributions) == (
        from_files.context.notes, from_files.context.attributions,
    )  # fmt: skip
    assert shapely.equals_identical(stored.study_area, from_files.study_area)


def test_the_seeded_store_gives_the_same_situation(situation: Situation, from_files: Study) -> None:
    expected = assess(from_files, Query())
    assert (situation.county.n_now, situation.county.n_before) == (174, 262)
    for what in ("period", "earlier", "county", "outside", "targets", "zones", "candidates", "weeks", "notes"):
        assert getattr(situation, what) == getattr(expected, what)
    for frame in ("hotspots", "zones", "candidates", "targets"):
        assert getattr(situation.result, frame).equals(getattr(expected.result, frame))
    assert situation.result.data_version == expected.result.data_version


def test_seeding_writes_a_batch_of_the_programs_own_entries_and_their_first_steps(seeded: Database) -> None:
    (batch,) = list_batches(seeded, actor=SYSTEM)
    assert (batch.file_name, batch.made_by, batch.datum, batch.n_inserted) == (
        "demo_incidents.csv", "system", "wgs84", 4199,
    )  # fmt: skip
    with seeded.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (entries, entry_versions, steps, targets)
        ]
        railways = connection.execute(select(entries.c.name).where(entries.c.kind == "railway_corridor")).scalar_one()
        actions = [record.action for record in audit.records(connection)]
    assert counts == [6, 6, 6, 8]
    assert railways == "铁路沿线"
    assert actions == ["seed", "import"]
    assert is_demonstration(seeded)


def test_seeding_again_changes_nothing(seeded: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "open_demonstration", lambda *_: pytest.fail("the files were read again"))
    seed_demonstration(seeded, Settings())


def test_seeding_goes_on_where_it_was_killed_and_happens_once_however_many_start(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    seed_demonstration(database, Settings())
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM incidents")
        connection.execute(delete(batches))
    threads = [Thread(target=seed_demonstration, args=(database, Settings())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [batch.n_inserted for batch in list_batches(database, actor=SYSTEM) if batch.status == "done"] == [4199]
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 6
    database.close()


@pytest.mark.parametrize("filled_with", ["county", "entries", "batches"])
def test_a_store_that_holds_something_is_not_seeded(store: Database, tmp_path: Path, filled_with: str) -> None:
    if filled_with == "county":
        with store.write() as connection:
            keep_county(connection, County(name="某县"))
    elif filled_with == "entries":
        add_target(store)
    else:
        bring(store, tmp_path)
    with pytest.raises(StoreNotEmpty, match="empty store only"):
        seed_demonstration(store, Settings())
    assert not is_demonstration(store)


def test_an_empty_store_is_a_study_without_anything(store: Database, settings: Settings) -> None:
    study = open_stored_study(store, settings)
    assert (len(study.incidents), len(study.targets), study.study_area, study.span) == (0, 0, None, None)
    assert (study.name, study.timezone) == ("The county", settings.timezone)


def test_incidents_alone_can_be_analysed(store: Database, settings: Settings, tmp_path: Path) -> None:
    bring(store, tmp_path)
    study = open_stored_study(store, settings)
    assert assess(study, Query()).county.n_now == 1


def test_targets_alone_can_be_opened(store: Database, settings: Settings) -> None:
    add_target(store)
    study = open_stored_study(store, settings)
    assert (list(study.targets["name"]), study.boundaries, study.default_period) == (["武定苑"], {"T1": 1}, None)


def test_what_is_said_of_the_county_comes_back(store: Database, settings: Settings) -> None:
    said = County(
        "蓟州区", "Asia/Urumqi", simulated=True, notes=("甲",), targets_notes=("乙",), attributions=("丙",),
        opening_days=(pd.Timestamp("2024-02-01").date(), pd.Timestamp("2024-02-29").date()),
        study_area=shapely.box(117.1, 39.9, 117.7, 40.3),
    )  # fmt: skip
    with store.write() as connection:
        keep_county(connection, said)
    study = open_stored_study(store, settings)
    assert (study.name, study.timezone, study.simulated, study.targets_notes) == (
        "蓟州区",
        "Asia/Urumqi",
        True,
        ("乙",),
    )


def test_context_layers_keep_their_columns_and_their_order(store: Database, from_files: Study) -> None:
    layer = from_files.context.outline
    assert layer is not None
    with store.write() as connection:
        put_layer(connection, "stations", layer)
        put_layer(connection, "stations", layer)
        assert_geodataframe_equal(read_layer(connection, "stations"), layer)
        assert read_layer(connection, "places") is None


def test_the_holder_opens_again_only_after_a_change(
    store: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = StudyHolder(store, settings)
    seen = [holder.current()]
    batch_id = bring(store, tmp_path)
    seen.append(holder.current())
    add_target(store)
    seen.append(holder.current())
    with store.write() as connection:
        keep_county(connection, County(name="某县"))
    seen.append(holder.current())
    undo_batch(store, batch_id, actor=IMPORTER, reason="误传")
    seen.append(holder.current())
    assert [len(study.incidents) for study in seen] == [0, 1, 1, 1, 0]
    assert [len(study.targets) for study in seen] == [0, 0, 1, 1, 1]
    assert seen[4].data_version == open_stored_study(store, settings).data_version
    assert len({study.data_version for study in seen}) == 4  # a name of the county is no data
    monkeypatch.setattr(stored_study, "open_stored_study", lambda *_: pytest.fail("nothing had changed"))
    assert all(holder.current() is seen[-1] for _ in range(3))


def test_two_who_ask_at_once_get_one_study(store: Database, settings: Settings) -> None:
    holder, found = StudyHolder(store, settings), []
    threads = [Thread(target=lambda: found.append(holder.current())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(study) for study in found}) == 1


def test_a_moved_boundary_is_another_version_of_the_data(store: Database, settings: Settings) -> None:
    add_target(store)
    before = open_stored_study(store, settings)
    with store.write() as connection:
        moved = shapely.box(117.39, 40.03, 117.42, 40.05)
        connection.execute(update(targets).values(geom=moved, version=2, reason="扩界"))
    after = open_stored_study(store, settings)
    assert before.data_version != after.data_version
    assert after.boundaries == {"T1": 2}


def test_two_stores_do_not_share_a_folder_of_snapshots(settings: Settings, tmp_path: Path) -> None:
    stores = [open_store(f"sqlite:///{tmp_path / name}") for name in ("a.gpkg", "b.gpkg", "a.gpkg")]
    folders = [snapshots_dir(database, settings) for database in stores]
    assert folders[0] == folders[2] != folders[1]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    for database in stores:
        database.close()


def test_a_saved_analysis_is_kept_once_with_its_boundaries_and_features(seeded: Database, situation: Situation) -> None:
    saved = save_analysis(seeded, situation, actor=PLANNER)
    again = save_analysis(seeded, situation, actor=SYSTEM)
    assert again == saved == find_analysis(seeded, saved.analysis_id, actor=VIEWER)
    assert list_analyses(seeded, actor=VIEWER)[0] == saved
    assert saved.boundaries == situation.study.boundaries
    assert len(saved.boundaries) == 8
    assert (saved.data_version, saved.made_by) == (situation.result.data_version, "规划一科")
    assert (saved.period_from, saved.period_to) == (situation.period.start, situation.period.end)
    assert saved.counts == situation.result.counts
    assert saved.parameters["kind"] is None
    with seeded.read() as connection:
        asked = select(hotspots).where(hotspots.c.analysis_id == saved.analysis_id).order_by(hotspots.c.rank)
        features = connection.execute(asked).all()
        of_zones = select(zones.c.status).where(zones.c.analysis_id == saved.analysis_id)
        statuses = Counter(connection.execute(of_zones).scalars())
    frame = situation.result.hotspots.sort_values("rank")
    assert [row.hotspot_id for row in features] == list(frame["hotspot_id"])
    assert shapely.equals_identical(features[0].geom, frame.geometry.iloc[0])
    assert features[0].first_at == frame["first_at"].iloc[0]
    assert features[0].details["top_categories"] == json.loads(json.dumps(frame["top_categories"].iloc[0]))
    assert all((row.from_m is None) == (row.kind != "railway_corridor") for row in features)
    assert statuses["zone"] == len(situation.result.zones) > 0
    assert statuses["candidate"] == len(situation.result.candidates)


def test_only_a_planner_saves_and_an_unknown_number_is_named(seeded: Database, situation: Situation) -> None:
    with pytest.raises(NotAllowed):
        save_analysis(seeded, situation, actor=VIEWER)
    with pytest.raises(AnalysisUnknown, match="no analysis 999"):
        find_analysis(seeded, 999, actor=VIEWER)


def test_another_period_kind_or_parameter_is_another_analysis(seeded: Database, situation: Situation) -> None:
    other = [
        Query(kind="square"),
        replace(situation.query, parameters=replace(situation.query.parameters, eps_m=61.0)),
        replace(situation.query, category="盗窃"),
        replace(situation.query, hours=(22, 4)),
    ]
    found = [save_analysis(seeded, assess(situation.study, query), actor=PLANNER) for query in other]
    found.append(save_analysis(seeded, situation, actor=PLANNER))
    assert len({analysis.key for analysis in found}) == 5
    moved = replace(situation, study=replace(situation.study, boundaries={"T-2024-gulou": 2}))
    assert save_analysis(seeded, moved, actor=PLANNER).key not in {analysis.key for analysis in found}
