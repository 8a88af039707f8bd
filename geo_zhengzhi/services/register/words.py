"""The register's nouns and words, as doors need them: fields, stages, what may follow, deadlines."""

from geo_zhengzhi.life import BEFORE_ACCEPTANCE, STAGE_WORDS, STAGES, allowed_steps, days_to_deadline, is_overdue
from geo_zhengzhi.register import (
    COMMITMENTS,
    COUNTY,
    EDITABLE,
    FIELD_WORDS,
    FIRST_YEAR,
    LAST_YEAR,
    LINES,
    LONGEST,
    MEASURES,
    Entry,
    Field,
)
from geo_zhengzhi.services.register.boundary_checks import WIDEST_M
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.register import SORTS, EntryVersion, Made, Step

__all__ = [
    "BEFORE_ACCEPTANCE",
    "COMMITMENTS",
    "COUNTY",
    "EDITABLE",
    "FIELD_WORDS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "LINES",
    "LONGEST",
    "MEASURES",
    "SORTS",
    "STAGES",
    "STAGE_WORDS",
    "WIDEST_M",
    "Boundary",
    "Entry",
    "EntryVersion",
    "Field",
    "Made",
    "Step",
    "allowed_steps",
    "days_to_deadline",
    "is_overdue",
]
