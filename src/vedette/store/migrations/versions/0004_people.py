"""People and rights: limits, tokens, personal keys, second factors, invitations, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFUSAL = "the audit log is only ever added to"


def upgrade() -> None:
    """Make them; everybody has to log in again, because tokens are kept in another way."""
    _accounts()
    _logins()
    _credentials()
    _invitations()
    _audit()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _JSON, nullable=nullable)


def _of_account(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=name, ondelete="CASCADE")


def _accounts() -> None:
    for name, default in (("state", "active"), ("full_name", ""), ("note", "")):
        op.add_column("account", sa.Column(name, sa.Text(), nullable=False, server_default=default))
    op.add_column(
        "account",
        sa.Column("all_cameras", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    for name in ("cameras", "groups"):
        op.add_column("account", sa.Column(name, _JSON, nullable=False, server_default="[]"))
    op.add_column("account", _text("subject", nullable=True))
    op.create_index("account_subject", "account", ["subject"], unique=True)
    op.create_table(
        "role", sa.Column("id", sa.Text(), primary_key=True), _text("name"), _json("rights")
    )


def _logins() -> None:
    op.execute("DELETE FROM login")
    op.add_column(
        "login", sa.Column("method", sa.Text(), nullable=False, server_default="password")
    )
    op.create_table(
        "session_token",
        sa.Column("id", sa.Text(), primary_key=True),
        _text("login_id"),
        _text("use"),
        _big("expires_us"),
        _big("replaced_us", nullable=True),
        sa.ForeignKeyConstraint(["login_id"], ["login.id"], name="token_login", ondelete="CASCADE"),
    )
    op.create_index("token_login_id", "session_token", ["login_id"])
    op.create_index("token_expires", "session_token", ["expires_us"])


def _credentials() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), primary_key=True),
        _text("user_id"),
        _text("name"),
        _json("rights"),
        _json("cameras", nullable=True),
        _big("created_us"),
        _big("expires_us", nullable=True),
        _big("used_us", nullable=True),
        _text("used_from"),
        _text("secret_hash"),
        _of_account("key_account"),
    )
    op.create_index("key_user", "api_key", ["user_id"])
    op.create_index("key_secret", "api_key", ["secret_hash"], unique=True)
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Text(), primary_key=True),
        _text("secret"),
        _big("confirmed_us", nullable=True),
        _big("last_step"),
        _of_account("factor_account"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Text(), primary_key=True),
        sa.Column("code_hash", sa.Text(), primary_key=True),
        _of_account("recovery_account"),
    )


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Text(), primary_key=True),
        _text("user_id", nullable=True),
        _text("name"),
        _text("role"),
        sa.Column("all_cameras", sa.Boolean(), nullable=False),
        _json("cameras"),
        _json("groups"),
        _text("created_by"),
        _big("created_us"),
        _big("expires_us"),
        _big("used_us", nullable=True),
        _text("secret_hash"),
        _of_account("invitation_account"),
    )
    op.create_index("invitation_secret", "invitation", ["secret_hash"], unique=True)
    op.create_index("invitation_user", "invitation", ["user_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        _big("t_us"),
        *(_text(name) for name in ("actor", "actor_id", "via", "credential", "address")),
        *(_text(name) for name in ("action", "object")),
        _big("status"),
        _json("changes"),
        *(_text(name) for name in ("request_id", "chain")),
        sa.Column("seq", _ROW_NUMBER, primary_key=True, autoincrement=False),
    )
    op.create_index("audit_time", "audit", ["t_us", "seq"])
    op.create_index("audit_actor", "audit", ["actor", "seq"])
    op.create_index("audit_action", "audit", ["action", "seq"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
