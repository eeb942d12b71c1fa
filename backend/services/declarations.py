"""What farmers do: declare, read where it stands, answer a return, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow, TooMany
from backend.models import Account, Case, County, Declaration, Household, Person, PersonDigest, ReceiptLine, Task
from backend.models.places import place_of, same_place
from backend.policy import Policy
from backend.policy.county import county_workdays, current_policy
from backend.privacy.blind_index import digests_by_key
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.receipts import new_receipt_no
from backend.privacy.seal import Place, seal
from backend.privacy.texts import clean_text
from backend.services.known import known_person
from backend.workflow import engine, telling
from backend.workflow.deadlines import due_on
from backend.workflow.engine import Reason, find_case
from backend.workflow.places import place
from backend.workflow.procedure import FIRST_STATE
from backend.workflow.sentences import STATUS_OF
from backend.workflow.states import Kind, State
from backend.workflow.tasks import close_duty, open_duties

SELF = "self"
CONSENTS = ("health", "assets", "minors")
"""The three separate consents (PIPL 29): each may stay unticked, and none is a gate."""
MOST_HARDSHIP = 1000


@dataclass(frozen=True)
class DeclarationForm:
    """Six fields (安徽「一码申报」) and what goes with them; the ID number may be left for the visit."""

    village_code: str
    head_name: str
    phone: str
    risk: str
    hardship: str = ""
    voice_sha256: str | None = None
    id_number: str | None = None
    relation: str = SELF
    declarer_name: str | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class _Checked:
    """The same, cleaned and found right."""

    village_code: str
    head_name: str
    phone: str
    risk: str
    hardship: str
    voice_sha256: str | None
    id_number: str | None
    relation: str
    declarer_name: str | None
    consents: dict[str, bool]


@use_case
def declare(form: DeclarationForm, *, by: Actor) -> Declaration:
    """Take a declaration, open a case or note it on the household's open one, and give a receipt.

    The answer is the same whether the ID number is known or not: nobody learns anything by typing somebody's number.
    Errors: `Invalid` names each field; `TooMany` after the day's declarations for others (policy).
    """
    require(by.role, Action.DECLARE)
    policy = current_policy(by.county_code)
    checked = _check(form, by, policy)
    _refuse_too_many(checked, by, policy)
    with as_system("a declaration opens a case"):
        household, case = _find_household(checked, by)
        declaration = _declaration(checked, by, policy)
        if case is not None:
            task = _join(case, declaration, by)
        else:
            case, task = _open_case(household, checked, declaration, by, policy)
        _attach(declaration, case, household)
        db.session.add(declaration)
        telling.tell(declaration, "received", due_on=task.due_on, promised_on=declaration.promised_on, by=by)
    return declaration


def receipts_of(by: Actor, *, before: int | None = None, size: int = 20) -> Sequence[Declaration]:
    """Return what this account declared itself, the newest first."""
    require(by.role, Action.READ_RECEIPTS)
    query = select(Declaration).where(Declaration.account_id == by.account_id).order_by(Declaration.id.desc())
    if before is not None:
        query = query.where(Declaration.id < before)
    return db.session.scalars(query.limit(size)).all()


def find_receipt(declaration_id: int, *, by: Actor) -> Declaration:
    """Return one of the actor's own declarations; anybody else's does not exist."""
    require(by.role, Action.READ_RECEIPTS)
    query = select(Declaration).where(Declaration.id == declaration_id, Declaration.account_id == by.account_id)
    found = db.session.scalars(query).one_or_none() if by.account_id is not None else None
    if found is None:
        raise NotFound
    return found


_TIMELINE = (
    select(ReceiptLine).where(ReceiptLine.declaration_id == bindparam("declaration_id")).order_by(ReceiptLine.id)
)


def timeline_of(declaration: Declaration) -> Sequence[ReceiptLine]:
    """Return a receipt's lines, the oldest first."""
    return db.session.scalars(_TIMELINE, {"declaration_id": declaration.id}).all()


def actions_on(declaration: Declaration) -> list[str]:
    """Return what its sender may do with a declaration now, read off what they are shown and nothing else."""
    if declaration.closed_at is not None:
        return []
    answers = [Action.SUPPLEMENT] if declaration.status == STATUS_OF["returned"] else []
    return [*answers, Action.WITHDRAW, Action.ADD_FILE]


@use_case
def supplement(declaration_id: int, *, by: Actor, words: str) -> Declaration:
    """Answer a return for information: the case goes back to the village's desk, its clocks untouched."""
    declaration = find_receipt(declaration_id, by=by)
    said = clean_text(words, most=MOST_HARDSHIP, field="words")
    with as_system("a farmer answers a return"):
        case = find_case(declaration.case_id)
        if declaration.joined:
            raise NotPossibleNow(engine.not_from(State.WITHDRAWN if declaration.closed_at else FIRST_STATE))
        engine.move(case, Action.SUPPLEMENT, by=by, reason=Reason(words=said))
    return declaration


