"""What a stranger with a folder of files finds out: hidden counts and single places, by month and in all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attacker import Attack, Folder
from meetings import export

from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.meeting.atoms import cells_of
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.services.meeting.month_runs import numbers_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

K = 5


def made(
    store: Database, study: Study, *run: str, kinds: Sequence[str] = (".xlsx", ".geojson"), **asked: Any
) -> list[Meeting]:
    """One meeting's files of several kinds; pages say what tables and layers say, and only the first test reads all."""
    return [export(store, study, *run, ending=ending, **asked) for ending in kinds]


def attack_on(files: Sequence[Meeting], study: Study) -> Attack:
    """The attacker with these files; the shapes of all kinds are those of the map."""
    folder = Folder()
    for file in files:
        folder.read(file.content)
    attack = Attack(folder)
    if len(attack.versions) == 1:
        assert attack.fits([truth(attack, study)])
    return attack


def truth(attack: Attack, study: Study) -> np.ndarray:
    """The true counts of the attacker's pieces."""
    points = study.incidents[[LONGITUDE, LATITUDE]].to_numpy()
    return attack.counted(points, numbers_of(study.midpoints), cells_of(study))


def told(attack: Attack, study: Study, k: int = K, most: int = 30) -> list[tuple[object, int, int, int]]:
    """What the attacker bounds more tightly than 1 to k − 1: hidden counts, places by month and in all."""
    counts = truth(attack, study)
    facts = list(dict.fromkeys(fact.what for fact in attack.folder.facts if fact.is_hidden))
    asked = [(what, attack.row(what)) for what in facts]
    runs = {(what.first, what.last) for what in facts if what.cell is None}
    places = [np.arange(len(attack.inside)) == place for place in range(len(attack.inside))]
    asked += [((place.argmax(), run), attack.piece(place, *run)) for place in places for run in sorted(runs)]
    asked = [(what, row) for what, row in asked if 0 < row @ counts < k]
    assert asked
    chosen = np.random.default_rng(5).permutation(len(asked))[:most]
    found = []
    for what, row in (asked[i] for i in chosen):
        low, high = attack.bounds(row)
        assert low <= row @ counts <= high
        if min(high, k) - low < k - 2:
            found.append((what, int(row @ counts), low, high))
    return found
