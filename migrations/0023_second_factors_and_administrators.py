"""console: second factors, separated administrators, the switch"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
locks = ()
breaks = ("sign_ins",)  # it does not know what a row must hold now

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW_OF_SIGN_INS = (
    ("address", Symbols(45), "from which it began"),
    ("device", Words(60), "browser and system, in words"),
)


def upgrade() -> None:
    _add_columns()
    op.create_table(
        "second_factors",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("secret_sealed", Sealed(200), nullable=True),
        sa.Column("set_up_at", Moment(), nullable=True, comment="real time; empty until a first code was right"),
        sa.Column("last_step", sa.Integer(), nullable=False, comment="the half minute of the last code that was used"),
        sa.Column("reset_at", Moment(), nullable=True, comment="real time; its owner is told so"),
        sa.Column("reset_by_name", Words(50), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_second_factors_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", Symbols(64), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id_staff")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_staff_id"), ["staff_id"], unique=False)
    _add_requests()
    op.create_table(
        "county_safety",
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("networks", Symbols(2000), nullable=False, comment="CIDR, one a line; empty: from anywhere"),
        sa.Column(
            "factor_of_administrators", sa.Boolean(), nullable=True, comment="empty: yes, but not in a demonstration"
        ),
        sa.Column(
            "factor_of_exports", sa.Boolean(), nullable=False, comment="whoever takes a file needs a second factor"
        ),
        sa.Column("offline_at", Moment(), nullable=True, comment="since when no notice and no file leaves"),
        sa.Column("offline_by", ID, nullable=True),
        sa.Column("offline_by_name", Words(50), nullable=False),
        sa.Column("offline_why", Words(200), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_county_safety_county_code_counties")),
        sa.PrimaryKeyConstraint("county_code", name=op.f("pk_county_safety")),
    )


def _add_columns() -> None:
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "until_on", sa.Date(), nullable=True, comment="the last day of an inspector's hat; it ends by itself"
            )
        )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("frozen_at", Moment(), nullable=True, comment="not active for now; empty for whoever left")
        )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        for column, kind, comment in _NEW_OF_SIGN_INS:
            batch_op.add_column(sa.Column(column, kind, nullable=False, server_default="", comment=comment))
        batch_op.alter_column(
            "edge",
            existing_type=Symbols(10),
            existing_nullable=False,
            existing_comment="phone or console: a token of one is nothing to the other",
            comment="phone, console or halfway: no other's token",
        )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        for column, kind, comment in _NEW_OF_SIGN_INS:
            batch_op.alter_column(
                column, existing_type=kind, existing_nullable=False, existing_comment=comment, server_default=None
            )


def _add_requests() -> None:
    op.create_table(
        "hat_requests",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("role", Symbols(20), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("title", Words(60), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True, comment="an inspector's last day"),
        sa.Column("why", Words(100), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_by_name", Words(50), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_by_name", Words(50), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("was_granted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_hat_requests_county_code_counties")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_hat_requests_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hat_requests")),
    )
    with op.batch_alter_table("hat_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hat_requests_county_code_decided_at", ["county_code", "decided_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_hat_requests_staff_id"), ["staff_id"], unique=False)


def downgrade() -> None:
    for table in ("county_safety", "hat_requests", "recovery_codes", "second_factors"):
        op.drop_table(table)
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_column("device")
        batch_op.drop_column("address")
        batch_op.alter_column(
            "edge",
            existing_type=Symbols(10),
            existing_nullable=False,
            existing_comment="phone, console or halfway: no other's token",
            comment="phone or console: a token of one is nothing to the other",
        )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("frozen_at")
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_column("until_on")
