"""What a click and a pointer show, as plain data: the page builds it with `textContent`, so no word becomes markup."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geo_zhengzhi import schema
from geo_zhengzhi.categories import category_label
from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.change import change_model, counted_note
from geo_zhengzhi.render.figures import hours, kilometres, minute, significant
from geo_zhengzhi.render.profiles import Profile
from geo_zhengzhi.render.scene import Scene

Popup = dict[str, Any]


def popup(
    scene: Scene,
    title: str,
    *,
    subtitle: Iterable[str] = (),
    amounts: Iterable[str] = (),
    change: Comparison | None = None,
    rows: Iterable[tuple[str, str]] = (),
    notes: Iterable[str] = (),
) -> Popup:
    """One popup: empty words and rows are left out, and the period stands on every one."""
    _ = scene.translate
    with_period = [*rows, (_("Period"), scene.days_of(scene.period) if scene.period else "")]
    return {
        "title": title,
        "subtitle": " · ".join(word for word in subtitle if word),
        "amounts": [amount for amount in amounts if amount],
        "change": None if change is None else change_model(change, _),
        "rows": [[label, text] for label, text in with_period if text],
        "notes": [note for note in notes if note],
    }


def hotspot_popup(scene: Scene, row: Mapping[str, Any], place: str) -> Popup:
    """
    The popup of one hotspot.

    Parameters
    ----------
    row : mapping with HOTSPOT_COLUMNS
    place : str
        Where along its line a corridor's hotspot lies; "" for others.
    """
    _ = scene.translate
    outside = "" if row[schema.TARGET_ID] else _("Outside targets")
    return popup(
        scene,
        _("Hotspot {rank}").format(rank=row[schema.RANK]),
        subtitle=(scene.name_of(row[schema.NAME], row[schema.NAME_EN]) or outside, place),
        amounts=(incidents(scene, row[schema.N_INCIDENTS]), density(scene, row), extent(row)),
        change=scene.hotspot_changes.get(row[schema.HOTSPOT_ID]),
        rows=(
            *happened(scene, row[schema.TOP_CATEGORIES], row[schema.PEAK_HOURS]),
            (_("First – last"), _first_last(row)),
        ),
        notes=(
            counted_note(scene.hotspot_changes.get(row[schema.HOTSPOT_ID]), int(row[schema.N_INCIDENTS]), _),
            _("Found with radius {eps} m and at least {n} incidents").format(
                eps=f"{float(row[schema.EPS_M]):g}", n=row[schema.MIN_SAMPLES]
            ),
        ),
    )


def zone_popup(
    scene: Scene, row: Mapping[str, Any], ranks: Iterable[int], profile: Profile, *, candidate: bool
) -> Popup:
    """The popup of one remediation zone, or of one candidate."""
    _ = scene.translate
    title = _("Candidate zone") if candidate else _("Remediation zone")
    numbers = ", ".join(str(rank) for rank in sorted(ranks))
    n, area = int(row[schema.N_INCIDENTS]), float(row[schema.AREA_KM2])
    return popup(
        scene,
        title,
        subtitle=(scene.name_of(row[schema.NAME], row[schema.NAME_EN]) or _("Outside targets"),),
        amounts=(incidents(scene, n), density(scene, {schema.INCIDENTS_PER_KM2: n / area}), extent(row)),
        change=scene.zone_changes.get(row[schema.ZONE_ID]),
        rows=(*happened(scene, *profile), (_("Hotspots"), numbers)),
        notes=(_("Proposed: no target covers this place yet"),) if candidate else (),
    )


def incidents(scene: Scene, n: object) -> str:
    """A count with its unit."""
    return scene.translate("1 incident") if n == 1 else scene.translate("{n} incidents").format(n=f"{n:,}")


def density(scene: Scene, row: Mapping[str, Any]) -> str:
    """Incidents per km along a line, per km² elsewhere."""
    per_km = _number(row.get(schema.INCIDENTS_PER_KM))
    if per_km is not None:
        return scene.translate("{n} per km").format(n=significant(per_km))
    per_km2 = _number(row.get(schema.INCIDENTS_PER_KM2))
    return "" if per_km2 is None else scene.translate("{n} per km²").format(n=significant(per_km2))


def extent(row: Mapping[str, Any]) -> str:
    """Length along a line, area elsewhere."""
    length, area = _number(row.get(schema.LENGTH_KM)), _number(row.get(schema.AREA_KM2))
    if length is not None:
        return f"{significant(length)} km"
    return "" if area is None else f"{significant(area)} km²"


def happened(scene: Scene, top: object, peak: object) -> tuple[tuple[str, str], ...]:
    """The rows on what happened and when."""
    _ = scene.translate
    return (_("Categories"), categories(scene, top)), (_("Peak hours"), _peak(peak))


def categories(scene: Scene, top: object) -> str:
    """The most frequent categories with their counts."""
    pairs = top if isinstance(top, list | tuple) else []
    return " · ".join(f"{category_label(str(category), scene.language)} {n:,}" for category, n in pairs)


def stretch_place(scene: Scene, row: Mapping[str, Any], station: str, station_m: float) -> str:
    """
    Where along its line a hotspot lies, as distances from a named station.

    Parameters
    ----------
    station : str
        "" when the line has none within reach; the line's zero then stands in.
    station_m : float
        The chainage of the station, or of that zero.
    """
    _ = scene.translate
    from_m, to_m = float(row[schema.FROM_M]), float(row[schema.TO_M])
    if not station:
        return _("{stretch} along the line").format(stretch=kilometres(from_m - station_m, to_m - station_m))
    if from_m < station_m < to_m:
        before, beyond = significant((station_m - from_m) / 1000), significant((to_m - station_m) / 1000)
        return _("{before} km before to {beyond} km beyond {station}").format(
            before=before, beyond=beyond, station=station
        )
    ends = sorted((abs(from_m - station_m), abs(to_m - station_m)))
    return _("{stretch} from {station}").format(stretch=kilometres(*ends), station=station)


def _number(value: object) -> float | None:
    """The value as a finite number; None where there is none."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return float(value)  # type: ignore[arg-type]


def _peak(span: object) -> str:
    return hours(*span) if isinstance(span, list | tuple) and len(span) == 2 else ""


def _first_last(row: Mapping[str, Any]) -> str:
    first, last = minute(row[schema.FIRST_AT]), minute(row[schema.LAST_AT])
    return f"{first} – {last}" if first and last else first or last
