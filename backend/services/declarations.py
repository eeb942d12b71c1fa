"""What farmers do: declare, read where it stands, answer a return, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy import Row, and_, bindparam, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.access.scope import as_own_phone, as_system
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow, TooMany
from backend.models import Account, Case, County, Declaration, ReceiptLine, Task
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.id_numbers import parse_id_number
from backend.privacy.names import clean_name
from backend.privacy.phones import parse_phone
from backend.privacy.receipts import new_receipt_no
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services import slips
from backend.services.intake import Origin, Spoken, checked_origin, promise_for, take_in
from backend.workflow import engine, telling, verdicts
from backend.workflow.deadlines import on_the_day
from backend.workflow.duties import FIRST_STATE
from backend.workflow.engine import find_case
from backend.workflow.places import lead_on
from backend.workflow.procedure import rows_for
from backend.workflow.refusals import not_from
from backend.workflow.sentences import STATUS_OF
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.tasks import close_duty, open_duties

SELF = "self"
CONSENTS = ("health", "assets", "minors")
"""The three separate consents (PIPL 29): each may stay unticked, and none is a gate."""
MOST_HARDSHIP = 1000
MAY_BE_RECHECKED = frozenset(STATUS_OF[each] for each in ("not_accepted", "not_included", "terminated"))
"""What a receipt shows while its outcome may still be rechecked; confirmed, again only where the rules say so."""
CONFIRMED = "outcome_confirmed"


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


@dataclass(frozen=True)
class Taken:
    """A declaration just taken, with the first line of its receipt and the duty that answers it."""

    declaration: Declaration
    line: ReceiptLine
    duty: Task


def declare(form: DeclarationForm, *, by: Actor, origin: Origin | None = None) -> Declaration:
    """Take a declaration as `take` does, for whoever needs no more of it."""
    return take(form, by=by, origin=origin).declaration


@use_case
def take(form: DeclarationForm, *, by: Actor, origin: Origin | None = None) -> Taken:
    """Take a declaration, open a case or note it on the household's open one, and give a receipt.

    The answer is the same whether the ID number is known or not: nobody learns anything by typing somebody's number.
    `origin` is for staff who enter it for a family: on paper, by word of mouth or by telephone; no phone holds such a
    receipt until the family's own takes it over. Staff whose phone declares for their own family are like anybody.
    Errors: `Invalid` names each field; `TooMany` after the day's declarations for others (policy).
    """
    require(by.role, Action.DECLARE)
    policy = current_policy(by.county_code)
    checked = _check(form, by, policy)
    is_senders = not by.is_staff or (origin is None and checked.relation == SELF)
    came = checked_origin(origin or _own_origin(by, is_senders=is_senders), policy)
    _refuse_too_many(checked, by, policy)
    spoken = Spoken(
        village_code=checked.village_code,
        head_name=checked.head_name,
        risk=checked.risk,
        phone=checked.phone,
        id_number=checked.id_number,
    )
    with as_system("a declaration opens a case"):
        holder = by.account_id if is_senders else None
        declaration = _declaration(checked, holder, promise_for(came, by.county_code, policy))
        _, task = take_in(spoken, came, by=by, policy=policy, declaration=declaration)
        promised = declaration.promised_on
        line = telling.tell(declaration, "received", due_on=task.due_on, promised_on=promised, by=by)
    return Taken(declaration, line, task)


def _own_origin(by: Actor, *, is_senders: bool) -> Origin:
    by_phone = is_senders and by.account_id is not None
    return Origin(channel="self_mp" if by_phone else "self_paper", discovered_on=clock.today())


def receipts_of(by: Actor, *, before: int | None = None, size: int = 20) -> Sequence[Declaration]:
    """Return what this account declared itself, the newest first."""
    require(by.role, Action.READ_RECEIPTS)
    query = select(Declaration).where(Declaration.account_id == by.account_id).order_by(Declaration.id.desc())
    if before is not None:
        query = query.where(Declaration.id < before)
    with as_own_phone(by.account_id):
        return db.session.scalars(query.limit(size)).all()


def find_receipt(declaration_id: int, *, by: Actor) -> Declaration:
    """Return one of the actor's own declarations; anybody else's does not exist."""
    require(by.role, Action.READ_RECEIPTS)
    query = select(Declaration).where(Declaration.id == declaration_id, Declaration.account_id == by.account_id)
    with as_own_phone(by.account_id):
        found = db.session.scalars(query).one_or_none() if by.account_id is not None else None
    if found is None:
        raise NotFound
    return found


_TIMELINE = (
    select(ReceiptLine).where(ReceiptLine.declaration_id == bindparam("declaration_id")).order_by(ReceiptLine.id)
)


def timeline_of(declaration: Declaration, *, by: Actor) -> Sequence[ReceiptLine]:
    """Return a receipt's lines, the oldest first."""
    is_own = by.account_id == declaration.account_id
    with as_own_phone(by.account_id if is_own else None):
        return db.session.scalars(_TIMELINE, {"declaration_id": declaration.id}).all()


def actions_on(declaration: Declaration, *, by: Actor) -> list[str]:
    """Return what its sender may do with a declaration now, read off what they are shown and nothing else."""
    return [each for each in _offered_on(declaration, by) if each is Action.ADD_FILE or may(by.role, each)]


