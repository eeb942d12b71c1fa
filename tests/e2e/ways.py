"""Families of one village on their several ways, brought by the services to where a cadre's short forms begin."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Flask

from backend import clock
from backend.access.actor import system_actor
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import in_transaction
from backend.models import Assignment, Campaign, Case, CaseEvent, Measure, MemberChange, Notice, Task, Watch
from backend.policy.assessment.form import OffSite
from backend.services import (
    campaigns,
    green_channels,
    home_checks,
    measures,
    member_changes,
    notice_ends,
    office_meetings,
    removals,
    round_turns,
    rounds,
)
from backend.services.campaigns import CampaignForm
from backend.services.measures import Progress
from backend.services.member_changes import ChangeForm
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.services.round_forms import RoundForm
from backend.workflow import engine
from backend.workflow.states import Kind
from backend.workflow.telling import in_person
from tests.checks import FORM, HEAD, WIFE
from tests.people import COUNTY, VILLAGE, Cast, Maker, id_number
from tests.services.sitting import Village
from tests.services.watching import Watched, households


@dataclass
class Family:
    """One household, by the case with which it began."""

    make: Maker
    case_id: int

    @property
    def household_id(self) -> int:
        return next(int(case.household_id) for case in self.make.rows(Case) if case.id == self.case_id)

    def of(self, table: type[Any]) -> list[Any]:
        """Return its rows of a table, the oldest first."""
        household = self.household_id
        return sorted((row for row in self.make.rows(table) if row.household_id == household), key=lambda row: row.id)

    def owed(self, kind: Kind) -> Task:
        [task] = self.duties(kind)
        return task

    def duties(self, kind: Kind) -> list[Task]:
        return [task for task in self.of(Task) if task.kind == kind and task.open_due is not None]

    def owes(self, kind: Kind) -> bool:
        return bool(self.duties(kind))

    def has_done(self, action: str, by: str = "王村干") -> bool:
        """Whether a step stands in its history under somebody's name."""
        return any((each.action, each.actor_name) == (action, by) for each in self.of(CaseEvent))


