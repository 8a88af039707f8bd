"""Batches laid over each other and taken away again leave what the remaining ones alone would have left."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from geo_zhengzhi.schema import CATEGORY, INCIDENT_COLUMNS, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.store import batches, incidents
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import confirmed, replaced
from geo_zhengzhi.store.tables import incidents as table
from tests.stores import ON_SQLITE, new_store_url

FACTS = {"file_name": "f.csv", "sha256": "0", "made_by": "导入员"}
Contents = dict[str, int]  # incident_id → which of a few contents

# A batch is a table of what it says; an undo is the position of the batch that it takes away.
batches_said = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=3)
histories = st.lists(st.one_of(batches_said, st.integers(0, 4)), max_size=9)


def rows_of(contents: Contents) -> pd.DataFrame:
    """Incidents whose time, category, weight and place all follow from one small number."""
    numbers = np.array(list(contents.values()), float)
    when = pd.to_datetime("2024-03-01T08:00:00.123Z") + pd.to_timedelta(numbers, "h")
    columns = [list(contents), when, when, [f"c{n:g}" for n in numbers], 1 + numbers, 117 + numbers, 40 - numbers]
    return pd.DataFrame(dict(zip(INCIDENT_COLUMNS, columns, strict=True)))


def bring(database: Database, contents: Contents) -> tuple[int, incidents.Laid]:
    with database.write() as connection:
        batch_id = batches.begin(connection, FACTS)
        incidents.stage(connection, rows_of(contents))
        laid = incidents.lay(connection, batch_id)
        batches.finish(connection, batch_id, vars(laid))
    return batch_id, laid


def take_back(database: Database, batch_id: int) -> incidents.Undone:
    with database.write() as connection:
        return incidents.undo(connection, batch_id)


def what_is_there(database: Database) -> Contents:
    """What the incidents say, having checked that every column says the same."""
    with database.read() as connection:
        found = {}
        for row in connection.execute(select(table)):
            n = int(row.weight) - 1
            assert (row.category, row.geom.x, row.geom.y) == (f"c{n}", 117 + n, 40 - n)
            assert (row.occurred_from.hour, row.occurred_to.microsecond) == (8 + n, 123_000)
            found[row.incident_id] = n
        return found


def links(database: Database) -> tuple[int, int]:
    """How many rows are kept as replaced and as confirmed."""
    with database.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(kept)).scalar_one() for kept in (replaced, confirmed)
        ]
    return counts[0], counts[1]


def follow(database: Database, history: list[Contents | int]) -> None:
    """Live through a history and compare with the remaining batches alone, step by step; then undo everything."""
    live: dict[int, Contents] = {}
    for step in history:
        if isinstance(step, dict):
            live[bring(database, step)[0]] = step
        elif live:
            chosen = sorted(live)[step % len(live)]
            take_back(database, chosen)
            del live[chosen]
        expected: Contents = {}
        for batch_id in sorted(live):
            expected |= live[batch_id]
        assert what_is_there(database) == expected
    for batch_id in live:
        take_back(database, batch_id)
    assert what_is_there(database) == {}
    assert links(database) == (0, 0)


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_store(f"sqlite:///{tmp_path_factory.mktemp('histories') / 'store.gpkg'}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def postgres_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_store(new_store_url(request, tmp_path_factory.mktemp("histories"), "postgresql"))
    yield database
    database.close()


SAID_AGAIN = [{"a": 0}, {"a": 0}, 0]
SAID_AGAIN_THEN_CHANGED = [{"a": 0}, {"a": 0}, {"a": 0}, {"a": 1}, 0, 0, 0]
THERE_AND_BACK = [{"a": 0}, {"a": 1}, {"a": 0}, 1, 0]
IN_THE_MIDDLE = [{"a": 0}, {"a": 1}, {"a": 1}, {"a": 2}, 1, 1, 0]


@example(SAID_AGAIN)
@example(SAID_AGAIN_THEN_CHANGED)
@example(THERE_AND_BACK)
@example(IN_THE_MIDDLE)
@given(histories)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undone_batches_leave_no_trace_on_sqlite(sqlite_store: Database, history: list[Contents | int]) -> None:
    follow(sqlite_store, history)


@example(SAID_AGAIN_THEN_CHANGED)
@example(THERE_AND_BACK)
@example(IN_THE_MIDDLE)
@given(histories)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undone_batches_leave_no_trace_on_postgresql(postgres_store: Database, history: list[Contents | int]) -> None:
    follow(postgres_store, history)


def test_a_batch_counts_what_is_new_corrected_and_said_again(store: Database) -> None:
    assert bring(store, {"a": 0, "b": 0, "c": 0})[1] == incidents.Laid(3, 0, 0)
    assert bring(store, {"a": 0, "b": 1, "d": 0})[1] == incidents.Laid(1, 1, 1)
    assert links(store) == (1, 1)
    assert bring(store, {})[1] == incidents.Laid(0, 0, 0)


def test_an_undo_says_what_it_removed_gave_back_and_left(store: Database) -> None:
    bring(store, {"a": 0, "d": 0})
    second, _ = bring(store, {"a": 1, "b": 1, "c": 1, "d": 0, "e": 1})
    bring(store, {"b": 2, "c": 1})
    assert take_back(store, second) == incidents.Undone(n_removed=1, n_restored=1, n_left=3)
    assert what_is_there(store) == {"a": 0, "b": 2, "c": 1, "d": 0}


@ON_SQLITE
def test_the_geopackages_bounding_box_covers_what_came(store: Database) -> None:
    bring(store, {"a": 0, "b": 2})
    bring(store, {"c": 1})
    asked = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'incidents'"
    with store.read() as connection:
        assert tuple(connection.exec_driver_sql(asked).one()) == (117, 38, 119, 40)


@pytest.mark.parametrize("column", [OCCURRED_FROM, OCCURRED_TO, CATEGORY, "weight", LONGITUDE, LATITUDE])
def test_any_column_that_differs_makes_a_correction(store: Database, column: str) -> None:
    bring(store, {"a": 0})
    changed = rows_of({"a": 0})
    changed[column] = rows_of({"a": 1})[column]
    with store.write() as connection:
        batch_id = batches.begin(connection, FACTS)
        incidents.stage(connection, changed)
        assert incidents.lay(connection, batch_id) == incidents.Laid(0, 1, 0)


def test_rows_keep_their_number_through_correction_and_undo(store: Database) -> None:
    bring(store, {"a": 0, "b": 0})
    with store.read() as connection:
        before = connection.execute(select(table.c.fid, table.c.incident_id).order_by(table.c.fid)).all()
    second, _ = bring(store, {"b": 1})
    take_back(store, second)
    with store.read() as connection:
        assert connection.execute(select(table.c.fid, table.c.incident_id).order_by(table.c.fid)).all() == before


@pytest.mark.parametrize(
    "word", ['quo"te', "new\nline", "逗,号", "", "\\N", "NULL", "tab\t", "🚲", "'; DROP TABLE incidents"]
)
def test_words_come_back_as_they_are(store: Database, word: str) -> None:
    rows = rows_of({"a": 0}).assign(**{INCIDENT_ID: word, CATEGORY: word})
    with store.write() as connection:
        batch_id = batches.begin(connection, FACTS)
        incidents.stage(connection, rows)
        incidents.lay(connection, batch_id)
        found = connection.execute(select(table.c.incident_id, table.c.category)).one()
    assert tuple(found) == (word, word)


def test_a_nul_which_postgresql_cannot_keep_becomes_a_sign_of_replacement_on_both_engines(store: Database) -> None:
    with store.write() as connection:
        batch_id = batches.begin(connection, FACTS)
        incidents.stage(connection, rows_of({"a": 0}).assign(**{CATEGORY: "a\0b"}))
        incidents.lay(connection, batch_id)
        assert connection.execute(select(table.c.category)).scalar_one() == "a\ufffdb"
