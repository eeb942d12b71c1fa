"""Turns steps and corrections into the forms of a case page: with their lists, first values, and what was typed."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from admin.case_corrections import CORRECTIONS, IN_PLACE, Correction
from admin.case_steps import REASONS, STEPS, WORDS, StepForm
from admin.step_fields import Field, Form, Kind, as_typed
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.models import Case
from backend.services.living import is_lent
from backend.services.steps import Step
from backend.workflow.duties import FULL
from backend.workflow.sentences import EVENT_NAMES


@dataclass(frozen=True)
class Known:
    """What a page knows beforehand: lists to choose from, first values, and words for what a duty is about."""

    lists: Mapping[str, Mapping[str, Any]]
    starts: Mapping[str, str]
    subjects: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sending:
    """What was just sent and refused, if anything."""

    typed: Form
    error: DomainError | None

    def is_of(self, key: str) -> bool:
        """Say whether this form was the one."""
        return self.error is not None and self.typed.get("form") == key


@dataclass(frozen=True)
class FieldView:
    """One field as the page shows it."""

    id: str
    name: str
    kind: Kind
    label: str
    hint: str
    value: Any
    choices: Mapping[str, Any]
    none: str
    most: int
    rows: int
    wrong: str


@dataclass(frozen=True)
class FormView:
    """One form as the page shows it; `carried` goes back as it came."""

    key: str
    action: str
    name: str
    subject: str
    button: str
    lead: str
    shown: str
    fields: Sequence[FieldView]
    carried: Mapping[str, Any]
    is_open: bool
    is_visit: bool = False
    message: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def step_forms(steps: Iterable[Step], case: Case, known: Known, sending: Sending) -> list[FormView]:
    """Return the forms of the steps that the page has forms for, and that do not have to wait."""
    return [
        _of_step(step, form, case, known, sending)
        for step in steps
        if not step.hindered and (form := _form_here(step, case))
    ]


SITTINGS = (Action.HOLD_CONSULTATION, Action.HOLD_MEETING, Action.MEETING_SAID_NO, Action.MEETING_FAILED)
FOR_BOTH_VILLAGES = frozenset({"talk"})
"""Of the corrections and notes: what the second village of a family may write, too."""
AT_THE_FAMILY = (
    *(Action.MAKE_PLAN, Action.ADD_MEASURE, Action.DELIVER_MEASURE, Action.STOP_MEASURE, Action.SAY_NOT_RECEIVED),
    *(Action.PAIR, Action.END_PAIRING, Action.CLAIM_RELIEF, Action.DECIDE_RELIEF),
    *(Action.END_NATURALLY, Action.STRIKE_OFF),
)
"""Steps that are taken on the page of the watched family."""

PAGES: Mapping[Action, tuple[str, str]] = {
    Action.FILE_VISIT: ("cases.home_check", "填入户核实表"),
    Action.CHECK_ANEW: ("cases.home_check", "填入户核实表"),
    Action.FIND_NO_RISK: ("cases.home_check", "填入户核实表"),
    **dict.fromkeys(SITTINGS, ("sittings.index", "登记会商或评议")),
    Action.POST_NOTICE: ("notices.index", "张贴公示"),
    Action.COUNTY_AGREES_BY_PHONE: ("batches.index", "放进批次，记下电话同意"),
    Action.TAKE_DOWN_NOTICE: ("notices.index", "取下公示"),
    Action.CHECK_REMOVAL: ("watches.removal_check", "填消除核实表"),
    **dict.fromkeys(AT_THE_FAMILY, ("watches.of_case", "帮扶、走访和风险消除")),
}
"""Steps with a page of their own: where it is, and what its link says."""


def links(steps: Iterable[Step], case: Case) -> list[tuple[str, str]]:
    """Return where the steps are taken that have a page of their own, each page once."""
    found = [PAGES.get(step.action) for step in _without_form(steps, case)]
    return list(dict.fromkeys(each for each in found if each))


def elsewhere(steps: Iterable[Step], case: Case) -> list[str]:
    """Return the names of steps that are taken on the phone."""
    return [step.name for step in _without_form(steps, case) if step.action not in PAGES]


def _without_form(steps: Iterable[Step], case: Case) -> list[Step]:
    return [step for step in steps if not step.hindered and _form_here(step, case) is None]


def _form_here(step: Step, case: Case) -> StepForm | None:
    form = STEPS.get(step.action)
    return form if form and form.only in {"", case.procedure} else None


def correction_forms(case: Case, known: Known, sending: Sending, by: Actor) -> list[FormView]:
    """Return the corrections that the actor may make on this case."""
    return [
        _of_correction(name, name, each, known, sending, {})
        for name, each in CORRECTIONS.items()
        if may(by.role, each.asks) and each.fits(case) and (name in FOR_BOTH_VILLAGES or not is_lent(case, by=by))
    ]


def form_in_place(
    name: str, row: str, case: Case, known: Known, sending: Sending, by: Actor, carried: Mapping[str, Any]
) -> FormView | None:
    """Return the form that stands beside one row, if the actor may fill it in."""
    each = IN_PLACE[name]
    if not may(by.role, each.asks) or not each.fits(case) or is_lent(case, by=by):
        return None
    return _of_correction(name, f"{name}.{row}", each, known, sending, carried)


def declared(action: str) -> StepForm | None:
    """Return the form of a step or a correction, if there is one of this name."""
    mended = CORRECTIONS.get(action) or IN_PLACE.get(action)
    return mended.form if mended else STEPS.get(action)


def lost_words(sending: Sending, forms: Iterable[FormView]) -> list[tuple[str, str]]:
    """Return what was typed into a form that the page no longer has, so that nobody writes it twice."""
    form = declared(sending.typed.get("action", ""))
    if sending.error is None or form is None or any(sending.is_of(each.key) for each in forms):
        return []
    texts = {each.name: each.label for each in form.read if each.kind in {Kind.TEXT, Kind.LINE}}
    typed = {name: sending.typed.get(name, "").strip() for name in texts}
    return [(texts[name], words) for name, words in typed.items() if words]


def _of_step(step: Step, form: StepForm, case: Case, known: Known, sending: Sending) -> FormView:
    key = f"{step.action}.{step.duty_id or 0}"
    asked = () if form.own_words else _reason_fields(step)
    fields = (*asked, *form.fields, *(form.in_full if case.procedure == FULL else ()))
    subject = "，".join(
        known.subjects[name][str(value)]
        for name, value in step.about.items()
        if name in known.subjects and str(value) in known.subjects[name]
    )
    carried = {name: step.about[name] for name in form.carries if name in step.about}
    versions = {"version": step.version or 0, "content_version": step.content_version}
    lists = {**known.lists, "reasons": step.reasons}
    return FormView(
        key=key,
        action=step.action,
        name=step.name,
        subject=subject,
        button=form.button or step.name,
        lead=form.lead,
        shown=known.starts.get(form.shows, ""),
        fields=_views(key, fields, lists, known, sending),
        carried={**versions, **carried},
        is_open=sending.is_of(key),
        is_visit=form.is_visit,
        message=sending.error.message if sending.error and sending.is_of(key) else "",
        wrong=sending.error.fields if sending.error and sending.is_of(key) else {},
    )


def _of_correction(
    action: str, key: str, each: Correction, known: Known, sending: Sending, carried: Mapping[str, Any]
) -> FormView:
    return FormView(
        key=key,
        action=action,
        name=EVENT_NAMES[action],
        subject="",
        button=each.form.button,
        lead=each.form.lead,
        shown=known.starts.get(each.form.shows, ""),
        fields=_views(key, each.form.fields, known.lists, known, sending),
        carried=carried,
        is_open=sending.is_of(key),
        message=sending.error.message if sending.error and sending.is_of(key) else "",
    )


def _reason_fields(step: Step) -> tuple[Field, ...]:
    told = "申报人会看到" if step.is_told else "记入办理经过"
    reasons = replace(REASONS, hint=f"至少选一条，{told}", choices="reasons")
    label = WORDS.label if step.needs_words else "补充说明"
    words = replace(WORDS, label=label, hint=told if step.needs_words else f"可以不写，{told}")
    return (*((reasons,) if step.reasons else ()), *((words,) if step.reasons or step.needs_words else ()))


def _views(
    key: str, fields: Iterable[Field], lists: Mapping[str, Mapping[str, Any]], known: Known, sending: Sending
) -> list[FieldView]:
    mine = sending.is_of(key)
    wrong = sending.error.fields if mine and sending.error else {}
    return [
        FieldView(
            id=f"{key}.{each.name}",
            name=each.name,
            kind=each.kind,
            label=each.label,
            hint=each.hint,
            value=as_typed(each, sending.typed) if mine else _first(each, known),
            choices=lists.get(each.choices, {}),
            none=each.none,
            most=each.most,
            rows=each.rows,
            wrong=wrong.get(each.name, ""),
        )
        for each in fields
    ]


def _first(each: Field, known: Known) -> Any:
    if each.kind is Kind.KEY:
        return str(uuid.uuid4())
    if each.kind in {Kind.MANY, Kind.GRID}:
        return {}
    return known.starts.get(each.start, "") if each.start else ""
