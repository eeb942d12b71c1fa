"""部门名单: an office's list of families in difficulty, read line by line into clues that villages answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, use_case
from backend.errors import Complaints, DomainError, Invalid, TryLater
from backend.models import Case, Clue, Household
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.services import audit
from backend.services.intake import Origin, Spoken, checked_origin, take_in
from backend.services.known import KnownPerson, index_of, known_person
from backend.services.pace import Pace
from backend.services.sealing import needed
from backend.services.village_names import Known, plain, villages_by_name
from backend.workflow.states import State

LISTED_CHANNELS = ("dept_alert", "platform", "linked")
"""The channels by which lists come: a department's own, the platforms above, and applications for social relief."""

MOST_ROWS = 1000
MOST_NUMBER = 40
MOST_YUAN = 10_000_000
STANDARD = "screening_"
"""The county's standards are numbers of its rules, one a risk: `screening_illness`; 0 is no standard."""

NEW, JOINED, KNOWN, WATCHED, BELOW, REFUSED = "new", "joined", "known", "watched", "below", "refused"


@dataclass(frozen=True)
class Paper:
    """What a list came with: the office (a code of the rules' departments), its number, its date, and the channel."""

    department: str
    number: str
    found_on: date
    channel: str = "dept_alert"


@dataclass(frozen=True)
class Listed:
    """One line; `amount` is what the family paid or lost itself, in yuan, where the office states one."""

    village: str
    head_name: str
    risk: str
    id_number: str = ""
    phone: str = ""
    amount: int | None = None


@dataclass(frozen=True)
class LineResult:
    """What became of one line: one of the outcomes above, and a plain sentence where it is no new clue."""

    line: int
    outcome: str
    case_id: int | None = None
    said: str = ""


@dataclass(frozen=True)
class _Reading:
    """What every line of one list is read with."""

    source: str
    paper: Paper
    policy: Policy
    villages: Known


def take_list(paper: Paper, lines: Sequence[Listed], *, by: Actor) -> list[LineResult]:
    """Read an office's list: a clue and a village's duty a family, each in a transaction of its own.

    The same list again changes nothing, and one that broke off goes on where it stopped. Set apart, and said so: a
    family that is watched already, one below the county's standard for its risk, and one that the list named before.
    Errors: `Invalid` for the paper, or for an empty or too long list; a line that cannot be read is only reported.
    """
    require(by.role, Action.TAKE_ALERT_LIST)
    policy = current_policy(by.county_code)
    reading = _Reading(_source(paper, policy), paper, policy, villages_by_name(by.county_code))
    if not 1 <= len(lines) <= MOST_ROWS:
        raise Invalid.field("lines", f"一次最多{MOST_ROWS}户，请分几次。")
    detail: dict[str, object] = {"source": reading.source, "rows": len(lines)}
    audit.record_on_session(by=by, action=Action.TAKE_ALERT_LIST, subject=f"list:{by.county_code}", detail=detail)
    numbered = Pace().between(enumerate(lines, start=1))
    return [_take_line(number, line, reading, by) for number, line in numbered]


def standard_for(risk: str, policy: Policy) -> int:
    """Return from how many yuan on an office's line of this risk goes to the village; 0: every line does."""
    return policy.numbers.get(f"{STANDARD}{risk}", 0)


def _source(paper: Paper, policy: Policy) -> str:
    """Return the words under which the list is known: the office and its number."""
    complaints = Complaints()
    office = policy.departments.get(paper.department)
    if office is None:
        complaints.add("department", "请选择是哪个部门的名单。")
    if paper.channel not in LISTED_CHANNELS:
        complaints.add("channel", "请选择名单从哪里来。")
    if paper.found_on > clock.today():
        complaints.add("found_on", "名单日期不能晚于今天。")
    number = complaints.take(lambda: needed(paper.number, "number", MOST_NUMBER), "")
    complaints.raise_if_any()
    return f"{office.name if office else ''} {number}"[:60]


