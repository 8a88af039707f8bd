"""Presets of meeting files: every version that one ever had."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text, UniqueConstraint

from geo_zhengzhi.store.columns import Json, Moment

revision = "0005"
down_revision = "0004"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


# fmt: off
def upgrade() -> None:
    """Make their table; its triggers are put in place after this step."""
    op.create_table(
        "preset_versions",
        Column("preset_version_id", NUMBER, primary_key=True), Column("name", Text, nullable=False),
        Column("version", Integer, nullable=False), Column("contents", Json, nullable=False),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False),
        UniqueConstraint("name", "version"),
    )
