"""The bytes of meeting files, so that each is given again as it was shown, whatever has changed since."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Text, UniqueConstraint

revision = "0007"
down_revision = "0006"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


# fmt: off
def upgrade() -> None:
    """Make their table, empty: of files before this step nothing is kept but their sha256."""
    op.create_table(
        "export_contents",
        Column("content_id", NUMBER, primary_key=True), Column("sha256", Text, nullable=False),
        Column("piece", Integer, nullable=False), Column("n_bytes", Integer, nullable=False),
        Column("is_deflated", Boolean, nullable=False), Column("content", LargeBinary, nullable=False),
        UniqueConstraint("sha256", "piece"),
    )
