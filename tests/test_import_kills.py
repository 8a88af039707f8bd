"""
An importer that is killed at any moment leaves every batch whole or absent, and keeps what it was told was done.

`GEO_ZHENGZHI_TEST_KILLS` says how often one is killed on each engine.
"""

import os
from pathlib import Path

from geo_zhengzhi.store import batches
from geo_zhengzhi.store.liveness import with_lock_file
from geo_zhengzhi.store.opening import open_store
from tests.import_kills import kill_importers

N_KILLS = int(os.environ.get("GEO_ZHENGZHI_TEST_KILLS", "10"))


def test_an_importer_killed_at_any_moment_leaves_batches_whole_or_absent(store_url: str, tmp_path: Path) -> None:
    killed = kill_importers(store_url, tmp_path / "files", N_KILLS)
    assert killed.n_kills == N_KILLS
    assert killed.n_told > 0
    database = open_store(store_url)
    with database.read() as connection:
        known = {batch.batch_id for batch in batches.newest_first(connection)}
    assert not known & set(with_lock_file(database))  # a number that never became a batch is the next one's
    database.close()
