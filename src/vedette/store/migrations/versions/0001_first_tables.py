"""First tables: events, alarms, configuration, users, logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_WAITING = sa.text("alarm IS NULL AND severity <> 'info'")
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make them."""
    _events()
    _alarms()
    _people()
    op.create_table(
        "site_revision",
        sa.Column("revision", _ROW_NUMBER, primary_key=True, autoincrement=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_us", sa.BigInteger(), nullable=False),
        sa.Column("site", _JSON, nullable=False),
    )


def _events() -> None:
    partitioned = op.get_bind().dialect.name == "postgresql"
    # PostgreSQL holds rows apart only by what they are partitioned by.
    keys: list[sa.Constraint] = [sa.UniqueConstraint("id", name="event_id")]
    if partitioned:
        keys = [sa.PrimaryKeyConstraint("id", "t_us", name="event_id")]
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), sa.Sequence("event_seq"), nullable=False)
        if partitioned
        else sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_kind", sa.Text(), nullable=False),
        sa.Column("t_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger()),
        sa.Column("track_ids", _JSON, nullable=False),
        sa.Column("zone", sa.Text()),
        sa.Column("line", sa.Text()),
        sa.Column("direction", sa.Text()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("boxes", _JSON, nullable=False),
        sa.Column("count", sa.BigInteger()),
        sa.Column("snapshot", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("alarm", sa.Text()),
        *keys,
        postgresql_partition_by="RANGE (t_us)",
    )
    if partitioned:
        _catch_all_partitions()
    op.create_index("event_time", "event", ["t_us", "seq"])
    op.create_index("event_camera_time", "event", ["camera", "t_us", "seq", "rule", "label"])
    op.create_index("event_rule_time", "event", ["rule", "t_us", "seq", "label"])
    op.create_index("event_label_time", "event", ["label", "t_us", "seq"])
    op.create_index(
        "event_waiting",
        "event",
        ["t_us", "seq"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _catch_all_partitions() -> None:
    # 2000-01-01 and 2100-01-01 UTC: times outside come from clocks that are wrong.
    op.execute("CREATE SEQUENCE event_seq OWNED BY event.seq")
    op.execute("ALTER TABLE event ALTER COLUMN seq SET DEFAULT nextval('event_seq')")
    op.execute(
        "CREATE TABLE event_before PARTITION OF event"
        " FOR VALUES FROM (MINVALUE) TO (946684800000000)"
    )
    op.execute(
        "CREATE TABLE event_after PARTITION OF event"
        " FOR VALUES FROM (4102444800000000) TO (MAXVALUE)"
    )


def _alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("seq", _ROW_NUMBER, primary_key=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("last_event_us", sa.BigInteger(), nullable=False),
        sa.Column("event_ids", _JSON, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("owner", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.UniqueConstraint("id", name="alarm_id"),
    )
    op.create_index("alarm_time", "alarm", ["opened_us", "seq"])
    op.create_index("alarm_camera_time", "alarm", ["camera", "opened_us", "seq", "rule", "state"])
    op.create_index("alarm_rule_time", "alarm", ["rule", "opened_us", "seq"])
    op.create_index("alarm_state_time", "alarm", ["state", "opened_us", "seq"])


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("name_key", name="account_name"),
    )
    op.create_table(
        "login",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name="login_account", ondelete="CASCADE"
        ),
    )
    op.create_index("login_user", "login", ["user_id"])
    op.create_index("login_expires", "login", ["expires_us"])
