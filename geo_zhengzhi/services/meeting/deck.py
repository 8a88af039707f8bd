"""From what was found and protected to a meeting file's deck and scene: only SHOWN counts are compared or drawn."""

import json
from hashlib import sha256
from typing import Any

from geo_zhengzhi import __version__
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Period
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import PART_ID, TARGET_ID
from geo_zhengzhi.services.meeting.found import Found
from geo_zhengzhi.services.meeting.grounds import WHOLE
from geo_zhengzhi.services.meeting.places import public_result
from geo_zhengzhi.services.meeting.target_pages import target_pages


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
    pages = target_pages(found)
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
