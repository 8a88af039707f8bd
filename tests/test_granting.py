"""The role that serves from a store on PostgreSQL appends to log and history, and can do nothing else to them."""

import json
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import Error, InsufficientPrivilege, RaiseException, RestrictViolation
from sqlalchemy import text

from geo_zhengzhi.cli import main
from geo_zhengzhi.errors import GrantNotPossible, NotTheOwner, RoleMissing
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access.auditing import verify, write_down
from geo_zhengzhi.services.granting import grant_role
from geo_zhengzhi.services.upkeep import back_up, examine_store, migrate_store, opened, restore
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.append_only import APPEND_ONLY
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.schema_comparison import differences
from geo_zhengzhi.store.tables import metadata
from geo_zhengzhi.store.triggers import missing
from tests.store_rows import fill
from tests.stores import SITE, as_site, new_store_url

PLANNER = Actor("规划一科", "planner")
COLUMNS = {"audit_log": "who = 'x'", "boundary_versions": "reason = 'x'", "entry_versions": "reason = 'x'"}
COLUMNS |= {
    "answers": "reason = 'x'",
    "export_contents": "n_bytes = 0",
    "exports": "reason = 'x'",
    "preset_versions": "made_by = 'x'",
    "steps": "note = 'x'",
}
ON_TABLES = (
    "DELETE FROM {table}",
    "UPDATE {table} SET {column}",
    "TRUNCATE {table} CASCADE",
    "DROP TRIGGER {table}_append_only ON {table}",
    "ALTER TABLE {table} DISABLE TRIGGER {table}_append_only",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO gone",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "GRANT DELETE ON {table} TO CURRENT_USER; DELETE FROM {table}",  # the first is a warning, and grants nothing
    "BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
)
ELSEWHERE = (
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "CREATE OR REPLACE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN END$$",
    "DROP FUNCTION audit_log_append_only() CASCADE",
    "DROP SCHEMA public CASCADE",
    "DROP OWNED BY postgres",
    "CREATE TABLE public.more (a integer)",
    "UPDATE alembic_version SET version_num = '0000'",
    "SELECT setval('boundary_versions_fid_seq', 1)",
    "INSERT INTO boundary_versions (part_id, target_id, version, made_at, made_by, reason) "
    "VALUES ('p', 't', 9, now(), 'x', '')",
)


def url_of(store: Database) -> str:
    return store.url.render_as_string(hide_password=False)


def owners(store: Database) -> str:
    """The same store for its owner."""
    return url_of(store).replace(f"{SITE}@", "postgres@")


def plain(url: str) -> psycopg.Connection:
    """A bare connection, as an intruder who has the site's password would make one."""
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


@pytest.fixture(params=[pytest.param("postgresql", id="postgresql")])
def store_url(request, tmp_path):
    """A new store's URL for the role that serves."""
    return as_site(new_store_url(request, tmp_path, request.param))


@pytest.fixture
def log(filled: Database) -> Database:
    """A store with rows everywhere, for the role that serves."""
    write_down(filled, PLANNER, "edit", "target 1")
    return filled


@pytest.fixture(scope="module")
def kept(request):
    """The same for tests that leave it as it is."""
    store = open_store(as_site(new_store_url(request, Path(), "postgresql")))
    fill(store)
    yield store
    store.close()


@pytest.fixture
def new_role(postgres_server):
    """Make roles, which are of the whole cluster, and take them away again."""
    made: list[str] = []

    def make(name: str, options: str = "") -> str:
        with plain(f"{postgres_server}/postgres") as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN {options}")
        made.append(name)
        return name

    yield make
    with plain(f"{postgres_server}/postgres") as connection:
        for name in made:
            connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def counts(store: Database) -> dict[str, int]:
    with store.read() as connection:
        return {t: connection.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in APPEND_ONLY}


def test_the_site_is_another_role_than_the_owner(log):
    with log.read() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == SITE


@pytest.mark.parametrize("statement", ON_TABLES)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_is_changed_or_taken_away_where_rows_are_only_appended(kept, table, statement):
    before = counts(kept)
    with plain(url_of(kept)) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.format(table=table, column=COLUMNS[table]))
    assert counts(kept) == before
    assert verify(kept).is_whole


