"""投诉建议: from any WeChat account, with or without a case or a name; answered one level above whom it speaks of.

Who complains is sealed, and no scope of a village reaches a row of it; one about the township is out of its reach too.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints as Wrong
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import Complaint, ComplaintLine, Task
from backend.models.places import Place
from backend.policy.county import current_policy
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.receipts import clean_receipt_no, new_receipt_no
from backend.privacy.texts import clean_text
from backend.services import throttles
from backend.services.complaint_lines import RECEIVED, STATUS_NAMES, line_of, tell
from backend.services.sealing import Sealer
from backend.workflow.duties import COMPLAINT, COMPLAINT_ABOVE
from backend.workflow.places import name_of, place
from backend.workflow.tasks import open_lone_duty

MOST_TEXT = 1000
FREE_COMPLAINTS = 5
"""So many of one account go through at once; from then on each makes it wait longer."""
FREE_LOOKUPS = 5
VILLAGE, TOWNSHIP, COUNTY, PROGRAM = "village", "township", "county", "program"
ABOVE_THE_TOWNSHIP = frozenset({TOWNSHIP, COUNTY})
NAME_ON_DESK = "投诉建议"
COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS = 6, 9, 12


@dataclass(frozen=True)
class ComplaintForm:
    """What is complained about or proposed, of whom and where; by whom if they like.

    `said_place` is a village or township of the county. `key` is made by the client, one for each complaint.
    """

    kind: str
    target: str
    said_place: str
    text: str
    name: str = ""
    phone: str = ""
    key: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a complaint's timeline."""

    sentence: str
    detail: str
    at: datetime


@dataclass(frozen=True)
class OwnComplaint:
    """A complaint as its sender reads it."""

    receipt_no: str
    kind_name: str
    status: str
    sent_at: datetime
    whom: str
    due_on: date | None
    timeline: Sequence[Line]


def complain(form: ComplaintForm, *, by: Actor) -> OwnComplaint:
    """Take a complaint or suggestion from a WeChat account; without a name nothing leads back to the account.

    Errors: `TooMany` for an account that complains again and again; `Invalid` names each field.
    """
    require(by.role, Action.COMPLAIN)
    _slow_down(by)
    return _take(form, by, entered=False)


@use_case
def enter_complaint(form: ComplaintForm, *, by: Actor) -> OwnComplaint:
    """Type a complaint for somebody without a phone: at the township, or at the county if it is about the township."""
    require(by.role, Action.ENTER_COMPLAINT)
    if len(by.region_code) > TOWN_DIGITS:
        raise NotAllowed
    if len(by.region_code) == TOWN_DIGITS and form.target in ABOVE_THE_TOWNSHIP:
        raise Invalid.field("target", f"反映乡镇或县里的，请本人打{name_of(by.county_code)}的电话，由县里登记。")
    if len(by.region_code) == TOWN_DIGITS and form.said_place[:TOWN_DIGITS] != by.region_code:
        raise Invalid.field("said_place", "请选本乡镇的村；别的乡镇的，请本人打那边的电话。")
    return _take(form, by, entered=True)


def targets_for(by: Actor) -> dict[str, str]:
    """Return of whom the actor may type a complaint: one about the township is typed in at the county."""
    targets = current_policy(by.county_code).dictionaries["complaint_targets"]
    is_county = len(by.region_code) == COUNTY_DIGITS
    return {code: name for code, name in targets.items() if is_county or code not in ABOVE_THE_TOWNSHIP}


def own_complaints(*, by: Actor, size: int = 50) -> list[OwnComplaint]:
    """Return what this account complained about under a name, the newest first."""
    require(by.role, Action.COMPLAIN)
    if by.account_id is None:
        return []
    with as_system("somebody reads their own complaints"):  # staff complain too, and their scope is a place
        query = select(Complaint).where(Complaint.account_id == by.account_id).order_by(Complaint.id.desc())
        return [_shown(each) for each in db.session.scalars(query.limit(size))]


def look_up(receipt_no: str, *, by: Actor) -> OwnComplaint:
    """Return where a complaint stands to whoever holds its number; guessing is slowed down."""
    require(by.role, Action.COMPLAIN)
    key = throttles.nobodys(f"complaint lookup:{by.account_id or by.id}")
    throttles.refuse_if_waiting(key)
    number = clean_receipt_no(receipt_no)
    with as_system("a complaint's sender asks with its number"):
        found = db.session.scalars(select(Complaint).where(Complaint.receipt_no == number)).one_or_none()
        if found is not None:
            return _shown(found)
    use_case(throttles.count_failure)(key, free=FREE_LOOKUPS)
    raise NotFound("没有找到这个回执号，请再看看。")


