"""${message}.

Say here why the change is needed and what it means for rows that exist.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Describe the change in one sentence."""
    op.execute("")
