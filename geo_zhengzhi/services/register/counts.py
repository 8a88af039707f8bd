"""How many incidents lie in each entry of the register, in force or not, this period and the same period last year."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_zhengzhi.model import Period
from geo_zhengzhi.schema import TARGET_ID
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.place_counts import change_between, count_in_places, if_covered
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.register.stored_targets import usable_targets
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import read_parts


@dataclass(frozen=True, eq=False)
class RegisterCounts:
    """
    Counts of the whole register in a period.

    `earlier` is the same period last year, None where the data do not cover it; `changes` are by number, without the
    entries that have no boundary to count in.
    """

    study: Study
    period: Period
    earlier: Period | None
    changes: Mapping[str, Change]


_COUNTS: ComputeOnce[RegisterCounts] = ComputeOnce(size=8)


def count_register(database: Database, study: Study, period: Period) -> RegisterCounts:
    """
    Count in every entry's boundaries at once; kept until incidents or boundaries change.

    Parameters
    ----------
    database : Database
        Whose register it is.
    study : Study
        Whose incidents are counted.
    period : Period
    """
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    # The kept value holds its study, so that no other study can have that id while it is kept.
    key = (id(study), study.data_version, str(database.url), version, period)
    return _COUNTS.get(key, lambda: _counted(database, study, period))


def _counted(database: Database, study: Study, period: Period) -> RegisterCounts:
    with database.read() as connection:
        register = read_parts(connection)
    parts = usable_targets(register, np.ones(len(register), bool), study.context.outline).parts
    earlier = if_covered(study, period.a_year_earlier())
    place, ids = pd.factorize(parts[TARGET_ID])
    periods = [period] if earlier is None else [period, earlier]
    counts = count_in_places(study, parts, place, len(ids), periods)
    changes = {
        str(target_id): change_between(int(row[0]), None if earlier is None else int(row[1]), period, earlier)
        for target_id, row in zip(ids, counts, strict=True)
    }
    return RegisterCounts(study, period, earlier, changes)