@use_case
def _slow_down(by: Actor) -> None:
    key = throttles.nobodys(f"complaint:{by.account_id or by.id}")
    throttles.refuse_if_waiting(key)
    throttles.count_failure(key, free=FREE_COMPLAINTS)


@use_case
def _take(form: ComplaintForm, by: Actor, *, entered: bool) -> OwnComplaint:
    with as_system("a complaint is taken"):
        known = select(Complaint).where(Complaint.client_key == form.key.lower())
        row = db.session.scalars(known).one_or_none()
        if row is None:
            row = _new_row(form, by, entered=entered)
            duty = COMPLAINT_ABOVE if row.target in ABOVE_THE_TOWNSHIP else COMPLAINT
            task = open_lone_duty(
                duty,
                place=_lies_in(row.said_place, row.target),
                owner_region=row.township_code or row.county_code,
                name=NAME_ON_DESK,
                detail={"complaint": str(row.id)},
            )
            db.session.flush()  # its duty first: the complaint points at it
            row.task_id = task.id
            db.session.add(row)
            db.session.flush()
            tell(row, RECEIVED, due_on=task.due_on, by=by)
        return _shown(row)


def _new_row(form: ComplaintForm, by: Actor, *, entered: bool) -> Complaint:
    policy, wrong = current_policy(by.county_code), Wrong()
    wrong.take(lambda: _check_key(form.key), None)
    name = wrong.take(lambda: clean_name(form.name, field="name"), "") if form.name.strip() else ""
    phone = wrong.take(lambda: parse_phone(form.phone), "") if form.phone.strip() else ""
    text = wrong.take(lambda: clean_text(form.text, most=MOST_TEXT, field="text"), "")
    if form.kind not in policy.dictionaries["complaint_kinds"]:
        wrong.add("kind", "请选一类。")
    if form.target not in policy.dictionaries["complaint_targets"]:
        wrong.add("target", "请选反映的是谁。")
    where = wrong.take(lambda: _check_place(form, by.county_code), "")
    wrong.raise_if_any()
    complaint_id = new_id()
    sealer = Sealer("complaints", complaint_id)
    return Complaint(
        id=complaint_id,
        receipt_no=new_receipt_no(),
        client_key=form.key.lower(),
        kind=form.kind,
        target=form.target,
        said_place=where,
        policy_version=policy.version,
        name_sealed=sealer.keep("name_sealed", name),
        phone_sealed=sealer.keep("phone_sealed", phone),
        text_sealed=sealer.must("text_sealed", text),
        entered_by=by.id if entered else None,
        # Typed by staff it is nobody's account's; without a name nothing may lead back to one.
        account_id=by.account_id if name and not entered else None,
        sent_at=clock.now(),
        status=RECEIVED,
        audit_count=0,
        audit_head="",
        **_lies_in(where, form.target),
    )


def _check_key(key: str) -> None:
    try:
        uuid.UUID(key)
    except ValueError:
        raise Invalid.field("key", "缺少提交编号，请重新打开页面再提交。") from None


def _check_place(form: ComplaintForm, county_code: str) -> str:
    """Check that it is a village where a village is spoken of, and lies in this county."""
    if form.target == COUNTY:
        return county_code
    code = form.said_place.strip()
    levels = {VILLAGE_DIGITS} if form.target == VILLAGE else {TOWN_DIGITS, VILLAGE_DIGITS}
    if len(code) not in levels or not code.startswith(county_code) or place(code) is None:
        raise Invalid.field("said_place", "请选是哪个村（反映乡镇的，选乡镇）。")
    return code


def _lies_in(said_place: str, target: str) -> Place:
    """Give the row the place of the level that answers it, out of the reach of those below."""
    township = "" if target in ABOVE_THE_TOWNSHIP else said_place[:TOWN_DIGITS]
    return Place(county_code=said_place[:COUNTY_DIGITS], township_code=township, village_code="", grid_code=None)


def _shown(row: Complaint) -> OwnComplaint:
    task = db.session.scalars(select(Task).where(Task.id == row.task_id)).one()
    lines = select(ComplaintLine).where(ComplaintLine.complaint_id == row.id).order_by(ComplaintLine.id)
    kinds = current_policy(row.county_code).dictionaries["complaint_kinds"]
    return OwnComplaint(
        receipt_no=row.receipt_no,
        kind_name=kinds.get(row.kind, row.kind),
        status=STATUS_NAMES[row.status],
        sent_at=row.sent_at,
        whom=name_of(row.township_code or row.county_code),
        due_on=task.open_due,
        timeline=[Line(each.sentence, line_of(each), each.happened_at) for each in db.session.scalars(lines)],
    )
