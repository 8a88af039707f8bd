"""What meeting files have told: the figures that later ones have to be silent about."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

from geo_zhengzhi.store.columns import Json, Moment

revision = "0003"
down_revision = "0002"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


# fmt: off
def upgrade() -> None:
    """Make their table; its triggers are put in place after this step."""
    op.create_table(
        "exports",
        Column("export_id", NUMBER, primary_key=True), Column("key", Text, nullable=False),
        Column("sha256", Text, nullable=False), Column("data_version", Text, nullable=False),
        Column("parameters", Json, nullable=False), Column("boundaries", Json, nullable=False),
        Column("figures", Json, nullable=False), Column("audit_head", Text, nullable=False),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
    )
    op.create_index("ix_exports_sha256", "exports", ["sha256"])
