"""scale: that a household without a case was erased stands in the trail, on a chain of its own"""

import sqlalchemy as sa
from alembic import op

from backend.db import Symbols

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "audit_count",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="rows in this household's audit chain",
            )
        )
        batch_op.add_column(
            sa.Column(
                "audit_head",
                Symbols(64),
                server_default="",
                nullable=False,
                comment="MAC of the chain's last row",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_column("audit_head")
        batch_op.drop_column("audit_count")
