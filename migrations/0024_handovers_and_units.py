"""console: handovers, units outside the national list, practice"""

import sqlalchemy as sa
from alembic import op

from backend.db import Document, Moment, Sealed, Symbols, Words

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("handovers", "absences", "region_changes", "list_differences")


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("role", Symbols(20), nullable=False),
        sa.Column("from_id", ID, nullable=True, comment="empty: the post was vacant"),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("title", Words(60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False, comment="from the beginning of this day"),
        sa.Column("is_everything", sa.Boolean(), nullable=False, comment="also what they hold outside the place"),
        sa.Column("closes_account", sa.Boolean(), nullable=False, comment="they leave altogether"),
        sa.Column("why", Words(200), nullable=False),
        sa.Column("standing", Symbols(12), nullable=False),
        sa.Column("said", Words(300), nullable=False, comment="why it was refused"),
        sa.Column("moved", Document, nullable=False, comment="what went along, in numbers"),
        sa.Column("named_by", ID, nullable=False),
        sa.Column("named_by_name", Words(50), nullable=False),
        sa.Column("named_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_handovers_county_code_counties")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_handovers_from_id_staff")),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_handovers_to_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index("ix_handovers_standing_on_day", ["standing", "on_day", "id"], unique=False)
        batch_op.create_index("ix_handovers_county_code_id", ["county_code", "id"], unique=False)
        batch_op.create_index("ix_handovers_region_code_role", ["region_code", "role"], unique=False)

    op.create_table(
        "absences",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("said_by_name", Words(50), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True, comment="back before the time"),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_absences_county_code_counties")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index("ix_absences_staff_id", ["staff_id", "until_on"], unique=False)

    op.create_table(
        "region_changes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("kind", Symbols(10), nullable=False),
        sa.Column("from_code", Symbols(15), nullable=False),
        sa.Column("to_code", Symbols(15), nullable=False),
        sa.Column("said", Words(200), nullable=False, comment="from which name to which"),
        sa.Column("reason", Words(200), nullable=False),
        sa.Column("standing", Symbols(10), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False, comment="how many have moved so far"),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_region_changes_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_changes")),
    )
    with op.batch_alter_table("region_changes", schema=None) as batch_op:
        batch_op.create_index("ix_region_changes_county_code_id", ["county_code", "id"], unique=False)
        batch_op.create_index("ix_region_changes_standing_id", ["standing", "id"], unique=False)

    op.create_table(
        "list_differences",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False, comment="of the file; 0: not in it"),
        sa.Column("side", Symbols(6), nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("id_sealed", Sealed(200), nullable=True, comment="of whom only the list knows"),
        sa.Column("differs", Document, nullable=False, comment="what, here, there; in words"),
        sa.Column("outcome", Symbols(12), nullable=False),
        sa.Column("settled_by_name", Words(50), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_list_differences_batch_id_import_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_differences")),
    )
    with op.batch_alter_table("list_differences", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_list_differences_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_list_differences_batch_id_side", ["batch_id", "side", "id"], unique=False)
        batch_op.create_index("ix_list_differences_batch_id_row_no", ["batch_id", "row_no"], unique=False)

    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("leads_to", Symbols(15), nullable=True, comment="of a former place: where its people are now")
        )
    with op.batch_alter_table("counties", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("practice_of", Symbols(6), nullable=True, comment="a practice county: nothing ever leaves it")
        )
        batch_op.add_column(
            sa.Column(
                "practice_wants",
                Symbols(10),
                nullable=False,
                server_default="",
                comment="fill or anew: what a job does next",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("counties", schema=None) as batch_op:
        batch_op.drop_column("practice_wants")
        batch_op.drop_column("practice_of")
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.drop_column("leads_to")
    for table in TABLES:
        op.drop_table(table)
