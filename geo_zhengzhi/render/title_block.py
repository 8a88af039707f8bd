"""The heading of a file: title, period, the county's change, what the reader must know."""

from geo_zhengzhi.render.change import change_model
from geo_zhengzhi.render.safe_text import safe_text
from geo_zhengzhi.render.scene import Scene


def title_block(scene: Scene) -> str:
    """The heading as HTML; every word passes `safe_text`."""
    _ = scene.translate
    period = scene.days_of(scene.period) if scene.period else _("all days")
    first, *others = [_(note) for note in scene.context.notes] or [""]
    chip = f'<span class="zz-chip">{safe_text(first)}</span>' if first else ""
    hours = [scene.hours_note] if scene.hours_note else []
    small_print = " ".join(
        [*hours, *others, _("Data version {version}").format(version=scene.result.data_version[:12])]
    )
    return (
        f'<header class="zz-head"><div><h1>{safe_text(scene.title)}</h1><p>{safe_text(period)}</p></div>'
        f'{_change(scene)}<div class="zz-head-notes">{chip}<p>{safe_text(small_print)}</p></div></header>'
    )


def _method(scene: Scene) -> str:
    """What the change was told against, and how, as HTML; "" where nothing was compared."""
    change, _ = scene.county_change, scene.translate
    if change is None or scene.earlier is None:
        return ""
    sentence = _("Compared with {days}; rate ratio per day, 95 % interval ({method}), {test}.").format(
        days=scene.days_of(scene.earlier), method=_(change.interval_method), test=_(change.test)
    )
    return f'<p class="zz-head-method">{safe_text(sentence)}</p>'


def _change(scene: Scene) -> str:
    """The county's two counts and what follows from them."""
    if scene.county_change is None:
        return ""
    _ = scene.translate
    change = change_model(scene.county_change, _)
    before = _("{label} {n}").format(label=change["before_label"], n=f"{change['before']:,}")
    words = "".join(f"<span>{safe_text(line)}</span>" for line in change["lines"])
    return (
        f'<div><div class="zz-head-change"><b>{change["now"]:,}</b><span>{safe_text(_("incidents"))}</span>'
        f"<span>{safe_text(before)}</span>{words}"
        f'<span class="zz-verdict zz-{change["verdict"]}">{change["mark"]} {safe_text(change["word"])}</span></div>'
        f"{_method(scene)}</div>"
    )
