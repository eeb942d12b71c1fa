"""Disaster events: opened and closed by the county, with lists of households that make one clue each (P42)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, ring, use_case
from backend.errors import Complaints, DomainError, Invalid, NotFound, NotPossibleNow, TryLater
from backend.models import DisasterEvent, DisasterHousehold, Region
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import affected
from backend.services.affected import Named
from backend.services.intake import Origin, Spoken, checked_origin, take_in
from backend.services.pace import Pace
from backend.services.sealing import needed
from backend.services.village_names import Known as Villages
from backend.services.village_names import plain, villages_by_name
from backend.workflow.trail import record_on

MOST_NAME, MOST_NUMBER = 80, 60
MOST_ROWS = 1000
LEVELS_OF_AREA = (6, 9, 12)
NEW, JOINED, KNOWN, REFUSED = "new", "joined", "known", "refused"


@dataclass(frozen=True)
class EventForm:
    """A named event: its document number, its kind, and the codes of the places it struck."""

    name: str
    number: str
    kind: str
    area: tuple[str, ...]
    opened_on: date | None = None


@dataclass(frozen=True)
class Listed:
    """One line of a list: the village by name or code; the ID number may be missing."""

    village: str
    head_name: str
    phone: str
    id_number: str | None = None
    risk: str = "disaster"
    found_on: date | None = None


@dataclass(frozen=True)
class LineResult:
    """What became of one line: new, joined to an open case, known from before, or refused with a plain sentence."""

    line: int
    outcome: str
    case_id: int | None = None
    said: str = ""


@use_case
def open_event(form: EventForm, *, by: Actor) -> DisasterEvent:
    """Open an event: from now on what comes from its area is marked and presses.

    Ordinary duties that are open in the area get its longer limits, where the rules have some, in a job.

    Errors: `Invalid` names each field.
    """
    require(by.role, Action.MANAGE_DISASTER)
    complaints = Complaints()
    name = complaints.take(lambda: needed(form.name, "name", MOST_NAME), "")
    number = complaints.take(lambda: _free_number(form.number, by), "")
    area = complaints.take(lambda: _check_area(form.area, by), [""])
    opened_on = form.opened_on or clock.today()
    if form.kind not in current_policy(by.county_code).dictionaries["disaster_kinds"]:
        complaints.add("kind", "请选择灾害的种类。")
    if opened_on > clock.today():
        complaints.add("opened_on", "发生日期不能晚于今天。")
    complaints.raise_if_any()
    event = DisasterEvent(
        id=new_id(),
        county_code=by.county_code,
        name=name,
        number=number,
        kind=form.kind,
        area=area,
        opened_on=opened_on,
        opened_by_name=by.name,
        audit_count=0,
        audit_head="",
    )
    db.session.add(event)
    record_on(event, "disaster", by=by, action="open_disaster", detail={"number": number, "area": area})
    ring("calendar")  # a longer term of this disaster is for what was owed before it, too
    return event


@use_case
def close_event(event_id: int, number: str, *, by: Actor) -> DisasterEvent:
    """Close an event under a document number; cases on their way go on as they are."""
    require(by.role, Action.MANAGE_DISASTER)
    event = _find(event_id, by, locked=True)
    if event.closed_on is not None:
        raise NotPossibleNow("这次灾害事件已经结束。")
    event.closing_number = needed(number, "number", MOST_NUMBER)
    event.closed_on, event.closed_by_name = clock.today(), by.name
    record_on(event, "disaster", by=by, action="close_disaster", detail={"number": event.closing_number})
    return event


def events_of(*, by: Actor) -> Sequence[DisasterEvent]:
    """Return the county's events, the newest first."""
    require(by.role, Action.READ_TASKS)
    query = select(DisasterEvent).where(DisasterEvent.county_code == by.county_code)
    return db.session.scalars(query.order_by(DisasterEvent.id.desc())).all()


def households_of(event_id: int, *, by: Actor) -> int:
    """Count the households that an event has named within the actor's place."""
    require(by.role, Action.READ_TASKS)
    query = select(func.count()).select_from(DisasterHousehold).where(DisasterHousehold.event_id == event_id)
    return db.session.scalar(query) or 0


def import_list(event_id: int, lines: Sequence[Listed], *, by: Actor) -> list[LineResult]:
    """Read a list of struck households: one clue and one case a household, each in a transaction of its own.

    The same list again changes nothing, and a list that broke off in the middle goes on where it stopped. Errors:
    `Invalid` for an empty or too long list; a line that cannot be read is reported and the others go on.
    """
    require(by.role, Action.IMPORT_DISASTER_LIST)
    event = _open(event_id, by)
    if not 1 <= len(lines) <= MOST_ROWS:
        raise Invalid.field("lines", f"一次最多导入{MOST_ROWS}户，请分几次。")
    policy, villages = current_policy(by.county_code), villages_by_name(by.county_code)
    numbered = Pace().between(enumerate(lines, start=1))
    return [_take_line(number, line, event, by, policy, villages) for number, line in numbered]


