"""Sittings of a village at the desk: several families in one sitting, the result of each, and what was held before."""

import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, day_in, number_in, page_before, page_status, ticked
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.errors import DomainError, Invalid, NotFound
from backend.models import MeetingItem
from backend.policy import Policy
from backend.policy.county import current_policy, policy_of
from backend.services import meetings, sittings, village_lists
from backend.services.meeting_items import AGREED, OUTCOME_NAMES, PROPOSED, ItemForm, texts_of
from backend.services.meetings import AgendaLine, Held
from backend.services.sittings import CONSULTATION, FAILED, KIND_NAMES, MEETING, SittingForm
from backend.workflow.states import Kind
from backend.workflow.voting import Attendee, Votes

PAGE = 30
VOTERS = {"representatives": "representative", "committees": "committee", "panel": "panel"}
"""Whose names the attendance of each form of meeting holds first (dictionary attendee_standings)."""
ASKED_TOO = {"supervision": "supervision", "team": "team"}
_NAMES = re.compile(r"[、，,;；\s]+")

Holder = Callable[..., Held]


class Tab(NamedTuple):
    """One kind of sitting: its name, the duty that it answers, who may record it, and the service."""

    name: str
    duty: Kind
    action: Action
    hold: Holder


TABS = {
    CONSULTATION: Tab(KIND_NAMES[CONSULTATION], Kind.CONSULT, Action.HOLD_CONSULTATION, meetings.hold_consultation),
    MEETING: Tab(KIND_NAMES[MEETING], Kind.MEETING, Action.HOLD_MEETING, meetings.hold_meeting),
    FAILED: Tab(KIND_NAMES[FAILED], Kind.MEETING, Action.MEETING_FAILED, meetings.record_failed_meeting),
}


