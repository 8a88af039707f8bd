"""What a meeting file would withhold, before it is made."""

from dataclasses import dataclass

from geo_zhengzhi.schema import NAME, NAME_EN, TARGET_ID
from geo_zhengzhi.services.console.listing import shared_name
from geo_zhengzhi.services.meeting.atoms import CELLS, Figure
from geo_zhengzhi.services.meeting.found import Found
from geo_zhengzhi.services.meeting.grounds import WHOLE, Ground
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.studies.study import Study


@dataclass(frozen=True)
class Row:
    """One target: its number, its three counts as words, and how many of its months and cells are not shown."""

    target_id: str
    now: str
    before: str
    year: str
    n_months: int
    n_cells: int


@dataclass(frozen=True)
class Preview:
    """How many counts a file has, and how they are printed; `rows` are the county ("") and the targets."""

    n: int
    k: int
    n_small: int
    n_withheld: int
    n_changed: int
    rows: tuple[Row, ...]


def preview_of(found: Found) -> Preview:
    """What was found, for a page."""
    table = found.table
    rows = [_row(found, "", WHOLE), *(_row(found, target_id, ground) for target_id, ground in found.grounds.items())]
    return Preview(table.n, table.k, table.n_small, table.n_withheld, len(table.changed), tuple(rows))


def _row(found: Found, target_id: str, ground: Ground) -> Row:
    months = found.asked.months
    line = [Figure(ground, Months(m, m)) for m in range(months.line.first, months.line.last + 1)]
    cells = [Figure(ground, months, cell) for cell in CELLS]
    hidden = [
        sum(f in found.table.printed and not found.table[f].is_shown for f in figures) for figures in (line, cells)
    ]
    now, before, year = (_words(found, Figure(ground, run)) for run in (months, months.before, months.a_year_earlier))
    return Row(target_id, now, before, year, *hidden)


def _words(found: Found, figure: Figure) -> str:
    number = found.number(figure)
    if number.n is not None:
        return str(number.n)
    return {"few": f"<{found.asked.k}", "withheld": found.translate("withheld")}.get(number.state, "–")


def target_names(study: Study, language: str) -> list[tuple[str, str]]:
    """Number and name of every target that may be chosen, in the order of the study."""
    targets = study.targets
    own = targets[NAME_EN].where(targets[NAME_EN] != "", targets[NAME]) if language == "en" else targets[NAME]
    by_target = own.groupby(targets[TARGET_ID], sort=False)
    return [(str(number), shared_name(list(names)) or str(number)) for number, names in by_target]
