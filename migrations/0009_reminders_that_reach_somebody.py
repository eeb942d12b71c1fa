"""reminders: channels in their order, priorities, digests, deputies, snoozes, nudges, supervisions, circuits"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _place() -> tuple[sa.Column, ...]:
    return (
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
    )


def _of_task(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("task_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True, comment="empty: a complaint's has none"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f(f"fk_{table}_task_id_tasks")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        "circuits",
        sa.Column("name", Symbols(60), nullable=False, comment="subscribe, or subscribe:duty"),
        sa.Column("bugs", sa.Integer(), nullable=False, comment="refusals in a row that were our own fault"),
        sa.Column("open_until", Moment(), nullable=True, comment="business time"),
        sa.Column("why", Words(200), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_circuits")),
    )
    op.create_table(
        "followers",
        sa.Column("openid", Symbols(64), nullable=False),
        sa.Column("unionid", Symbols(64), nullable=True),
        sa.Column(
            "seen_at", Moment(), nullable=False, comment="in the last complete list; who is no longer in it has left"
        ),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_followers")),
    )
    with op.batch_alter_table("followers", schema=None) as batch_op:
        batch_op.create_index("ix_followers_unionid", ["unionid"], unique=False)
    op.create_table(
        "deputies",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("role", Symbols(20), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("stands_for", ID, nullable=True),
        sa.Column("deputy_id", ID, nullable=False),
        sa.Column("identity_id", ID, nullable=True, comment="the hat that was lent, and is taken back at the end"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", Words(200), nullable=False),
        sa.Column("named_by", ID, nullable=False),
        sa.Column("named_by_name", Words(50), nullable=False),
        sa.Column("named_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_deputies_county_code_counties")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_deputies_deputy_id_staff")),
        sa.ForeignKeyConstraint(["stands_for"], ["staff.id"], name=op.f("fk_deputies_stands_for_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    with op.batch_alter_table("deputies", schema=None) as batch_op:
        batch_op.create_index("ix_deputies_region_code_role", ["region_code", "role"], unique=False)
    op.create_table(
        "snoozes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why_sealed", Sealed(3000), nullable=False, comment="free text may speak of illness"),
        sa.Column("snoozed_by", ID, nullable=False),
        sa.Column("snoozed_by_name", Words(50), nullable=False),
        sa.Column("snoozed_at", Moment(), nullable=False),
        *_place(),
        *_of_task("snoozes"),
    )
    with op.batch_alter_table("snoozes", schema=None) as batch_op:
        batch_op.create_index("ix_snoozes_task_id", ["task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_snoozes_household_id"), ["household_id"], unique=False)
    op.create_table(
        "nudges",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("nudged_by", ID, nullable=False),
        sa.Column("nudged_by_name", Words(50), nullable=False),
        sa.Column("nudged_at", Moment(), nullable=False),
        *_place(),
        *_of_task("nudges"),
        sa.UniqueConstraint("task_id", "day", name=op.f("uq_nudges_task_id_day")),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nudges_household_id"), ["household_id"], unique=False)
    op.create_table(
        "supervisions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("standing", Symbols(10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="the date that was missed"),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("drafted_at", Moment(), nullable=False),
        sa.Column("number", Symbols(40), nullable=True, comment="given when it is issued"),
        sa.Column("reason_sealed", Sealed(6000), nullable=True),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_by_name", Words(50), nullable=False),
        sa.Column("settled_by_title", Words(60), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        *_place(),
        *_of_task("supervisions"),
        sa.UniqueConstraint("task_id", "due_on", name=op.f("uq_supervisions_task_id_due_on")),
        sa.UniqueConstraint("number", name=op.f("uq_supervisions_number")),
    )
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_supervisions_county_code_standing_id", ["county_code", "standing", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_supervisions_household_id"), ["household_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("unionid", Symbols(64), nullable=True, comment="the same person in the service account")
        )
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "said_no",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="their last word, or WeChat's: until the next yes",
            )
        )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "answer",
                Symbols(80),
                nullable=False,
                server_default="",
                comment="the provider's own word, where it is no number",
            )
        )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("declaration_id", ID, nullable=True, comment="whose telephone and village the last ways need")
        )
        batch_op.add_column(sa.Column("digest_id", ID, nullable=True, comment="the digest that speaks for it"))
        batch_op.add_column(
            sa.Column(
                "priority",
                sa.Integer(),
                nullable=False,
                server_default="2",
                comment="0 特急, 1 late or must be heard, 2 all else",
            )
        )
        batch_op.add_column(
            sa.Column(
                "ways", Symbols(80), nullable=False, server_default="subscribe", comment="channels in their order"
            )
        )
        batch_op.add_column(
            sa.Column(
                "way_no",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="which of them is tried; it only grows: a fallback is once",
            )
        )
        batch_op.add_column(
            sa.Column(
                "failures",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="tries on this channel that failed and may be repeated",
            )
        )
        batch_op.alter_column(
            "recipient",
            existing_type=Symbols(40),
            existing_nullable=False,
            comment="account:ID, staff:ID or declaration:ID",
            existing_comment="account:ID or staff:ID",
        )
        batch_op.drop_index("ix_messages_due")
        batch_op.create_index("ix_messages_due", ["state", "priority", "not_before", "id"], unique=False)
        batch_op.create_index("ix_messages_of_the_day", ["recipient", "day", "state"], unique=False)
        batch_op.create_index("ix_messages_digest_id", ["digest_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_digest_id")
        batch_op.drop_index("ix_messages_of_the_day")
        batch_op.drop_index("ix_messages_due")
        batch_op.create_index("ix_messages_due", ["state", "not_before", "id"], unique=False)
        batch_op.alter_column(
            "recipient",
            existing_type=Symbols(40),
            existing_nullable=False,
            comment="account:ID or staff:ID",
            existing_comment="account:ID, staff:ID or declaration:ID",
        )
        for column in ("failures", "way_no", "ways", "priority", "digest_id", "declaration_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_column("answer")
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.drop_column("said_no")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("unionid")
    for table in ("supervisions", "nudges", "snoozes", "deputies", "followers", "circuits"):
        op.drop_table(table)
