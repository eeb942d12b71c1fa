"""Two checks of one family side by side: the newest beside the one before it, and what is different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin.case_check import INCOME, Names
from admin.words import day
from backend.access.permissions import ROLE_NAMES, Role
from backend.models import CaseEvent, RemovalCheck
from backend.policy.assessment import in_yuan
from backend.services.check_history import Checked

NEVER_MARKED = frozenset({"哪一天", "怎样核实的"})
"""What differs at every visit and says nothing."""


@dataclass(frozen=True)
class Side:
    """One look at the family: who looked, and what was found, label by label."""

    who: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Look:
    """One filed check: its row with who went, and its words as the page shows them."""

    checked: Checked
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One fact on both sides; `by` says by how much a sum went up or down."""

    label: str
    before: str
    now: str
    differs: bool
    by: str = ""


@dataclass(frozen=True)
class Sides:
    """Both sides, and how many facts differ."""

    before: str
    now: str
    lines: Sequence[Line]

    @property
    def different(self) -> int:
        """Return how many facts differ."""
        return sum(line.differs for line in self.lines)


def side_by_side(
    newest: Look | RemovalCheck | None, before: Look | None, events: Sequence[CaseEvent], names: Names
) -> Sides | None:
    """Return the newest look at a family beside the one before it; None where there is one only.

    The one before may be the village's beside the township's, or last year's beside this one.
    """
    if newest is None or before is None:
        return None
    roles = {each.actor_id: ROLE_NAMES[Role(each.actor_role)] for each in events}
    now = _of_check(newest, roles) if isinstance(newest, Look) else _of_removal(newest, names, roles)
    then = _of_check(before, roles)
    both = [label for label in now.facts if label in then.facts]
    return Sides(then.who, now.who, [_line(label, then.facts[label], now.facts[label]) for label in both])


def _line(label: str, before: str, now: str) -> Line:
    differs = before != now and label not in NEVER_MARKED
    return Line(label, before, now, differs, _by(before, now) if differs else "")


def _by(before: str, now: str) -> str:
    """Say by how much a sum changed: 多1200.00元."""
    if not (before.endswith("元") and now.endswith("元")):
        return ""
    change = round((float(now[:-1]) - float(before[:-1])) * 100)
    return f"{'多' if change > 0 else '少'}{in_yuan(abs(change))}元"


def _who(name: str, second: str, staff_id: int, roles: Mapping[int, str]) -> str:
    both = "、".join(each for each in (name, second) if each)
    return f"{roles.get(staff_id, '')} {both}".strip()


def _of_check(look: Look, roles: Mapping[int, str]) -> Side:
    checked, words = look.checked, look.words
    facts = {
        "哪一天": day(checked.visited_on),
        "怎样核实的": words["way"] if words["is_on_site"] else f"{words['way']}（非现场）",
        "共同生活": f"{words['heads']}人",
        **{name: f"{yuan}元" for name, yuan in words["income"]},
        "人均纯收入": f"{words['net_per_head']}元",
        "人均收入参考值": f"{words['reference']}元",
        "监测线": f"{words['line']}.00元",
        **dict(words["assessed"]),
        **{name: said for name, _, said, _ in words["safety"]},
        "财产": "、".join(each["name"] for each in words["assets"]) or "没有",
        "风险": "、".join(words["risks"]) or "没有",
        "类别": words["category"],
        "家里有谁": "、".join(each["name"] for each in words["members"]),
    }
    return Side(_who(checked.visitor, checked.companion, checked.row.visitor_id, roles), facts)


def _of_removal(row: RemovalCheck, names: Names, roles: Mapping[int, str]) -> Side:
    facts = {
        "哪一天": day(row.checked_on),
        "共同生活": f"{row.heads}人",
        **{name: f"{in_yuan(int(row.income.get(code, 0)))}元" for code, name in INCOME.items()},
        "人均纯收入": f"{in_yuan(row.per_head_fen)}元",
        "监测线": f"{row.line_yuan}.00元",
        **_safety(row.safety, names),
    }
    return Side(_who(row.by_name, row.second_name, row.by_id, roles), facts)


def _safety(safety: Mapping[str, Any], names: Names) -> dict[str, str]:
    return {name: names["safety"].get(safety.get(code, ""), "未填") for code, name in names["safety_items"].items()}
