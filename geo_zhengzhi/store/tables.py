"""
Every table of the store, once for both engines.

Feature tables (`FEATURES`) have `fid` and `geom`, so that GDAL and QGIS open them. `targets` holds the parts of the
register's entries as they stand; each state it ever had is a row of `boundary_versions`, written by triggers, so that
an edit from outside is kept too.

What changes here changes in `migrations/versions/` too; a test compares the two.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from geo_zhengzhi.store.columns import Geometry, Json, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER PRIMARY KEY is SQLite's row number


def _number(name: str) -> "Column[int]":
    """A row number that the engine gives."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def _given(name: str, kind: Any) -> "Column[Any]":
    """A column that every row fills."""
    return Column(name, kind, nullable=False)


def _text(name: str) -> "Column[str]":
    """A text, empty where nothing is said."""
    return Column(name, Text, nullable=False, server_default="")


def _belongs(name: str, to: str, index: bool = False) -> "Column[Any]":
    """A row of another table."""
    return Column(name, ForeignKey(to), nullable=False, index=index)


# One row a fact of the whole installation: versions that count up, the county's frame, secrets of the site.
state = Table("state", metadata, Column("key", Text, primary_key=True), _given("value", Json))

context = Table(  # what lies around: outline, station, place, railway
    "context", metadata,
    _number("fid"), Column("geom", Geometry()), _given("layer", Text), Column("name", Text),
    Column("name_en", Text), Column("properties", Json),
)  # fmt: skip

batches = Table(
    "batches", metadata,
    _number("batch_id"),
    _given("file_name", Text), _given("sha256", Text),
    Column("content", Text),  # names the rows that were read: the same file, read the same way, has the same
    Column("format", Text), Column("encoding", Text), Column("datum", Text), Column("timezone", Text),
    Column("mapping", Json), Column("report", Json),
    Column("n_read", Integer), Column("n_kept", Integer), Column("n_duplicates", Integer),
    Column("n_rejected", Integer),
    Column("n_inserted", Integer), Column("n_updated", Integer), Column("n_unchanged", Integer),
    _given("status", Text), Column("reason", Text),
    _given("started_at", Moment), Column("finished_at", Moment), _given("made_by", Text),
    Column("undone_at", Moment), Column("undone_by", Text), Column("undo_reason", Text),
    CheckConstraint("status IN ('running', 'done', 'failed', 'undone')", name="status"),
)  # fmt: skip

rejects = Table(
    "rejects", metadata,
    _number("reject_id"), _belongs("batch_id", "batches.batch_id", index=True),
    Column("line", Integer), Column("reason_zh", Text), Column("reason_en", Text), Column("fields", Json),
)  # fmt: skip

incidents = Table(  # a feature table without R-tree: a million rows with live triggers take ten times as long
    "incidents", metadata,
    _number("fid"), _given("geom", Geometry("POINT")),
    _given("incident_id", Text), _given("occurred_from", Moment),
    _given("occurred_to", Moment), _given("category", Text),
    _given("weight", Double), _belongs("batch_id", "batches.batch_id"),
    UniqueConstraint("incident_id"),
)  # fmt: skip
Index(None, incidents.c.batch_id)

# What a batch replaced: row `incident_id` as it stood before `batch_id` came, when `old_batch_id` had brought it.
replaced = Table(
    "replaced_incidents", metadata,
    _number("replaced_id"), _belongs("batch_id", "batches.batch_id"),
    _given("incident_id", Text), _belongs("old_batch_id", "batches.batch_id"),
    _given("geom", Geometry("POINT")), _given("occurred_from", Moment),
    _given("occurred_to", Moment), _given("category", Text),
    _given("weight", Double), UniqueConstraint("batch_id", "incident_id"),
)  # fmt: skip
Index(None, replaced.c.old_batch_id)

