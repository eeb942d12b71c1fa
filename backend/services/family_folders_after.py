"""The papers of a family's file after its inclusion: plan, measures, visits, removal."""

from sqlalchemy import select

from backend.db import db
from backend.models import RemovalCheck
from backend.policy.assessment import in_yuan
from backend.services import plans, removals, rounds, watches
from backend.services.family_papers import Paper, Source, day_of, facts, many


def plan_of(source: Source) -> list[Paper]:
    """Return the plan that counts."""
    row = watches.plan_of(source.watch.id) if source.watch else None
    if row is None:
        return []
    names = source.names
    said = facts(
        ("商量日期", day_of(row.heard_on)),
        ("和谁商量", names["relations"].get(row.heard_whom, "")),
        ("风险", many(names["risks"], row.risks)),
        ("劳动能力", names["family_labour"].get(row.labour, "")),
        ("需要哪些帮扶", many(names["measures"], row.needs)),
        ("制定人", row.made_by_name),
    )
    return [Paper("帮扶计划", said, plans.wishes_of(row))]


def measures_of(source: Source) -> list[Paper]:
    """Return every measure with how far it has come."""
    if source.watch is None:
        return []
    names, departments = source.names, source.policy.departments
    return [
        Paper(
            row.what,
            facts(
                ("类型", names["measures"].get(row.category, row.category)),
                ("帮谁", row.person_name or "全家"),
                ("单位", departments[row.department].name if row.department in departments else row.department),
                ("责任人", row.responsible),
                ("要办好的日期", day_of(row.due_on)),
                ("到哪一步", names["measure_states"].get(row.progress, row.progress)),
                ("办好日期", day_of(row.delivered_on)),
                ("资金", f"{in_yuan(row.paid_fen)}元" if row.paid_fen else ""),
                ("农户说", names["family_says"].get(row.family_says, "")),
            ),
        )
        for row in watches.measures_of(source.watch.id)
    ]


def visits_of(source: Source) -> list[Paper]:
    """Return the regular visits of the last two years, the oldest first."""
    if source.watch is None:
        return []
    names = source.names
    rows = rounds.visits_of(source.case.household_id, by=source.by)
    return [
        Paper(
            f"{day_of(row.visited_on)}走访",
            facts(
                ("走访人", row.by_name),
                ("方式", names["visit_ways"].get(row.way, "")),
                ("结论", names["round_conclusions"].get(row.conclusion, "")),
                ("变化", many(names["round_topics"], row.changed) or ("没有变化" if row.met else "没有见到人")),
            ),
        )
        for row in reversed(rows)
    ]


def removal_of(source: Source) -> list[Paper]:
    """Return the home checks before a removal, and the removal."""
    if source.watch is None:
        return []
    query = select(RemovalCheck).where(RemovalCheck.household_id == source.case.household_id).order_by(RemovalCheck.id)
    names, watch = source.names, source.watch
    found = [
        Paper(
            "风险消除核实",
            facts(
                ("日期", day_of(row.checked_on)),
                ("核实人", "、".join(each for each in (row.by_name, row.second_name) if each)),
                ("方式", names["removal_modes"].get(row.mode, "")),
                *(
                    (name, "满足" if row.met.get(code) else "没有满足")
                    for code, name in names["removal_checklist"].items()
                ),
                ("人均纯收入", f"{in_yuan(row.per_head_fen)}元"),
                (f"{row.line_of_year}年监测线", f"{row.line_yuan}元"),
                ("家里人的意见", names["family_views"].get(row.view, "")),
            ),
            removals.view_of(row),
        )
        for row in db.session.scalars(query)
        if row.watch_id == watch.id
    ]
    if watch.removed_on:
        found.append(
            Paper("风险消除", facts(("消除日期", day_of(watch.removed_on)), ("回退日期", day_of(watch.rolled_back_on))))
        )
    return found
