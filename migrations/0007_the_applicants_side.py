"""the applicant's side: marks after the end, complaints, consents, and a duty that is about no case"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("receipt_no", Symbols(12), nullable=False),
        sa.Column("client_key", Symbols(36), nullable=False, comment="instead of a key of the account"),
        sa.Column(
            "task_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="the duty to answer it",
        ),
        sa.Column("kind", Symbols(30), nullable=False, comment="policy dictionary complaint_kinds"),
        sa.Column("target", Symbols(30), nullable=False, comment="policy dictionary complaint_targets"),
        sa.Column("said_place", Symbols(12), nullable=False, comment="the village or township that it speaks of"),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("name_sealed", Sealed(400), nullable=True),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("text_sealed", Sealed(6000), nullable=False),
        sa.Column(
            "entered_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="staff id, if somebody without a phone came",
        ),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("status", Symbols(12), nullable=False, comment="received, passed_up, answered"),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("audit_count", sa.Integer(), nullable=False, comment="rows in this complaint's audit chain"),
        sa.Column("audit_head", Symbols(64), nullable=False, comment="MAC of the chain's last row"),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_complaints_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("client_key", name=op.f("uq_complaints_client_key")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_complaints_receipt_no")),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index("ix_complaints_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_complaints_county_code_id", ["county_code", "id"], unique=False)
        batch_op.create_index("ix_complaints_township_code_id", ["township_code", "id"], unique=False)

    op.create_table(
        "consent_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("declaration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("consent", Symbols(20), nullable=False, comment="policy dictionary consents"),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_consent_changes_declaration_id_declarations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_changes")),
    )
    with op.batch_alter_table("consent_changes", schema=None) as batch_op:
        batch_op.create_index("ix_consent_changes_declaration_id_id", ["declaration_id", "id"], unique=False)

    op.create_table(
        "satisfactions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("declaration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "task_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the duty to call back",
        ),
        sa.Column("mark", Symbols(20), nullable=False, comment="policy dictionary satisfaction"),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("first_marked_at", Moment(), nullable=False),
        sa.Column("marked_at", Moment(), nullable=False),
        sa.Column("answer_sealed", Sealed(6000), nullable=True, comment="what the applicant reads"),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_satisfactions_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_satisfactions_declaration_id_declarations")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_satisfactions_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfactions")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_satisfactions_declaration_id")),
    )
    with op.batch_alter_table("satisfactions", schema=None) as batch_op:
        batch_op.create_index("ix_satisfactions_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_satisfactions_township_code_id", ["township_code", "id"], unique=False)

    op.create_table(
        "complaint_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False),
        sa.Column("sentence", Words(300), nullable=False),
        sa.Column("detail_sealed", Sealed(6000), nullable=True, comment="the answer"),
        sa.Column("happened_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_lines_complaint_id_complaints")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_lines")),
        sa.UniqueConstraint("complaint_id", "id", name=op.f("uq_complaint_lines_complaint_id_id")),
    )
    with op.batch_alter_table("declarations", schema=None) as batch_op:
        batch_op.create_index("ix_declarations_promised", ["county_code", "closed_at", "promised_on"], unique=False)

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.alter_column(
            "case_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="empty: a complaint has none",
            existing_nullable=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("declarations", schema=None) as batch_op:
        batch_op.drop_index("ix_declarations_promised")

    op.drop_table("complaint_lines")
    op.drop_table("satisfactions")
    op.drop_table("consent_changes")
    op.drop_table("complaints")

    op.execute("DELETE FROM tasks WHERE case_id IS NULL")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.alter_column(
            "case_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment=None,
            existing_comment="empty: a complaint has none",
            existing_nullable=True,
        )
