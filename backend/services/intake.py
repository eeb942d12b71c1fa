"""How a sign of risk becomes a case: finds the household or makes it, opens its case or joins the open one.

Every channel comes through here, so that all of them make one stream of clues (线索).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.errors import Invalid, NotFound
from backend.models import Case, Clue, Declaration, DisasterHousehold, Household, Person, Task
from backend.models.places import Place as Levels
from backend.models.places import place_of, same_place
from backend.policy import Policy
from backend.policy.county import county_workdays
from backend.policy.rules import NORMAL
from backend.privacy.current import keys
from backend.privacy.initials import initials
from backend.privacy.receipts import new_receipt_no
from backend.privacy.seal import Place, seal
from backend.privacy.texts import clean_text
from backend.services import affected
from backend.services.affected import Named
from backend.services.known import index_of, known_person, put_into_index
from backend.services.phone_index import phone_on_file
from backend.workflow import engine
from backend.workflow.deadlines import due_on
from backend.workflow.tasks import PRESSING, open_duties, retime

MOST_LATE_WORDS = 200


@dataclass(frozen=True)
class Origin:
    """How a clue came: channel, day 0, urgency, and the number of the paper that brought it."""

    channel: str
    discovered_on: date
    urgency: str = NORMAL
    late_because: str = ""
    source_no: str = ""
    reporter_id: int | None = None


@dataclass(frozen=True)
class Spoken:
    """Whom a clue speaks of, and in which words of the village; `what` is empty where a declaration says it."""

    village_code: str
    head_name: str
    risk: str
    phone: str = ""
    id_number: str | None = None
    what: str = ""
    household_id: int | None = None


def checked_origin(origin: Origin, policy: Policy) -> Origin:
    """Return the origin, cleaned; an earlier day 0 asks for a word of reason and never blocks (practice P9)."""
    if origin.channel not in policy.dictionaries["channels"]:
        raise Invalid.field("channel", "请选择线索从哪里来。")
    if origin.urgency not in policy.dictionaries["urgency"]:
        raise Invalid.field("urgency", "请选择一般、加急或特急。")
    if origin.discovered_on > clock.today():
        raise Invalid.field("discovered_on", "发现日期不能晚于今天。")
    late = ""
    if origin.discovered_on < clock.today():
        if not origin.late_because.strip():
            raise Invalid.field("late_because", "发现日期比今天早，请写一句为什么现在才录入。")
        late = clean_text(origin.late_because, most=MOST_LATE_WORDS, field="late_because")
    return Origin(
        channel=origin.channel,
        discovered_on=origin.discovered_on,
        urgency=origin.urgency,
        late_because=late,
        source_no=origin.source_no.strip()[:60],
        reporter_id=origin.reporter_id,
    )


def promise_for(origin: Origin, county_code: str, policy: Policy) -> date:
    """Return the date promised for the whole, counted from the day on which the risk was found."""
    return due_on(origin.discovered_on, policy.limit("T_TOTAL"), county_workdays(county_code)).on


def take_in(
    spoken: Spoken, origin: Origin, *, by: Actor, policy: Policy, declaration: Declaration | None = None
) -> tuple[Clue, Task]:
    """Write a clue down with its case and return it with the duty that answers it.

    The caller sees every row of the county (`as_system`); a declaration given is put where its household lives.
    """
    event = affected.open_event_at(spoken.village_code)
    listed = affected.household_named(event, _named(spoken)) if event is not None else None
    if event is not None:
        origin = _pressing(origin)
    household, case = _household_of(spoken, by, listed)
    clue = _clue(spoken, origin, by, declaration)
    if case is None:
        case, task = _open_case(household, spoken, origin, by, policy)
    else:
        clue.joined = True
        told = {"declaration": str(declaration.id)} if declaration else {"clue": str(clue.id)}
        task = engine.join(case, by=by, detail=told)
        make_more_urgent(case, origin.urgency)
    clue.case_id, clue.household_id = case.id, household.id
    place = same_place(household)
    _put(clue, place)
    if declaration is not None:
        declaration.case_id, declaration.joined = case.id, clue.joined
        _put(declaration, place)
        db.session.add(declaration)
        db.session.flush()
    db.session.add(clue)
    if event is not None:
        affected.name_household(event, case, _named(spoken), before=listed, source=origin.channel, by=by)
    return clue, task


def _pressing(origin: Origin) -> Origin:
    """Let whatever comes from the area of a disaster press, unless it presses more already (practice P42)."""
    calm = PRESSING.get(origin.urgency, len(PRESSING)) > PRESSING[affected.URGENT]
    return replace(origin, urgency=affected.URGENT) if calm else origin


def _named(spoken: Spoken) -> Named:
    return Named(spoken.village_code, spoken.head_name, spoken.phone, spoken.id_number)


def make_more_urgent(case: Case, urgency: str) -> bool:
    """Raise a case's urgency if this one presses more, and date its first duties anew; say whether it did."""
    if PRESSING.get(urgency, len(PRESSING)) >= PRESSING.get(case.urgency, len(PRESSING)):
        return False
    change_urgency(case, urgency)
    return True


