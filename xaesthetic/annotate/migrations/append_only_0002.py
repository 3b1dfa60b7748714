"""Saves, masks, events and consents are neither changed nor deleted, but while a row stands in `forgetting`."""

from alembic import op

revision = "0002"
down_revision = "0001"
TABLES = ("saves", "masks", "events", "consents")
CHANGES = ("UPDATE", "DELETE")


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
        return
    for table in TABLES:
        for change in CHANGES:
            name, said = f"{table}_no_{change.lower()}", f"'{table} is append-only'"
            when = f"BEFORE {change} ON {table} WHEN NOT EXISTS (SELECT 1 FROM forgetting)"  # noqa: S608  # names of ours
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, {said}); END")


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP <> 'TRUNCATE' AND EXISTS (SELECT 1 FROM forgetting) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