# What a batch said again without change: the row becomes its own once `owner_id`, which said it first, is undone.
confirmed = Table(
    "confirmed_incidents", metadata,
    Column("batch_id", ForeignKey("batches.batch_id"), primary_key=True),
    Column("incident_id", Text, primary_key=True), _belongs("owner_id", "batches.batch_id", index=True),
)  # fmt: skip

entries = Table(  # the register: what is said of a target, its boundary aside
    "entries", metadata,
    _number("entry_id"), _given("target_id", Text),  # a number of its own, as GeoPackage wants of every table
    _given("name", Text), _text("name_en"),
    _given("kind", Text), _given("level", Text), _given("year", Integer),
    _text("lead_unit"), _text("work_group"),
    _text("guidance_group"),
    _given("measures", Json), _given("commitments", Json), Column("deadline", Text),
    _text("notes"), Column("works_in", Text),
    _given("stage", Text), _given("stage_since", Text),
    _given("version", Integer), _given("made_at", Moment), _given("made_by", Text), UniqueConstraint("target_id"),
)  # fmt: skip
Index(None, entries.c.year, entries.c.level)

entry_versions = Table(  # every state that an entry ever had
    "entry_versions", metadata,
    _number("entry_version_id"), _belongs("target_id", "entries.target_id"),
    _given("version", Integer), _given("contents", Json),
    _given("made_at", Moment), _given("made_by", Text), _given("reason", Text),
    UniqueConstraint("target_id", "version"),
)  # fmt: skip

steps = Table(  # the life of a target
    "steps", metadata,
    _number("step_id"), _belongs("target_id", "entries.target_id", index=True),
    Column("from_stage", Text), _given("to_stage", Text), _given("step_date", Text),
    _given("unit", Text), _text("note"),
    _given("made_at", Moment), _given("made_by", Text),
)  # fmt: skip

# What was said of counts that looked like a relapse and are none; other counts are asked about anew.
answers = Table(
    "answers", metadata,
    _number("answer_id"), _belongs("target_id", "entries.target_id", index=True),
    _given("period_from", Text), _given("period_to", Text), _given("n_now", Integer), _given("n_before", Integer),
    _given("made_at", Moment), _given("made_by", Text), _given("reason", Text),
)  # fmt: skip