@use_case
def withdraw(declaration_id: int, *, by: Actor, words: str = "") -> Declaration:
    """Withdraw one's own declaration; its case ends, and the household may declare again at any time."""
    declaration = find_receipt(declaration_id, by=by)
    said = clean_text(words, most=MOST_HARDSHIP, field="words") if words else ""
    with as_system("a farmer withdraws"):
        case = find_case(declaration.case_id)
        if declaration.joined:
            _withdraw_joined(case, declaration, by, said)
        else:
            engine.move(case, Action.WITHDRAW, by=by, reason=Reason(words=said))
    return declaration


def _withdraw_joined(case: Case, declaration: Declaration, by: Actor, said: str) -> None:
    """Take back a declaration that only joined somebody's case: it looks just like any other, and the case goes on."""
    if declaration.closed_at is not None:
        raise NotPossibleNow(engine.not_from(State.WITHDRAWN))
    detail = {"declaration": str(declaration.id)}
    engine.note(case, "join_withdrawn", by=by, reason=Reason(words=said), detail=detail)
    for task in open_duties(case.id):
        if task.kind == Kind.JOIN and task.detail == detail:
            close_duty(task, by=by, how=Action.WITHDRAW, version=case.version)
    telling.tell(declaration, "withdrawn", due_on=None, promised_on=declaration.promised_on, detail=said, by=by)
    declaration.closed_at = clock.now()


def _check(form: DeclarationForm, by: Actor, policy: Policy) -> _Checked:
    complaints = Complaints()
    for_oneself = form.relation == SELF
    village = complaints.take(lambda: _check_village(form.village_code, by, policy), "")
    name = complaints.take(lambda: clean_name(form.head_name, field="head_name"), "")
    phone = complaints.take(lambda: parse_phone(form.phone, field="phone"), "")
    number = complaints.take(lambda: _check_id_number(form.id_number), None)
    hardship = complaints.take(lambda: _check_hardship(form), "")
    declarer = complaints.take(lambda: _check_declarer(form, by), None)
    if form.risk not in policy.dictionaries["risks"]:
        complaints.add("risk", "请从列出的困难里选一项。")
    if not for_oneself and form.relation not in policy.dictionaries["relations_for_others"]:
        complaints.add("relation", "请选择您和这家人的关系。")
    complaints.raise_if_any()
    return _Checked(
        village_code=village,
        head_name=name,
        phone=phone,
        risk=form.risk,
        hardship=hardship,
        voice_sha256=form.voice_sha256,
        id_number=number,
        relation=form.relation,
        declarer_name=declarer,
        # Nobody can consent for somebody else: the person is asked at the visit.
        consents={each: bool(form.consents.get(each)) for each in CONSENTS} if for_oneself else {},
    )


def _check_village(code: str, by: Actor, policy: Policy) -> str:
    found = place(code)
    if found is not None and found.level == "village" and code.startswith(by.county_code):
        return code
    raise Invalid.field("village_code", _whom_to_call(code, by, policy))


def _whom_to_call(village_code: str, by: Actor, policy: Policy) -> str:
    """Tell a farmer of another county whom to call, not only that this is the wrong door."""
    there, here = db.session.get(County, village_code[:6]), db.session.get_one(County, by.county_code)
    if there is not None and there.code != here.code:
        return f"这个村属于{there.name}，请打那边的电话 {there.phone} 申报。"
    line = f"{policy.texts['hotline']} {here.phone}".strip()
    return f"没有在{here.name}找到这个村。请重新选村，或者打{line}，我们告诉您该找哪里。"


def _check_id_number(text: str | None) -> str | None:
    return parse_id_number(text, field="id_number", today=clock.today()).number if text else None


def _check_hardship(form: DeclarationForm) -> str:
    """Check what was written; a voice note alone says it all."""
    if form.voice_sha256 and not form.hardship.strip():
        return ""
    return clean_text(form.hardship, most=MOST_HARDSHIP, field="hardship")


def _check_declarer(form: DeclarationForm, by: Actor) -> str | None:
    if form.relation == SELF:
        return None
    if by.is_staff:
        return by.name
    if not form.declarer_name:
        raise Invalid.field("declarer_name", "请写上您自己的姓名，方便联系。")
    return clean_name(form.declarer_name, field="declarer_name")


