"""What was gathered on one family, section by section, in words: for whoever decides, beside the forms."""

from datetime import date
from typing import Any

from admin.case_check import Names
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.models import Case, DepartmentCheck, GreenOpinion, Judgement, MeetingItem
from backend.policy import Policy
from backend.policy.assessment import in_yuan
from backend.services import (
    checks,
    comparisons,
    green_channels,
    judgements,
    meeting_items,
    objection_readings,
    objections,
    sittings,
)
from backend.services.authorizations import Member
from backend.services.case_records import Posted, Records, Spoken
from backend.services.comparisons import HIT, NO_HIT
from backend.services.dossiers import Dossier
from backend.workflow.sentences import ACTION_NAMES

SITTINGS = {"consultation": "村两委会商", "meeting": "民主评议", "failed": "评议会未开成"}
AGREED = {"proposed": "提出建议", "agreed": "同意", "refused": "未通过", "failed": "人数不够"}
LEVELS = {"town": "乡镇", "county": "县里"}
BOOKED_AS = {"temporary_relief": "临时救助"}


def gathered(case: Case, file: Dossier, seen: Records, policy: Policy, *, by: Actor) -> dict[str, Any]:
    """Return every section of the page that the whole procedure adds."""
    names, marks = policy.dictionaries, case.marks
    return {
        "members": [_member(each, names) for each in file.members],
        "departments": [_department(each, policy) for each in file.checks],
        "comparisons": [_comparison(each, names) for each in file.comparisons],
        "compared": _compared(file, names),
        "hits": _hits(file, names),
        "sittings": [_sitting(each, names) for each in seen.sittings],
        "sheets": [_sheet(each) for each in seen.sheets],
        "readings": [_reading(each, names) for each in seen.readings],
        "objections": _objections(case, names, by),
        "heard": objections.heard_of(case.id, by=by).sentence if "objected" in marks else "",
        "judgements": [_judgement(each, names) for each in file.judgements],
        "green": _green(file, names),
        "opinions": [_opinion(each) for each in file.opinions],
        "to_make_up": file.to_make_up,
        "backfill_by": date.fromisoformat(marks["backfill_by"]) if "backfill_by" in marks else None,
        "booked_as": BOOKED_AS.get(marks.get("aid_booked_as", ""), ""),
        "announcements": file.announcements,
        "entries": seen.entries,
        "proposed": names["categories"].get(file.proposed_category or "", ""),
        "compare_items": list(names["compare_items"].values()),
    }


def _member(member: Member, names: Names) -> dict[str, Any]:
    row = member.authorization
    return {
        "name": member.person.name,
        "relation": names["relations"].get(member.person.relation, member.person.relation),
        "authorization": row.id if row else None,
        "is_valid": member.is_valid,
        "why_not": "" if member.is_valid else names["not_compared_reasons"][member.why_not],
        "way": names["authorization_ways"].get(row.way or "", "") if row else "",
        "signed_on": row.signed_on if row else None,
        "until_on": row.until_on if row else None,
        "guardian": row.guardian if row else "",
        "witnesses": "、".join(each["name"] for each in row.witnesses) if row else "",
    }


def _department(row: DepartmentCheck, policy: Policy) -> dict[str, Any]:
    office = policy.departments.get(row.department)
    return {
        "name": office.name if office else row.department,
        "opinion": policy.dictionaries["check_opinions"].get(row.opinion, row.opinion),
        "is_confirmed": row.opinion == "confirmed",
        "findings": checks.findings_of(row),
        "on": row.checked_on,
        "who": "、".join(each for each in (row.checker_name, row.second_name) if each),
    }


def _comparison(row: Any, names: Names) -> dict[str, Any]:
    return {
        "is_skip": row.kind == comparisons.SKIPPED,
        "who": row.by_name,
        "at": row.filed_at,
        "items": "、".join(names["compare_items"].get(code, code) for code in row.skipped),
        "reason": comparisons.reason_of(row),
    }


def _compared(file: Dossier, names: Names) -> list[dict[str, Any]]:
    """Return the newest result of each member and item, a line a member."""
    newest = {(each.person_id, each.item): each for each in file.results}
    return [
        {
            "name": member.person.name,
            "cells": [_cell(newest.get((member.person.id, item)), names) for item in names["compare_items"]],
        }
        for member in file.members
        if any(person == member.person.id for person, _ in newest)
    ]