class SittingScreen(Screen):
    """Sittings held, and recording one."""

    title, path, asks = "会议", "sittings", Action.READ_PROCEEDINGS

    @expose("/")
    def index(self) -> Response:
        """List the sittings of one's place, the newest first."""
        by, before = actor(), page_before()
        rows = village_lists.sittings_of(by=by, before=before, size=PAGE)
        agenda = meetings.agenda(by=by)
        return self.page(
            "console/sittings.html",
            rows=rows,
            before=rows[-1][0].id if len(rows) == PAGE else None,
            tabs={key: tab for key, tab in TABS.items() if may(by.role, tab.action)},
            waiting={key: sum(line.duty.kind == tab.duty for line in agenda) for key, tab in TABS.items()},
            kinds=_kinds(),
        )

    @expose("/new/<kind>")
    def add(self, kind: str) -> Response:
        """Show the form with every family that waits for this kind of sitting."""
        _tab_for(kind)
        return self._form(kind)

    @expose("/new/<kind>", methods=["POST"])
    def hold(self, kind: str) -> Response:
        """Record a sitting; each family is decided by itself, and whichever was not stays on the form."""
        tab = _tab_for(kind)
        try:
            held = tab.hold(_sitting(kind), _items(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._form(kind, error)
        refused = {result.case_id: result.message for result in held.results if result.message}
        done = len(held.results) - len(refused)
        if done:
            flash(f"会议已登记，{done}户有了结果。", "success")
        if refused:
            flash(f"有{len(refused)}户没有记上，原因写在那一户旁边；会议本身不用重填。", "error")
            return self._form(kind, refused=refused)
        return redirect(url_for("sittings.show", meeting_id=held.meeting.id))

    @expose("/<int:meeting_id>")
    def show(self, meeting_id: int) -> Response:
        """Show one sitting: who came, what was said, and the result of each family."""
        by = actor()
        meeting, items = meetings.read_meeting(meeting_id, by=by)
        cases = village_lists.heads_of([item.case_id for item in items], by=by)
        words = _policy(by).dictionaries
        return self.page(
            "console/sitting.html",
            meeting=meeting,
            kind=_kinds()[meeting.kind],
            form=words["meeting_form"].get(meeting.form, ""),
            people=_by_presence(sittings.attendance_of(meeting), words),
            minutes=sittings.minutes_of(meeting),
            items=[_item(item, words) | {"case": cases[item.case_id]} for item in items if item.case_id in cases],
        )

    def _form(self, kind: str, error: DomainError | None = None, refused: dict[int, str] | None = None) -> Response:
        by = actor()
        words = _policy(by).dictionaries
        lines = [line for line in meetings.agenda(by=by) if line.duty.kind == TABS[kind].duty]
        form = request.form.get("form", "") or (lines[0].forms[0] if lines else "")
        return self.page(
            "console/sitting_new.html",
            status=422 if refused else page_status(error),
            kind=kind,
            tab=TABS[kind],
            lines=[(line, _line(line)) for line in lines],
            forms={code: words["meeting_form"][code] for line in lines for code in line.forms},
            form=form,
            standing=words["attendee_standings"].get(_standing(kind, form), ""),
            presences=words["presences"],
            categories=words["categories"],
            key=request.form.get("key") or str(uuid.uuid4()),
            typed=request.form,
            chosen=ticked("case_id"),
            refused=refused or {},
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
        )


def _tab_for(kind: str) -> Tab:
    """Return the kind of sitting asked for, if there is one and whoever asks may record it."""
    if kind not in TABS:
        raise NotFound
    require(actor().role, TABS[kind].action)
    return TABS[kind]


def _policy(by: Actor) -> Policy:
    return current_policy(by.county_code)


def _kinds() -> dict[str, str]:
    return {key: tab.name for key, tab in TABS.items()}


def _standing(kind: str, form: str) -> str:
    return "committee" if kind == CONSULTATION else VOTERS.get(form, "representative")


def _sitting(kind: str) -> SittingForm:
    form = request.form
    meeting_form = "" if kind == CONSULTATION else form.get("form", "")
    voters = _standing(kind, meeting_form)
    asked = [
        Attendee(name, voters, presence)
        for presence in _policy(actor()).dictionaries["presences"]
        for name in _names(f"voters-{presence}")
    ]
    for standing in ASKED_TOO:
        asked += [Attendee(name, standing, "present") for name in _names(f"{standing}-present")]
        asked += [Attendee(name, standing, "absent") for name in _names(f"{standing}-absent")]
    return SittingForm(
        held_on=day_in("held_on"),
        place=form.get("place", ""),
        chair=form.get("chair", ""),
        recorder=form.get("recorder", ""),
        attendance=tuple(asked),
        form=meeting_form,
        minutes=form.get("minutes", ""),
        key=form.get("key", ""),
    )


def _names(field: str) -> list[str]:
    return [name for name in _NAMES.split(request.form.get(field, "")) if name]


def _items() -> list[ItemForm]:
    form = request.form

    def item(case_id: int) -> ItemForm:
        return ItemForm(
            case_id=case_id,
            version=number_in(f"version-{case_id}"),
            category=form.get(f"category-{case_id}", ""),
            help=form.get(f"help-{case_id}", ""),
            words=form.get(f"words-{case_id}", ""),
            group_name=form.get(f"group-{case_id}", ""),
            people=_count(f"people-{case_id}"),
            votes=Votes(*(_count(f"{name}-{case_id}") or 0 for name in ("agree", "against", "abstained"))),
            recused=tuple(_names(f"recused-{case_id}")),
        )

    return [item(case_id) for case_id in ticked("case_id")]


def _count(field: str) -> int | None:
    text = request.form.get(field, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise Invalid.field(field, "人数和票数要写整数。")
    return int(text)


def _line(line: AgendaLine) -> dict[str, Any]:
    words = policy_of(line.case.county_code, line.case.policy_version).dictionaries
    proposal = line.proposal
    return {
        "risk": words["risks"].get(line.case.risk, line.case.risk),
        "proposed": words["categories"].get(proposal.category, "") if proposal else "",
        "category": proposal.category if proposal else str(line.case.marks.get("category", "")),
        "group": proposal.group_name if proposal else "",
        "people": proposal.people if proposal else None,
    }


def _item(item: MeetingItem, words: Any) -> dict[str, Any]:
    helped, said = texts_of(item)
    return {
        "item": item,
        "outcome": OUTCOME_NAMES[item.outcome],
        "is_good": item.outcome in {AGREED, PROPOSED},
        "category": words["categories"].get(item.category, ""),
        "help": helped,
        "words": said,
    }


def _by_presence(attendance: Sequence[Attendee], words: Any) -> list[tuple[str, str]]:
    """Return who came and who did not, by standing: 村民代表（到会）, and the names."""
    groups: dict[str, list[str]] = {}
    for each in attendance:
        label = f"{words['attendee_standings'][each.standing]}（{words['presences'][each.presence]}）"
        groups.setdefault(label, []).append(each.name)
    return [(label, "、".join(names)) for label, names in groups.items()]
