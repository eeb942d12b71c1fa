"""Turns home checks and clues into what schemas dump."""

from typing import Any

from backend.models import Clue, HomeCheck, HomeCheckDraft, Kinship
from backend.policy.county import current_policy
from backend.privacy.receipts import spoken
from backend.services import check_drafts, clues
from backend.services.check_drafts import Saved
from backend.services.check_review import LookedOver
from backend.workflow.places import name_of

_CHECK = (
    "id",
    "case_id",
    "conclusion",
    "is_on_site",
    "window_from",
    "window_until",
    "heads",
    "net_fen",
    "net_per_head_fen",
    "reference_per_head_fen",
    "line_yuan",
    "formula",
    "category_proposed",
    "category",
    "warnings",
    "agrees",
    "filed_at",
)
_CLUE = ("id", "receipt_no", "head_name", "channel", "risk", "discovered_on", "entered_at")


def checked(check: HomeCheck) -> dict[str, Any]:
    """Return a filed check with its form, numbers masked."""
    return {name: getattr(check, name) for name in _CHECK} | {"content": form(check_drafts.content_of(check))}


def form(content: dict[str, Any]) -> dict[str, Any]:
    """Return a form with its ids as text: JavaScript cannot hold 63 bits."""
    members = [{**each, "person_id": _text(each["person_id"])} for each in content["members"]]
    second = {"second_id": _text(content["second_id"])} if "second_id" in content else {}
    return {**content, **second, "members": members}


def _text(row_id: int | None) -> str | None:
    return None if row_id is None else str(row_id)


def reviewed(seen: LookedOver) -> dict[str, Any]:
    """Return what the program makes of a form."""
    year = seen.form.visited_on.year
    return {
        "formula": [*(seen.sums.sentences if seen.sums else ()), seen.line.in_words(year)],
        "window_from": seen.window[0],
        "window_until": seen.window[1],
        "category": seen.proposal.category if seen.proposal else "",
        "findings": seen.findings,
    }


def draft_of(found: tuple[HomeCheckDraft, dict[str, Any] | None] | None) -> dict[str, Any]:
    """Return a draft, or that there is none."""
    if found is None:
        return {"content": None, "number": 0, "saved_at": None}
    draft, content = found
    return {"content": content, "number": draft.number, "saved_at": draft.saved_at}


def saved_draft(saved: Saved) -> dict[str, Any]:
    """Return what became of a save."""
    draft = saved.draft
    stands = {"number": draft.number, "saved_at": draft.saved_at} if draft else {"number": 0, "saved_at": None}
    return {"is_kept": saved.is_kept, "said": saved.said, **stands}


def clue(row: Clue) -> dict[str, Any]:
    """Return a clue as an office sees it."""
    words = current_policy(row.county_code).dictionaries
    return {name: getattr(row, name) for name in _CLUE} | {
        "case_id": row.case_id,
        "joined": row.joined,
        "urgency": row.urgency,
        "village_name": name_of(row.said_village),
        "channel_name": words["channels"].get(row.channel, row.channel),
        "verdict": row.verdict,
        "verdict_name": words["clue_verdicts"].get(row.verdict, row.verdict) if row.verdict else "",
        "what": clues.words_of(row),
    }


def report(row: Clue) -> dict[str, Any]:
    """Return a clue as whoever reported it sees it: its number, and nothing about the family."""
    return {name: getattr(row, name) for name in _CLUE} | {
        "receipt_spoken": spoken(row.receipt_no),
        "village_name": name_of(row.said_village),
        "status": clues.read_by_reporter(row),
    }


def kin(row: Kinship) -> dict[str, Any]:
    """Return an entry of the register of kin."""
    words = current_policy(row.county_code).dictionaries
    return {
        "id": row.id,
        "household_id": row.household_id,
        "village_name": name_of(row.village_code),
        "official_name": row.official_name,
        "post_name": words["kin_posts"].get(row.post, row.post),
        "relation_name": words["kin_relations"].get(row.relation, row.relation),
        "registered_at": row.registered_at,
    }
