"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
locks = ()  # tables that were there and that nobody can write to meanwhile; tests/migrations/test_locks.py says which
breaks = ()  # tables that were there and that the program before this one cannot use any more


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
