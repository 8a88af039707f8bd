"""From what was found and protected to the pages of a meeting file: only SHOWN counts are compared, ranked or drawn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import geopandas as gpd
import shapely

from geo_zhengzhi import __version__
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.life import STAGE_WORDS, days_to_deadline, is_overdue
from geo_zhengzhi.model import Comparison, Period
from geo_zhengzhi.register import MEASURES, Entry
from geo_zhengzhi.render.meeting.deck import FEW, SHOWN, UNKNOWN, WITHHELD, Counts, Deck, Number, Spot, TargetPage
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import ILLUSTRATIVE, NAME, NAME_EN, PART_ID, TARGET_ID
from geo_zhengzhi.services.console.maps import hotspot_places
from geo_zhengzhi.services.console.rows import TargetRow
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.meeting.asked import Asked, Past
from geo_zhengzhi.services.meeting.atoms import CELLS, Figure
from geo_zhengzhi.services.meeting.figures import Table
from geo_zhengzhi.services.meeting.grounds import WHOLE, Ground
from geo_zhengzhi.services.meeting.month_runs import Months, month_text
from geo_zhengzhi.services.meeting.places import outline_square, part_shapes, public_result
from geo_zhengzhi.services.register.stored_targets import TRADE
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats import disclosure
from geo_zhengzhi.stats.blocks import Block, beside
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.words import Translate, translator

STATES = {disclosure.SHOWN: SHOWN, disclosure.SMALL: FEW, disclosure.WITHHELD: WITHHELD}


@dataclass(frozen=True, eq=False)
class Found:
    """
    What a file is made of.

    Parameters
    ----------
    study, asked : Study, Asked
    covered : Months
        Which the data cover whole.
    situation : Situation
        Of the period.
    grounds : {target_id: Ground}
        Of the file's targets.
    hotspots : GeoDataFrame
        With snapped outlines, EPSG:4326; `spots` are their grounds.
    blocks : {Ground: Block}
        Of the heat.
    table : Table
    entries : {target_id: Entry}
    past : Past
    """

    study: Study
    asked: Asked
    covered: Months
    situation: Situation
    grounds: Mapping[str, Ground]
    hotspots: gpd.GeoDataFrame
    spots: Sequence[Ground]
    blocks: Mapping[Ground, Block]
    table: Table
    entries: Mapping[str, Entry]
    past: Past

    @property
    def translate(self) -> Translate:
        """The words of the file's language."""
        return translator(self.asked.language)

    def shown_spots(self) -> list[tuple[int, int]]:
        """Position and count of the hotspots whose count is shown, the largest first, then as they were found."""
        months = self.asked.months
        printed = [self.table[Figure(spot, months)] for spot in self.spots]
        shown = [(i, one.n) for i, one in enumerate(printed) if one.n is not None and one.n >= self.asked.k]
        return sorted(shown, key=lambda pair: (-pair[1], pair[0]))

    def shown_blocks(self) -> list[Block]:
        """
        The blocks whose count is shown.

        One that has changed by too few stands as it stood: a hole, or other blocks, would tell where somebody came.
        """
        months, stood = self.asked.months, self.table.stood
        figures = ((block, Figure(ground, months)) for ground, block in self.blocks.items())
        printed = ((block, self.table[figure].n or stood.get(figure)) for block, figure in figures)
        shown = [replace(block, n=n) for block, n in printed if n]
        frame = MetricFrame(*self.situation.result.frame_center)
        squares = ((outline_square(figure.ground, frame), n) for figure, n in stood.items() if figure.months == months)
        earlier = [replace(block, n=n) for block, n in squares if block is not None]
        return [*shown, *beside(earlier, shown)]

    def number(self, figure: Figure) -> Number:
        """A figure as the file prints it."""
        if figure not in self.table.printed:
            return Number(UNKNOWN)
        printed = self.table[figure]
        return Number(STATES[printed.state], printed.n)

    def counts(self, ground: Ground) -> Counts:
        """One ground's counts with what may be said of them."""
        months = self.asked.months
        runs = (months, months.before, months.a_year_earlier)
        now, before, year = (self.number(Figure(ground, run)) for run in runs)
        days = [run.period(self.study.timezone).n_days for run in runs]
        line = [
            (month_text(m), self.number(Figure(ground, Months(m, m))))
            for m in range(months.line.first, months.line.last + 1)
        ]
        return Counts(
            now, before, year, _compared(now, before, days[0], days[1]), _compared(now, year, days[0], days[2]), line
        )


