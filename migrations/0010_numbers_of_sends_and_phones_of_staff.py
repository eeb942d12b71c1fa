"""sends keep the provider's number, by which a later report finds them; staff may have a telephone"""

import sqlalchemy as sa
from alembic import op

from backend.db import Sealed, Symbols

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "msgid", Symbols(40), nullable=False, server_default="", comment="the provider's own number of it"
            )
        )
        batch_op.create_index("ix_attempts_msgid", ["msgid"], unique=False)
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_state_id", ["state", "id"], unique=False)
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("phone_sealed", Sealed(200), nullable=True, comment="for text messages about their duties")
        )


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_state_id")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("phone_sealed")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_attempts_msgid")
        batch_op.drop_column("msgid")