targets = Table(  # the parts with their boundaries as they stand; what GDAL and QGIS may edit
    "targets", metadata,
    _number("fid"), Column("geom", Geometry()), Column("part_id", Text),  # a trigger names a part that has no name
    Column("target_id", Text, nullable=False, index=True), _text("part_name"),
    _text("part_name_en"),
    Column("corridor_half_width_m", Double), Column("illustrative", Boolean, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"), Column("made_at", Moment), Column("made_by", Text),
    Column("reason", Text), UniqueConstraint("part_id"),
)  # fmt: skip

boundary_versions = Table(
    "boundary_versions", metadata,
    _number("fid"), Column("geom", Geometry()), _given("part_id", Text), _given("target_id", Text),
    _given("version", Integer), Column("corridor_half_width_m", Double),
    _given("made_at", Moment), _given("made_by", Text), _given("reason", Text),
    UniqueConstraint("part_id", "version"),
)  # fmt: skip

analyses = Table(
    "analyses", metadata,
    _number("analysis_id"), _given("key", Text), _given("data_version", Text),
    _given("parameters", Json), _given("boundaries", Json), _given("counts", Json),
    Column("period_from", Moment), Column("period_to", Moment), Column("category", Text),
    _given("made_at", Moment), _given("made_by", Text), UniqueConstraint("key"),
)  # fmt: skip

hotspots = Table(
    "hotspots", metadata,
    _number("fid"), Column("geom", Geometry()), _belongs("analysis_id", "analyses.analysis_id", index=True),
    _given("hotspot_id", Text), Column("target_id", Text), Column("part_id", Text), Column("name", Text),
    Column("kind", Text), Column("rank", Integer), Column("n_incidents", Integer), Column("weight", Double),
    Column("area_km2", Double), Column("length_km", Double), Column("incidents_per_km2", Double),
    Column("incidents_per_km", Double), Column("from_m", Double), Column("to_m", Double), Column("first_at", Moment),
    Column("last_at", Moment), Column("details", Json),
)  # fmt: skip

zones = Table(
    "zones", metadata,
    _number("fid"), Column("geom", Geometry()), _belongs("analysis_id", "analyses.analysis_id", index=True),
    _given("zone_id", Text), _given("status", Text), Column("target_id", Text),
    Column("part_id", Text), Column("name", Text), Column("kind", Text), Column("hotspot_ids", Json),
    Column("n_incidents", Integer), Column("area_km2", Double),
)  # fmt: skip

# What was taken to meetings: what each file said of places, so that later ones together with it give nothing away.
exports = Table(
    "exports", metadata,
    _number("export_id"), _given("key", Text), _given("sha256", Text), _given("data_version", Text),
    _given("parameters", Json), _given("boundaries", Json), _given("figures", Json), _given("audit_head", Text),
    _given("made_at", Moment), _given("made_by", Text), _text("reason"),
    Column("files", Json, nullable=False, server_default="{}"),
)  # fmt: skip
Index(None, exports.c.sha256)

# The very bytes of those files, once however often they were made, in pieces that are read one after the other.
export_contents = Table(
    "export_contents", metadata,
    _number("content_id"), _given("sha256", Text), _given("piece", Integer),
    _given("n_bytes", Integer), _given("is_deflated", Boolean), _given("content", LargeBinary),
    UniqueConstraint("sha256", "piece"),
)  # fmt: skip

# What is asked of a file that is made again and again: every state that a preset ever had, {} where it was taken away.
preset_versions = Table(
    "preset_versions", metadata,
    _number("preset_version_id"), _given("name", Text), _given("version", Integer), _given("contents", Json),
    _given("made_at", Moment), _given("made_by", Text), UniqueConstraint("name", "version"),
)  # fmt: skip

users = Table(
    "users", metadata,
    _number("user_id"), _given("name", Text), _given("role", Text),
    Column("password_hash", Text), _given("made_at", Moment), Column("disabled_at", Moment),
    Column("n_failures", Integer, nullable=False, server_default="0"), Column("locked_until", Moment),
    UniqueConstraint("name"),
)  # fmt: skip

# Sessions of browsers, tokens of programs, one-time links: secrets that only their sha256 is kept of.
sessions = Table(
    "sessions", metadata,
    _number("session_id"), _given("secret_hash", Text), _belongs("user_id", "users.user_id", index=True),
    _given("purpose", Text), _text("label"),
    _given("made_at", Moment), _given("seen_at", Moment), _given("expires_at", Moment),
    Column("revoked_at", Moment), UniqueConstraint("secret_hash"),
    CheckConstraint("purpose IN ('browser', 'token', 'link')", name="purpose"),
)  # fmt: skip

audit_log = Table(
    "audit_log", metadata,
    Column("seq", Number, primary_key=True, autoincrement=False), _given("at", Text),
    _given("who", Text), _given("role", Text), _given("action", Text),
    _given("object", Text), _given("detail", Text), _given("previous_hash", Text),
    _given("hash", Text), UniqueConstraint("hash"),
)  # fmt: skip

# Feature tables and the type of their geometry; those with an R-tree are read by box.
FEATURES = {
    "incidents": "POINT", "targets": "GEOMETRY", "boundary_versions": "GEOMETRY", "hotspots": "GEOMETRY",
    "zones": "GEOMETRY", "context": "GEOMETRY",
}  # fmt: skip
INDEXED = ("targets", "boundary_versions", "zones", "hotspots")
for _name in INDEXED:  # on SQLite R-trees, which `store.rtree` makes
    Index(None, metadata.tables[_name].c.geom, postgresql_using="gist").ddl_if(dialect="postgresql")
