"""The schema of the first release, on both engines."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Integer,
    Text,
    UniqueConstraint,
)

from geo_zhengzhi.store.columns import Geometry, Json, Moment

revision = "0001"
down_revision = None

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
INDEXED = ("targets", "boundary_versions", "hotspots", "zones")


def upgrade() -> None:
    """Make every table."""
    _make_incidents()
    _make_register()
    _make_analyses()
    _make_accounts()
    if op.get_context().dialect.name == "postgresql":  # on SQLite R-trees, which are made after each migration
        for table in INDEXED:
            op.create_index(f"ix_{table}_geom", table, ["geom"], postgresql_using="gist")


# fmt: off
def _make_incidents() -> None:
    """What is kept of the store itself, of what lies around the targets, of batches and of incidents."""
    op.create_table(
        "state",
        Column("key", Text, primary_key=True), Column("value", Json, nullable=False),
    )
    op.create_table(
        "context",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry()), Column("layer", Text, nullable=False),
        Column("name", Text), Column("name_en", Text), Column("properties", Json),
    )
    op.create_table(
        "batches",
        Column("batch_id", NUMBER, primary_key=True), Column("file_name", Text, nullable=False),
        Column("sha256", Text, nullable=False), Column("content", Text), Column("format", Text),
        Column("encoding", Text), Column("datum", Text), Column("timezone", Text), Column("mapping", Json),
        Column("report", Json), Column("n_read", Integer), Column("n_kept", Integer), Column("n_duplicates", Integer),
        Column("n_rejected", Integer), Column("n_inserted", Integer), Column("n_updated", Integer),
        Column("n_unchanged", Integer), Column("status", Text, nullable=False), Column("reason", Text),
        Column("started_at", Moment, nullable=False), Column("finished_at", Moment),
        Column("made_by", Text, nullable=False), Column("undone_at", Moment), Column("undone_by", Text),
        Column("undo_reason", Text),
        CheckConstraint("status IN ('running', 'done', 'failed', 'undone')", name="status"),
    )
    op.create_table(
        "rejects",
        Column("reject_id", NUMBER, primary_key=True),
        Column("batch_id", NUMBER, ForeignKey("batches.batch_id"), nullable=False), Column("line", Integer),
        Column("reason_zh", Text), Column("reason_en", Text), Column("fields", Json),
    )
    op.create_index("ix_rejects_batch_id", "rejects", ["batch_id"])
    op.create_table(
        "incidents",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry("POINT"), nullable=False),
        Column("incident_id", Text, nullable=False), Column("occurred_from", Moment, nullable=False),
        Column("occurred_to", Moment, nullable=False), Column("category", Text, nullable=False),
        Column("weight", Double, nullable=False),
        Column("batch_id", NUMBER, ForeignKey("batches.batch_id"), nullable=False), UniqueConstraint("incident_id"),
    )
    op.create_index("ix_incidents_batch_id", "incidents", ["batch_id"])
    op.create_table(
        "replaced_incidents",
        Column("replaced_id", NUMBER, primary_key=True),
        Column("batch_id", NUMBER, ForeignKey("batches.batch_id"), nullable=False),
        Column("incident_id", Text, nullable=False),
        Column("old_batch_id", NUMBER, ForeignKey("batches.batch_id"), nullable=False),
        Column("geom", Geometry("POINT"), nullable=False), Column("occurred_from", Moment, nullable=False),
        Column("occurred_to", Moment, nullable=False), Column("category", Text, nullable=False),
        Column("weight", Double, nullable=False), UniqueConstraint("batch_id", "incident_id"),
    )
    op.create_index("ix_replaced_incidents_old_batch_id", "replaced_incidents", ["old_batch_id"])
    op.create_table(
        "confirmed_incidents",
        Column("batch_id", NUMBER, ForeignKey("batches.batch_id"), primary_key=True),
        Column("incident_id", Text, primary_key=True),
        Column("owner_id", NUMBER, ForeignKey("batches.batch_id"), nullable=False),
    )
    op.create_index("ix_confirmed_incidents_owner_id", "confirmed_incidents", ["owner_id"])


def _make_register() -> None:
    """Entries with their life, targets with every version of their boundaries."""
    op.create_table(
        "entries",
        Column("entry_id", NUMBER, primary_key=True), Column("target_id", Text, nullable=False),
        Column("name", Text, nullable=False), Column("name_en", Text, nullable=False, server_default=""),
        Column("kind", Text, nullable=False), Column("level", Text, nullable=False),
        Column("year", Integer, nullable=False), Column("lead_unit", Text, nullable=False, server_default=""),
        Column("work_group", Text, nullable=False, server_default=""),
        Column("guidance_group", Text, nullable=False, server_default=""), Column("measures", Json, nullable=False),
        Column("commitments", Json, nullable=False), Column("deadline", Text),
        Column("notes", Text, nullable=False, server_default=""), Column("works_in", Text),
        Column("stage", Text, nullable=False), Column("stage_since", Text, nullable=False),
        Column("version", Integer, nullable=False), Column("made_at", Moment, nullable=False),
        Column("made_by", Text, nullable=False), UniqueConstraint("target_id"),
    )
    op.create_index("ix_entries_year_level", "entries", ["year", "level"])
    op.create_table(
        "entry_versions",
        Column("entry_version_id", NUMBER, primary_key=True),
        Column("target_id", Text, ForeignKey("entries.target_id"), nullable=False),
        Column("version", Integer, nullable=False), Column("contents", Json, nullable=False),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False),
        Column("reason", Text, nullable=False), UniqueConstraint("target_id", "version"),
    )
    op.create_table(
        "steps",
        Column("step_id", NUMBER, primary_key=True),
        Column("target_id", Text, ForeignKey("entries.target_id"), nullable=False), Column("from_stage", Text),
        Column("to_stage", Text, nullable=False), Column("step_date", Text, nullable=False),
        Column("unit", Text, nullable=False), Column("note", Text, nullable=False, server_default=""),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False),
    )
    op.create_index("ix_steps_target_id", "steps", ["target_id"])
    op.create_table(
        "targets",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry()), Column("part_id", Text),
        Column("target_id", Text, nullable=False), Column("part_name", Text, nullable=False, server_default=""),
        Column("part_name_en", Text, nullable=False, server_default=""), Column("corridor_half_width_m", Double),
        Column("illustrative", Boolean, nullable=False, server_default="0"),
        Column("version", Integer, nullable=False, server_default="1"), Column("made_at", Moment),
        Column("made_by", Text), Column("reason", Text), UniqueConstraint("part_id"),
    )
    op.create_index("ix_targets_target_id", "targets", ["target_id"])
    op.create_table(
        "boundary_versions",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry()), Column("part_id", Text, nullable=False),
        Column("target_id", Text, nullable=False), Column("version", Integer, nullable=False),
        Column("corridor_half_width_m", Double), Column("made_at", Moment, nullable=False),
        Column("made_by", Text, nullable=False), Column("reason", Text, nullable=False),
        UniqueConstraint("part_id", "version"),
    )


def _make_analyses() -> None:
    """Analyses with their hotspots and zones."""
    op.create_table(
        "analyses",
        Column("analysis_id", NUMBER, primary_key=True), Column("key", Text, nullable=False),
        Column("data_version", Text, nullable=False), Column("parameters", Json, nullable=False),
        Column("boundaries", Json, nullable=False), Column("counts", Json, nullable=False),
        Column("period_from", Moment), Column("period_to", Moment), Column("category", Text),
        Column("made_at", Moment, nullable=False), Column("made_by", Text, nullable=False), UniqueConstraint("key"),
    )
    op.create_table(
        "hotspots",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry()),
        Column("analysis_id", NUMBER, ForeignKey("analyses.analysis_id"), nullable=False),
        Column("hotspot_id", Text, nullable=False), Column("target_id", Text), Column("part_id", Text),
        Column("name", Text), Column("kind", Text), Column("rank", Integer), Column("n_incidents", Integer),
        Column("weight", Double), Column("area_km2", Double), Column("length_km", Double),
        Column("incidents_per_km2", Double), Column("incidents_per_km", Double), Column("from_m", Double),
        Column("to_m", Double), Column("first_at", Moment), Column("last_at", Moment), Column("details", Json),
    )
    op.create_index("ix_hotspots_analysis_id", "hotspots", ["analysis_id"])
    op.create_table(
        "zones",
        Column("fid", NUMBER, primary_key=True), Column("geom", Geometry()),
        Column("analysis_id", NUMBER, ForeignKey("analyses.analysis_id"), nullable=False),
        Column("zone_id", Text, nullable=False), Column("status", Text, nullable=False), Column("target_id", Text),
        Column("part_id", Text), Column("name", Text), Column("kind", Text), Column("hotspot_ids", Json),
        Column("n_incidents", Integer), Column("area_km2", Double),
    )
    op.create_index("ix_zones_analysis_id", "zones", ["analysis_id"])


def _make_accounts() -> None:
    """Accounts, their sessions, and the audit log."""
    op.create_table(
        "users",
        Column("user_id", NUMBER, primary_key=True), Column("name", Text, nullable=False),
        Column("role", Text, nullable=False), Column("password_hash", Text), Column("made_at", Moment, nullable=False),
        Column("disabled_at", Moment), Column("n_failures", Integer, nullable=False, server_default="0"),
        Column("locked_until", Moment), UniqueConstraint("name"),
    )
    op.create_table(
        "sessions",
        Column("session_id", NUMBER, primary_key=True), Column("secret_hash", Text, nullable=False),
        Column("user_id", NUMBER, ForeignKey("users.user_id"), nullable=False),
        Column("purpose", Text, nullable=False), Column("label", Text, nullable=False, server_default=""),
        Column("made_at", Moment, nullable=False), Column("seen_at", Moment, nullable=False),
        Column("expires_at", Moment, nullable=False), Column("revoked_at", Moment), UniqueConstraint("secret_hash"),
        CheckConstraint("purpose IN ('browser', 'token', 'link')", name="purpose"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "audit_log",
        Column("seq", NUMBER, primary_key=True, autoincrement=False), Column("at", Text, nullable=False),
        Column("who", Text, nullable=False), Column("role", Text, nullable=False),
        Column("action", Text, nullable=False), Column("object", Text, nullable=False),
        Column("detail", Text, nullable=False), Column("previous_hash", Text, nullable=False),
        Column("hash", Text, nullable=False), UniqueConstraint("hash"),
    )