class Ways:
    """The village's families by their head's name, and what others do meanwhile."""

    def __init__(self, app: Flask, cast: Cast, make: Maker) -> None:
        self.app, self.cast, self.make = app, cast, make
        self.families: dict[str, Family] = {}
        self._begun("张三", make.declaration(id_number=id_number(1)).case_id)
        self._away("周八")
        self._on_the_wall("孙七")
        self._withdrawn("钱十")
        self._watched("李四", 4)
        self._watched("王五", 5).plan("housing")
        households(app, 1)
        with app.app_context():
            round_turns.make_month()
        with cast.acting("reviewer") as by:
            order = CampaignForm("回头看", "9号", "look_back", "watched", clock.today(), clock.today(), ("有没有新车",))
            campaigns.begin(order, by=by)

    def family(self, name: str) -> Family:
        """Return a family; one without a case, of which only lists know, is asked for by nobody."""
        return self.families.get(name, self.families["张三"])

    def address_of(self, name: str) -> dict[str, str]:
        """Return what the addresses of a family's pages ask for; the case is its newest that is open, or its first."""
        family = self.family(name)
        open_cases = [case.id for case in family.of(Case) if case.closed_at is None]
        [campaign] = self.make.rows(Campaign)
        return {"case_id": str((open_cases or [family.case_id])[-1]), "campaign_id": str(campaign.id)}

    def accepted(self) -> None:
        case_id = self.families["张三"].case_id
        self.make._accept(case_id)

    def declared_again(self) -> None:
        self.make.declaration(openid="neighbour", relation="neighbour", declarer_name="老邻居", id_number=id_number(1))

    def unreached(self) -> None:
        """No message reaches the family: somebody must go."""
        self._moved(
            "张三", lambda case: engine.owe(case, "tell_asked", in_person(case, {"status": "已受理"}), by=SOMEBODY)
        )

    def checked(self) -> None:
        """The head of the station files the home check, at which the village's cadre was the second."""
        family = self.families["张三"]
        with self.cast.acting("head") as by:
            form = replace(FORM, visited_on=clock.today(), companion="王村干")
            home_checks.file_check(family.case_id, by=by, version=family.owed(Kind.VISIT).version, form=form)

    def agreed(self) -> None:
        """Township and county agree that help goes first."""
        family = self.families["张三"]
        for login, kind in (("town_lead", Kind.GREEN_TOWN), ("county_lead", Kind.GREEN_COUNTY)):
            with self.cast.acting(login) as by:
                green_channels.agree(family.case_id, by=by, version=family.owed(kind).version)

    def visited(self) -> None:
        """Somebody visits, so that only the campaign's questions are left."""
        with self.cast.acting("head") as by:
            rounds.file_round(self.families["王五"].household_id, RoundForm("home", "fine"), by=by)

    def handed_out(self) -> None:
        """A meeting above hands something to the village."""
        with self.cast.acting("reviewer") as by:
            handed = (Handed("请把台账补齐", VILLAGE, clock.today()),)
            office_meetings.record(OfficeMeetingForm("monthly", clock.today(), "月会商", handed=handed), by=by)

    def begin_a_day(self) -> None:
        """What the village finds on its list in the morning."""
        case_id = self.families["张三"].case_id
        self.make._post(
            "head", case_id, "decisions", action="return_for_information", reasons=["papers"], words="缺票据"
        )
        with self.cast.acting("head") as by:
            form = ChangeForm("birth", clock.today(), name="李小宝", relation="grandson")
            member_changes.tell(self.families["李四"].household_id, form, by=by)
        self.handed_out()
        self.visited()

    def others_are_quicker(self) -> None:
        """The head of the station does what the village's cadre has done too, and not handed in yet."""
        away, born = self.families["周八"], self.families["李四"]
        [measure] = self.families["王五"].of(Measure)
        [assignment] = self.make.rows(Assignment)
        [handed] = [task for task in self.make.rows(Task) if task.id == assignment.task_id]
        sheet = min(self.make.rows(Notice), key=lambda each: each.until)
        with self.cast.acting("head") as by:
            version = away.owed(Kind.IN_PERSON).version
            home_checks.answer(away.case_id, Action.SEE_IN_PERSON, by=by, version=version, words="见过了")
            [change] = born.of(MemberChange)
            member_changes.settle(change.id, True, by=by, version=born.owed(Kind.MEMBER_CHANGE).version)
            measures.note(measure.id, Progress("delivered"), by=by, version=measure.version)
            notice_ends.take_down(sheet.id, by=by)
            office_meetings.answer(assignment.id, by=by, version=handed.version, words="补齐了")

    def proposed_again(self) -> None:
        [watch] = self.families["王五"].of(Watch)
        with self.cast.acting("head") as by:
            removals.propose(watch.id, by=by, words="孩子工作了，收入稳定")

    def _begun(self, name: str, case_id: int) -> Family:
        self.families[name] = Family(self.make, case_id)
        return self.families[name]

    def _watched(self, name: str, number: int) -> Watched:
        family = Watched(self.app, self.cast, self.make)
        family.include(name, id_number=id_number(number))
        self._begun(name, family.case_id)
        return family

    def _on_the_wall(self, name: str) -> None:
        """A sheet whose days are over, and nobody took it down."""
        village = Village(self.app, self.cast, self.make)
        [case_id] = village.agreed(name)
        village.posted(case_id)
        village.today += timedelta(days=20)
        village.the_program_closes()
        self._begun(name, case_id)

    def _withdrawn(self, name: str) -> None:
        """A family that took its word back while the sheet that names it hangs."""
        village = Village(self.app, self.cast, self.make)
        village.today = clock.today()
        [case_id] = village.agreed(name)
        village.posted(case_id)
        phone = self.cast.farmer(f"phone of {name}")
        [declared] = phone.get("/declarations").json["items"]
        assert phone.post(f"/declarations/{declared['id']}/withdrawals").status_code == 201
        self._begun(name, case_id)

    def _away(self, name: str) -> None:
        """A family that was checked by video and is to be seen when it is back."""
        case_id = self.make.case("accept", head_name=name, openid="away", id_number=id_number(8))
        family, today = self._begun(name, case_id), clock.today()
        away = OffSite("全家在外务工", ("甲邻居", "乙邻居"), "网格员", back_on=today + timedelta(days=30))
        members = (replace(HEAD, name=name, id_number=id_number(8)), replace(WIFE, name="周嫂", id_number=id_number(9)))
        form = replace(FORM, visited_on=today, way="video", off_site=away, members=members)
        with self.cast.acting("village") as by:
            home_checks.file_check(case_id, by=by, version=family.owed(Kind.VISIT).version, form=form)

    def _moved(self, name: str, work: Any) -> None:
        with self.app.app_context(), as_system("a test moves on"):
            in_transaction(lambda: work(engine.find_case(self.families[name].case_id)))


SOMEBODY = system_actor(COUNTY, "a test")
