"""The files of an export: one alone, or those inside an archive, each by the sha256 of its bytes."""

from alembic import op
from sqlalchemy import Column

from geo_zhengzhi.store.columns import Json

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give their table a column; exports before this step were one HTML file, which `sha256` names."""
    op.add_column("exports", Column("files", Json, nullable=False, server_default="{}"))
