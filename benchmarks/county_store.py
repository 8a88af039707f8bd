"""A store with a county in it: incidents of three years, targets, and an account for each commander."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.bench_pipeline import county
from benchmarks.protocol import DATA
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.links import make_link, use_link
from geo_zhengzhi.services.access.users import add_user
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.studies.county import County, keep_county
from geo_zhengzhi.services.studies.seeding import seed_targets
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

ZONE = "Asia/Shanghai"
FIRST_DAY, N_DAYS = "2022-01-01", 3 * 365 + 1
CATEGORIES = ("盗窃", "诈骗", "寻衅滋事", "入室盗窃", "街头抢劫")
SHARES = (0.45, 0.25, 0.15, 0.1, 0.05)
PASSWORD = "four rivers flow east into one sea"


def county_store(n: int, n_targets: int, n_commanders: int) -> Path:
    """The store's file, made where it is missing; commanders are named by their number from 0."""
    path = DATA / f"county_{n}_{n_targets}_{n_commanders}.gpkg"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        draft = path.with_suffix(".draft.gpkg")
        draft.unlink(missing_ok=True)
        database = open_store(f"sqlite:///{draft}")
        _fill(database, n, n_targets)
        _let_in(database, n_commanders)
        database.close()
        draft.replace(path)
    return path


def name_of(commander: int) -> str:
    """The name of a commander's account."""
    return f"commander-{commander:02d}"


def _fill(database: Database, n: int, n_targets: int) -> None:
    """Incidents and targets; one target in a hundred is a corridor, the first."""
    rng = np.random.default_rng(20240401)
    incidents, targets = county(n)
    days = rng.integers(0, N_DAYS, n) * np.timedelta64(1, "D")
    start = (
        np.datetime64(FIRST_DAY, "us") + days + incidents["occurred_from"].dt.hour.to_numpy() * np.timedelta64(1, "h")
    )
    length = (incidents["occurred_to"] - incidents["occurred_from"]).to_numpy()
    rows = incidents.assign(
        occurred_from=start, occurred_to=start + length, category=rng.choice(CATEGORIES, n, p=SHARES)
    )
    with database.write() as connection:
        keep_county(connection, County(name="测试县", timezone=ZONE, simulated=True))
        seed_targets(connection, targets.iloc[:: max(1, len(targets) // n_targets)].reset_index(drop=True))
        state.bump(connection, state.TARGETS_VERSION)
    table = DATA / f"county_{n}.csv"
    rows.to_csv(table, index=False, date_format="%Y-%m-%d %H:%M:%S")
    import_incidents(database, table, actor=SYSTEM, datum="wgs84", timezone=ZONE)
    table.unlink()


def _let_in(database: Database, n_commanders: int) -> None:
    """An account for each commander."""
    now = datetime.now(UTC)
    for commander in range(n_commanders):
        number = add_user(database, SYSTEM, name_of(commander), "viewer", now)
        use_link(database, make_link(database, SYSTEM, number, now), PASSWORD, "", now)
