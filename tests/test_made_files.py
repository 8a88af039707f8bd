"""A file made for a meeting is given again byte for byte, whatever the store has become since; and never another."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import shapely
from meetings import HOSTILE, county, draw, plant_targets
from sqlalchemy import func, select
from wall_sites import IMPORTER, import_some, targets

from geo_zhengzhi.cli import main
from geo_zhengzhi.errors import (
    ContentDamaged,
    ContentNotKept,
    InvalidParameter,
    MadeFilesSeveral,
    MadeFileUnknown,
    NotAllowed,
)
from geo_zhengzhi.model import ANONYMOUS, SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.meeting import making
from geo_zhengzhi.services.meeting.again import file_again, find_made
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.made_files import count_made, list_made
from geo_zhengzhi.services.meeting.making import Meeting, export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.verifying import verify_file
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.services.upkeep import back_up, restore
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.doctor import examine
from geo_zhengzhi.store.export_contents import PIECE_BYTES, add_once, pieces_of, read
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import export_contents, metadata
from tests.store_rows import is_well, tallies, url_of
from tests.stores import ON_SQLITE, SITE
from tests.test_doctor import by_force

ZONE = "Asia/Shanghai"
VIEWER, PLANNER = Actor("指挥中心", "viewer"), Actor("规划一科", "planner")
MEETING, MADE_AT = date(2026, 3, 12), datetime(2026, 3, 10, 17, tzinfo=UTC)  # in the county it is the 11th already
FEBRUARY = Months.written("2024-02", "2024-02")
STUDY = county(draw(36))


def export(store: Database, study: Study, ending: str = ".geojson", now: datetime = MADE_AT, **asked: Any) -> Meeting:
    wanted = Asked(FEBRUARY, asked.pop("made_on", MEETING), **asked)
    return export_meeting(store, study, wanted, Settings(), actor=VIEWER, now=now, ending=ending)


def again(store: Database, which: str) -> bytes:
    number = find_made(store, which, actor=VIEWER, timezone=ZONE).number
    return file_again(store, number, actor=VIEWER).content


def n_rows(store: Database, table: str) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


def number_of(store: Database, made: Meeting) -> int:
    return find_made(store, made.sha256, actor=SYSTEM, timezone=ZONE).number


def test_the_map_of_the_12th_of_march_comes_again_after_import_redrawn_boundary_undo_and_restore(
    store: Database, other: Database, tmp_path: Path
) -> None:
    settings = Settings(cache_dir=tmp_path / "cache")
    targets(store)
    import_some(store, tmp_path, "a", 6)
    shown = export(store, open_stored_study(store, settings), ".html")
    assert again(store, "2026-03-12") == shown.content

    def drawn_now() -> Meeting:
        """The same asked of what the store holds now: another file, which is why the shown one is kept."""
        return export(store, open_stored_study(store, settings), ".html", made_on=date(2026, 4, 2))

    import_some(store, tmp_path, "b", 9)
    later = drawn_now()
    assert again(store, "2026-03-12") == shown.content
    wider = shapely.box(117.40, 40.0, 117.406, 40.006)
    put_boundary(store, "T-0", "T-0", wider, None, version=1, actor=PLANNER, reason="x")
    redrawn = drawn_now()
    assert again(store, "2026-03-12") == shown.content
    for batch in (2, 1):
        undo_batch(store, batch, actor=IMPORTER, reason="x")
    empty = open_stored_study(store, settings)
    assert empty.span is None
    assert again(store, "2026-03-12") == shown.content
    assert len({shown.sha256, later.sha256, redrawn.sha256}) == 3
    files, n = list_made(store, actor=VIEWER, timezone=ZONE, study=empty)
    assert ([file.has_changed for file in files], n) == ([True] * 3, 3)
    back_up(store, tmp_path / "backup.gpkg", SYSTEM)
    restore(other, tmp_path / "backup.gpkg", SYSTEM)
    assert again(other, "2026-03-12") == shown.content
    assert again(other, later.sha256) == later.content
    assert is_well(other)


@pytest.fixture
def planted(store: Database) -> Database:
    plant_targets(store, STUDY)
    return store


@pytest.fixture
def one(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A store of one engine, for what the engine has no part in."""
    path = tmp_path / "one.gpkg"
    path.write_bytes(new_file.read_bytes())
    database = open_store(f"sqlite:///{path}")
    plant_targets(database, STUDY)
    yield database
    database.close()


