"""
Two planners at once lose nothing, and one that is killed leaves nothing half done, on both engines.

GEO_ZHENGZHI_TEST_EDITS and GEO_ZHENGZHI_TEST_KILLS make it more than the few that a run of all tests has time for.
"""

import os

from geo_zhengzhi.store.database import Database
from tests.register_races import kill_planners, race

N_EDITS = int(os.environ.get("GEO_ZHENGZHI_TEST_EDITS", "60"))
N_KILLS = int(os.environ.get("GEO_ZHENGZHI_TEST_KILLS", "10"))


def test_two_planners_who_save_at_once_lose_no_edit(store: Database, store_url: str) -> None:
    assert race(store, store_url, N_EDITS).n_edits == 2 * N_EDITS


def test_a_killed_planner_leaves_nothing_half_done(store: Database, store_url: str) -> None:
    killed = kill_planners(store, store_url, N_KILLS)
    assert killed.n_kills == N_KILLS
    assert killed.n_told >= N_KILLS
