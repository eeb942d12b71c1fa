"""console: exports in the background and snapshots of ledgers"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Symbols, Words

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
READ_BY_TOWNSHIP = ("clues", "alerts")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("ledger", Symbols(30), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False, comment="the place that it covers"),
        sa.Column("about", Symbols(30), nullable=False, comment="for which office, where it is for one"),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("purpose", Words(60), nullable=False),
        sa.Column("standing", Symbols(12), nullable=False, comment="asked, making, done, failed or over"),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("by_role", Symbols(20), nullable=False),
        sa.Column("by_region", Symbols(15), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", Symbols(20), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True, comment="real time"),
        sa.Column("rows", sa.Integer(), nullable=False, comment="written so far"),
        sa.Column(
            "expected", sa.Integer(), nullable=False, comment="rows that there will be, as counted when it began"
        ),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", Symbols(64), nullable=False),
        sa.Column("file_name", Words(120), nullable=False),
        sa.Column("why", Words(300), nullable=False, comment="why there is no file"),
        sa.Column("made_at", Moment(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True, comment="real time"),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_exports_county_code_counties")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_exports_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index("ix_exports_standing_id", ["standing", "id"], unique=False)
        batch_op.create_index("ix_exports_by_id_id", ["by_id", "id"], unique=False)

    op.create_table(
        "ledger_snapshots",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("ledger", Symbols(30), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("sha256", Symbols(64), nullable=False, comment="of the parts' contents, one after the other"),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_ledger_snapshots_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_snapshots")),
        sa.UniqueConstraint(
            "county_code", "ledger", "as_of", name=op.f("uq_ledger_snapshots_county_code_ledger_as_of")
        ),
    )
    for table in READ_BY_TOWNSHIP:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(f"ix_{table}_township_code_id", ["township_code", "id"], unique=False)


def downgrade() -> None:
    for table in READ_BY_TOWNSHIP:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(f"ix_{table}_township_code_id")
    op.drop_table("ledger_snapshots")
    op.drop_table("exports")