def change_urgency(case: Case, urgency: str) -> None:
    """Set a locked case's urgency; duties with a shorter limit are dated anew, and all of them lead their queue."""
    case.urgency = urgency
    for task in open_duties(case.id):
        retime(case, task)


def _put(row: Clue | Declaration, place: Levels) -> None:
    for level, code in place.items():
        setattr(row, level, code)


_BOTH = (
    select(Household, Case)
    .outerjoin(Case, Case.id == Household.open_case_id)
    .where(Household.id == bindparam("household_id"), Household.county_code == bindparam("county"))
    .with_for_update()
)
"""Both in one statement, built once: a number that is known must not take longer than one that is not."""


def _household_of(spoken: Spoken, by: Actor, listed: DisasterHousehold | None) -> tuple[Household, Case | None]:
    """Return the household spoken of, locked, and its open case; one nobody knows is made, provisionally."""
    found = spoken.household_id or (listed.household_id if listed else None)
    index = index_of(spoken.id_number)
    if found is None and index:
        known = known_person(by.county_code, tuple(index.values()), name=spoken.head_name)
        if known is not None and not known.name_fits:
            # The number stays with whoever holds it, and is kept, sealed, with this one until somebody has looked.
            return make_household(spoken, {}, by), None
        found = known.household_id if known else None
    if found is None:
        return make_household(spoken, index, by), None
    row = db.session.execute(_BOTH, {"household_id": found, "county": by.county_code}).one_or_none()
    if row is None:
        raise NotFound
    household, case = row
    return household, case


def make_household(spoken: Spoken, index: Mapping[str, str], by: Actor) -> Household:
    """Put down a household nobody knows, provisionally: the roster joins it by its members' blind index."""
    household_id, person_id = new_id(), new_id()
    place = place_of(spoken.village_code)
    household = Household(
        id=household_id,
        household_id=household_id,
        head_name=spoken.head_name,
        **phone_on_file(household_id, spoken.phone),
        # A number that a phone declared is anybody's: no code is ever sent there.
        phone_confirmed_at=clock.now() if spoken.phone and by.is_staff else None,
        made_at=clock.now(),
        **place,
    )
    person = Person(id=person_id, household_id=household_id, name=spoken.head_name, **place)
    if spoken.id_number:
        person.id_sealed = seal(spoken.id_number, keys=keys(), place=Place("people", "id_sealed", person_id))
    db.session.add_all([household, person])
    put_into_index(person, index)
    return household


def _open_case(household: Household, spoken: Spoken, origin: Origin, by: Actor, policy: Policy) -> tuple[Case, Task]:
    case = Case(
        id=new_id(),
        household_id=household.id,
        number=new_receipt_no(),
        head_name=household.head_name,
        initials=initials(household.head_name),
        risk=spoken.risk,
        urgency=origin.urgency,
        channel=origin.channel,
        procedure=str(policy.flags["procedure"]),
        policy_version=policy.version,
        discovered_on=origin.discovered_on,
        promised_on=promise_for(origin, household.county_code, policy),
        entered_at=clock.now(),
        **same_place(household),
    )
    household.open_case_id = case.id
    return case, engine.begin(case, by=by)


def _clue(spoken: Spoken, origin: Origin, by: Actor, declaration: Declaration | None) -> Clue:
    clue_id = new_id()

    def sealed(column: str, words: str) -> str | None:
        return seal(words, keys=keys(), place=Place("clues", column, clue_id)) if words else None

    return Clue(
        id=clue_id,
        receipt_no=declaration.receipt_no if declaration else new_receipt_no(),
        declaration_id=declaration.id if declaration else None,
        account_id=None if by.is_staff else by.account_id,
        joined=False,
        channel=origin.channel,
        source_no=origin.source_no,
        said_village=spoken.village_code,
        head_name=spoken.head_name,
        risk=spoken.risk,
        urgency=origin.urgency,
        what_sealed=sealed("what_sealed", spoken.what),
        reported_by=by.id if by.is_staff else None,
        reporter_id=origin.reporter_id,
        discovered_on=origin.discovered_on,
        late_because_sealed=sealed("late_because_sealed", origin.late_because),
        entered_at=clock.now(),
    )
