"""A village's evenings, for tests: families brought to their sitting, and forms filled in as villages fill them in."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.models import Case, Task
from backend.services import meetings, notice_ends, notices
from backend.services.meeting_items import ItemForm
from backend.services.notices import PostingForm, ReadingForm
from backend.services.sittings import SittingForm
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from backend.workflow.voting import Attendee, Votes
from tests.people import Cast, Maker

FRIDAY = date(2026, 3, 6)
SUPERVISOR = Attendee("监督甲", "supervision", "present")


def representatives(asked: int, came: int, *, remote: int = 0) -> tuple[Attendee, ...]:
    """Return so many representatives, of whom so many came; the others are away. And a supervisor."""
    presence = ["present"] * (came - remote) + ["remote"] * remote + ["away"] * (asked - came)
    return (*(Attendee(f"代表{n}", "representative", each) for n, each in enumerate(presence)), SUPERVISOR)


def sitting(attendance: Sequence[Attendee] = (), *, held_on: date = FRIDAY, **changes: Any) -> SittingForm:
    """Return a sitting's own facts."""
    facts = {"place": "村委会院里", "chair": "李站长", "recorder": "王村干", "form": "representatives"}
    return SittingForm(
        **{"key": str(uuid.uuid4()), "held_on": held_on, **facts, "attendance": tuple(attendance), **changes}
    )


class Village:
    """One village whose families are brought along by services."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        self.app, self.cast, self.make, self.today = app, cast, make, FRIDAY

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), tzinfo=clock.SHANGHAI)

    def declare(self, head_name: str, **changes: Any) -> int:
        with clock.at(self.now):
            form = {"head_name": head_name, "openid": f"phone of {head_name}", "id_number": None, **changes}
            return self.make.declaration(**form).case_id

    def family(self, head_name: str = "张三", **changes: Any) -> int:
        """Return a family found at risk and compared: it waits for its 会商."""
        case_id = self.declare(head_name, **changes)
        for action, login in (
            (Action.ACCEPT, "village"),
            (Action.FILE_VISIT, "head"),
            (Action.FILE_COMPARISON, "county_op"),
        ):
            self.take(case_id, action, login)
        return case_id

    def take(self, case_id: int, action: Action, login: str, **detail: Any) -> None:
        """Take a step of the table that has no service in this test's part of the world."""

        def work(by: Any) -> None:
            engine.move(engine.find_case(case_id), action, by=by, reason=Reason((), "情况已讲清"), detail=detail)

        with clock.at(self.now), self.cast.acting(login) as by:
            in_transaction(lambda: work(by))

    def duty(self, case_id: int, *kinds: Kind) -> Task:
        with self.app.app_context(), as_system("a test looks"):
            query = select(Task).where(Task.case_id == case_id, Task.open_due.is_not(None), Task.kind.in_(kinds))
            return db.session.scalars(query).one()

    def case(self, case_id: int) -> Case:
        with self.app.app_context(), as_system("a test looks"):
            return db.session.scalars(select(Case).where(Case.id == case_id)).one()

    def item(self, case_id: int, *kinds: Kind, **changes: Any) -> ItemForm:
        """Return a family's line, as it was on the screen."""
        version = self.duty(case_id, *(kinds or (Kind.CONSULT, Kind.MEETING))).version
        facts: dict[str, Any] = {"category": "marginal", "group_name": "第三组", "people": 4}
        return ItemForm(**{"case_id": case_id, "version": version, **facts, **changes})

    def consult(self, *case_ids: int, **changes: Any) -> meetings.Held:
        form = sitting([Attendee("李站长", "committee", "present")], form="", held_on=self.today)
        return self.run(meetings.hold_consultation, form, [self.item(each, **changes) for each in case_ids])

    def meet(self, *case_ids: int, **changes: Any) -> meetings.Held:
        """Hold a meeting at which nine of nine come and all agree."""
        votes = {"votes": Votes(agree=9), **changes}
        form = sitting(representatives(9, 9), held_on=self.today)
        return self.run(meetings.hold_meeting, form, [self.item(each, **votes) for each in case_ids])

    def agreed(self, *head_names: str, **changes: Any) -> list[int]:
        """Return families on which one meeting has agreed."""
        families = [self.family(name, **changes) for name in head_names]
        self.consult(*families)
        results = self.meet(*families).results
        assert [each.outcome for each in results] == ["agreed"] * len(families), results
        return families

    def run(self, service: Any, *args: Any, login: str = "village", **more: Any) -> Any:
        """Call a service as somebody, on this village's day."""
        with clock.at(self.now), self.cast.acting(login) as by:
            return service(*args, by=by, **more)

    def read_out(self, *case_ids: int, **changes: Any) -> None:
        for case_id in case_ids:
            self.run(
                notices.read_out, case_id, form=ReadingForm(**{"way": "in_person", "told_whom": "head", **changes})
            )

    def posting(self, *case_ids: int, **changes: Any) -> PostingForm:
        versions = {each: self.duty(each, Kind.POST_NOTICE).version for each in case_ids}
        return PostingForm(**{"place": "村委会公示栏", "versions": versions, "witness": "钱老师", **changes})

    def posted(self, *case_ids: int) -> Any:
        """Return the posted sheet of these families."""
        self.read_out(*case_ids)
        notice = self.run(notices.prepare, case_ids)
        return self.run(notices.post, notice.id, form=self.posting(*case_ids))

    def the_program_closes(self) -> int:
        with clock.at(self.now), self.app.app_context():
            return notice_ends.close_due_notices()
