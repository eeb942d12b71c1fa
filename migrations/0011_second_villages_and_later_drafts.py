"""a family's second village, numbered drafts, audit chains of disasters and batches"""

import sqlalchemy as sa
from alembic import op

from backend.db import Sealed, Symbols

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHAINED = ("disaster_events", "county_batches")
LONGEST_SEALED = 40_000


def upgrade() -> None:
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("other_village", Symbols(12), nullable=True, comment="the second one of a family that lives away")
        )
        batch_op.create_index("ix_households_other_village_id", ["other_village", "id"], unique=False)
    with op.batch_alter_table("home_check_drafts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "number",
                ID,
                server_default="0",
                nullable=False,
                comment="of the newest save, counted by the phone",
            )
        )
        batch_op.alter_column(
            "content_sealed",
            existing_type=Sealed(LONGEST_SEALED),
            nullable=True,
            comment="empty once filed",
        )
    for table, word in zip(CHAINED, ("event", "batch"), strict=True):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(
                    "audit_count",
                    sa.Integer(),
                    server_default="0",
                    nullable=False,
                    comment=f"rows in this {word}'s audit chain",
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
    for table in CHAINED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("audit_head")
            batch_op.drop_column("audit_count")
    op.execute("DELETE FROM home_check_drafts WHERE content_sealed IS NULL")
    with op.batch_alter_table("home_check_drafts", schema=None) as batch_op:
        batch_op.alter_column("content_sealed", existing_type=Sealed(LONGEST_SEALED), nullable=False, comment=None)
        batch_op.drop_column("number")
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_index("ix_households_other_village_id")
        batch_op.drop_column("other_village")
