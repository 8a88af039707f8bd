"""The pages of a meeting file's targets: counts, hotspots, what the register says, which boundary they are of."""

from collections.abc import Mapping

import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.life import STAGE_WORDS, days_to_deadline, is_overdue
from geo_zhengzhi.register import MEASURES, Entry
from geo_zhengzhi.render.meeting.deck import SHOWN, Number, Spot, TargetPage
from geo_zhengzhi.schema import ILLUSTRATIVE, NAME, NAME_EN, PART_ID, TARGET_ID
from geo_zhengzhi.services.console.maps import hotspot_places
from geo_zhengzhi.services.console.rows import TargetRow
from geo_zhengzhi.services.meeting.atoms import CELLS, Figure
from geo_zhengzhi.services.meeting.found import Found
from geo_zhengzhi.services.meeting.grounds import Ground
from geo_zhengzhi.services.meeting.places import part_shapes
from geo_zhengzhi.services.register.stored_targets import TRADE


def target_pages(found: Found) -> list[TargetPage]:
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