@pytest.mark.parametrize("statement", ELSEWHERE)
def test_nothing_around_the_log_is_changed_either(kept, statement):
    with plain(url_of(kept)) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)
    with kept.read() as connection:
        assert differences(connection) == []
        assert missing(connection) == []


def test_a_trigger_function_of_the_owner_serves_no_table_of_a_stranger(kept):
    with plain(url_of(kept)) as connection:
        connection.execute("CREATE TEMPORARY TABLE mine (LIKE targets)")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION targets_kept()")


def test_a_temporary_table_of_the_same_name_does_not_catch_the_history(kept):
    before = counts(kept)["boundary_versions"]
    with plain(url_of(kept)) as connection:
        connection.execute("CREATE TEMPORARY TABLE boundary_versions (LIKE public.boundary_versions)")
        connection.execute("GRANT ALL ON pg_temp.boundary_versions TO PUBLIC")
        connection.execute("UPDATE targets SET corridor_half_width_m = 7 WHERE part_id = 'p0'")
        assert connection.execute("SELECT count(*) FROM pg_temp.boundary_versions").fetchone() == (0,)
    assert counts(kept)["boundary_versions"] == before + 1


def test_even_a_superuser_is_stopped_by_the_triggers_until_he_takes_them_away(kept):
    with plain(owners(kept)) as connection:
        for statement in ("DELETE FROM audit_log", "UPDATE audit_log SET who = 'x'", "TRUNCATE audit_log"):
            with pytest.raises((RestrictViolation, RaiseException)):
                connection.execute(statement)


def test_the_site_appends_and_the_chain_goes_on(log):
    before = verify(log).n
    write_down(log, PLANNER, "edit", "target 2")
    assert (verify(log).n, verify(log).is_whole) == (before + 1, True)


def test_a_store_that_is_up_to_date_is_opened_without_a_statement_that_only_its_owner_may_run(log):
    open_store(url_of(log), new=False).close()


def test_an_older_schema_is_the_owners_to_bring_up_to_date(log):
    with plain(owners(log)) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.execute("DROP TABLE " + ", ".join(metadata.tables) + " CASCADE")
    with pytest.raises(NotTheOwner, match=f"{SITE} does not own the store"):
        open_store(url_of(log))


def test_a_backup_is_the_sites_to_make_and_a_restore_is_not(log, tmp_path):
    back_up(log, tmp_path / "b.gpkg", SYSTEM)
    before = counts(log)
    with pytest.raises(NotTheOwner), opened(url_of(log)) as database:
        restore(database, tmp_path / "b.gpkg", SYSTEM, replace=True)
    assert counts(log) == before
    with opened(owners(log)) as database:
        restore(database, tmp_path / "b.gpkg", SYSTEM, replace=True)
    assert verify(log).is_whole


def test_a_store_is_copied_from_by_the_site_and_into_by_the_owner(log, request, tmp_path):
    into = new_store_url(request, tmp_path, "postgresql")
    with pytest.raises(NotTheOwner):
        migrate_store(log, as_site(into), SYSTEM)
    for url in (into, f"sqlite:///{tmp_path / 'copy.gpkg'}"):
        migrate_store(log, url, SYSTEM)
        with opened(url) as copy:
            assert counts(copy) == counts(log)


def test_doctor_warns_of_an_owner_and_a_superuser_and_not_of_the_site(log, new_role):
    def told(url: str) -> tuple[list[str], bool]:
        found = examine_store(url, Settings())
        return [str(w) for f in found for w in f.warnings], all(f.is_well for f in found)

    assert told(url_of(log)) == ([], True)
    assert told(owners(log)) == (["postgres is a superuser"], True)
    owner, member = new_role("gz_owner"), new_role("gz_member")
    with plain(owners(log)) as connection:
        connection.execute("GRANT gz_owner TO gz_member")
        for table in (*metadata.tables, "alembic_version"):
            connection.execute(f"ALTER TABLE {table} OWNER TO gz_owner")
    names = "answers, audit_log, boundary_versions, entry_versions, export_contents, exports, preset_versions, steps"
    for role in (owner, member):
        url = owners(log).replace("postgres@", f"{role}@")
        assert told(url) == ([f"{role} owns {names}, or is a member of who does"], True)
        with pytest.raises(GrantNotPossible, match="owns answers, audit_log"), opened(owners(log)) as database:
            grant_role(database, role, SYSTEM)
    with plain(owners(log)) as connection:
        connection.execute(f"GRANT TRUNCATE ON audit_log TO {SITE}")
    assert told(url_of(log)) == ([f"{SITE} may change or empty audit_log"], True)
    with opened(owners(log).replace("postgres@", "gz_owner@")) as database:
        database.engine.dispose()
    with plain(owners(log)) as connection:  # else the roles could not go
        for table in (*metadata.tables, "alembic_version"):
            connection.execute(f"ALTER TABLE {table} OWNER TO postgres")