def _refuse_too_many(checked: _Checked, by: Actor, policy: Policy) -> None:
    """Let a helper speak for a few neighbours a day; more is a list, and lists go to the village."""
    if checked.relation == SELF or by.is_staff:
        return
    # Held until the commit, so that a hundred at once are counted one after the other.
    db.session.execute(select(Account.id).where(Account.id == by.account_id).with_for_update())
    since = _start_of_today()
    query = select(func.count()).where(
        Declaration.account_id == by.account_id, Declaration.relation != SELF, Declaration.declared_at >= since
    )
    if (db.session.scalar(query) or 0) >= policy.numbers["unconfirmed_declarations_a_day"]:
        raise TooMany("今天替别人申报的次数已满，请明天再来，或者请村里帮忙登记。", retry_after=3600)


def _start_of_today() -> datetime:
    return clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)


_BOTH = (
    select(Household, Case)
    .outerjoin(Case, Case.id == Household.open_case_id)
    .where(Household.id == bindparam("household_id"))
    .with_for_update()
)
"""Both in one statement, built once: a number that is known must not take longer than one that is not."""


def _find_household(checked: _Checked, by: Actor) -> tuple[Household, Case | None]:
    """Return the household spoken of, locked, and its open case; one nobody knows is made, provisionally."""
    index = digests_by_key(checked.id_number, keys=keys(), kind="id_number") if checked.id_number else {}
    known = known_person(by.county_code, tuple(index.values()), name=checked.head_name) if index else None
    if known is None:
        return _new_household(checked, index), None
    if not known.name_fits:
        # The number stays with whoever holds it, and is kept, sealed, with this one until somebody has looked.
        return _new_household(checked, {}), None
    household, case = db.session.execute(_BOTH, {"household_id": known.household_id}).one()
    return household, case


def _new_household(checked: _Checked, index: Mapping[str, str]) -> Household:
    household_id, person_id = new_id(), new_id()
    place = place_of(checked.village_code)
    phone_place = Place("households", "phone_sealed", household_id)
    household = Household(
        id=household_id,
        household_id=household_id,
        head_name=checked.head_name,
        phone_sealed=seal(checked.phone, keys=keys(), place=phone_place),
        made_at=clock.now(),
        **place,
    )
    person = Person(id=person_id, household_id=household_id, name=checked.head_name, **place)
    if checked.id_number:
        person.id_sealed = seal(checked.id_number, keys=keys(), place=Place("people", "id_sealed", person_id))
    db.session.add_all([household, person])
    _put_into_index(person, index)
    return household


def _put_into_index(person: Person, index: Mapping[str, str]) -> None:
    """Let the person be found under every key; the database refuses whoever comes second with the same number."""
    db.session.add_all(
        PersonDigest(
            id=new_id(),
            person_id=person.id,
            household_id=person.household_id,
            key_id=key_id,
            digest=digest,
            **same_place(person),
        )
        for key_id, digest in index.items()
    )


def _open_case(
    household: Household, checked: _Checked, declaration: Declaration, by: Actor, policy: Policy
) -> tuple[Case, Task]:
    case = Case(
        id=new_id(),
        household_id=household.id,
        number=new_receipt_no(),
        head_name=household.head_name,
        risk=checked.risk,
        channel="self_mp" if by.account_id else "self_paper",
        procedure=policy.name,
        policy_version=policy.version,
        discovered_on=clock.today(),
        promised_on=declaration.promised_on,
        entered_at=clock.now(),
        **same_place(household),
    )
    household.open_case_id = case.id
    return case, engine.begin(case, by=by)


def _join(case: Case, declaration: Declaration, by: Actor) -> Task:
    declaration.joined = True
    return engine.join(case, by=by, detail={"declaration": str(declaration.id)})


def _declaration(checked: _Checked, by: Actor, policy: Policy) -> Declaration:
    declaration_id = new_id()

    def sealed(column: str, value: str) -> str:
        return seal(value, keys=keys(), place=Place("declarations", column, declaration_id))

    promised = due_on(clock.today(), policy.limit("T_TOTAL"), county_workdays(by.county_code))
    return Declaration(
        id=declaration_id,
        receipt_no=new_receipt_no(),
        account_id=by.account_id,
        said_village=checked.village_code,
        head_name=checked.head_name,
        voice_sha256=checked.voice_sha256,
        hardship_sealed=sealed("hardship_sealed", checked.hardship),
        phone_sealed=sealed("phone_sealed", checked.phone),
        id_sealed=sealed("id_sealed", checked.id_number) if checked.id_number else None,
        risk=checked.risk,
        relation=checked.relation,
        declarer_name=checked.declarer_name,
        consents=checked.consents,
        promised_on=promised.on,
        status="已收到",
        joined=False,
        declared_at=clock.now(),
    )


def _attach(declaration: Declaration, case: Case, household: Household) -> None:
    declaration.case_id = case.id
    for level, code in same_place(household).items():
        setattr(declaration, level, code)