def test_giving_again_is_written_down_and_tells_nothing_new(planted: Database) -> None:
    made = export(planted, STUDY)
    before = tallies(planted, "audit_log")
    given = file_again(planted, number_of(planted, made), actor=VIEWER)
    assert given.content == made.content
    assert tallies(planted, "audit_log") == before
    with planted.read() as connection:
        last = list(audit.records(connection))[-1]
    assert (last.who, last.action, last.object) == (VIEWER.name, "export again", f"meeting {given.file.number}")
    assert json.loads(last.detail) == {"sha256": made.sha256}
    assert given.audit_head == f"{last.seq}:{last.hash}"


@pytest.mark.parametrize("n", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
@pytest.mark.parametrize("fill", [os.urandom, bytes], ids=["noise", "zeros"])
def test_a_file_of_any_length_comes_out_as_it_went_in(store: Database, n: int, fill: Callable[[int], bytes]) -> None:
    content = fill(n)
    name = sha256(content).hexdigest()
    with store.write() as connection:
        add_once(connection, name, pieces_of(content))
        add_once(connection, name, pieces_of(content))
    with store.read() as connection:
        assert read(connection, name) == content
        taken = connection.execute(select(func.sum(func.length(export_contents.c.content)))).scalar_one()
    assert taken <= n
    assert fill is os.urandom or n < 2 or taken < n / 100 + 20


def test_two_who_make_the_same_at_once_keep_it_once_and_both_have_it(planted: Database) -> None:
    study = county(draw(36))
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: export(planted, study), range(2)))
    assert made[0].content == made[1].content
    assert n_rows(planted, "exports") == 2
    assert n_rows(planted, "export_contents") == 1
    assert again(planted, "2026-03-12") == made[0].content