def _offered_on(declaration: Declaration, by: Actor) -> list[Action]:
    if declaration.closed_at is not None:
        return [Action.ASK_RECHECK] if _may_be_rechecked(declaration, by) else []
    answers = [Action.SUPPLEMENT] if declaration.status == STATUS_OF["returned"] else []
    return [*answers, Action.WITHDRAW, Action.ADD_FILE]


def _may_be_rechecked(declaration: Declaration, by: Actor) -> bool:
    policy = current_policy(declaration.county_code)
    most = policy.numbers["rechecks_for_each_outcome"]
    if not rows_for(Action.ASK_RECHECK, str(policy.flags["procedure"])):
        return False
    if declaration.status != STATUS_OF[CONFIRMED]:
        return most > 0 and declaration.status in MAY_BE_RECHECKED
    return sum(line.kind == CONFIRMED for line in timeline_of(declaration, by=by)) < most


@use_case
def supplement(declaration_id: int, *, by: Actor, words: str) -> Declaration:
    """Answer a return for information: the case goes back to the village's desk, its clocks untouched."""
    declaration = find_receipt(declaration_id, by=by)
    said = clean_text(words, most=MOST_HARDSHIP, field="words")
    with as_system("a farmer answers a return"):
        case = find_case(declaration.case_id)
        if declaration.joined:
            raise NotPossibleNow(not_from(State.WITHDRAWN if declaration.closed_at else FIRST_STATE))
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
        raise NotPossibleNow(not_from(State.WITHDRAWN))
    detail = {"declaration": str(declaration.id)}
    engine.note(case, "join_withdrawn", by=by, reason=Reason(words=said), detail=detail)
    for task in open_duties(case.id):
        if task.kind == Kind.JOIN and task.detail.get("declaration") == str(declaration.id):
            close_duty(task, by=by, how=Action.WITHDRAW, version=case.version)
    verdicts.settle_joined(case, "withdrawn", by=by, declaration_id=declaration.id)
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
    today = lead_on(code)  # a poster may still show a village that was merged into another
    if slips.is_of(today, by.county_code):
        return today
    raise Invalid.field("village_code", _whom_to_call(code, by, policy))


def _whom_to_call(village_code: str, by: Actor, policy: Policy) -> str:
    """Tell a farmer of another county whom to call there, not only that this is the wrong door."""
    here = db.session.get_one(County, by.county_code)
    line = f"{policy.texts['hotline']} {here.phone}".strip()
    there = slips.elsewhere(village_code, by.county_code, policy)
    if there is None:
        return f"没有在{here.name}找到这个村。请重新选村，或者打{line}，我们告诉您该找哪里。"
    return f"{slips.sentence(there)}可以领一张指引单，上面写着该找哪里。拿不准，打{here.name}的{line}问。"


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


_TODAY = (
    select(Declaration.id, Declaration.relation, Declaration.head_name, Declaration.said_village, Declaration.id_sealed)
    .select_from(Account)
    .outerjoin(
        Declaration, and_(Declaration.account_id == Account.id, Declaration.declared_at >= bindparam("since_midnight"))
    )
    .where(Account.id == bindparam("account"))
    .with_for_update()
)
"""What an account declared today. Its own row is held until the commit: a hundred at once are counted one by one."""


def _refuse_too_many(checked: _Checked, by: Actor, policy: Policy) -> None:
    """Let a helper speak for a few neighbours a day; more is a list, and lists go to the village.

    One account is one person: whoever declares as a second head of a household on the same day speaks for another,
    whatever they call it. Declaring again for oneself is always free.
    """
    if by.is_staff:
        return
    rows = db.session.execute(_TODAY, {"account": by.account_id, "since_midnight": on_the_day(clock.today(), time())})
    spoken = [row for row in rows if row.id is not None]
    selves = {_person_of(row) for row in spoken if row.relation == SELF}
    others = sum(row.relation != SELF for row in spoken) + max(len(selves) - 1, 0)
    me = (checked.id_number, "", "") if checked.id_number else (None, checked.village_code, checked.head_name)
    is_another = checked.relation != SELF or (bool(selves) and me not in selves)
    if is_another and others >= policy.numbers["unconfirmed_declarations_a_day"]:
        raise TooMany(
            "这个微信号今天替别人申报的次数已满（用别人的姓名申报，也算替别人）。请明天再来，或者请村里帮忙登记。",
            retry_after=3600,
        )


def _person_of(row: Row[int, str, str, str, str | None]) -> tuple[str | None, str, str]:
    """Return who somebody said they are: their number, or the name in a village where none was given."""
    if not row.id_sealed:
        return None, row.said_village, row.head_name
    return unseal(row.id_sealed, keys=keys(), place=Place("declarations", "id_sealed", row.id)), "", ""


def _declaration(checked: _Checked, account_id: int | None, promised_on: date) -> Declaration:
    declaration_id = new_id()

    def sealed(column: str, value: str) -> str:
        return seal(value, keys=keys(), place=Place("declarations", column, declaration_id))

    return Declaration(
        id=declaration_id,
        receipt_no=new_receipt_no(),
        account_id=account_id,
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
        promised_on=promised_on,
        status="已收到",
        joined=False,
        declared_at=clock.now(),
    )
