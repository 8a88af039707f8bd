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
    "STAGES",
    "STAGE_WORDS",
    "Entry",
    "Field",
    "allowed_steps",
    "days_to_deadline",
    "is_overdue",
]