def _take_line(number: int, line: Listed, reading: _Reading, by: Actor) -> LineResult:
    try:
        spoken = _checked(line, reading, by)
        least = standard_for(line.risk, reading.policy)
        if line.amount is not None and line.amount < least:
            return LineResult(number, BELOW, said=f"{line.amount}元，没有到本县{least}元的筛查标准，没有下发。")
        return _take_in(number, spoken, reading, by)
    except TryLater:
        raise
    except DomainError as error:
        return LineResult(number, REFUSED, said="；".join(dict.fromkeys(error.fields.values())) or error.message)


@use_case
def _take_in(number: int, spoken: Spoken, reading: _Reading, by: Actor) -> LineResult:
    with as_system("an office's list opens cases"):
        known = _known(spoken, by)
        household = known.household_id if known is not None and known.name_fits else None
        if (before := _named_before(spoken, known, reading.source, by)) is not None:
            return LineResult(number, KNOWN, before, "这张名单里已经有了；同村同名的另一户，请写上身份证号。")
        if household is not None and (watched := _watched(household)) is not None:
            return LineResult(number, WATCHED, watched, "已经是监测对象，没有再立案。")
        origin = Origin(
            channel=reading.paper.channel,
            discovered_on=reading.paper.found_on,
            late_because=f"按“{reading.source}”名单录入",
            source_no=reading.source,
        )
        clue, _ = take_in(spoken, checked_origin(origin, reading.policy), by=by, policy=reading.policy)
        return LineResult(number, JOINED if clue.joined else NEW, clue.case_id)


def _checked(line: Listed, reading: _Reading, by: Actor) -> Spoken:
    complaints = Complaints()
    village = complaints.take(lambda: _village(line.village, reading.villages), "")
    name = complaints.take(lambda: clean_name(line.head_name, field="head_name"), "")
    phone = complaints.take(lambda: parse_phone(line.phone, field="phone") if line.phone else "", "")
    number = complaints.take(lambda: _id_number(line.id_number), None)
    if line.risk not in reading.policy.dictionaries["risks"]:
        complaints.add("risk", "困难种类要写本县字典里的，比如“因病”。")
    if line.amount is not None and not 0 <= line.amount <= MOST_YUAN:
        complaints.add("amount", "金额要写整数的元。")
    complaints.raise_if_any()
    said = f"列入“{reading.source}”名单"
    what = said if line.amount is None else f"{said}，个人负担{line.amount}元"
    return Spoken(village, name, line.risk, phone=phone, id_number=number, what=what)


def _village(text: str, villages: Known) -> str:
    codes = villages.get(plain(text), ())
    shown = text.strip()[:30]
    if not codes:
        raise Invalid.field("village", f"本县没有找到“{shown}”。")
    if len(codes) > 1:
        raise Invalid.field("village", f"有几个村都叫“{shown}”，请写村的代码。")
    return codes[0]


def _id_number(text: str) -> str | None:
    if not text.strip():
        return None
    return parse_id_number(text, field="id_number", today=clock.today()).number


def _known(spoken: Spoken, by: Actor) -> KnownPerson | None:
    index = index_of(spoken.id_number)
    return known_person(by.county_code, tuple(index.values()), name=spoken.head_name) if index else None


def _named_before(spoken: Spoken, known: KnownPerson | None, source: str, by: Actor) -> int | None:
    """Return the case of the clue by which this list named the family before.

    By its household where the number leads to one; by name where there is no number, or somebody else holds it.
    """
    query = select(Clue.case_id).where(
        Clue.county_code == by.county_code, Clue.channel.in_(LISTED_CHANNELS), Clue.source_no == source
    )
    if known is not None and known.name_fits:
        return db.session.scalar(query.where(Clue.household_id == known.household_id).limit(1))
    if spoken.id_number is not None and known is None:
        return None
    named = query.where(Clue.said_village == spoken.village_code, Clue.head_name == spoken.head_name)
    return db.session.scalar(named.limit(1))


def _watched(household: int) -> int | None:
    """Return the case under which a family is watched, unless a new one is open, which the clue then joins."""
    query = (
        select(Case.id)
        .join(Household, Household.id == Case.household_id)
        .where(Household.id == household, Household.open_case_id.is_(None), Case.state == State.MONITORED)
    )
    return db.session.scalar(query.order_by(Case.id.desc()).limit(1))
