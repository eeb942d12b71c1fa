"""monitoring: rows of deliveries name a village and a risk; helpers and dangers that were kept twice move together"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from backend import clock
from backend.db import Moment, Symbols, new_id

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
locks = ("hazards",)  # a reference to a table made long ago
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON(none_as_null=True)
PLACE = ("county_code", "township_code", "village_code", "grid_code", "household_id")
DAYS = 15
"""Within which a township looks at what was found before: as the rules say unless a county changed them."""


def _table(name: str, *columns: str, **typed: object) -> sa.TableClause:
    return sa.table(
        name, *(sa.column(each) for each in columns), *(sa.column(key, kind) for key, kind in typed.items())
    )


CASES = _table("cases", "id", "head_name", "state", *PLACE, marks=DOCUMENT, closed_at=Moment())
CHECKS = _table("home_checks", "id", "case_id", *PLACE, safety=DOCUMENT, filed_at=Moment())
EVENTS = _table("case_events", "case_id", "action", detail=DOCUMENT)
STAFF = _table("staff", "id", "name")
PAIRINGS = _table("pairings", "id", "post", "name", "unit", "staff_id", "until_on", *PLACE, from_on=sa.Date())
HAZARDS = _table(
    "hazards",
    "id",
    "task_id",
    "check_id",
    "item",
    "head_name",
    "closed_on",
    "closed_by_name",
    *PLACE,
    found_on=sa.Date(),
)
TASKS = _table(
    "tasks",
    *("id", "kind", "role", "owner_region", "head_name", "limit_key", "pressing", "is_provisional", "next_rung"),
    *("version", *PLACE),
    due_on=sa.Date(),
    open_due=sa.Date(),
    opened_at=Moment(),
    opened_on=sa.Date(),
    next_rung_at=Moment(),
    detail=DOCUMENT,
)


def upgrade() -> None:
    with op.batch_alter_table("staged_rows", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("village_code", Symbols(12), comment="where the row names a village of the county")
        )
        batch_op.add_column(sa.Column("risk", Symbols(20), comment="where the row says another than its topic"))
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("check_id", ID, nullable=True))
        batch_op.alter_column("visit_id", existing_type=ID, nullable=True)
        batch_op.create_foreign_key(batch_op.f("fk_hazards_check_id_home_checks"), "home_checks", ["check_id"], ["id"])
    _pair_whoever_was_named()
    _enter_what_was_found_unsafe()


def _pair_whoever_was_named() -> None:
    """Make the contact that a watched family's case names its helper, unless it has one."""
    bind = op.get_bind()
    helped = set(
        bind.scalars(
            sa.select(PAIRINGS.c.household_id).where(PAIRINGS.c.post == "helper", PAIRINGS.c.until_on.is_(None))
        )
    )
    names = dict(bind.execute(sa.select(STAFF.c.id, STAFF.c.name)).all())
    for case in bind.execute(sa.select(CASES).where(CASES.c.state == "monitored")).mappings().all():
        staff_id = int((case["marks"] or {}).get("contact") or 0)
        if staff_id in names and case["household_id"] not in helped:
            helped.add(case["household_id"])
            place = {key: case[key] for key in PLACE}
            since = clock.local(case["closed_at"]).date() if case["closed_at"] else clock.today()
            row = {"id": new_id(), "post": "helper", "name": names[staff_id], "unit": "", "staff_id": staff_id}
            bind.execute(sa.insert(PAIRINGS).values(**row, from_on=since, until_on=None, **place))


def _enter_what_was_found_unsafe() -> None:
    """Enter what the last check of each case found unsafe and no township has closed, as a duty of the township."""
    bind = op.get_bind()
    query = sa.select(EVENTS.c.case_id, EVENTS.c.detail).where(EVENTS.c.action == "clear_unsafe")
    closed = {(case_id, said.get("check"), said.get("item")) for case_id, said in bind.execute(query)}
    query = sa.select(HAZARDS.c.household_id, HAZARDS.c.item).where(HAZARDS.c.closed_on.is_(None))
    entered = {tuple(row) for row in bind.execute(query)}
    heads = dict(bind.execute(sa.select(CASES.c.id, CASES.c.head_name)).all())
    last = sa.select(sa.func.max(CHECKS.c.id)).group_by(CHECKS.c.case_id)
    for check in bind.execute(sa.select(CHECKS).where(CHECKS.c.id.in_(last))).mappings().all():
        for item, state in (check["safety"] or {}).items():
            known = (check["case_id"], str(check["id"]), item) in closed or (check["household_id"], item) in entered
            if state != "safe" and not known:
                entered.add((check["household_id"], item))
                _enter(check, item, heads[check["case_id"]])


def _enter(check: sa.RowMapping, item: str, head_name: str) -> None:
    bind, task_id, now, today = op.get_bind(), new_id(), clock.now(), clock.today()
    place = {key: check[key] for key in PLACE}
    due: date = today + timedelta(days=DAYS)
    bind.execute(
        sa.insert(TASKS).values(
            id=task_id,
            kind="hazard",
            role="TOWN_REVIEW",
            owner_region=check["township_code"],
            head_name=head_name,
            limit_key="T_HAZARD",
            pressing=2,
            is_provisional=False,
            next_rung="new",
            version=1,
            due_on=due,
            open_due=due,
            opened_at=now,
            opened_on=today,
            next_rung_at=now,
            detail={"item": item},
            **place,
        )
    )
    row = {"id": new_id(), "task_id": task_id, "check_id": check["id"], "item": item, "head_name": head_name}
    found_on = clock.local(check["filed_at"]).date()
    bind.execute(sa.insert(HAZARDS).values(**row, closed_by_name="", found_on=found_on, **place))


def downgrade() -> None:
    op.execute(sa.delete(sa.table("hazards", sa.column("visit_id"))).where(sa.column("visit_id").is_(None)))
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_hazards_check_id_home_checks"), type_="foreignkey")
        batch_op.drop_column("check_id")
        batch_op.alter_column("visit_id", existing_type=ID, nullable=False)
    with op.batch_alter_table("staged_rows", schema=None) as batch_op:
        batch_op.drop_column("risk")
        batch_op.drop_column("village_code")
