"""The form on which a member allows a comparison: who signed, in what way, before whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.db import db
from backend.errors import Complaints, Invalid
from backend.models import Case, Identity, Staff
from backend.policy import Policy
from backend.privacy.names import clean_name

PAPER, OWN_PHONE, VIDEO, GUARDIAN = "paper", "own_phone", "video", "guardian"
MARKS = ("thumbprint", "mark")


WITNESSES_OF_A_MARK = 2


@dataclass(frozen=True)
class Witness:
    """Somebody who saw it; of the two who see a mark made, one is no cadre."""

    name: str
    is_cadre: bool = False


@dataclass(frozen=True)
class AuthorizationForm:
    """How one member gave their word; a `mark` stands for the signature of somebody unable to write.

    `paper_sha256` announces the scan of the signed paper, which may come later.
    """

    person_id: int
    way: str = PAPER
    signed_on: date | None = None
    until_on: date | None = None
    filled_in_by: str = ""
    mark: str | None = None
    witnesses: tuple[Witness, ...] = ()
    was_read_aloud: bool = False
    guardian: str = ""
    paper_sha256: str | None = None


@dataclass(frozen=True)
class Checked:
    """What a form comes to once it was looked over: its days, whose hand wrote it, and who stood by."""

    signed_on: date
    until_on: date
    filled_in_by: str
    guardian: str
    witnesses: tuple[Witness, ...]


def check_form(form: AuthorizationForm, by: Actor, case: Case, policy: Policy) -> Checked:
    """Look a form over and return what it comes to; `Invalid` names every field that is wrong."""
    complaints = Complaints()
    signed_on = form.signed_on or clock.today()
    until_on = form.until_on or signed_on + timedelta(days=policy.numbers["authorization_days"])
    nobody: tuple[Witness, ...] = ()
    witnesses = complaints.take(lambda: _check_witnesses(form.witnesses), nobody)
    guardian = complaints.take(lambda: _check_guardian(form), "")
    filled_in = form.filled_in_by or by.name
    filled_in_by = complaints.take(lambda: clean_name(filled_in, field="filled_in_by") if filled_in else "", "")
    complaints.take(lambda: _check_way(form.way, by, policy), None)
    if signed_on > clock.today():
        complaints.add("signed_on", "签字日期不能晚于今天。")
    if until_on < signed_on:
        complaints.add("until_on", "到期日期不能早于签字日期。")
    if form.way == VIDEO and not witnesses:
        complaints.add("witnesses", "视频授权要写明见证人。")
    if form.mark is not None:
        _check_mark(form, witnesses, case, complaints)
    complaints.raise_if_any()
    return Checked(signed_on, until_on, filled_in_by, guardian, witnesses)


def _check_way(way: str, by: Actor, policy: Policy) -> None:
    if way not in policy.dictionaries["authorization_ways"]:
        raise Invalid.field("way", "请选择授权的办法。")
    if (by.role is Role.FARMER) != (way == OWN_PHONE):
        raise Invalid.field("way", "本人手机上的授权由本人办，其他办法请村里登记。")


def _check_guardian(form: AuthorizationForm) -> str:
    if form.way != GUARDIAN:
        return ""
    if not form.guardian.strip():
        raise Invalid.field("guardian", "请写明监护人是谁。")
    return clean_name(form.guardian, field="guardian")


def _check_witnesses(witnesses: Sequence[Witness]) -> tuple[Witness, ...]:
    return tuple(Witness(clean_name(each.name, field="witnesses"), each.is_cadre) for each in witnesses)


def _check_mark(form: AuthorizationForm, witnesses: Sequence[Witness], case: Case, complaints: Complaints) -> None:
    """Whoever cannot write makes a mark before two witnesses, one of them no cadre, after it was read aloud (P13)."""
    if form.mark not in MARKS:
        complaints.add("mark", "请选择按手印或画押。")
    if len({each.name for each in witnesses}) < WITNESSES_OF_A_MARK:
        complaints.add("witnesses", "不会写字的，要有两位见证人。")
    else:
        cadres = _cadres_of(case)
        if all(each.is_cadre or each.name in cadres for each in witnesses):
            complaints.add("witnesses", "两位见证人里要有一位不是干部。")
    if not form.was_read_aloud:
        complaints.add("was_read_aloud", "请先把授权书念给本人听，再登记。")


def _cadres_of(case: Case) -> set[str]:
    """Return the names of those who work for the village or its township: none of them is a witness from outside."""
    query = (
        select(Staff.name)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.region_code.in_([case.village_code, case.township_code]), Identity.ended_at.is_(None))
    )
    return set(db.session.scalars(query))
