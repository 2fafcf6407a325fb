"""The tables, derived from the values they keep: scalars are columns, the rest is JSON."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.type_api import TypeEngine

from vedette.core.audit import AuditEntry
from vedette.core.credentials import ApiKey, Invitation, SecondFactor, SessionToken
from vedette.core.facts import Alarm, Event
from vedette.core.footage import Export, Gap, ObservationChunk, Pin, Segment
from vedette.core.people import CustomRole, LoginSession, User

__all__ = [
    "WAITING",
    "account",
    "activity_day",
    "activity_hour",
    "alarm",
    "api_key",
    "audit",
    "event",
    "export",
    "gap",
    "holding",
    "invitation",
    "keep_mark",
    "login",
    "metadata",
    "observation_chunk",
    "pin",
    "recorded_quarter",
    "recorded_stream",
    "recovery_code",
    "role",
    "second_factor",
    "segment",
    "session_token",
    "site_revision",
]

metadata = MetaData()
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER numbers rows in SQLite
_JSON = JSON().with_variant(JSONB(), "postgresql")
_SCALARS: dict[object, TypeEngine[Any]] = {
    str: Text(),
    int: BigInteger(),
    float: Double(),
    bool: Boolean(),
    bytes: LargeBinary(),
}
# Literal, because a bound value would keep both databases from using the partial index.
WAITING = text("alarm IS NULL AND severity <> 'info'")
"""Events that call for an alarm and are in none."""


class _Kind(NamedTuple):
    type: TypeEngine[Any]
    nullable: bool


def _columns(
    value: type, *, primary: str | None = None, left_out: tuple[str, ...] = ()
) -> Iterator[Column[object]]:
    """One column for each field; `kind` only tags messages and is left out."""
    for name, hint in get_type_hints(value, include_extras=True).items():
        if name not in ("kind", *left_out):
            column = _kind(hint)
            yield Column(name, column.type, primary_key=name == primary, nullable=column.nullable)


def _numbers(*names: str) -> Iterator[Column[int]]:
    for name in names:
        yield Column(name, BigInteger(), nullable=False)


def _words(*names: str) -> Iterator[Column[str]]:
    for name in names:
        yield Column(name, Text(), nullable=False)


def _kind(hint: object) -> _Kind:
    if get_origin(hint) is Annotated:
        return _kind(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        inner = [one for one in get_args(hint) if one is not NoneType]
        return _Kind(_kind(inner[0]).type if len(inner) == 1 else _JSON, True)
    if get_origin(hint) is Literal:
        return _Kind(Text(), False)
    return _Kind(_SCALARS.get(hint, _JSON), False)


event = Table(
    "event",
    metadata,
    # Numbers rows in order of arrival: eight bytes that settle ties in every index.
    Column("seq", _BIG, primary_key=True),
    *_columns(Event),
    Column("alarm", Text()),
    UniqueConstraint("id", name="event_id"),
    Index("event_time", "t_us", "seq"),
    Index("event_camera_time", "camera", "t_us", "seq", "rule", "label"),
    Index("event_rule_time", "rule", "t_us", "seq", "label"),
    Index("event_label_time", "label", "t_us", "seq"),
    Index("event_waiting", "t_us", "seq", sqlite_where=WAITING, postgresql_where=WAITING),
)
"""Events, and the alarm that took each in; on PostgreSQL one partition for each month."""

alarm = Table(
    "alarm",
    metadata,
    Column("seq", _BIG, primary_key=True),
    *_columns(Alarm),
    UniqueConstraint("id", name="alarm_id"),
    Index("alarm_time", "opened_us", "seq"),
    Index("alarm_camera_time", "camera", "opened_us", "seq", "rule", "state"),
    Index("alarm_rule_time", "rule", "opened_us", "seq"),
    Index("alarm_state_time", "state", "opened_us", "seq"),
)

site_revision = Table(
    "site_revision",
    metadata,
    Column("revision", _BIG, primary_key=True, autoincrement=False),
    Column("author", Text(), nullable=False),
    Column("saved_us", BigInteger(), nullable=False),
    Column("site", _JSON, nullable=False),
)
"""Every state the configuration had, its secrets sealed."""

account = Table(
    "account",
    metadata,
    *_columns(User, primary="id"),
    Column("name_key", Text(), nullable=False),
    Column("password_hash", Text(), nullable=False),
    UniqueConstraint("name_key", name="account_name"),
    Index("account_subject", "subject", unique=True),
)
"""Users; `name_key` is the name in one case."""

login = Table(
    "login",
    metadata,
    *_columns(LoginSession, primary="id"),
    # Nobody stays logged in to an account that is gone.
    ForeignKeyConstraint(["user_id"], ["account.id"], name="login_account", ondelete="CASCADE"),
    Index("login_user", "user_id"),
    Index("login_expires", "expires_us"),
)

segment = Table(
    "segment",
    metadata,
    # An id is camera, stream and start, so it needs no column and no index of its own.
    *_columns(Segment, left_out=("id",)),
    PrimaryKeyConstraint("camera", "stream", "start_us", name="segment_place"),
    Index("segment_oldest", "keep", "tier", "start_us"),
    Index("segment_camera_oldest", "camera", "keep", "tier", "start_us"),
    # A stream's files lie side by side in its order: a day is read from a few pages.
    sqlite_with_rowid=False,
)
"""Recorded files; see docs/decisions/0006-what-is-known-about-footage.md."""

recorded_stream = Table(
    "recorded_stream",
    metadata,
    *_words("camera", "stream"),
    *_numbers("longest_us", "longest_gap_us"),
    PrimaryKeyConstraint("camera", "stream", name="recorded_stream_place"),
)
"""How long the longest file and gap of a stream are: how far back what overlaps may begin."""

recorded_quarter = Table(
    "recorded_quarter",
    metadata,
    *_words("camera", "stream"),
    *_numbers("start_us", "media_us"),
    PrimaryKeyConstraint("camera", "stream", "start_us", name="recorded_quarter_place"),
    sqlite_with_rowid=False,
)
"""How much footage begins in a quarter of an hour, for calendars of any time zone."""

holding = Table(
    "holding",
    metadata,
    *_words("camera", "keep", "tier"),
    *_numbers("files", "size", "media_us"),
    PrimaryKeyConstraint("camera", "keep", "tier", name="holding_place"),
)
"""Sums over segments, kept with every change: to add up ten million rows takes seconds."""

keep_mark = Table(
    "keep_mark",
    metadata,
    *_words("camera", "keep"),
    *_numbers("start_us", "end_us"),
    PrimaryKeyConstraint("camera", "keep", "start_us", name="keep_mark_place"),
    Index("keep_mark_end", "camera", "end_us"),
)
"""Spans whose files are worth more, for files that are indexed after somebody said so."""

pin = Table("pin", metadata, *_columns(Pin, primary="id"), Index("pin_camera", "camera"))

_LASTING = text("end_us IS NULL")
gap = Table(
    "gap",
    metadata,
    *_columns(Gap),
    PrimaryKeyConstraint("camera", "stream", "start_us", name="gap_place"),
    Index("gap_lasting", "camera", "stream", sqlite_where=_LASTING, postgresql_where=_LASTING),
)

activity_hour = Table(
    "activity_hour",
    metadata,
    *_words("camera"),
    *_numbers("start_us"),
    Column("packed", LargeBinary(), nullable=False),
    PrimaryKeyConstraint("camera", "start_us", name="activity_hour_place"),
)
"""An hour of buckets of ten seconds; see `store.buckets` for the form."""

activity_day = Table(
    "activity_day",
    metadata,
    *_words("camera"),
    *_numbers("start_us"),
    Column("packed", LargeBinary(), nullable=False),
    PrimaryKeyConstraint("camera", "start_us", name="activity_day_place"),
)
"""A day of UTC in buckets of two minutes."""

observation_chunk = Table(
    "observation_chunk",
    metadata,
    *_columns(ObservationChunk),
    PrimaryKeyConstraint("camera", "start_us", name="observation_chunk_place"),
)

export = Table(
    "export",
    metadata,
    *_columns(Export, primary="id"),
    Index("export_made", "made_us"),
)

restream_key = Table(
    "restream_key",
    metadata,
    *_words("user_id", "sealed"),
    *_numbers("created_us"),
    PrimaryKeyConstraint("user_id", name="restream_key_user"),
)
"""Keys for RTSP, sealed: digest login needs them in clear."""
session_token = Table(
    "session_token",
    metadata,
    *_columns(SessionToken, primary="id"),
    ForeignKeyConstraint(["login_id"], ["login.id"], name="token_login", ondelete="CASCADE"),
    Index("token_login_id", "login_id"),
    Index("token_expires", "expires_us"),
)
"""Hashes of the tokens of each login; used refresh tokens stay until they expire."""

role = Table("role", metadata, *_columns(CustomRole, primary="id"))

api_key = Table(
    "api_key",
    metadata,
    *_columns(ApiKey, primary="id"),
    Column("secret_hash", Text(), nullable=False),
    ForeignKeyConstraint(["user_id"], ["account.id"], name="key_account", ondelete="CASCADE"),
    Index("key_user", "user_id"),
    Index("key_secret", "secret_hash", unique=True),
)

second_factor = Table(
    "second_factor",
    metadata,
    *_columns(SecondFactor, primary="user_id"),
    ForeignKeyConstraint(["user_id"], ["account.id"], name="factor_account", ondelete="CASCADE"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("user_id", Text(), primary_key=True),
    Column("code_hash", Text(), primary_key=True),
    ForeignKeyConstraint(["user_id"], ["account.id"], name="recovery_account", ondelete="CASCADE"),
)

invitation = Table(
    "invitation",
    metadata,
    *_columns(Invitation, primary="id"),
    Column("secret_hash", Text(), nullable=False),
    ForeignKeyConstraint(
        ["user_id"], ["account.id"], name="invitation_account", ondelete="CASCADE"
    ),
    Index("invitation_secret", "secret_hash", unique=True),
    Index("invitation_user", "user_id"),
)

audit = Table(
    "audit",
    metadata,
    *(one for one in _columns(AuditEntry) if one.name != "seq"),
    Column("seq", _BIG, primary_key=True, autoincrement=False),
    Index("audit_time", "t_us", "seq"),
    Index("audit_actor", "actor", "seq"),
    Index("audit_action", "action", "seq"),
)
"""Triggers keep every row as it was written."""
