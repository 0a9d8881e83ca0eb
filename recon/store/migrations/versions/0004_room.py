"""Leave room on the pages of line states, so that PostgreSQL changes a line where it lies.

A line is changed when it is decided, and when the bank sends it once more. On a full page the new version goes to
another page, and every index gets an entry for it: that takes four times as long, and in the end as much room.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell the server; pages that are full stay so until their rows move."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE line_states SET (fillfactor = 45)")
