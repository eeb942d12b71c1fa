"""Objections: anybody may raise one, without a name too; the township hears who, the village that there is one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, system_actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import Case, NoticeItem, Objection
from backend.models.objections import NO_VILLAGE
from backend.policy.county import policy_of
from backend.privacy.contents import content_digest
from backend.privacy.current import keys
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.receipts import new_receipt_no
from backend.privacy.seal import Place, seal
from backend.privacy.texts import clean_text
from backend.services import notice_pages, throttles
from backend.services.objection_answers import repeat_answer
from backend.workflow import engine
from backend.workflow.engine import find_case
from backend.workflow.places import name_of
from backend.workflow.states import Kind
from backend.workflow.tasks import open_duties
from backend.workflow.trail import record_on_case

MOST_TEXT = 1000
FREE_OBJECTIONS = 5
"""So many of one account go through at once; from then on each makes it wait longer."""
OTHER = "other"


@dataclass(frozen=True)
class ObjectionForm:
    """What is objected, and by whom if they like: without a name nothing links it to an account.

    `key` is made by the client, one for each objection: a repeat returns the first one's receipt.
    """

    ground: str
    text: str = ""
    name: str = ""
    phone: str = ""
    key: str = ""


@dataclass(frozen=True)
class Receipted:
    """What an objector gets: a number to ask with."""

    receipt_no: str


@dataclass(frozen=True)
class Heard:
    """All that a village may know of the objections against a family."""

    open: bool
    sentence: str


def object_to_notice(token: str, number: int, form: ObjectionForm, *, by: Actor) -> Receipted:
    """Take an objection against the family with this number on a posted sheet, from any WeChat account.

    Errors: `NotFound` for a wrong code or number; `NotPossibleNow` after the notice's last day; `TooMany` for
    an account that objects again and again; `Invalid` names each field.
    """
    require(by.role, Action.OBJECT)
    notice = notice_pages.find_posted(token)
    if clock.today() > notice.until:
        raise NotPossibleNow(f"公示期已过。还有意见，请向{name_of(notice.township_code)}反映。")
    with as_system("which family is meant by its number on the sheet?"):
        query = select(NoticeItem.case_id).where(NoticeItem.notice_id == notice.id, NoticeItem.number == number)
        case_id = db.session.scalars(query).one_or_none()
    if case_id is None:
        raise Invalid.field("number", "纸上没有这个序号，请再看看。")
    _slow_down(by)
    return _take(case_id, form, by, entered=False)


@use_case
def enter_objection(case_id: int, form: ObjectionForm, *, by: Actor, is_their_wish: bool = False) -> Receipted:
    """Type an objection for a person who came or called; in the village only if that person wishes so (practice P31).

    What was typed is sealed at once: whoever typed it in the village cannot read it again.
    """
    require(by.role, Action.OBJECT)
    if not by.is_staff:
        raise NotAllowed
    if len(by.region_code) >= 12 and not is_their_wish:
        raise Invalid.field("is_their_wish", "异议一般由乡镇登记；本人要求在村里登记的，请勾选。")
    find_case(case_id)
    return _take(case_id, form, by, entered=True)


def heard_of(case_id: int, *, by: Actor) -> Heard:
    """Say whether an objection against a family is being looked into: nothing of what it says, nor of whom."""
    require(by.role, Action.READ_PROCEEDINGS)
    case = db.session.scalars(select(Case.id).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    is_open = any(Kind(task.kind) is Kind.OBJECTION for task in open_duties(case_id))
    return Heard(is_open, "有一条异议正在核查，由乡镇办理。" if is_open else "没有正在核查的异议。")


def own_objections(*, by: Actor, size: int = 50) -> Sequence[Objection]:
    """Return what this account objected to under a name, the newest first."""
    require(by.role, Action.READ_INBOX)
    if by.account_id is None:
        return ()
    query = select(Objection).where(Objection.account_id == by.account_id).order_by(Objection.id.desc())
    return db.session.scalars(query.limit(size)).all()


@use_case
def _slow_down(by: Actor) -> None:
    key = throttles.nobodys(f"objection:{by.account_id or by.id}")
    throttles.refuse_if_waiting(key)
    throttles.count_failure(key, free=FREE_OBJECTIONS)


@use_case
def _take(case_id: int, form: ObjectionForm, by: Actor, *, entered: bool) -> Receipted:
    with as_system("an objection is taken"):
        case = find_case(case_id)
        known = db.session.scalars(select(Objection).where(Objection.client_key == form.key.lower())).one_or_none()
        if known is not None:
            return Receipted(known.receipt_no)
        objection = _checked(case, form, by, entered=entered)
        _find_its_duty(case, objection)
        db.session.flush()  # its duty first: the objection points at it
        db.session.add(objection)
        return Receipted(objection.receipt_no)


def _find_its_duty(case: Case, objection: Objection) -> None:
    """Join the duty of the same content, repeat its answer if it was decided, or open a duty of its own."""
    by = system_actor(case.county_code, "an objection")
    same = select(Objection).where(Objection.case_id == case.id, Objection.content_digest == objection.content_digest)
    earlier = db.session.scalars(same.order_by(Objection.id)).all()
    decided = next((each for each in earlier if each.outcome), None)
    joined = next((each.task_id for each in earlier if each.task_id and _is_open(case.id, each.task_id)), None)
    detail = {"objection": str(objection.id)}
    if joined is not None:
        objection.task_id = joined
        record_on_case(case, by=by, action="objection_joined", detail=detail)
    elif decided is not None:
        repeat_answer(decided, objection)
        record_on_case(case, by=by, action="objection_repeated", detail=detail)
    else:
        # In the system's name: an event of the case is read in the village, and never says who objected.
        task = engine.move(case, Action.OBJECT, by=by, detail=detail)
        objection.task_id = task.id if task else None


def _is_open(case_id: int, task_id: int) -> bool:
    return any(task.id == task_id for task in open_duties(case_id))


def _checked(case: Case, form: ObjectionForm, by: Actor, *, entered: bool) -> Objection:
    complaints = Complaints()
    complaints.take(lambda: _check_key(form.key), None)
    name = complaints.take(lambda: clean_name(form.name, field="name"), "") if form.name.strip() else ""
    phone = complaints.take(lambda: parse_phone(form.phone), "") if form.phone.strip() else ""
    text = complaints.take(lambda: _check_text(form), "")
    if form.ground not in policy_of(case.county_code, case.policy_version).dictionaries["objection_grounds"]:
        complaints.add("ground", "请选择对哪方面有意见。")
    complaints.raise_if_any()
    objection_id = new_id()

    def sealed(column: str, value: str) -> str | None:
        return seal(value, keys=keys(), place=Place("objections", column, objection_id)) if value else None

    return Objection(
        id=objection_id,
        receipt_no=new_receipt_no(),
        client_key=form.key.lower(),
        case_id=case.id,
        ground=form.ground,
        content_digest=content_digest(f"{form.ground}\n{text}", keys=keys()),
        name_sealed=sealed("name_sealed", name),
        phone_sealed=sealed("phone_sealed", phone),
        text_sealed=seal(text, keys=keys(), place=Place("objections", "text_sealed", objection_id)),
        # Typed by staff it is nobody's account's; without a name nothing may lead back to one.
        account_id=by.account_id if name and not entered else None,
        entered_by=by.id if entered else None,
        objected_at=clock.now(),
        county_code=case.county_code,
        township_code=case.township_code,
        village_code=NO_VILLAGE,
        grid_code=None,
    )


def _check_key(key: str) -> None:
    try:
        uuid.UUID(key)
    except ValueError:
        raise Invalid.field("key", "缺少提交编号，请重新打开页面再提交。") from None


def _check_text(form: ObjectionForm) -> str:
    if form.ground != OTHER and not form.text.strip():
        return ""
    return clean_text(form.text, most=MOST_TEXT, field="text")
