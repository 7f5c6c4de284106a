"""Devices."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("supplier", sa.String(length=300), nullable=False),
        sa.Column("commune", sa.String(length=32), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("registered_ms", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("broker_hash", sa.String(length=300), nullable=False),
        sa.Column("broker_knows", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("presence", sa.String(length=32), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("status_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.JSON(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("measured_ms", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_broker_knows"), "devices", ["broker_knows"], unique=False)
    op.create_index(op.f("ix_devices_commune"), "devices", ["commune"], unique=False)
    op.create_index("ix_devices_presence", "devices", ["presence", "heard_ms"], unique=False)
    op.create_index(op.f("ix_devices_token_hash"), "devices", ["token_hash"], unique=False)
    op.create_table(
        "device_events",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_device_events_device_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_device_events")),
    )
    op.create_index(
        "ix_device_events_device", "device_events", ["device_id", "number"], unique=False
    )
    op.create_table(
        "play_log",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("boot", sa.String(length=300), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.String(length=300), nullable=True),
        sa.Column("bulletin_id", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("bulletin_class", sa.String(length=32), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=True),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("played_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_play_log_device_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_play_log")),
        sa.UniqueConstraint("device_id", "key", name=op.f("uq_play_log_device_id_key")),
    )
    op.create_index(op.f("ix_play_log_began_ms"), "play_log", ["began_ms"], unique=False)
    op.create_index(op.f("ix_play_log_bulletin_id"), "play_log", ["bulletin_id"], unique=False)
    op.create_index("ix_play_log_device", "play_log", ["device_id", "number"], unique=False)
    op.create_index(op.f("ix_play_log_item_id"), "play_log", ["item_id"], unique=False)
