"""What is known about footage: files, gaps, pins, what moved, exports."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LASTING = sa.text("end_us IS NULL")


def upgrade() -> None:
    """Make the tables."""
    _segments()
    _sums()
    _keeping()
    _gaps()
    _activity()
    _exports()


def _text(*names: str) -> Iterator[sa.Column[str]]:
    for name in names:
        yield sa.Column(name, sa.Text(), nullable=False)


def _number(*names: str) -> Iterator[sa.Column[int]]:
    for name in names:
        yield sa.Column(name, sa.BigInteger(), nullable=False)


def _segments() -> None:
    op.create_table(
        "segment",
        *_text("camera", "stream"),
        *_number("start_us", "end_us", "media_us", "frames", "size"),
        *_text("path", "codec"),
        *_number("width", "height"),
        *_text("audio", "sha256", "chain"),
        sa.Column("open", sa.Boolean(), nullable=False),
        *_text("tier", "keep", "origin"),
        sa.PrimaryKeyConstraint("camera", "stream", "start_us", name="segment_place"),
        sqlite_with_rowid=False,
    )
    op.create_index("segment_oldest", "segment", ["keep", "tier", "start_us"])
    op.create_index("segment_camera_oldest", "segment", ["camera", "keep", "tier", "start_us"])
    if op.get_bind().dialect.name == "postgresql":
        # As much goes as comes, every day: dead rows are not to wait for a fifth of the table.
        op.execute("ALTER TABLE segment SET (autovacuum_vacuum_scale_factor = 0.02)")


def _sums() -> None:
    op.create_table(
        "recorded_stream",
        *_text("camera", "stream"),
        *_number("longest_us", "longest_gap_us"),
        sa.PrimaryKeyConstraint("camera", "stream", name="recorded_stream_place"),
    )
    op.create_table(
        "recorded_quarter",
        *_text("camera", "stream"),
        *_number("start_us", "media_us"),
        sa.PrimaryKeyConstraint("camera", "stream", "start_us", name="recorded_quarter_place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holding",
        *_text("camera", "keep", "tier"),
        *_number("files", "size", "media_us"),
        sa.PrimaryKeyConstraint("camera", "keep", "tier", name="holding_place"),
    )


def _keeping() -> None:
    op.create_table(
        "keep_mark",
        *_text("camera", "keep"),
        *_number("start_us", "end_us"),
        sa.PrimaryKeyConstraint("camera", "keep", "start_us", name="keep_mark_place"),
    )
    op.create_index("keep_mark_end", "keep_mark", ["camera", "end_us"])
    op.create_table(
        "pin",
        sa.Column("id", sa.Text(), primary_key=True),
        *_text("camera"),
        *_number("start_us", "end_us"),
        *_text("note", "author"),
        *_number("made_us"),
    )
    op.create_index("pin_camera", "pin", ["camera"])


def _gaps() -> None:
    op.create_table(
        "gap",
        *_text("camera", "stream"),
        *_number("start_us"),
        sa.Column("end_us", sa.BigInteger()),
        *_text("cause", "detail"),
        sa.PrimaryKeyConstraint("camera", "stream", "start_us", name="gap_place"),
    )
    op.create_index(
        "gap_lasting",
        "gap",
        ["camera", "stream"],
        sqlite_where=_LASTING,
        postgresql_where=_LASTING,
    )


def _activity() -> None:
    for name in ("activity_hour", "activity_day"):
        op.create_table(
            name,
            *_text("camera"),
            *_number("start_us"),
            sa.Column("packed", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("camera", "start_us", name=f"{name}_place"),
        )
    op.create_table(
        "observation_chunk",
        *_text("camera"),
        *_number("start_us", "end_us", "frames"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "start_us", name="observation_chunk_place"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Packed already: to try again costs time and saves nothing.
        op.execute("ALTER TABLE observation_chunk ALTER COLUMN data SET STORAGE EXTERNAL")


def _exports() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("cameras", _JSON, nullable=False),
        *_number("start_us", "end_us"),
        sa.Column("boxes", sa.Boolean(), nullable=False),
        sa.Column("blur", sa.Boolean(), nullable=False),
        *_text("note", "author"),
        *_number("made_us"),
        *_text("state"),
        sa.Column("progress", sa.Double(), nullable=False),
        *_text("error"),
        *_number("size"),
        *_text("name"),
    )
    op.create_index("export_made", "export", ["made_us"])