def _compared(now: Number, then: Number, n_days: int, n_days_then: int) -> Comparison | None:
    """Two counts compared, where both are shown."""
    if now.n is None or then.n is None:
        return None
    return compare(now.n, then.n, n_days, n_days_then)


def public_scene(found: Found, head: str) -> Scene:
    """What the maps show: nothing that the file does not print."""
    study, frame = found.study, MetricFrame(*found.situation.result.frame_center)
    shown = found.shown_spots()
    hotspots = found.hotspots.iloc[[i for i, _ in shown]]
    result = public_result(found.situation.result, hotspots, [n for _, n in shown], found.shown_blocks(), frame)
    _ = found.translate
    changes = {
        str(part): change
        for target_id, parts in result.targets.groupby(TARGET_ID)[PART_ID]
        for part in (parts if len(parts) == 1 else ())
        if target_id in found.grounds and (change := found.counts(found.grounds[str(target_id)]).against_year)
    }
    return Scene(
        result=result,
        period=_period(found),
        target_changes=changes,
        context=study.context,
        language=found.asked.language,
        title=_title(found),
        audit_head=head,
        background=None if found.asked.background is None else found.asked.background.background(),
    )


def _of_background(found: Found) -> tuple[str, ...]:
    """Whose tiles the file takes along."""
    pack = found.asked.background
    if pack is None:
        return ()
    return (pack.attribution,) if pack.attribution else ()


def _datum(found: Found) -> str:
    """The datum of the file's maps."""
    pack = found.asked.background
    if pack is None or pack.crs != "gcj02":
        return "WGS-84"
    return f"WGS-84 · {found.translate('screen GCJ-02')}"


def _period(found: Found) -> Period:
    return found.asked.months.period(found.study.timezone)


def _title(found: Found) -> str:
    _ = found.translate
    return _("{county}: key rectification targets").format(county=_(found.study.name))


def make_deck(found: Found, head: str) -> Deck:
    """
    The pages.

    Parameters
    ----------
    found : Found
    head : str
        NUMBER:HASH of the audit log's last row.
    """
    asked, months, _ = found.asked, found.asked.months, found.translate
    pages = _target_pages(found)
    return Deck(
        language=asked.language,
        title=_title(found),
        county=_(found.study.name),
        classification=asked.said,
        period=str(months),
        before=str(months.before),
        year=str(months.a_year_earlier),
        made_on=str(asked.made_on),
        data_version=found.study.data_version,
        n_days=_period(found).n_days,
        notes=tuple(_(note) for note in found.study.context.notes),
        attributions=(*found.study.context.attributions, *_of_background(found)),
        county_counts=found.counts(WHOLE),
        targets=pages,
        n_ranked=sum(page.counts.now.is_shown for page in pages),
        k=asked.k,
        n_small=found.table.n_small,
        n_withheld=found.table.n_withheld,
        n_changed=len(found.table.changed),
        n_earlier=found.past.n,
        method=_method(found),
        manifest=_manifest(found, head),
        datum=_datum(found),
        k_asked=found.past.k_asked,
    )


def _target_pages(found: Found) -> list[TargetPage]:
    """The targets, those whose count is shown by count, the others after them by name."""
    rows = {row.target_id: row for row in found.situation.targets}
    places = hotspot_places(found.situation, found.asked.language)
    frame = MetricFrame(*found.situation.result.frame_center)
    shapes = part_shapes(found.study.targets, frame)
    pages = [_page(found, target_id, rows[target_id], shapes, places) for target_id in found.grounds]
    return sorted(pages, key=lambda page: (page.counts.now.n is None, -(page.counts.now.n or 0), page.name))


def _page(
    found: Found,
    target_id: str,
    row: TargetRow,
    shapes: Mapping[str, shapely.Geometry],
    places: Mapping[str, str],
) -> TargetPage:
    """One target's page."""
    ground, entry = found.grounds[target_id], found.entries.get(target_id)
    parts = found.study.targets.loc[found.study.targets[TARGET_ID] == target_id, PART_ID].astype(str)
    return TargetPage(
        target_id=target_id,
        name=_name(found, row.name, row.name_en) or (entry.name if entry else target_id),
        kind=row.kind,
        level=row.level,
        year=entry.year if entry else 0,
        part_ids=tuple(parts),
        counts=found.counts(ground),
        cells=[found.number(Figure(ground, found.asked.months, cell)) for cell in CELLS],
        spots=_spots(found, set(parts), places),
        facts=_facts(found, row, entry),
        boundary=_boundary(
            found, ground, row.kind, bool(found.study.targets.set_index(PART_ID).loc[list(parts), ILLUSTRATIVE].any())
        ),
        shape=shapely.union_all([shapes[part] for part in parts]),
    )


