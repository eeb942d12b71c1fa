"""story: what no village may see lies in no grid and with its township, and objections have no hour"""

import sqlalchemy as sa
from alembic import op

from backend import clock
from backend.db import Moment, Symbols

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
locks = ("complaint_lines", "complaints", "objections", "satisfactions", "tasks")  # rows are looked through and mended
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HIDDEN = ("tasks", "objections", "satisfactions", "complaints", "complaint_lines")
OF_A_CASE = ("objections", "satisfactions")


def upgrade() -> None:
    # A grid that was split or merged had written itself into them.
    for name in HIDDEN:
        rows = _table(name)
        op.execute(rows.update().where(rows.c.village_code == "", rows.c.grid_code.is_not(None)).values(grid_code=None))
    # A village that went into another township's had left these behind, and taken others' duties along.
    cases = _table("cases")
    for name in OF_A_CASE:
        rows = _table(name)
        now = sa.select(cases.c.township_code).where(cases.c.id == rows.c.case_id).scalar_subquery()
        op.execute(
            rows.update().where(rows.c.village_code == "", rows.c.township_code != now).values(township_code=now)
        )
    _let_duties_follow_complaints()
    _forget_the_hour_of_objections()


def downgrade() -> None:
    """What was repaired stays so."""


def _let_duties_follow_complaints() -> None:
    tasks, complaints = _table("tasks"), _table("complaints")
    answers = complaints.c.task_id == tasks.c.id
    where = sa.select(complaints.c.township_code).where(answers).scalar_subquery()
    astray = tasks.c.kind == "complaint", tasks.c.village_code == "", tasks.c.township_code != where, where != ""
    op.execute(tasks.update().where(*astray).values(owner_region=where, township_code=where))


def _forget_the_hour_of_objections() -> None:
    for name, kind, objected in (("case_events", "action", "object"), ("receipt_lines", "kind", "objected")):
        rows = sa.table(name, sa.column("id", ID), sa.column(kind, Symbols(40)), sa.column("happened_at", Moment()))
        told = sa.select(rows.c.id, rows.c.happened_at).where(rows.c[kind] == objected)
        for row in op.get_bind().execute(told).all():
            day = clock.day_began(row.happened_at)
            op.execute(rows.update().where(rows.c.id == row.id).values(happened_at=day))


def _table(name: str) -> sa.TableClause:
    ids = [sa.column(each, ID) for each in ("id", "case_id", "task_id")]
    words = {"township_code": Symbols(9), "village_code": Symbols(12), "grid_code": Symbols(15)}
    words |= {"kind": Symbols(30), "owner_region": Symbols(15)}
    return sa.table(name, *ids, *(sa.column(each, kind) for each, kind in words.items()))
