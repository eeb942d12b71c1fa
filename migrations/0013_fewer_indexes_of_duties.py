"""tasks: no index that no page reads; one to find a county's duties of a kind that are due"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_kind", ["county_code", "kind", "open_due", "id"], unique=False)
        batch_op.drop_index("ix_tasks_county_queue")
        batch_op.drop_index("ix_tasks_queue")


def downgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_queue", ["owner_region", "role", "open_due", "id"], unique=False)
        batch_op.create_index("ix_tasks_county_queue", ["county_code", "open_due", "id"], unique=False)
        batch_op.drop_index("ix_tasks_kind")
