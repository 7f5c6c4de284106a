"""Second factors are sealed. Those that lay in clear, here and in every copy, count no more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let everybody enrol again: whoever once had a copy of the database knows the old secrets."""
    op.drop_column("people", "totp_secret")
    op.add_column("people", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE people SET totp_confirmed = false, totp_last_step = 0")
    op.execute("UPDATE login_sessions SET confirmed_ms = 0")
