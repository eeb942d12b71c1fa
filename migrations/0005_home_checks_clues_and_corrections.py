"""home checks, clues and corrections"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
locks = ("tasks",)  # the open ones are given their place in the queue
breaks = ()


def upgrade() -> None:
    op.create_table(
        "kinships",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("official_name", Words(50), nullable=False),
        sa.Column("post", Symbols(30), nullable=False, comment="dictionary kin_posts"),
        sa.Column("relation", Symbols(30), nullable=False, comment="dictionary kin_relations"),
        sa.Column("registered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registered_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinships")),
    )
    with op.batch_alter_table("kinships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kinships_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_kinships_staff_id_household_id", ["staff_id", "household_id"], unique=False)

    op.create_table(
        "home_check_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_name", Words(50), nullable=False),
        sa.Column("content_sealed", Sealed(40000), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_home_check_drafts_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_check_drafts")),
        sa.UniqueConstraint("case_id", "author_id", name=op.f("uq_home_check_drafts_case_id_author_id")),
    )
    with op.batch_alter_table("home_check_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_home_check_drafts_household_id"), ["household_id"], unique=False)

    op.create_table(
        "clues",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("receipt_no", Symbols(12), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("declaration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False, comment="it found an open case of the same household"),
        sa.Column("channel", Symbols(20), nullable=False),
        sa.Column("source_no", Words(60), nullable=False, comment="number of the hotline's or petition's paper"),
        sa.Column("said_village", Symbols(12), nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("risk", Symbols(20), nullable=False),
        sa.Column("urgency", Symbols(20), nullable=False),
        sa.Column("what_sealed", Sealed(6000), nullable=True, comment="empty where the declaration says it"),
        sa.Column(
            "reported_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="staff id of whoever reported or entered it",
        ),
        sa.Column(
            "reporter_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the authorised villager who reported it",
        ),
        sa.Column(
            "discovered_on", sa.Date(), nullable=False, comment="date on the paper, of the visit, of the push: day 0"
        ),
        sa.Column("late_because_sealed", Sealed(1000), nullable=True, comment="why it was entered later"),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("verdict", Symbols(20), nullable=True),
        sa.Column("verdict_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verdict_at", Moment(), nullable=True),
        sa.Column("transfer", Symbols(30), nullable=True, comment="where it was handed on to"),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clues_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_clues_declaration_id_declarations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clues")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_clues_receipt_no")),
    )
    with op.batch_alter_table("clues", schema=None) as batch_op:
        batch_op.create_index("ix_clues_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_clues_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_clues_county_code_channel_id", ["county_code", "channel", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clues_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_clues_reported_by_id", ["reported_by", "id"], unique=False)

    op.create_table(
        "home_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "second_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the named second visitor, if on the staff",
        ),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True, comment="whether the second visitor saw the same"),
        sa.Column("is_on_site", sa.Boolean(), nullable=False, comment="false: 非现场"),
        sa.Column("conclusion", Symbols(20), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_until", sa.Date(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("net_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="分"),
        sa.Column(
            "net_per_head_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="分"
        ),
        sa.Column(
            "reference_per_head_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="分"
        ),
        sa.Column("line_yuan", sa.Integer(), nullable=False),
        sa.Column("line_of_year", sa.Integer(), nullable=False),
        sa.Column(
            "formula",
            sa.JSON(none_as_null=True),
            nullable=False,
            comment="the sentences with their numbers, as they were shown",
        ),
        sa.Column("category_proposed", Symbols(30), nullable=False),
        sa.Column("category", Symbols(30), nullable=False),
        sa.Column("safety", sa.JSON(none_as_null=True), nullable=False, comment="item to state; the notes are sealed"),
        sa.Column(
            "warnings",
            sa.JSON(none_as_null=True),
            nullable=False,
            comment="rule and field of each, never what was written",
        ),
        sa.Column("content_sealed", Sealed(40000), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_home_checks_case_id_cases")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_home_checks_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_checks")),
    )
    with op.batch_alter_table("home_checks", schema=None) as batch_op:
        batch_op.create_index("ix_home_checks_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_home_checks_household_id"), ["household_id"], unique=False)

    op.create_table(
        "reporters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("standing", Symbols(30), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code_digest", Symbols(64), nullable=True, comment="of the invitation, until used"),
        sa.Column("code_until", Moment(), nullable=True, comment="real time"),
        sa.Column("authorised_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorised_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reporters_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporters")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_reporters_code_digest")),
    )
    with op.batch_alter_table("reporters", schema=None) as batch_op:
        batch_op.create_index("ix_reporters_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_reporters_village_code", ["village_code"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "urgency",
                Symbols(20),
                nullable=False,
                server_default="normal",
                comment="set by the receiver, never the farmer",
            )
        )

    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "merged_into_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
                comment="the household that it turned out to be",
            )
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("no_document", Symbols(30), nullable=True, comment="why there is no ID number"))
        batch_op.add_column(sa.Column("died_on", sa.Date(), nullable=True))

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "pressing",
                sa.Integer(),
                nullable=True,
                comment="while open 0 特急, 1 加急 (they lead), 2 neither",
            )
        )
        batch_op.drop_index("ix_tasks_township_queue")
        batch_op.drop_index("ix_tasks_village_queue")
        for level in ("county", "township", "village"):
            batch_op.create_index(
                f"ix_tasks_{level}_pressing", [f"{level}_code", "pressing", "open_due", "id"], unique=False
            )
        batch_op.create_index(
            "ix_tasks_pressing_queue", ["owner_region", "role", "pressing", "open_due", "id"], unique=False
        )
    op.execute("UPDATE tasks SET pressing = 2 WHERE open_due IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_tasks_pressing_queue")
        for level in ("county", "township", "village"):
            batch_op.drop_index(f"ix_tasks_{level}_pressing")
        batch_op.create_index("ix_tasks_township_queue", ["township_code", "open_due", "id"], unique=False)
        batch_op.create_index("ix_tasks_village_queue", ["village_code", "open_due", "id"], unique=False)
        batch_op.drop_column("pressing")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("died_on")
        batch_op.drop_column("no_document")
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_column("merged_into_id")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("urgency")
    op.drop_table("reporters")
    op.drop_table("home_checks")
    op.drop_table("clues")
    op.drop_table("home_check_drafts")
    op.drop_table("kinships")
