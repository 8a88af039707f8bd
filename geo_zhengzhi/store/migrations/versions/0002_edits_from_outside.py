"""No table changes: the triggers for incidents and entries edited from outside are put in place after this step."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing to do here."""
