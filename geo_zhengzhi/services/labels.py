"""The words and figures that doors put beside what services found; the same as on the map."""

from geo_zhengzhi.categories import category_label
from geo_zhengzhi.render.change import VERDICTS, counted_note
from geo_zhengzhi.render.figures import WEEKDAYS, hours_note, percent, significant, times_of_week
from geo_zhengzhi.render.symbols import GLYPHS
from geo_zhengzhi.render.targets import KIND_WORDS, LEVEL_WORDS

__all__ = [
    "GLYPHS",
    "KIND_WORDS",
    "LEVEL_WORDS",
    "VERDICTS",
    "WEEKDAYS",
    "category_label",
    "counted_note",
    "hours_note",
    "percent",
    "significant",
    "times_of_week",
]
