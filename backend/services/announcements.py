"""公告 of a decision, and the receipt of the national system: a text of a whitelist of facts, and two typed fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid
from backend.models import Announcement, Case, County, NationalEntry
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.notice_text import spoken_day
from backend.privacy.redaction import leaks
from backend.services.sealing import needed
from backend.services.sheets import head_as_shown
from backend.workflow import engine
from backend.workflow.duties import REMOVAL
from backend.workflow.engine import find_case
from backend.workflow.places import name_of

MOST_NUMBER = 60
_RECEIPT = re.compile(r"[0-9A-Z-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class AnnouncementText:
    """The only facts of a family that an announcement can hold; what is not here cannot get out."""

    title: str
    number: str
    village: str
    head: str
    status: str
    authority: str
    phone: str
    on: date
    ends: bool = False

    def __str__(self) -> str:
        """Return the words as they are announced."""
        call = f"监督电话：{self.phone}。" if self.phone else ""
        became = f"风险已经消除，不再列为{self.status}" if self.ends else f"列为{self.status}"
        return (
            f"{_head(self.title, self.number)}{self.village}{self.head}户，经村级评议公示、乡镇审核、县级审定，"
            f"{became}。{call}{_foot(self.authority, self.on)}"
        )


def _head(title: str, number: str) -> str:
    return f"{title}（{number}）："


def _foot(authority: str, on: date) -> str:
    return f"{authority}，{spoken_day(on)}。"


@use_case
def announce(case_id: int, number: str, *, by: Actor, version: int) -> Announcement:
    """Announce the county's decision under its document number: from now on the family is watched (practice P10).

    Errors: `Invalid` for a number that is empty or holds anybody's personal number; those of `move`.
    """
    require(by.role, Action.ANNOUNCE)
    case = find_case(case_id)
    said = needed(number, "number", MOST_NUMBER)
    if leaks(said):
        raise Invalid.field("number", "文号里不能有证件号、电话等个人信息。")
    row = Announcement(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        number=said,
        text=str(text_of(case, said)),
        announced_on=clock.today(),
        by_id=by.id,
        by_name=by.name,
        **same_place(case),
    )
    engine.move(case, Action.ANNOUNCE, by=by, version=version, detail={"announcement": str(row.id)})
    db.session.add(row)
    return row


def text_of(case: Case, number: str) -> AnnouncementText:
    """Return what would be announced, for reading before it is; names are shown as on the village's notice."""
    policy = policy_of(case.county_code, case.policy_version)
    county = db.session.get_one(County, case.county_code)
    return AnnouncementText(
        title=policy.texts["announcement"],
        number=number,
        village=name_of(case.village_code),
        head=head_as_shown(case, policy),
        status=policy.texts["monitored_household"],
        authority=f"{county.name}{policy.texts['county_authority']}",
        phone=county.phone,
        on=clock.today(),
        ends=case.procedure == REMOVAL,
    )


@use_case
def enter_national(case_id: int, receipt_no: str, entered_on: date, *, by: Actor, version: int) -> NationalEntry:
    """Type the receipt that the national system gave; it runs beside everything and holds nothing up (P10)."""
    require(by.role, Action.ENTER_NATIONAL)
    case = find_case(case_id)
    complaints = Complaints()
    receipt = complaints.take(lambda: _check_receipt(receipt_no), "")
    if not case.discovered_on <= entered_on <= clock.today():
        complaints.add("entered_on", "录入日期要在发现困难之后，也不能晚于今天。")
    complaints.raise_if_any()
    row = NationalEntry(
        id=new_id(),
        case_id=case.id,
        household_id=case.household_id,
        receipt_no=receipt,
        entered_on=entered_on,
        by_id=by.id,
        by_name=by.name,
        filed_at=clock.now(),
        **same_place(case),
    )
    engine.move(case, Action.ENTER_NATIONAL, by=by, version=version, detail={"entry": str(row.id)})
    db.session.add(row)
    return row


def parts_of(row: Announcement) -> tuple[str, str]:
    """Return an announcement's title and its words without title, number, office and day, which a paper sets apart."""
    title, _, rest = row.text.partition(_head("", row.number))
    words = rest.removesuffix(_foot("", row.announced_on))
    return title, f"{words.rpartition('。')[0]}。"


def announcements_of(case_id: int) -> Sequence[Announcement]:
    """Return what was announced about a case."""
    query = select(Announcement).where(Announcement.case_id == case_id).order_by(Announcement.id)
    return db.session.scalars(query).all()


def _check_receipt(text: str) -> str:
    """Return a receipt number of letters, digits and dashes."""
    plain = text.strip().upper()
    if not _RECEIPT.fullmatch(plain):
        raise Invalid.field("receipt_no", "请照国家系统显示的编号填写，只有字母、数字和短横。")
    return plain
