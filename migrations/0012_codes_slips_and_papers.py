"""codes sent to the number on file, slips for other counties, papers of a case, whose word a telephone number is"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
locks = ("files",)  # a column grows
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_THE_DOOR, BY_WHOM = "staff id of whoever stood at the door", "of whoever stood at the door; empty: by a code"


def upgrade() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("id_sealed", Sealed(200), nullable=True, comment="of a member; gone once it was looked up"),
        sa.Column("name", Words(50), nullable=False, comment="the member's or the head's; gone likewise"),
        sa.Column("household_id", ID, nullable=True, comment="to whose number the code was sent"),
        sa.Column("asked_at", Moment(), nullable=False, comment="real time"),
        sa.Column("expires_at", Moment(), nullable=False, comment="real time"),
        sa.Column("wrong", sa.Integer(), nullable=False, comment="guesses that were not it"),
        sa.Column(
            "ended_at", Moment(), nullable=True, comment="used, guessed at too often, or replaced by a newer one"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_phone_codes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    with op.batch_alter_table("phone_codes", schema=None) as batch_op:
        batch_op.create_index("ix_phone_codes_account_id_asked_at", ["account_id", "asked_at"], unique=False)
        batch_op.create_index("ix_phone_codes_household_id_asked_at", ["household_id", "asked_at"], unique=False)
    op.create_table(
        "slips",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("number", Symbols(12), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False, comment="whose office gave it"),
        sa.Column("said_code", Symbols(12), nullable=False, comment="the village as it was given"),
        sa.Column(
            "there_name", Words(80), nullable=False, comment="the place that it belongs to, as far as it is known"
        ),
        sa.Column("call", Words(200), nullable=False, comment="whom to call there, in words"),
        sa.Column("is_here", sa.Boolean(), nullable=False, comment="that county works with this installation too"),
        sa.Column("given_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_slips_account_id_accounts")),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_slips_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("number", name=op.f("uq_slips_number")),
    )
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.create_index("ix_slips_account_id_id", ["account_id", "id"], unique=False)
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "phone_confirmed_at",
                Moment(),
                nullable=True,
                comment="when staff wrote it down; a phone's word is none",
            )
        )
    with op.batch_alter_table("account_households", schema=None) as batch_op:
        batch_op.alter_column(
            "confirmed_by", existing_type=ID, nullable=True, existing_comment=AT_THE_DOOR, comment=BY_WHOM
        )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("what", Symbols(20), nullable=False, server_default="", comment="of a document: which paper")
        )
        batch_op.alter_column("media_type", existing_type=Symbols(60), type_=Symbols(100), existing_nullable=False)
    with op.batch_alter_table("authorizations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("paper_sha256", Symbols(64), nullable=True, comment="of the signed paper, announced")
        )


def downgrade() -> None:
    with op.batch_alter_table("authorizations", schema=None) as batch_op:
        batch_op.drop_column("paper_sha256")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.alter_column("media_type", existing_type=Symbols(100), type_=Symbols(60), existing_nullable=False)
        batch_op.drop_column("what")
    op.execute("UPDATE account_households SET confirmed_by = 0 WHERE confirmed_by IS NULL")
    with op.batch_alter_table("account_households", schema=None) as batch_op:
        batch_op.alter_column(
            "confirmed_by", existing_type=ID, nullable=False, existing_comment=BY_WHOM, comment=AT_THE_DOOR
        )
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_column("phone_confirmed_at")
    op.drop_table("slips")
    op.drop_table("phone_codes")
