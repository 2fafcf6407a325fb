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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.type_api import TypeEngine

from vedette.core.facts import Alarm, Event
from vedette.core.people import LoginSession, User

__all__ = ["WAITING", "account", "alarm", "event", "login", "metadata", "site_revision"]

metadata = MetaData()
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER numbers rows in SQLite
_JSON = JSON().with_variant(JSONB(), "postgresql")
_SCALARS: dict[object, TypeEngine[Any]] = {
    str: Text(),
    int: BigInteger(),
    float: Double(),
    bool: Boolean(),
}
# Literal, because a bound value would keep both databases from using the partial index.
WAITING = text("alarm IS NULL AND severity <> 'info'")
"""Events that call for an alarm and are in none."""


class _Kind(NamedTuple):
    type: TypeEngine[Any]
    nullable: bool


def _columns(value: type, *, primary: str | None = None) -> Iterator[Column[object]]:
    """One column for each field; `kind` only tags messages and is left out."""
    for name, hint in get_type_hints(value, include_extras=True).items():
        if name != "kind":
            column = _kind(hint)
            yield Column(name, column.type, primary_key=name == primary, nullable=column.nullable)


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
