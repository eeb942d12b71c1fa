"""monitoring: what a campaign found at a family is kept, sealed"""

import sqlalchemy as sa
from alembic import op

from backend.db import Sealed

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("campaign_families", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("words_sealed", Sealed(6000), nullable=True, comment="what was seen, where it goes on")
        )


def downgrade() -> None:
    with op.batch_alter_table("campaign_families", schema=None) as batch_op:
        batch_op.drop_column("words_sealed")
