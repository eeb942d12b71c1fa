"""a county batch that a leader agreed to by telephone: who, when, and who noted it"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("county_batches", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "phoned_by",
                Words(50),
                server_default="",
                nullable=False,
                comment="the leader who agreed by telephone",
            )
        )
        batch_op.add_column(sa.Column("phoned_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("noted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("noted_by_name", Words(50), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("county_batches", schema=None) as batch_op:
        batch_op.drop_column("noted_by_name")
        batch_op.drop_column("noted_by")
        batch_op.drop_column("phoned_at")
        batch_op.drop_column("phoned_by")
