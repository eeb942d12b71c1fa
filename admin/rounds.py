"""Regular visits at the desk: whose turn it is, the form of one visit, dangers, changes of members, busy weeks."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.forms import SAID_ON_THE_PAGE, optional_day_in, page_status
from admin.removal_page import views as field_views
from admin.round_deeds import AT_HOME, DEEDS, HERE, ROWS, SO
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import hazards, member_changes, round_photos, round_traits, rounds
from backend.services.round_forms import RoundForm, Topic

HEAD = (
    Field("way", "怎么走访的", Kind.CHOICE, choices="visit_ways"),
    Field("conclusion", "结论", Kind.CHOICE, choices="round_conclusions"),
    Field("visited_on", "哪一天", Kind.DAY, hint="不填就是今天"),
)
TAIL = (
    Field("reports", "疑似有风险，马上上报（监测对象成为预警，其他户成为线索）", Kind.YES),
    Field("risk", "哪一种困难", Kind.PICK, choices="risks", hint="上报时选"),
)


class RoundScreen(Screen):
    """The visits of one's place, and one visit."""

    title, path, asks = "走访", "rounds", Action.FILE_ROUND

    @expose("/")
    def index(self) -> Response:
        """Show what is owed, what is unsafe, and what waits for the village's word."""
        return self._all()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Do what the sent form is for."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._all(error)
        flash(said, "success")
        return redirect(url_for("rounds.index"))

    @expose("/<int:household_id>")
    def show(self, household_id: int) -> Response:
        """Show the form of one visit, with last time's picture."""
        return self._one(household_id)

    @expose("/<int:household_id>", methods=["POST"])
    def file(self, household_id: int) -> Response:
        """File a visit."""
        try:
            visit = rounds.file_round(household_id, _typed(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._one(household_id, error)
        closed = rounds.closed_kinds(visit)
        flash(f"已登记走访{'，办结：' + '、'.join(closed) if closed else ''}。", "success")
        return redirect(url_for("rounds.show", household_id=household_id))

    @expose("/<int:household_id>/more", methods=["POST"])
    def do_here(self, household_id: int) -> Response:
        """Note a change of members, or how this household is best visited."""
        try:
            said = deeds.take(AT_HOME, household_id, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._one(household_id, error)
        flash(said, "success")
        return redirect(url_for("rounds.show", household_id=household_id))

    def _all(self, error: DomainError | None = None) -> Response:
        by = actor()
        names, found = current_policy(by.county_code).dictionaries, hazards.ledger(by=by)
        sending: dict[str, Any] = {"by": by, "typed": request.form, "error": error, "lists": {**names, "so": SO}}
        return self.page(
            "console/rounds.html",
            status=page_status(error),
            tasks=round_traits.due_rounds(by=by),
            classes=names["round_classes"],
            hazards=[
                {
                    "row": row,
                    "task": task,
                    "item": names["safety_items"].get(row.item, ""),
                    "words": hazards.words_of(row)[0],
                    "forms": deeds.views(
                        DEEDS, ROWS[:1], carried={"hazard": row.id, "version": task.version}, row=str(row.id), **sending
                    ),
                }
                for row, task in found
            ],
            counted={names["safety_items"].get(item, item): count for item, count in hazards.counted(found).items()},
            changes=[
                {
                    "row": row,
                    "what": names["member_changes"].get(row.kind, ""),
                    "forms": deeds.views(
                        DEEDS, ROWS[1:], carried={"change": row.id, "version": task.version}, row=str(row.id), **sending
                    ),
                }
                for row, task in member_changes.waiting(by=by)
            ],
            busy=round_traits.busy_times(by=by),
            forms=deeds.views(DEEDS, HERE, **sending),
        )

    def _one(self, household_id: int, error: DomainError | None = None) -> Response:
        by, typed = actor(), request.form
        picture = rounds.picture(household_id, by=by)
        names = current_policy(by.county_code).dictionaries
        wrong = error.fields if error else {}
        turn = round_traits.traits_of(household_id, by=by)
        people = rounds.people_at(household_id, by=by)
        lists = {**names, "members": {str(each.id): each.name for each in people}}
        starts = {name: getattr(turn, name) for name in ("tags", "best_way", "best_time", "difficulty")} if turn else {}
        return self.page(
            "console/round.html",
            status=page_status(error),
            household=rounds.household_at(household_id, by=by),
            picture=picture,
            key=typed.get("key") or str(uuid.uuid4()),
            head=field_views(HEAD, dict(names), typed, wrong),
            tail=field_views(TAIL, dict(names), typed, wrong),
            topics=[
                {
                    "code": code,
                    "name": name,
                    "last": _last(picture.topics.get(code), names["round_states"]),
                    "had": code in picture.topics and picture.topics[code].state != "same",
                    "state": typed.get(f"state.{code}", ""),
                    "words": typed.get(f"words.{code}", ""),
                    "wrong": wrong.get(f"changes.{code}", ""),
                    "is_open": bool(typed.get(f"state.{code}")),
                }
                for code, name in names["round_topics"].items()
            ],
            states=names["round_states"],
            changes=member_changes.changes_of(household_id, by=by),
            change_names=names["member_changes"],
            deeds_here=deeds.views(AT_HOME, AT_HOME, by=by, lists=lists, typed=typed, error=error, starts=starts),
            visits=[(each, rounds.closed_kinds(each.visit)) for each in round_photos.visits_seen(household_id, by=by)],
            sees_photos=may(by.role, Action.READ_FILE),
            ways=names["visit_ways"],
            conclusions=names["round_conclusions"],
            error=error,
        )


def _last(topic: Topic | None, states: Any) -> str:
    if topic is None:
        return "没有记录"
    known = "" if topic.state == "same" else states.get(topic.state, "")
    return "，".join(each for each in (known, topic.words) if each) or "没有变化"


def _typed() -> RoundForm:
    form = request.form
    changes = {
        name.removeprefix("state."): Topic(value, form.get(f"words.{name.removeprefix('state.')}", ""))
        for name, value in form.items()
        if name.startswith("state.") and value
    }
    return RoundForm(
        way=form.get("way", ""),
        conclusion=form.get("conclusion", ""),
        changes=changes,
        visited_on=optional_day_in("visited_on"),
        reports=bool(form.get("reports")),
        risk=form.get("risk") or "other",
        key=form.get("key", ""),
    )
