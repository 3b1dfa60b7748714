"""The tables of a study, in SQLite and PostgreSQL alike.

Times are ISO texts in UTC. JSON is text, so that its sha256 is of what is kept.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""All of them; the migrations in `migrations` make the same, which a test holds."""
APPEND_ONLY = ("saves", "masks", "events", "consents")
"""Tables whose rows are neither changed nor deleted, but where a row stands in `forgetting`."""


def _time(name: str, optional: bool = False) -> Column[str]:
    return Column(name, String(32), nullable=optional)


def _sha256(name: str, optional: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=optional)


STUDIES = Table(
    "studies",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("order", String(16), nullable=False),
    _time("made_at"),
)
"""Which study this is: one row."""

ANNOTATORS = Table(
    "annotators",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pseudonym", String(16), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    _time("made_at"),
    _time("locked_at", optional=True),
)
INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("annotator", ForeignKey("annotators.number"), nullable=False, index=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    _time("made_at"),
    _time("exchanged_at", optional=True),
    _time("withdrawn_at", optional=True),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_sha256", String(64), primary_key=True),
    Column("annotator", ForeignKey("annotators.number"), nullable=False, index=True),
    _sha256("csrf_sha256"),
    _time("made_at"),
    _time("expires_at"),
    _time("ended_at", optional=True),
)
CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("annotator", ForeignKey("annotators.number"), nullable=False, index=True),
    Column("version", String(64), nullable=False),
    _sha256("text_sha256"),
    _time("at"),
    Column("age_confirmed", Boolean, nullable=False),
    Column("contact", Text, nullable=False),
    _time("withdraw_until"),
    Column("share", Boolean, nullable=False),
)
PHOTOGRAPHS = Table(
    "photographs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("file", Text, nullable=False),
    _sha256("sha256"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)
MASKS = Table(
    "masks",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("runs", LargeBinary, nullable=False),
)
TASKS = Table(
    "tasks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("annotator", ForeignKey("annotators.number"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("photograph", ForeignKey("photographs.number"), nullable=False),
    Column("attribute", Text, nullable=False),
    Column("of", ForeignKey("tasks.id"), nullable=True),
    Column("block", Integer, nullable=False),
    Column("instruction", Text, nullable=False),
    Column("expected_sha256", ForeignKey("masks.sha256"), nullable=True),
    Column("expected_sign", String(16), nullable=True),
    UniqueConstraint("annotator", "position"),
)
SAVES = Table(
    "saves",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("save", String(36), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("operation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("raises_sha256", ForeignKey("masks.sha256"), nullable=True, index=True),
    Column("lowers_sha256", ForeignKey("masks.sha256"), nullable=True, index=True),
    Column("seconds", Double, nullable=False),
    Column("viewport", Text, nullable=False),
    Column("zoom", Double, nullable=False),
    _time("at"),
    _sha256("sha256"),
    UniqueConstraint("task", "version"),
)
SITTINGS = Table(
    "sittings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("annotator", ForeignKey("annotators.number"), nullable=False, index=True),
    _time("started"),
    _time("ended", optional=True),
)
EVENTS = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    _time("at"),
    Column("kind", String(32), nullable=False),
    Column("annotator", ForeignKey("annotators.number"), nullable=True),
    Column("detail", Text, nullable=False),
    Index(None, "kind"),
)
COPIES = Table(
    "copies",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("path", Text, nullable=False),
    _time("made_at"),
)
"""Backups and exports, which `forget` has to reach."""
FORGETTING = Table("forgetting", METADATA, Column("annotator", Integer, primary_key=True, autoincrement=False))
"""While a row stands here, in the transaction that put it there, the triggers let changes through; empty otherwise."""
