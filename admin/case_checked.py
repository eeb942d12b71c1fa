"""What was seen at home, for the page of a case: every check, the two newest side by side, a removal's, a warning's."""

from collections.abc import Sequence
from typing import Any

from admin.case_check import INCOME, Names, home_check
from admin.case_sides import Look, side_by_side
from backend.access.actor import Actor
from backend.access.permissions import ROLE_NAMES, Role
from backend.models import Case, CaseEvent, RemovalCheck
from backend.policy import Policy
from backend.policy.assessment import in_yuan
from backend.services import check_consents, check_history, family_warnings, removals
from backend.workflow.duties import REMOVAL, WARNING
from backend.workflow.sentences import action_name


def seen_at_home(case: Case, events: Sequence[CaseEvent], policy: Policy, *, by: Actor) -> dict[str, Any]:
    """Return the checks of this case, what differs from the look before, and what a removal or a warning found."""
    names = policy.dictionaries
    rows = check_history.checks_of_household(case, by=by)
    newest, before = _pair(case, rows)
    word = check_consents.word_of(case) if newest or before else None
    wanted = [each for each in rows if each.row.case_id == case.id or each is before]
    looks = {each.row.id: Look(each, home_check(each.row, names, word=word)) for each in wanted}
    removal = removals.check_of(case.id) if case.procedure == REMOVAL else None
    now = removal or (looks[newest.row.id] if newest else None)
    return {
        "checks": [
            {**looks[each.row.id].words, "who": _who(each, events)} for each in rows if each.row.case_id == case.id
        ],
        "sides": side_by_side(now, looks[before.row.id] if before else None, events, names),
        "removal": _removal(removal, names) if removal else None,
        "warning": _warning(case, policy) if case.procedure == WARNING else [],
    }


def _pair(
    case: Case, rows: Sequence[check_history.Checked]
) -> tuple[check_history.Checked | None, check_history.Checked | None]:
    """Return this case's newest check and the household's one before it; of a way out, the last one before it."""
    if case.procedure == REMOVAL:
        return None, next((each for each in rows if each.row.id < case.id), None)
    own = [index for index, each in enumerate(rows) if each.row.case_id == case.id]
    if not own:
        return None, None
    return rows[own[0]], rows[own[0] + 1] if own[0] + 1 < len(rows) else None


def _who(checked: check_history.Checked, events: Sequence[CaseEvent]) -> str:
    role = next((ROLE_NAMES[Role(each.actor_role)] for each in events if each.actor_id == checked.row.visitor_id), "")
    both = "、".join(each for each in (checked.visitor, checked.companion) if each)
    return f"{role} {both}".strip()


def _removal(row: RemovalCheck, names: Names) -> dict[str, Any]:
    return {
        "mode": names["removal_modes"].get(row.mode, row.mode),
        "met": [(name, bool(row.met.get(code))) for code, name in names["removal_checklist"].items()],
        "safety": [
            (name, row.safety.get(code, ""), names["safety"].get(row.safety.get(code, ""), "未填"), "")
            for code, name in names["safety_items"].items()
        ],
        "income": [(name, in_yuan(int(row.income.get(code, 0)))) for code, name in INCOME.items()],
        "heads": row.heads,
        "per_head": in_yuan(row.per_head_fen),
        "line": row.line_yuan,
        "line_of_year": row.line_of_year,
        "is_below": row.per_head_fen < row.line_yuan * 100,
        "view": names["family_views"].get(row.view, row.view),
        "view_words": removals.view_of(row),
        "heard": names["relations"].get(row.heard_whom, row.heard_whom),
        "who": "、".join(each for each in (row.by_name, row.second_name) if each),
        "on": row.checked_on,
    }


def _warning(case: Case, policy: Policy) -> list[dict[str, Any]]:
    names = policy.dictionaries["warning_items"]
    return [
        {
            "name": action_name(row.step, case.procedure),
            "items": "、".join(names.get(code, code) for code in row.items),
            "office": policy.departments[row.department].name if row.department in policy.departments else "",
            "words": words,
            "who": row.by_name,
            "at": row.noted_at,
        }
        for row, words in family_warnings.notes_of(case.id)
    ]
