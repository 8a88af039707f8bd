"""Tables that are only ever appended to: their triggers refuse every change, whoever asks, on both engines."""

from geo_zhengzhi.store.trigger import Trigger, postgres_trigger, sqlite_trigger

# Table → what makes a row the same as one that is there: SQLite's INSERT OR REPLACE would put a new row in its place
# without ever starting a DELETE trigger.
APPEND_ONLY = {
    "answers": "answer_id = NEW.answer_id",
    "audit_log": "seq = NEW.seq OR hash = NEW.hash",
    "boundary_versions": "fid = NEW.fid OR (part_id = NEW.part_id AND version = NEW.version)",
    "entry_versions": (
        "entry_version_id = NEW.entry_version_id OR (target_id = NEW.target_id AND version = NEW.version)"
    ),
    "export_contents": "content_id = NEW.content_id OR (sha256 = NEW.sha256 AND piece = NEW.piece)",
    "exports": "export_id = NEW.export_id",
    "preset_versions": ("preset_version_id = NEW.preset_version_id OR (name = NEW.name AND version = NEW.version)"),
    "steps": "step_id = NEW.step_id",
}
REFUSAL = "{table} is only ever appended to"


def sqlite() -> list[Trigger]:
    """Refuse UPDATE, DELETE and INSERT OR REPLACE, row by row."""
    return [trigger for table, same in APPEND_ONLY.items() for trigger in _sqlite(table, same)]


def _sqlite(table: str, same: str) -> list[Trigger]:
    refuse = f"SELECT RAISE(ABORT, '{REFUSAL.format(table=table)}')"
    occasions = {
        "update": f"BEFORE UPDATE ON {table}",
        "delete": f"BEFORE DELETE ON {table}",
        "replace": f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
    }
    return [sqlite_trigger(f"{table}_no_{what}", table, when, refuse) for what, when in occasions.items()]


def postgres() -> list[Trigger]:
    """Refuse UPDATE, DELETE and TRUNCATE, statement by statement: even one that would meet no row."""
    return [
        postgres_trigger(
            f"{table}_append_only",
            table,
            f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT",
            f" BEGIN RAISE EXCEPTION '{REFUSAL.format(table=table)}' USING ERRCODE = 'restrict_violation'; END ",
        )
        for table in APPEND_ONLY
    ]
