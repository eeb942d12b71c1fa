"""Turns watched families, their plans and measures into what schemas dump."""

from collections.abc import Iterable
from typing import Any

from backend.models import Measure, Offer, Pairing, Plan, Watch
from backend.policy.county import current_policy
from backend.policy.helping import Warned
from backend.services import measures, paired, plans
from backend.services.insurance import Line
from backend.services.watches import WatchFile, standing_name
from backend.workflow.places import name_of


def watch(row: Watch) -> dict[str, Any]:
    """Return a family as a list shows it."""
    words = current_policy(row.county_code).dictionaries
    return {
        "id": row.id,
        "case_id": row.case_id,
        "household_id": row.household_id,
        "head_name": row.head_name,
        "village_name": name_of(row.village_code),
        "category_name": words["categories"].get(row.category, ""),
        "risk_names": [words["risks"].get(risk, risk) for risk in row.risks],
        "standing": row.standing,
        "standing_name": standing_name(row),
        "began_on": row.began_on,
        "removed_on": row.removed_on,
    }


def watch_file(file: WatchFile, warned: Iterable[Warned]) -> dict[str, Any]:
    """Return a family whole."""
    return {
        **watch(file.watch),
        "plan": plan(file.plan) if file.plan else None,
        "measures": [measure(each) for each in file.measures],
        "pairings": [pairing(each) for each in file.pairings],
        "warnings": list(warned),
    }


def plan(row: Plan) -> dict[str, Any]:
    """Return a plan with the family's own wishes."""
    words = current_policy(row.county_code).dictionaries
    return {
        "id": row.id,
        "labour": words["family_labour"].get(row.labour, row.labour),
        "needs": [words["measures"].get(need, need) for need in row.needs],
        "wishes": plans.wishes_of(row),
        "heard_on": row.heard_on,
        "made_by_name": row.made_by_name,
    }


def measure(row: Measure) -> dict[str, Any]:
    """Return a measure with names for its codes."""
    policy = current_policy(row.county_code)
    words, office = policy.dictionaries, policy.departments.get(row.department)
    plain = ("id", "person_name", "what", "responsible", "nature", "starts_on", "due_on", "planned_fen", "paid_fen")
    return {
        **{name: getattr(row, name) for name in (*plain, "progress", "funds", "family_says", "version")},
        "category_name": words["measures"].get(row.category, row.category),
        "department_name": office.name if office else row.department,
        "progress_name": words["measure_states"].get(row.progress, row.progress),
        "funds_name": words["fund_states"].get(row.funds, row.funds),
        "next_steps": list(measures.next_steps(row)),
    }


def pairing(row: Pairing) -> dict[str, Any]:
    """Return who answers for a family, with the telephone that the family is given."""
    plain = {name: getattr(row, name) for name in ("id", "name", "unit", "from_on", "until_on")}
    return {**plain, "phone": paired.phone_of(row)}


def offer(row: Offer) -> dict[str, Any]:
    """Return a dish of the menu."""
    policy = current_policy(row.county_code)
    office = policy.departments.get(row.department)
    return {
        **{name: getattr(row, name) for name in ("id", "category", "name", "who", "amount", "year")},
        "department_name": office.name if office else row.department,
        "category_name": policy.dictionaries["measures"].get(row.category, row.category),
    }


def insured(line: Line) -> dict[str, Any]:
    """Return one person of the insurance list."""
    return {
        "person_id": line.person.id,
        "person_name": line.person.name,
        "head_name": line.watch.head_name,
        "village_name": name_of(line.watch.village_code),
        "is_paid": line.is_paid,
        "subsidy_fen": line.known.subsidy_fen if line.known else 0,
    }
