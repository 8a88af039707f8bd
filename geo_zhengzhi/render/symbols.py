"""The map's small pictures: one glyph for each kind of target, the legend's swatches, the patterns of the zones."""

from collections.abc import Iterable, Mapping

from geo_zhengzhi.model import KINDS

# Outlines in a square of 16, drawn with a stroke of 1.5 and no fill.
GLYPHS: Mapping[str, str] = {
    "residential_area": "M1.5 14.5h13M3 14.5V6h4M7 14.5v-13h6v13M9.5 4.5h1M9.5 7.5h1M9.5 10.5h1",  # two blocks
    "square": "M2.5 2.5h11v11h-11zM8 5.5v5M5.5 8h5",  # square with a cross
    "village": "M1.5 8 8 2.5 14.5 8M3.5 7v7h9V7M8 14v-4",  # house
    "railway_corridor": "M5.5 1.5 3.5 14.5M10.5 1.5l2 13M4.5 4h7M4 8h8M3.2 12h9.6",  # rails
    "commercial_area": "M2 6.5 3.5 2h9L14 6.5M2 6.5h12M3 6.5V14h10V6.5M6 14v-4h4v4",  # shop front
    "school": "M8 1v4M8 1.5h4v2H8M2 14V8l6-3 6 3v6zM8 14v-4",  # house with a flag
    "enterprise": "M2 14V7l4 3V7l4 3V2h4v12zM5 12h1M9 12h1",  # works
    "unit": "M2 6 8 2l6 4zM3 14h10M4 6v8M8 6v8M12 6v8",  # columns
    "trade": "M3 3h3l1.5 6H13M11.5 9 9.5 4.5M4.5 11.5a1.75 1.75 0 1 0 .1 0M11.5 11.5a1.75 1.75 0 1 0 .1 0",  # tricycle
    "district": "M2 2h5v5H2zM9.5 2h4.5v7h-4.5zM2 9.5h5V14H2zM9.5 11.5h4.5V14h-4.5z",  # four blocks
}

# Line weights of the three levels, px; a target that is not listed is drawn like the lowest.
LEVEL_WEIGHTS: Mapping[str, float] = {"city": 3.0, "county": 2.0, "township": 1.25}

# Contents of a 24 × 14 picture each; the classes are those of the map itself.
SWATCHES: Mapping[str, str] = {
    "hotspots": '<circle class="zz-disc" cx="12" cy="7" r="6.5"/><text x="12" y="11" class="zz-disc-text">1</text>',
    "zones": '<rect class="zz-zone" x="1.5" y="1.5" width="21" height="11"/>',
    "candidates": '<rect class="zz-candidate" x="1.5" y="1.5" width="21" height="11"/>',
    "railways": '<path class="zz-rail-0" d="M0 7h24"/><path class="zz-rail-1" d="M0 7h24"/>',
    "stations": '<rect class="zz-station-box" x="8" y="3" width="8" height="8"/>',
    "places": '<circle class="zz-place-dot" cx="12" cy="7" r="2"/>',
    "outline": '<path class="zz-outline" d="M0 7h24"/>',
}


def badge_swatch(kind: str) -> str:
    """The legend's picture of one kind of target: its badge, 14 px high."""
    return (
        '<rect class="zz-badge-box" x="5" y="0.75" width="13" height="12.5" rx="2"/>'
        f'<g transform="translate(6.5 2) scale(.625)"><path class="zz-badge-glyph" d="{GLYPHS[kind]}"/></g>'
    )


def glyphs_of(kinds: Iterable[str]) -> dict[str, str]:
    """The glyphs that a picture needs, in the table's order."""
    wanted = set(kinds)
    return {kind: GLYPHS[kind] for kind in KINDS if kind in wanted}
