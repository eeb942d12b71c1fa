"""scale: who was erased is found by name, with or without a case"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.create_index("ix_households_county_name", ["county_code", "head_name", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_index("ix_households_county_name")
