"""meetings, notices and objections"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("client_key", Symbols(36), nullable=False, comment="one a sitting, made by the client"),
        sa.Column("request_digest", Symbols(64), nullable=False, comment="of the sitting's own facts"),
        sa.Column("kind", Symbols(20), nullable=False, comment="consultation, meeting, failed"),
        sa.Column(
            "form", Symbols(20), nullable=False, comment="policy dictionary meeting_form; empty for a consultation"
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", Words(100), nullable=False),
        sa.Column("chair", Words(50), nullable=False),
        sa.Column("recorder", Words(50), nullable=False),
        sa.Column(
            "attendance",
            sa.JSON(none_as_null=True),
            nullable=False,
            comment="name, standing and presence of everybody asked",
        ),
        sa.Column("minutes_sealed", Sealed(22000), nullable=True, comment="may speak of illness"),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_by_name", Words(50), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("village_code", "client_key", name=op.f("uq_meetings_village_code_client_key")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_village_code_held_on", ["village_code", "held_on", "id"], unique=False)

    op.create_table(
        "meeting_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="that of its sitting"),
        sa.Column("outcome", Symbols(12), nullable=False, comment="proposed, agreed, refused, failed"),
        sa.Column("category", Symbols(30), nullable=False, comment="policy dictionary categories"),
        sa.Column("risks", sa.JSON(none_as_null=True), nullable=False, comment="codes of the policy dictionary risks"),
        sa.Column("group_name", Words(20), nullable=False, comment="the villagers' group, for the notice"),
        sa.Column("people", sa.Integer(), nullable=True, comment="in the household, as the village counts them"),
        sa.Column("help_sealed", Sealed(6000), nullable=True),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstained", sa.Integer(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False, comment="asked and entitled to vote on this family"),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("recused", sa.JSON(none_as_null=True), nullable=False, comment="names of kin who stepped aside"),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_meeting_items_case_id_cases")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_items_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_items")),
        sa.UniqueConstraint("meeting_id", "case_id", name=op.f("uq_meeting_items_meeting_id_case_id")),
    )
    with op.batch_alter_table("meeting_items", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_items_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_items_household_id"), ["household_id"], unique=False)

    op.create_table(
        "notice_readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_digest", Symbols(64), nullable=False, comment="of exactly what was read out"),
        sa.Column("way", Symbols(20), nullable=False, comment="policy dictionary notice_ways"),
        sa.Column("told_whom", Symbols(30), nullable=False, comment="policy dictionary relations"),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("read_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_by_name", Words(50), nullable=False),
        sa.Column("why_sealed", Sealed(3000), nullable=True, comment="why nobody could be reached"),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_readings_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_readings")),
    )
    with op.batch_alter_table("notice_readings", schema=None) as batch_op:
        batch_op.create_index("ix_notice_readings_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_readings_household_id"), ["household_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("token", Symbols(32), nullable=False, comment="in the sheet's QR code"),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("posts_on", sa.Date(), nullable=False, comment="the day printed on the sheet"),
        sa.Column("until", sa.Date(), nullable=False, comment="the last of its full days"),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("text_sealed", Sealed(22000), nullable=False, comment="the exact text; names lived on paper only"),
        sa.Column("prepared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prepared_at", Moment(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("posted_by_name", Words(50), nullable=False),
        sa.Column("posted_at", Moment(), nullable=True),
        sa.Column("place", Words(100), nullable=False),
        sa.Column("photo_sha256", Symbols(64), nullable=True, comment="announced; may arrive later"),
        sa.Column("witness", Words(50), nullable=False, comment="stands in for a photo (practice P51)"),
        sa.Column("taken_down_on", sa.Date(), nullable=True),
        sa.Column("taken_down_by_name", Words(50), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_notices_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("token", name=op.f("uq_notices_token")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_village_code_id", ["village_code", "id"], unique=False)

    op.create_table(
        "notice_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line_digest", Symbols(64), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_items_case_id_cases")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_items_notice_id_notices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_items")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_notice_items_notice_id_number")),
    )
    with op.batch_alter_table("notice_items", schema=None) as batch_op:
        batch_op.create_index("ix_notice_items_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_items_household_id"), ["household_id"], unique=False)

    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("receipt_no", Symbols(12), nullable=False),
        sa.Column("client_key", Symbols(36), nullable=False, comment="instead of a key of the account"),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ground", Symbols(30), nullable=False, comment="policy dictionary objection_grounds"),
        sa.Column("content_digest", Symbols(64), nullable=False, comment="keyed: the same content, however typed"),
        sa.Column("name_sealed", Sealed(400), nullable=True),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("text_sealed", Sealed(6000), nullable=False),
        sa.Column(
            "entered_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="staff id, if a person asked staff to type it",
        ),
        sa.Column("objected_at", Moment(), nullable=False),
        sa.Column("outcome", Symbols(12), nullable=False, comment="kept, visit, upheld; empty until answered"),
        sa.Column("answer_sealed", Sealed(6000), nullable=True, comment="what the objector reads"),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_objections_case_id_cases")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_objections_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("client_key", name=op.f("uq_objections_client_key")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_objections_receipt_no")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index("ix_objections_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_objections_case_id_content_digest", ["case_id", "content_digest"], unique=False)
        batch_op.create_index("ix_objections_task_id", ["task_id"], unique=False)
        batch_op.create_index("ix_objections_township_code_id", ["township_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("objections")
    op.drop_table("notice_items")
    op.drop_table("notices")
    op.drop_table("notice_readings")
    op.drop_table("meeting_items")
    op.drop_table("meetings")
