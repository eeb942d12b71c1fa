"""client: corrections asked for from the phone, photos of regular visits, what a recording says in writing"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
locks = ("files",)  # a reference to a table made long ago
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_A_PHONE = "empty: asked by a phone that was confirmed for the family"


def upgrade() -> None:
    op.create_table(
        "correction_requests",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("declaration_id", ID, nullable=True, comment=OF_A_PHONE),
        sa.Column("task_id", ID, nullable=False, comment="the duty to answer"),
        sa.Column("fact", Symbols(20), nullable=False, comment="policy dictionary correction_facts"),
        sa.Column("whose_sealed", Sealed(400), nullable=True, comment="of which member, as the phone says"),
        sa.Column("right_sealed", Sealed(6000), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("outcome", Symbols(12), nullable=False, comment="corrected or declined; empty: not yet"),
        sa.Column("answer_sealed", Sealed(6000), nullable=True, comment="what whoever asked reads"),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_by_name", Words(50), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_correction_requests_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_correction_requests_declaration_id_declarations")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_correction_requests_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_requests")),
    )
    with op.batch_alter_table("correction_requests", schema=None) as batch_op:
        batch_op.create_index("ix_correction_requests_township_code_id", ["township_code", "id"], unique=False)
        batch_op.create_index("ix_correction_requests_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_correction_requests_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_correction_requests_declaration_id_id", ["declaration_id", "id"], unique=False)

    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit_id", ID, nullable=True, comment="of a regular visit, which has no case"))
        batch_op.alter_column("case_id", existing_type=ID, nullable=True)
        batch_op.create_foreign_key(op.f("fk_files_visit_id_regular_visits"), "regular_visits", ["visit_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_files_visit_id_sha256"), ["visit_id", "sha256"])

    op.create_table(
        "recording_texts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("file_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("words_sealed", Sealed(12000), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("by_role", Symbols(20), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recording_texts_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_recording_texts_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_texts")),
    )
    with op.batch_alter_table("recording_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_texts_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_recording_texts_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_recording_texts_file_id_id", ["file_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("recording_texts")
    op.execute("DELETE FROM files WHERE case_id IS NULL")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_files_visit_id_regular_visits"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_files_visit_id_sha256"), type_="unique")
        batch_op.alter_column("case_id", existing_type=ID, nullable=False)
        batch_op.drop_column("visit_id")
    op.drop_table("correction_requests")