def test_a_role_that_had_more_has_it_no_longer(log):
    with plain(owners(log)) as connection:
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {SITE}")
        connection.execute(f"GRANT CREATE ON SCHEMA public TO {SITE}")
    with opened(owners(log)) as database:
        grant_role(database, SITE, SYSTEM)
    for statement in ("DELETE FROM audit_log", "TRUNCATE audit_log", "CREATE TABLE more (a integer)"):
        with plain(url_of(log)) as connection, pytest.raises(Error):
            connection.execute(statement)
    with log.read() as connection:
        rights = "SELECT has_table_privilege('audit_log', 'UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')"
        assert connection.execute(text(rights)).scalar() is False


def test_rights_that_come_another_way_are_refused_and_nothing_is_changed(log):
    with plain(owners(log)) as connection:
        connection.execute("GRANT DELETE ON steps TO PUBLIC")
    with pytest.raises(GrantNotPossible, match="may change or empty steps"), opened(owners(log)) as database:
        grant_role(database, SITE, SYSTEM)


def test_temporary_tables_are_granted_where_nobody_may_make_any(log):
    name = log.url.database
    with plain(owners(log)) as connection:
        connection.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    with plain(url_of(log)) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("CREATE TEMPORARY TABLE mine (a integer)")
    with opened(owners(log)) as database:
        grant_role(database, SITE, SYSTEM)
    with plain(url_of(log)) as connection:
        connection.execute("CREATE TEMPORARY TABLE mine (a integer)")


def test_who_is_not_the_owner_grants_nothing(log, new_role):
    with pytest.raises(NotTheOwner), opened(url_of(log)) as database:
        grant_role(database, new_role("gz_third"), SYSTEM)


@pytest.mark.parametrize("role", ["gz_nobody", 'a"; DROP TABLE audit_log; --', "", "\u4e66\u8bb0"])
def test_a_role_that_is_not_there_is_named(log, role):
    with pytest.raises(RoleMissing), opened(owners(log)) as database:
        grant_role(database, role, SYSTEM)


def test_a_role_of_any_name_is_granted(log, new_role):
    role = "a \"b' c"
    quoted = '"' + role.replace('"', '""') + '"'
    new_role(quoted)
    with opened(owners(log)) as database:
        granted = {one.right: one.names for one in grant_role(database, role, SYSTEM)}
    assert granted["SELECT, INSERT"] == (
        "answers",
        "audit_log",
        "entry_versions",
        "export_contents",
        "exports",
        "preset_versions",
        "steps",
    )
    assert granted["SELECT"] == ("boundary_versions", "alembic_version")
    assert "incidents" in granted["SELECT, INSERT, UPDATE, DELETE"]
    with plain(owners(log)) as connection:
        connection.execute(f"DROP OWNED BY {quoted}")


def test_a_file_has_no_roles(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.gpkg'}"
    with pytest.raises(GrantNotPossible, match="a file has no roles"), opened(url, new=True) as database:
        grant_role(database, SITE, SYSTEM)


def test_the_command_says_what_it_did_and_writes_it_down(log, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["geo-zhengzhi", "grant", SITE, "--database", owners(log), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert said["role"] == SITE
    assert said["rights"]["SELECT, INSERT"] == [
        "answers",
        "audit_log",
        "entry_versions",
        "export_contents",
        "exports",
        "preset_versions",
        "steps",
    ]
    with log.read() as connection:
        last = connection.execute(text("SELECT action, object FROM audit_log ORDER BY seq DESC LIMIT 1")).one()
    assert tuple(last) == ("grant", f"role {SITE}")


def test_doctor_prints_its_warning_and_ends_well(log, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["geo-zhengzhi", "doctor", "--database", owners(log), "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "Role: warning: postgres is a superuser – let the site" in capsys.readouterr().out
