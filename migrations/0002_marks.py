"""what earlier steps of a case leave for later ones"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        words = "facts that later steps read"
        batch_op.add_column(
            sa.Column("marks", sa.JSON(none_as_null=True), nullable=False, server_default="{}", comment=words)
        )


def downgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("marks")
