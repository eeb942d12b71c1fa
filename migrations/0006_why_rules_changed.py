"""who changed a county's rules, and why"""

import sqlalchemy as sa
from alembic import op

from backend.db import Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by_name", Words(50), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("reason", Words(300), nullable=False, server_default="", comment="why the county changed them")
        )


def downgrade() -> None:
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.drop_column("reason")
        batch_op.drop_column("made_by_name")
