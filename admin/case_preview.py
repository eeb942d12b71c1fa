"""What is shown of a case beside the queue: who, where it stands, what is owed and what comes next; no sealed word."""

from typing import Any

from admin.case_duties import duty_line
from admin.words import place
from backend.access.actor import Actor
from backend.policy.county import policy_of
from backend.policy.rules import NORMAL
from backend.privacy.receipts import spoken
from backend.services import reveals, steps
from backend.services.cases import CaseFile
from backend.services.reveals import FIELD_NAMES
from backend.workflow.sentences import action_name
from backend.workflow.states import STATE_NAMES, State

LAST_EVENTS = 4


def preview_of(file: CaseFile, *, by: Actor) -> dict[str, Any]:
    """Return the few things that say whether a case is worth opening now."""
    case = file.case
    policy = policy_of(case.county_code, case.policy_version)
    words = policy.dictionaries
    possible = steps.steps_of(file, by=by)
    return {
        "id": case.id,
        "head_name": case.head_name,
        "state": STATE_NAMES[State(case.state)],
        "number": spoken(case.number),
        "place": f"{place(case.township_code)} {place(case.village_code)}",
        "urgency": words["urgency"].get(case.urgency, "") if case.urgency != NORMAL else "",
        "risk": "、".join(words["risks"].get(code, code) for code in case.marks.get("risks") or [case.risk]),
        "channel": words["channels"].get(case.channel, case.channel),
        "category": words["categories"].get(str(case.marks.get("category", "")), ""),
        "discovered_on": case.discovered_on,
        "promised_on": case.promised_on,
        "is_closed": case.closed_at is not None,
        "masked": [(FIELD_NAMES[field], shown) for field, shown in reveals.masked(case).items()],
        "missing_photos": file.missing_photos,
        "duties": [duty_line(task, policy, by) for task in file.duties],
        "steps": [each.name for each in possible if each.is_owed and not each.hindered],
        "waiting": [(each.name, each.hindered) for each in possible if each.is_owed and each.hindered],
        "events": [
            {"name": action_name(row.action, case.procedure), "at": row.happened_at, "who": row.actor_name}
            for row in list(file.events)[: -LAST_EVENTS - 1 : -1]
        ],
        "counts": {"照片": _of(file, "picture"), "入户": len(file.visits), "申报": len(file.declarations)},
    }


def _of(file: CaseFile, kind: str) -> int:
    return sum(row.kind == kind for row in file.files)
