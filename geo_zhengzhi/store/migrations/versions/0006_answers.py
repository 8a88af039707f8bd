"""Answers to questions about targets that change no stage: who saw which counts and what was said of them."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Text

from geo_zhengzhi.store.columns import Moment

revision = "0006"
down_revision = "0005"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


# fmt: off
def upgrade() -> None:
    """Make their table; its triggers are put in place after this step."""
    op.create_table(
        "answers",
        Column("answer_id", NUMBER, primary_key=True),
        Column("target_id", Text, ForeignKey("entries.target_id"), nullable=False),
        Column("period_from", Text, nullable=False), Column("period_to", Text, nullable=False),
        Column("n_now", Integer, nullable=False), Column("n_before", Integer, nullable=False),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False),
        Column("reason", Text, nullable=False),
    )
    op.create_index("ix_answers_target_id", "answers", ["target_id"])