def test_bytes_and_row_are_kept_together_or_not_at_all(planted: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making.audit, "append", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(planted, STUDY)
    assert (n_rows(planted, "exports"), n_rows(planted, "export_contents")) == (0, 0)


def test_a_day_is_that_of_the_meeting_or_else_of_the_making(planted: Database) -> None:
    first = export(planted, STUDY)
    of_the_11th = export(planted, STUDY, made_on=date(2026, 3, 11), now=MADE_AT.replace(day=1))
    assert again(planted, "2026-03-12") == first.content
    assert again(planted, "2026-03-11") == of_the_11th.content  # though the first was made on it
    assert again(planted, "2026-03-02") == of_the_11th.content  # 17:00 UTC on the 1st
    assert again(planted, " 2026-03-12 ") == first.content
    found, n = list_made(planted, actor=VIEWER, timezone=ZONE, day=date(2026, 3, 11))
    assert ([file.day for file in found], n) == (["2026-03-11", "2026-03-12"], 2)
    assert list_made(planted, actor=VIEWER, timezone=ZONE, day=date(2026, 3, 10)) == ([], 0)


def test_of_several_files_of_a_day_each_is_named_and_chosen_by_number(planted: Database) -> None:
    pages, tables = export(planted, STUDY, ".html"), export(planted, STUDY, ".xlsx", language="en")
    with pytest.raises(MadeFilesSeveral) as several:
        find_made(planted, "2026-03-12", actor=VIEWER, timezone=ZONE)
    assert str(several.value) == (
        "2026-03-12 means 2 files: 2 = XLSX meeting-2024-02-2024-02.en.xlsx (2026-03-11 01:00); "
        "1 = HTML meeting-2024-02-2024-02.zh.html (2026-03-11 01:00) – allowed: one of them – choose it by its "
        "number, as with --again 2."
    )
    assert (again(planted, "1"), again(planted, "2")) == (pages.content, tables.content)
    assert again(planted, tables.sha256[:8]) == again(planted, tables.sha256.upper()) == tables.content


def test_the_same_file_made_twice_is_one_and_its_first_making_is_named(one: Database) -> None:
    first = export(one, STUDY)
    second = export(one, STUDY, now=MADE_AT.replace(day=20))
    assert first.content == second.content
    found = find_made(one, "2026-03-12", actor=VIEWER, timezone=ZONE)
    assert (found.number, found.made_at) == (1, MADE_AT)
    assert (count_made(one, actor=VIEWER), n_rows(one, "export_contents")) == (2, 1)


@pytest.mark.parametrize("which", ["", "0", "12.3.2026", "2026-13-01", "2026-02-30", "1899-12-31", "abc", "-1", "1e3"])
def test_what_is_no_day_number_or_sha256_is_refused(one: Database, which: str) -> None:
    with pytest.raises(InvalidParameter, match="allowed:"):
        find_made(one, which, actor=VIEWER, timezone=ZONE)


def test_a_file_that_was_never_made_is_told_with_those_that_were(one: Database) -> None:
    with pytest.raises(MadeFileUnknown, match="allowed: –"):
        find_made(one, "2026-03-12", actor=VIEWER, timezone=ZONE)
    export(one, STUDY)
    for which in ("2026-03-13", "2", "abcdef0123"):
        with pytest.raises(MadeFileUnknown, match=r"allowed: 1 … 1, 2026-03-12 –"):
            find_made(one, which, actor=VIEWER, timezone=ZONE)
    for number in (0, 2, 2**31, 10**30):
        with pytest.raises(MadeFileUnknown):
            file_again(one, number, actor=VIEWER)


def test_whoever_may_export_nothing_is_given_nothing(one: Database) -> None:
    export(one, STUDY)
    asks: list[Callable[[], object]] = [
        lambda: file_again(one, 1, actor=ANONYMOUS),
        lambda: find_made(one, "1", actor=ANONYMOUS, timezone=ZONE),
        lambda: list_made(one, actor=ANONYMOUS, timezone=ZONE),
        lambda: count_made(one, actor=ANONYMOUS),
    ]
    for ask in asks:
        with pytest.raises(NotAllowed):
            ask()


def test_a_classification_that_looks_like_a_day_is_of_no_meeting(one: Database) -> None:
    export(one, STUDY, classification='"made_on": "2026-01-01"')
    export(one, STUDY, classification=HOSTILE[:40], language="en")
    assert list_made(one, actor=VIEWER, timezone=ZONE, day=date(2026, 1, 1)) == ([], 0)
    found, _ = list_made(one, actor=VIEWER, timezone=ZONE, day=MEETING)
    assert [file.classification for file in found] == [HOSTILE[:40], '"made_on": "2026-01-01"']


def test_every_kind_is_listed_as_what_it_is(one: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "geo_zhengzhi.services.meeting.files.KINDS", dict.fromkeys((".html", ".kml", ".geojson"), _tiny)
    )
    for ending in (".html", ".kml", ".zip"):
        export(one, STUDY, ending, targets=("T-1", "T-2"))
    found, _ = list_made(one, actor=VIEWER, timezone=ZONE, study=STUDY)
    assert [(file.ending, file.n_targets, file.language, file.months, file.has_changed) for file in found] == [
        (ending, 2, "zh", "2024-02", False) for ending in (".zip", ".kml", ".html")
    ]
    assert found[0].name == "meeting-2024-02-2024-02.zh.zip"
    page, n = list_made(one, actor=VIEWER, timezone=ZONE, limit=1, offset=1)
    assert ([file.ending for file in page], n) == ([".kml"], 3)
    redrawn = county(draw(36), version=2, grown_m=30.0)
    assert list_made(one, actor=VIEWER, timezone=ZONE, study=redrawn)[0][0].has_changed


def _tiny(deck: Any, *_: Any) -> bytes:
    return json.dumps(deck.manifest).encode()


def without_contents(store: Database) -> None:
    forced(store, "DELETE FROM export_contents")


def test_a_file_from_before_bytes_were_kept_is_told_with_the_way_to_it(planted: Database) -> None:
    made = export(planted, STUDY)
    without_contents(planted)
    with pytest.raises(ContentNotKept, match=r"file 1, made 2026-03-10 17:00 UTC, are not kept .* restore a backup"):
        file_again(planted, 1, actor=VIEWER)
    found, _ = list_made(planted, actor=VIEWER, timezone=ZONE)
    assert [file.is_kept for file in found] == [False]
    assert is_well(planted)
    assert export(planted, STUDY).content == made.content  # of the same state: from then on it is kept
    assert file_again(planted, 1, actor=VIEWER).content == made.content


def test_a_store_of_the_release_before_is_brought_up_to_date_with_what_it_holds(store_url: str) -> None:
    store = open_store(owners(store_url))
    plant_targets(store, STUDY)
    made = export(store, STUDY)
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE export_contents")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    store.close()
    store = open_store(owners(store_url))
    with pytest.raises(ContentNotKept):
        file_again(store, 1, actor=VIEWER)
    export(store, STUDY)
    assert file_again(store, 1, actor=VIEWER).content == made.content
    assert is_well(store)
    store.close()


def test_a_file_that_is_too_large_is_made_and_not_kept(planted: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    small = export(planted, STUDY)
    monkeypatch.setattr(making, "MOST_KEPT_BYTES", len(small.content))
    kept = export(planted, STUDY)
    monkeypatch.setattr(making, "MOST_KEPT_BYTES", 1000)
    large = export(planted, STUDY, language="en")
    assert (small.is_kept, kept.is_kept, large.is_kept) == (True, True, False)
    with pytest.raises(ContentNotKept):
        file_again(planted, number_of(planted, large), actor=VIEWER)


DAMAGES = (
    "UPDATE export_contents SET content = {other} WHERE piece = 0",
    "UPDATE export_contents SET is_deflated = {false} WHERE piece = 0",
    "UPDATE export_contents SET n_bytes = 7 WHERE piece = 0",
    "UPDATE export_contents SET piece = 5 WHERE piece = 0",
    "DELETE FROM export_contents WHERE piece = 1",
)


def test_kept_bytes_that_were_damaged_are_never_given(planted: Database) -> None:
    sound = export(planted, STUDY)
    words = {"other": "x'00'", "false": "0"} if planted.is_sqlite else {"other": "'\\x00'", "false": "false"}
    names = [add_another(planted, b"<p>1</p>" * 150_000 + os.urandom(PIECE_BYTES)) for _ in DAMAGES]
    forced(planted, *(f"{d.format(**words)} AND sha256 = '{name}'" for d, name in zip(DAMAGES, names, strict=True)))
    before = n_rows(planted, "audit_log")
    for number, name in enumerate(names, start=2):
        with pytest.raises(ContentDamaged, match=f"file {number} is not what was made: its sha256 is not {name}"):
            file_again(planted, number, actor=VIEWER)
    assert n_rows(planted, "audit_log") == before
    assert file_again(planted, 1, actor=VIEWER).content == sound.content
    ill = {finding.check: finding.problems for finding in examine(planted) if finding.problems}
    assert ill == {"Meeting files": tuple(f"{name}: other bytes" for name in sorted(names))}


def add_another(store: Database, content: bytes) -> str:
    """A file of these bytes, made as the last one was; its sha256."""
    name = sha256(content).hexdigest()
    with store.write() as connection:
        last = exports.all_exports(connection)[-1]
        facts = {key: value for key, value in vars(last).items() if key != "export_id"}
        exports.add(connection, {**facts, "sha256": name})
        add_once(connection, name, pieces_of(content))
    return name


def forced(store: Database, *statements: str) -> None:
    """What only the owner of a store can do, with the triggers out of the way."""
    owner = open_store(owners(url_of(store)))
    by_force(owner, *statements)
    owner.close()


def owners(url: str) -> str:
    return url.replace(f"{SITE}@", "postgres@")


def test_a_store_is_copied_without_a_whole_file_in_memory(planted: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup of PostgreSQL and a restore read row by row: of pieces a few at a time, of other rows thousands."""
    from geo_zhengzhi.store import plain_rows

    content = os.urandom(20 * 1000)
    monkeypatch.setattr("geo_zhengzhi.store.export_contents.PIECE_BYTES", 1000)
    with planted.write() as connection:
        add_once(connection, sha256(content).hexdigest(), pieces_of(content))
    with planted.read() as connection:
        sizes = [len(rows) for rows in plain_rows.read_plain(connection, export_contents)]
    assert sum(sizes) == 20
    assert max(sizes) <= plain_rows.CHUNK_OF_BYTES


def test_files_made_since_a_backup_outlive_its_restore_and_stay_known(store_url: str, tmp_path: Path) -> None:
    """With a boundary that the backup does not know, and a corridor; the next file counts on both again."""
    store, settings = open_store(owners(store_url)), Settings(cache_dir=tmp_path / "cache")
    targets(store)
    line = shapely.LineString([(117.40, 40.01), (117.45, 40.01)])
    day = MADE_AT.date()
    corridor = Entry("R-1", "铁路沿线", "railway_corridor", "city", 2026, "listed", day)
    add_entry(store, corridor, actor=PLANNER, reason="x", today=day)
    put_boundary(store, "R-1", None, line, 300.0, version=None, actor=PLANNER, reason="x")
    import_some(store, tmp_path, "a", 6)
    first = export(store, open_stored_study(store, settings))
    back_up(store, tmp_path / "backup.gpkg", SYSTEM)
    wider = shapely.box(117.40, 40.0, 117.406, 40.006)
    put_boundary(store, "T-0", "T-0", wider, None, version=1, actor=PLANNER, reason="x")
    put_boundary(store, "R-1", "R-1-1", line, 400.0, version=1, actor=PLANNER, reason="x")
    import_some(store, tmp_path, "b", 9)
    later = export(store, open_stored_study(store, settings), made_on=date(2026, 3, 19))
    with store.read() as connection:
        told = {tuple(row[:4]) for row in exports.all_exports(connection)[1].figures}
    for _ in range(2):
        restore(store, tmp_path / "backup.gpkg", SYSTEM, replace=True)
        assert again(store, "2026-03-12") == first.content
        assert again(store, "2026-03-19") == later.content
    with store.read() as connection:
        kept = exports.all_exports(connection)[1]
        rows = [(row.action, row.object) for row in audit.records(connection)]
    lost = {'[["T-0", 2]]', '[["R-1-1", 2]]'}
    assert {row[0] for row in told} >= lost
    assert {row[0] for row in kept.figures}.isdisjoint(lost)
    assert len({tuple(row[:4]) for row in kept.figures}) == len(told)
    square, corridor = ([[shapely.to_wkb(wider, hex=True), -1]], [[f"{shapely.to_wkb(line, hex=True)} 400.0", -1]])
    for name, shape in (('[["T-0", 2]]', square), ('[["R-1-1", 2]]', corridor)):
        assert sum(row[0] == json.dumps(shape) for row in kept.figures) == sum(row[0] == name for row in told)
    assert rows.count(("export kept", "meeting 2")) == 2
    assert is_well(store)
    third = export(store, open_stored_study(store, settings), made_on=date(2026, 3, 26))
    assert (number_of(store, third), third.n_earlier) == (3, 2)
    store.close()


@ON_SQLITE
def test_files_of_another_store_do_not_outlive_a_restore(planted: Database, one: Database, tmp_path: Path) -> None:
    export(planted, STUDY)
    back_up(planted, tmp_path / "backup.gpkg", SYSTEM)
    export(one, STUDY, language="en")
    export(one, STUDY, language="en", made_on=date(2026, 3, 13))
    restore(one, tmp_path / "backup.gpkg", SYSTEM, replace=True)
    assert [file.language for file in list_made(one, actor=VIEWER, timezone=ZONE)[0]] == ["zh"]
    assert n_rows(one, "export_contents") == 1
    assert is_well(one)


class TestCommandLine:
    """`geo-zhengzhi export --again` and `--list`."""

    @pytest.fixture(autouse=True)
    def _study(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("geo_zhengzhi.cli.made.open_stored_study", lambda *_: STUDY)
        monkeypatch.chdir(tmp_path)

    @pytest.fixture
    def run(
        self, one: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., tuple[int, str, str]]:
        def call(*arguments: str, lang: str = "en") -> tuple[int, str, str]:
            words = ["geo-zhengzhi", "export", *arguments, "--database", url_of(one), "--lang", lang]
            monkeypatch.setattr("sys.argv", words)
            with pytest.raises(SystemExit) as stop:
                main()
            said = capsys.readouterr()
            return int(stop.value.code or 0), said.out, said.err

        return call

    def test_it_writes_the_very_bytes_under_the_export_s_own_name_or_where_it_is_told(
        self, one: Database, run: Callable[..., tuple[int, str, str]], tmp_path: Path
    ) -> None:
        made, name = export(one, STUDY), "meeting-2024-02-2024-02.zh.geojson"
        code, out, err = run("--again", "2026-03-12")
        assert (code, err) == (0, "")
        assert out == (
            f"{name}: meeting file 1 as it was made by {VIEWER.name} at 2026-03-10 17:00 UTC, byte for byte\n"
        )
        assert (tmp_path / name).read_bytes() == made.content
        code, out, err = run("--again", "1")
        assert (code, out) == (2, "")
        assert f"--output = {name} is not possible – allowed: a name that is free, or one that -o gives –" in err
        (tmp_path / "folder").mkdir()
        for given, place in (("folder", f"folder/{name}"), ("mine.geojson", "mine.geojson")):
            assert run("--again", "1", "-o", given)[0] == 0
            assert (tmp_path / place).read_bytes() == made.content
        assert run("--again", made.sha256[:12], "-o", "mine.geojson")[0] == 0  # a name that was given is written over
        assert "a name with .geojson" in run("--again", "1", "-o", "mine.html")[2]
        code, out, _ = run("--again", "1", "-o", "folder/again.geojson", "--json")
        told = json.loads(out)
        assert (told["number"], told["day"], told["sha256"]) == (1, "2026-03-12", made.sha256)

    def test_verify_says_of_it_that_it_was_made_here(
        self, one: Database, run: Callable[..., tuple[int, str, str]], tmp_path: Path
    ) -> None:
        export(one, STUDY)
        later = county(draw(40))
        run("--again", "1", "-o", "again.geojson")
        found = verify_file(one, later, tmp_path / "again.geojson")
        assert (found.is_ours, found.data_changed, found.made_by) == (True, True, VIEWER.name)

    def test_it_lists_what_was_made_the_newest_first(
        self, one: Database, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        assert run("--list") == (0, "No meeting file was made here yet.\n", "")
        made = export(one, STUDY)
        export(one, county(draw(40)), ".xlsx", language="en", made_on=date(2026, 4, 1), targets=("T-1",))
        code, out, _ = run("--list")
        size = f"{len(made.content) / 1000:,.1f} kB"
        assert code == 0
        assert out.splitlines()[1] == (
            f"1: meeting of 2026-03-12, made 2026-03-10 17:00 UTC by {VIEWER.name}; 2024-02, GEOJSON, zh, targets 3, "
            f"内部资料; {size}; the data are as then"
        )
        assert out.startswith("2: meeting of 2026-04-01")
        assert "the data have changed since" in out.splitlines()[0]
        assert run("--list", "--date", "2026-04-01")[1].count("\n") == 1
        assert run("--list", "--date", "2026-05-01")[1] == "No file of a meeting on 2026-05-01, and none made on it.\n"
        for day in ("0001-01-01", "9999-12-31"):
            code, out, err = run("--list", "--date", day)
            assert (code, out) == (2, "")
            assert f"day = {day} is not possible – allowed: YYYY-MM-DD, 1900-01-01 – 2200-12-31" in err
        told = json.loads(run("--list", "--json")[1])
        assert [(one["number"], one["has_changed"], one["is_kept"]) for one in told] == [
            (2, True, True),
            (1, False, True),
        ]
        without_contents(one)
        assert "未留存" in run("--list", lang="zh")[1]

    @pytest.mark.parametrize(
        "given",
        [
            ("--again", "1", "--list"),
            ("--again", "1", "--from", "2024-02"),
            ("--again", "1", "--preset", "weekly"),
            ("--again", "1", "--date", "2026-03-12"),
            ("--again", "1", "--dry-run"),
            ("--again", "1", "--targets", "T-1"),
            ("--list", "-o", "x.html"),
            ("--list", "--k", "5"),
            ("--list", "--background"),
        ],
        ids=" ".join,
    )
    def test_what_means_nothing_beside_it_is_refused(
        self, one: Database, run: Callable[..., tuple[int, str, str]], given: tuple[str, ...], tmp_path: Path
    ) -> None:
        export(one, STUDY)
        code, out, err = run(*given)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"not together with {given[0]}" in err
        assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("one.gpkg")] == []

    def test_whoever_makes_what_is_too_large_to_be_kept_is_told(
        self, one: Database, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("geo_zhengzhi.cli.meeting.open_stored_study", lambda *_: STUDY)
        asked = ("--from", "2024-02", "--to", "2024-02", "--date", "2026-03-12", "--json")
        code, out, err = run("-o", "small.geojson", *asked)
        assert (code, err, json.loads(out)["kept"]) == (0, "", True)
        monkeypatch.setattr(making, "MOST_KEPT_BYTES", 1000)
        code, out, err = run("-o", "large.xlsx", *asked)
        assert (code, json.loads(out)["kept"]) == (0, False)
        assert err == "large.xlsx is larger than 256 MiB: its bytes are not kept, so keep the file itself.\n"

    def test_a_file_that_is_not_kept_writes_nothing(
        self, one: Database, run: Callable[..., tuple[int, str, str]], tmp_path: Path
    ) -> None:
        export(one, STUDY)
        without_contents(one)
        code, out, err = run("--again", "1", lang="zh")
        assert (code, out) == (2, "")
        assert "未留存内容" in err
        assert list(tmp_path.glob("*.geojson")) == []