def _cell(row: Any, names: Names) -> tuple[str, str]:
    """Return how a result is marked, and its words."""
    if row is None:
        return "", "—"
    if row.result in {HIT, NO_HIT}:
        return row.result, names["compare_results"][row.result]
    return row.result, names["not_compared_reasons"].get(row.why or "", "没有比对")


def _hits(file: Dossier, names: Names) -> list[dict[str, Any]]:
    people = {each.person.id: each.person.name for each in file.members}
    return [
        {
            "id": row.id,
            "name": people.get(row.person_id, ""),
            "item": names["compare_items"].get(row.item, row.item),
            "explained_by": row.explained_by,
            **comparisons.words_of(row),
        }
        for row in file.results
        if row.result == HIT
    ]


def _sitting(each: Spoken, names: Names) -> dict[str, Any]:
    meeting, item = each.meeting, each.item
    helped, words = meeting_items.texts_of(item)
    return {
        "name": SITTINGS.get(meeting.kind, meeting.kind),
        "form": names["meeting_form"].get(meeting.form, ""),
        "on": meeting.held_on,
        "place": meeting.place,
        "who": f"主持{meeting.chair}，记录{meeting.recorder}",
        "outcome": AGREED.get(item.outcome, item.outcome),
        "is_against": item.outcome in {"refused", "failed"},
        "votes": _votes(item),
        "category": names["categories"].get(item.category, ""),
        "risks": "、".join(names["risks"].get(code, code) for code in item.risks),
        "help": helped,
        "words": words,
        "minutes": sittings.minutes_of(meeting),
    }


def _votes(item: MeetingItem) -> str:
    if not item.voters:
        return ""
    recused = f"，回避{'、'.join(item.recused)}" if item.recused else ""
    votes = f"同意{item.votes_for}，反对{item.votes_against}，弃权{item.votes_abstained}"
    return f"应到{item.voters}人，到会能表决的{item.present}人：{votes}{recused}"


def _sheet(each: Posted) -> dict[str, Any]:
    names = ("posted_on", "until", "place", "witness", "taken_down_on")
    return {"number": each.number, **{name: getattr(each.notice, name) for name in names}}


def _reading(row: Any, names: Names) -> dict[str, Any]:
    whom = names["relations"].get(row.told_whom, "")
    return {"on": row.read_on, "way": names["notice_ways"].get(row.way, row.way), "whom": whom, "who": row.read_by_name}


def _objections(case: Case, names: Names, by: Actor) -> list[dict[str, Any]]:
    """Return the objections for whoever may read them; a village learns no more than that there is one."""
    if not may(by.role, Action.READ_OBJECTIONS):
        return []
    return [
        {
            "id": each.objection.id,
            "ground": names["objection_grounds"].get(each.objection.ground, each.objection.ground),
            "at": each.objection.objected_at,
            "outcome": objection_readings.OUTCOME_NAMES[each.objection.outcome],
            "same": each.same,
            "due_on": each.duty.open_due if each.duty else None,
        }
        for each in objection_readings.objections_of(case.id, by=by)
    ]


def _judgement(row: Judgement, names: Names) -> dict[str, Any]:
    return {
        "name": ACTION_NAMES[Action(row.action)],
        "who": row.by_name,
        "at": row.judged_at,
        "category": names["categories"].get(row.category or "", ""),
        "proposed": names["categories"].get(row.category_proposed or "", ""),
        "differs": row.category_proposed is not None and row.category != row.category_proposed,
        "transfer": names["transfers"].get(row.transfer or "", ""),
        **judgements.words_of(row),
    }


def _green(file: Dossier, names: Names) -> dict[str, Any] | None:
    row = file.green
    if row is None:
        return None
    money = f"{in_yuan(row.cents)}元" if row.cents is not None else ""
    return {
        "cause": names["green_causes"].get(row.cause, row.cause),
        "studied_on": row.studied_on,
        "asked_by": row.asked_by_name,
        "asked_at": row.asked_at,
        "given": "，".join(each for each in (row.how_much, money) if each),
        "delivered_on": row.delivered_on,
        "delivered_by": row.delivered_by_name,
        "family_confirmed": row.family_confirmed,
        **green_channels.words_of(row),
    }


def _opinion(row: GreenOpinion) -> dict[str, Any]:
    return {
        "level": LEVELS.get(row.level, row.level),
        "agrees": row.agrees,
        "who": row.by_name,
        "at": row.given_at,
        "phoned_by": row.phoned_by,
        "phoned_at": row.phoned_at,
        "signed_by": row.signed_by_name,
        "signed_at": row.signed_at,
    }
