"""The demonstration kept between two starts: reading and analysing it again would take seconds each time."""

import hashlib
import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.services.late import open_demonstration
from geo_zhengzhi.services.situation import Query, Situation, assess, remember
from geo_zhengzhi.services.study import Progress, Study
from geo_zhengzhi.settings import Settings

PACKAGE = Path(__file__).resolve().parent.parent
VERSIONS = (np.__version__, pd.__version__, gpd.__version__, shapely.__version__)
UNREADABLE = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, ValueError, TypeError)


def open_kept_demonstration(settings: Settings, progress: Progress | None = None) -> Study:
    """
    The demonstration with its opening page's analysis, from `settings.cache_dir` where nothing it was made of changed.

    What it is kept under is a hash over the data files, the program's own files and the libraries' versions. A kept
    file that cannot be read, or a folder that cannot be written, costs only the time.

    Raises
    ------
    DemonstrationMissing
        If one of the data files is not there.
    """
    path = settings.cache_dir / f"demonstration-{_fingerprint(settings)}.pickle"
    kept = _load(path)
    if kept is not None:
        remember(kept)
        return kept.study
    study = open_demonstration(settings, progress)
    if study.default_period is not None:
        with suppress(OSError):
            _save(assess(study, Query()), path)
    return study


def _fingerprint(settings: Settings) -> str:
    """Sixteen hex digits over everything the kept file was made of."""
    digest = hashlib.sha256("\n".join(VERSIONS).encode())
    for path in _sources(settings):
        digest.update(str(path.name).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources(settings: Settings) -> Iterator[Path]:
    """The demonstration's files and the program's own."""
    for folder in ("boundaries", "incidents"):
        yield from sorted(path for path in (settings.data_dir / folder).glob("*") if path.is_file())
    yield from sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".csv", ".po"))


def _load(path: Path) -> Situation | None:
    """What was kept; None where there is nothing that can be read."""
    try:
        kept = pickle.loads(path.read_bytes())
    except UNREADABLE:
        return None
    return kept if isinstance(kept, Situation) else None


def _save(situation: Situation, path: Path) -> None:
    """Keep one file, readable by its owner alone; older ones go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".kept-", delete=False) as draft:
        pickle.dump(situation, draft, protocol=pickle.HIGHEST_PROTOCOL)
    os.replace(draft.name, path)
    for old in path.parent.glob("demonstration-*.pickle"):
        if old != path:
            old.unlink(missing_ok=True)