def _take_line(
    number: int, line: Listed, event: DisasterEvent, by: Actor, policy: Policy, villages: Villages
) -> LineResult:
    try:
        spoken, origin = _check_line(line, event, by, policy, villages)
        return _take_in(number, spoken, origin, event, by, policy)
    except TryLater:
        raise
    except DomainError as error:
        return LineResult(number, REFUSED, said="；".join(dict.fromkeys(error.fields.values())) or error.message)


@use_case
def _take_in(
    number: int, spoken: Spoken, origin: Origin, event: DisasterEvent, by: Actor, policy: Policy
) -> LineResult:
    with as_system("a list of a disaster opens cases"):
        named = Named(spoken.village_code, spoken.head_name, spoken.phone, spoken.id_number)
        before = affected.household_named(event, named)
        if before is not None:
            return LineResult(number, KNOWN, before.case_id, "已在名单里")
        clue, _ = take_in(spoken, origin, by=by, policy=policy)
        return LineResult(number, JOINED if clue.joined else NEW, clue.case_id)


def _check_line(
    line: Listed, event: DisasterEvent, by: Actor, policy: Policy, villages: Villages
) -> tuple[Spoken, Origin]:
    complaints = Complaints()
    village = complaints.take(lambda: _village(line.village, event, by, villages), "")
    name = complaints.take(lambda: clean_name(line.head_name, field="head_name"), "")
    phone = complaints.take(lambda: parse_phone(line.phone, field="phone"), "")
    number = complaints.take(lambda: _id_number(line.id_number), None)
    if line.risk not in policy.dictionaries["risks"]:
        complaints.add("risk", "困难种类不对。")
    complaints.raise_if_any()
    origin = Origin(
        channel="dept_alert",
        discovered_on=line.found_on or event.opened_on,
        urgency=affected.URGENT,
        late_because=f"按“{event.name}”受灾名单录入",
        source_no=event.number,
    )
    what = f"列入“{event.name}”受灾名单（{event.number}）"
    spoken = Spoken(village, name, line.risk, phone=phone, id_number=number, what=what)
    return spoken, checked_origin(origin, policy)


def _id_number(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    return parse_id_number(text, field="id_number", today=clock.today()).number


def _village(text: str, event: DisasterEvent, by: Actor, villages: Villages) -> str:
    """Return the code of a village given by code or by name, inside the event's area and the actor's place."""
    codes = [code for code in villages.get(plain(text), ()) if affected.holds(event, code)]
    if not codes:
        raise Invalid.field("village", f"没有在受灾范围里找到“{text.strip()[:30]}”。")
    if len(codes) > 1:
        raise Invalid.field("village", f"有几个村都叫“{text.strip()[:30]}”，请写村的代码。")
    if not codes[0].startswith(by.region_code):
        raise Invalid.field("village", "这个村不归您管，请由县里导入。")
    return codes[0]


def _find(event_id: int, by: Actor, *, locked: bool = False) -> DisasterEvent:
    query = select(DisasterEvent).where(DisasterEvent.id == event_id, DisasterEvent.county_code == by.county_code)
    event = db.session.scalars(query.with_for_update() if locked else query).one_or_none()
    if event is None:
        raise NotFound
    return event


def _open(event_id: int, by: Actor) -> DisasterEvent:
    event = _find(event_id, by)
    if event.closed_on is not None:
        raise NotPossibleNow("这次灾害事件已经结束，不能再导入名单。")
    return event


def _free_number(text: str, by: Actor) -> str:
    number = needed(text, "number", MOST_NUMBER)
    used = select(DisasterEvent.id).where(DisasterEvent.county_code == by.county_code, DisasterEvent.number == number)
    if db.session.scalar(used) is not None:
        raise Invalid.field("number", "这个文号已经用过了。")
    return number


def _check_area(area: Sequence[str], by: Actor) -> list[str]:
    codes = list(dict.fromkeys(area))
    known = set(db.session.scalars(select(Region.code).where(Region.code.in_(codes))))
    fits = all(code in known and len(code) in LEVELS_OF_AREA and code.startswith(by.county_code) for code in codes)
    if not codes or not fits:
        raise Invalid.field("area", "请从本县的乡镇和村里选择受灾范围。")
    return codes
