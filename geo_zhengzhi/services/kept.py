"""The demonstration kept between two starts: reading and analysing it again would take seconds each time."""

import hashlib
from collections.abc import Iterator

from geo_zhengzhi.services.keeping import keep, name_for, recall, sweep
from geo_zhengzhi.services.late import open_demonstration
from geo_zhengzhi.services.situation import Query, Situation, assess, remember
from geo_zhengzhi.services.study import Progress, Study
from geo_zhengzhi.settings import Settings


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
    folder = settings.kept_dir
    path = folder / f"demonstration-{name_for(*_contents(settings))}.pickle"
    kept = recall(path, Situation)
    if kept is not None:
        remember(kept)
        return kept.study
    study = open_demonstration(settings, progress)
    if study.default_period is not None and keep(assess(study, Query()), path):
        sweep(folder, "demonstration-*.pickle", max_files=1)
    return study


def _contents(settings: Settings) -> Iterator[tuple[str, str]]:
    """The demonstration's files by name and hash."""
    for folder in ("boundaries", "incidents"):
        for path in sorted(path for path in (settings.data_dir / folder).glob("*") if path.is_file()):
            yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
