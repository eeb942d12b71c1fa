"""console: what the home page counts, and the figures of places that a job keeps"""

import sqlalchemy as sa
from alembic import op

from backend.db import Document, Moment, Symbols

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("region_code", Symbols(12), nullable=False),
        sa.Column("parent_code", Symbols(9), nullable=False, comment="whose board lists it; a county's: empty"),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.Column("counts", Document, nullable=False),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_figures")),
    )
    with op.batch_alter_table("figures", schema=None) as batch_op:
        batch_op.create_index("ix_figures_parent_code", ["parent_code"], unique=False)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_closed_by_closed_at", ["closed_by", "closed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_tasks_closed_by_closed_at")
    op.drop_table("figures")
