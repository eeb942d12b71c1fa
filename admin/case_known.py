"""What the forms of a case page choose from and begin with."""

from collections.abc import Mapping
from typing import Any

from admin.case_forms import Known
from admin.words import place
from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.policy import Policy
from backend.services import announcements, authorizations, localities, splits
from backend.services.authorization_forms import OWN_PHONE, PAPER
from backend.services.case_records import Records
from backend.services.cases import CaseFile
from backend.services.dossiers import Dossier

AGREES = {"yes": "一样", "no": "不一样"}
MARKS = {"thumbprint": "按手印", "mark": "画押"}


def known_of(
    file: CaseFile, dossier: Dossier, seen: Records, found: Mapping[str, Any], policy: Policy, by: Actor
) -> Known:
    """Return the lists, first values and names of one case for whoever looks."""
    case, names = file.case, policy.dictionaries
    members = {str(each.person.id): each.person.name for each in dossier.members}
    townships = localities.townships_within(by=by) if may(by.role, Action.HAND_OVER) else []
    return Known(
        lists={
            **names,
            "agrees": AGREES,
            "departments": {code: office.name for code, office in policy.departments.items()},
            "members": members,
            "marks": MARKS,
            "split_kinds": splits.KINDS,
            "ways_at_desk": {code: name for code, name in names["authorization_ways"].items() if code != OWN_PHONE},
            "relations_but_head": {code: name for code, name in names["relations"].items() if code != "head"},
            "villages": {place(each.code): {code: place(code) for code, _ in each.villages} for each in townships},
            "all_villages": _all_villages(by),
            "grid": _grid(file, dossier, policy),
        },
        starts={
            "category": dossier.proposed_category or "",
            "urgency": case.urgency,
            "today": clock.today().isoformat(),
            "yes": "yes",
            "batch_number": seen.batch_number,
            "paper": PAPER,
            "authorization": authorizations.text_of(case),
            "authorization_withdrawn": authorizations.consequence_of(case),
            "announcement": str(announcements.text_of(case, seen.batch_number or "（文号）")),
        },
        subjects={
            "department": {code: office.name for code, office in policy.departments.items()},
            "transfer": names["transfers"],
            "objection": {str(each["id"]): each["ground"] for each in found["objections"]},
            "opinion": {
                str(row.id): f"{row.phoned_by}{clock.local(row.phoned_at):%m月%d日}电话同意"
                for row in dossier.opinions
                if row.phoned_at
            },
        },
    )


def _all_villages(by: Actor) -> dict[str, dict[str, str]]:
    """Return every village of the county by township: a family may live in any of them."""
    if not may(by.role, Action.CORRECT_FAMILY):
        return {}
    townships = localities.townships_of(by.county_code)
    return {place(each.code): {code: place(code) for code, _ in each.villages} for each in townships}


def _grid(file: CaseFile, dossier: Dossier, policy: Policy) -> dict[str, Any]:
    """Return, for each member, the items to compare; none for whoever gave no word."""
    skipped = file.case.marks.get("skipped_items", [])
    reasons = policy.dictionaries["not_compared_reasons"]
    items = {code: name for code, name in policy.dictionaries["compare_items"].items() if code not in skipped}
    return {
        str(each.person.id): {
            "name": each.person.name,
            "items": items if each.is_valid else {},
            "why_not": "" if each.is_valid else reasons[each.why_not],
            "answers": {"no_hit": "没有", "hit": "有"}
            | {f"not_compared:{code}": f"没有比对：{reasons[code]}" for code in ("no_number", "no_answer")},
        }
        for each in dossier.members
    }