def _name(found: Found, name: str, name_en: str) -> str:
    return name_en if found.asked.language == "en" and name_en else name


def _spots(found: Found, parts: set[str], places: Mapping[str, str]) -> list[Spot]:
    """The target's hotspots by rank, with the place along its line where it has one."""
    spots = []
    part_of, name, name_en = (found.hotspots[column].tolist() for column in (PART_ID, NAME, NAME_EN))
    for rank, (position, n) in enumerate(found.shown_spots(), start=1):
        if str(part_of[position]) in parts:
            place = _name(found, str(name[position]), str(name_en[position] or "")) if len(parts) > 1 else ""
            spots.append(Spot(rank, Number(SHOWN, n), place))
    return spots


def _facts(found: Found, row: TargetRow, entry: Entry | None) -> list[tuple[str, str]]:
    """What the register says of a target: stage, lead unit, deadline, measures."""
    _ = found.translate
    if entry is None:
        return [(_("Lead unit"), row.lead_unit)] if row.lead_unit else []
    stage = _("{stage} (since {day})").format(stage=_(STAGE_WORDS[entry.stage]), day=entry.stage_since)
    facts = [(_("Stage"), stage), (_("Lead unit"), entry.lead_unit), (_("Deadline"), _deadline(found, entry))]
    facts += [(_at_front(_(word)), entry.measures.get(key, "")) for key, word in MEASURES.items()]
    return [(label, text) for label, text in facts if text.strip()]


def _at_front(words: str) -> str:
    """Words that begin a line."""
    return words[:1].upper() + words[1:]


def _deadline(found: Found, entry: Entry) -> str:
    """The deadline with the days that are left or over."""
    _, left = found.translate, days_to_deadline(entry.deadline, found.asked.made_on)
    if left is None:
        return ""
    if is_overdue(entry.stage, entry.deadline, found.asked.made_on):
        return _("{day}, {n} days overdue").format(day=entry.deadline, n=-left)
    return _("{day}, {n} days left").format(day=entry.deadline, n=left) if left >= 0 else str(entry.deadline)


def _boundary(found: Found, ground: Ground, kind: str, is_illustrative: bool) -> str:
    """Which versions of the boundary the counts are of; only a trade may have the county's."""
    _ = found.translate
    versions = list(dict.fromkeys(piece.version for piece in ground.pieces if piece.version))
    if not versions:
        return _("Boundary borrowed from the county") if kind == TRADE else _("Boundary not in the register")
    text = _("Boundary version {n}").format(n=", ".join(map(str, versions)))
    return _("{text} (illustrative)").format(text=text) if is_illustrative else text


def _method(found: Found) -> list[tuple[str, str]]:
    """Period, data, parameters and frame, in words."""
    _, asked, result = found.translate, found.asked, found.situation.result
    x, y = result.frame_center
    frame = _("WGS-84; measured in a transverse Mercator frame at {x}, {y}").format(
        x=_("{n}° E" if x >= 0 else "{n}° W").format(n=f"{abs(x):.1f}"),
        y=_("{n}° N" if y >= 0 else "{n}° S").format(n=f"{abs(y):.1f}"),
    )
    hotspots = _("DBSCAN, each kind of target with its own radius; outlines on a grid of 100 m")
    heat = _("Blocks of at least {k} incidents, averaged within {m} m").format(
        k=asked.k, m=f"{result.parameters.heat_bandwidth_m:g}"
    )
    return [
        (_("Period"), _("{now}; before {before}; last year {year}").format(
            now=asked.months, before=asked.months.before, year=asked.months.a_year_earlier)),
        (_("Data"), _("version {version}, whole months {months}").format(
            version=found.study.data_version, months=found.covered)),
        (_("Hotspots"), hotspots),
        (_("Density"), heat),
        (_("Frame"), frame),
    ]  # fmt: skip


def _manifest(found: Found, head: str) -> dict[str, Any]:
    """What the file says of itself, for `verify_file` and for programs."""
    told = found.table.told()
    used = {piece for ground in found.grounds.values() for piece in ground.pieces if piece.version}
    return {
        "program": f"geo_zhengzhi {__version__}",
        "data_version": found.study.data_version,
        "parameters": found.asked.plain(list(found.grounds)),
        "boundaries": {piece.name: piece.version for piece in sorted(used, key=lambda piece: piece.name)},
        "audit_head": head,
        "n_earlier": found.past.n,
        "n_figures": len(told),
        "figures_sha256": sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest(),
    }
