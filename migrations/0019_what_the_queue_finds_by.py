"""console: what the queue is searched by"""

import sqlalchemy as sa
from alembic import op

from backend.db import Symbols, Words
from backend.privacy.initials import initials

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
locks = ("cases",)  # each is given the initials of its name
breaks = ()

AT_ONCE = 2000
BY_NAME = {
    "ix_cases_county_initials": ["county_code", "initials", "id"],
    "ix_cases_township_initials": ["township_code", "initials", "id"],
    "ix_cases_county_name": ["county_code", "head_name", "id"],
    "ix_cases_township_name": ["township_code", "head_name", "id"],
}


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        comment = "of the head's name, in pinyin"
        batch_op.add_column(sa.Column("initials", Symbols(20), nullable=False, server_default="", comment=comment))
    _fill()
    with op.batch_alter_table("cases", schema=None) as batch_op:
        for name, columns in BY_NAME.items():
            batch_op.create_index(name, columns, unique=False)
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_desk_kind", ["owner_region", "role", "kind", "pressing", "open_due", "id"], unique=False
        )
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("phone_digest", Symbols(64), nullable=True, comment="the blind index of the telephone on file")
        )
        batch_op.add_column(sa.Column("phone_key_id", Symbols(20), nullable=True, comment="under which key"))
        batch_op.create_index("ix_households_phone", ["county_code", "phone_digest"], unique=False)
    op.create_table(
        "queue_habits",
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", Symbols(20), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("filters", sa.JSON(none_as_null=True), nullable=False, comment="[name, query of the address]"),
        sa.Column(
            "columns",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="empty: those that everybody begins with",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_queue_habits_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "role", "region_code", name=op.f("pk_queue_habits")),
    )


def downgrade() -> None:
    op.drop_table("queue_habits")
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.drop_index("ix_households_phone")
        batch_op.drop_column("phone_key_id")
        batch_op.drop_column("phone_digest")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_tasks_desk_kind")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        for name in reversed(BY_NAME):
            batch_op.drop_index(name)
        batch_op.drop_column("initials")


def _fill() -> None:
    """Give the cases that are there their initials: a name is looked up once, however many families have it."""
    known = op.create_table(
        "initials_of_names",
        sa.Column("name", Words(50), primary_key=True),
        sa.Column("initials", Symbols(20), nullable=False),
    )
    cases = sa.table("cases", sa.column("head_name", Words(50)), sa.column("initials", Symbols(20)))
    connection = op.get_bind()
    names = [row.head_name for row in connection.execute(sa.select(cases.c.head_name).distinct())]
    for start in range(0, len(names), AT_ONCE):
        rows = [{"name": name, "initials": initials(name)} for name in names[start : start + AT_ONCE]]
        connection.execute(known.insert(), rows)
    found = sa.select(known.c.initials).where(known.c.name == cases.c.head_name).scalar_subquery()
    connection.execute(cases.update().values(initials=found))
    op.drop_table("initials_of_names")
