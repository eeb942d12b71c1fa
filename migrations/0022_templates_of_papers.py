"""console: templates of papers that a county replaces"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from backend.db import Moment, Symbols, Words

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_templates",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("paper", Symbols(40), nullable=False, comment="code of services/papers"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", Words(120), nullable=False, comment="of the file as it was handed in"),
        sa.Column("content", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"), nullable=False),
        sa.Column("handed_in_by", ID, nullable=False),
        sa.Column("handed_in_by_name", Words(50), nullable=False),
        sa.Column("handed_in_at", Moment(), nullable=False),
        sa.Column(
            "ended_at",
            Moment(),
            nullable=True,
            comment="when another took its place",
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_paper_templates_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_templates")),
        sa.UniqueConstraint(
            "county_code", "paper", "version", name=op.f("uq_paper_templates_county_code_paper_version")
        ),
    )


def downgrade() -> None:
    op.drop_table("paper_templates")
