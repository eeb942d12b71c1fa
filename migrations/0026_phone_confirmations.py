"""console: the bound phone confirms instead of a code"""

import sqlalchemy as sa
from alembic import op

from backend import clock
from backend.db import Moment, Symbols, Words

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
locks = ("accounts",)  # those of staff are given a moment
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SINCE = "real time; since when it is a member of staff's"
CHOSEN = "the WeChat account that confirms instead of a code; no other one does"


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bound_at", Moment(), nullable=True, comment=SINCE))
    accounts = sa.table("accounts", sa.column("staff_id", ID), sa.column("bound_at", Moment()))
    # Nobody wrote down when these were bound: they count from now on.
    op.execute(accounts.update().where(accounts.c.staff_id.is_not(None)).values(bound_at=clock.real_now()))
    with op.batch_alter_table("second_factors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", ID, nullable=True, comment=CHOSEN))
    op.create_table(
        "phone_confirmations",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False, comment="of the console; no other can use the answer"),
        sa.Column("purpose", Symbols(10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="shown at the console, typed on the phone"),
        sa.Column("address", Symbols(45), nullable=False),
        sa.Column("device", Words(60), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False, comment="real time"),
        sa.Column("expires_at", Moment(), nullable=False, comment="real time"),
        sa.Column("answer", Symbols(10), nullable=False, comment="empty: none yet; yes, no, wrong, replaced"),
        sa.Column("answered_at", Moment(), nullable=True, comment="real time"),
        sa.Column("account_id", ID, nullable=True, comment="the phone that answered"),
        sa.Column("wrong", sa.Integer(), nullable=False, comment="numbers typed that were not it"),
        sa.Column("used_at", Moment(), nullable=True, comment="real time; a yes is good for one thing"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_phone_confirmations_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_confirmations")),
    )
    with op.batch_alter_table("phone_confirmations", schema=None) as batch_op:
        batch_op.create_index("ix_phone_confirmations_staff_id_asked_at", ["staff_id", "asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_confirmations_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "ix_phone_confirmations_county_code_answer", ["county_code", "answer", "answered_at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("phone_confirmations")
    with op.batch_alter_table("second_factors", schema=None) as batch_op:
        batch_op.drop_column("account_id")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("bound_at")
