"""Asking for a ledger as a file: which, of where, as of when, for what; and the password once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.db import db, new_id, ring, use_case
from backend.errors import Complaints, NotFound, NotPossibleNow
from backend.models import Export, LedgerSnapshot
from backend.policy.county import current_policy
from backend.services import audit, localities, offline, second_looks
from backend.services.exports.declared import Ledger
from backend.services.exports.ledgers import LEDGERS
from backend.services.sealing import needed

ASKED, MAKING, DONE, FAILED, OVER = "asked", "making", "done", "failed", "over"
STANDING_NAMES = {ASKED: "排队中", MAKING: "正在做", DONE: "做好了", FAILED: "没有做成", OVER: "已过期"}
UNDER_WAY = (ASKED, MAKING)
MOST_UNDER_WAY = 5
MOST_PURPOSE = 40
MOST_LISTED = 20


@dataclass(frozen=True)
class AskForm:
    """What somebody asks for. `where` may be empty: one's own place; `as_of` too: today."""

    ledger: str
    purpose: str
    where: str = ""
    as_of: date | None = None
    about: str = ""


def ask(form: AskForm, *, by: Actor, password: str, code: str = "") -> Export:
    """Order a ledger; a worker makes it.

    Errors: `Invalid` naming the field, the password among them; `TooMany` for somebody who guesses it;
    `NotPossibleNow` while five of one person's are under way, or while the county's files are offline.
    """
    checked = _checked(form, by)
    second_looks.confirm(by, password, code)
    return _order(checked, by)


def ledgers_for(by: Actor) -> list[Ledger]:
    """Return the ledgers that the actor may take of some place of theirs."""
    return [
        each
        for each in LEDGERS.values()
        if may(by.role, each.asks) and any(level >= len(by.region_code) for level in each.levels)
    ]


def export_of(export_id: int, *, by: Actor) -> Export:
    """Return one of the actor's own exports, asked for in the same post; anybody else's does not exist."""
    require(by.role, Action.EXPORT_LEDGER)
    query = select(Export).where(
        *(Export.id == export_id, Export.by_id == by.id, Export.by_role == by.role, Export.by_region == by.region_code)
    )
    row = db.session.scalars(query).one_or_none()
    if row is None or not may(by.role, LEDGERS[row.ledger].asks):
        raise NotFound("没有这份文件。")
    return row


def exports_of(*, by: Actor) -> Sequence[Export]:
    """Return the actor's latest exports, the newest first."""
    require(by.role, Action.EXPORT_LEDGER)
    query = select(Export).where(Export.by_id == by.id, Export.by_role == by.role, Export.by_region == by.region_code)
    return db.session.scalars(query.order_by(Export.id.desc()).limit(MOST_LISTED)).all()


def kept_days(county_code: str) -> dict[str, list[date]]:
    """Return for each ledger the days of which its state was kept, the latest first."""
    found: dict[str, list[date]] = {}
    query = select(LedgerSnapshot.ledger, LedgerSnapshot.as_of).where(LedgerSnapshot.county_code == county_code)
    for row in db.session.execute(query.order_by(LedgerSnapshot.as_of.desc())):
        found.setdefault(row.ledger, []).append(row.as_of)
    return found


def _checked(form: AskForm, by: Actor) -> AskForm:
    require(by.role, Action.EXPORT_LEDGER)
    offline.refuse_files(by.county_code)
    complaints = Complaints()
    ledger = LEDGERS.get(form.ledger)
    if ledger is None or not may(by.role, ledger.asks):
        complaints.add("ledger", "请选择要导出的台账。")
        complaints.raise_if_any()
        raise NotFound
    where = form.where or by.region_code
    _look_at_place(where, ledger, by, complaints)
    as_of = form.as_of or clock.today()
    _look_at_day(as_of, ledger, by, complaints)
    offered = ledger.about(current_policy(by.county_code)) if ledger.about else {}
    if ledger.about and form.about not in offered:
        complaints.add("about", "请选择送给哪个部门。")
    purpose = complaints.take(lambda: needed(form.purpose, "purpose", MOST_PURPOSE), "")
    complaints.raise_if_any()
    return AskForm(ledger.code, purpose, where, as_of, form.about if ledger.about else "")


def _look_at_place(where: str, ledger: Ledger, by: Actor, complaints: Complaints) -> None:
    townships = localities.townships_within(by=by)
    known = {by.region_code, *(each.code for each in townships)}
    known |= {code for each in townships for code, _ in each.villages}
    if where not in known or not where.startswith(by.region_code):
        complaints.add("where", "请选择本辖区内的地方。")
    elif len(where) not in ledger.levels:
        narrower = len(where) < max(ledger.levels)
        complaints.add("where", "这份台账请按乡镇或村导出。" if narrower else "这份台账不能只导出一个村。")


def _look_at_day(as_of: date, ledger: Ledger, by: Actor, complaints: Complaints) -> None:
    if as_of > clock.today():
        complaints.add("as_of", "截至日期不能晚于今天。")
    elif as_of < clock.today() and not ledger.goes_back:
        kept = kept_days(by.county_code).get(ledger.code, [])
        if as_of not in kept:
            days = "、".join(each.isoformat() for each in kept[:6])
            complaints.add("as_of", f"这份台账只有今天的和月末存档的（{days or '还没有存档'}），请改日期。")


@use_case
def _order(form: AskForm, by: Actor) -> Export:
    under_way = select(func.count(Export.id)).where(Export.by_id == by.id, Export.standing.in_(UNDER_WAY))
    if (db.session.scalar(under_way) or 0) >= MOST_UNDER_WAY:
        raise NotPossibleNow(f"您还有{MOST_UNDER_WAY}份没做好，请等做好了再导出别的。")
    row = Export(
        id=new_id(),
        county_code=by.county_code,
        ledger=form.ledger,
        region_code=form.where,
        about=form.about,
        as_of=form.as_of or clock.today(),
        purpose=form.purpose,
        standing=ASKED,
        by_id=by.id,
        by_name=by.name,
        by_role=by.role,
        by_region=by.region_code,
        asked_at=clock.now(),
        attempts=0,
        lease="",
        lease_until=None,
        rows=0,
        expected=0,
        parts=0,
        size=0,
        sha256="",
        file_name="",
        why="",
        made_at=None,
        expires_at=None,
        downloads=0,
    )
    db.session.add(row)
    record(row, "asked", by=by)
    ring("exports")
    return row


def record(row: Export, did: str, *, by: Actor, **more: object) -> None:
    """Write into the audit who asked for, or took, which file of how many rows."""
    if by.session_id is not None:
        ledger = LEDGERS[row.ledger]
        detail: dict[str, object] = {
            "did": did,
            "source": ledger.name,
            "region": row.region_code,
            "number": str(row.id),
            "until": row.as_of.isoformat(),
            "about": row.about,
            "purpose": row.purpose,
            **more,
        }
        audit.record_on_session(by=by, action=ledger.asks, subject=f"list:{row.county_code}", detail=detail)
