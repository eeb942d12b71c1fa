"""The way out: proposed, checked at home with the family heard, posted, judged, announced, and rolled back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Announcement, BatchItem, Case, Declaration, ReceiptLine, RemovalCheck, Watch
from backend.policy.assessment import Income
from backend.services import (
    announcements,
    batches,
    cases,
    family_warnings,
    hazards,
    meetings,
    mergers,
    notice_ends,
    notices,
    rechecks,
    removal_proposals,
    removals,
)
from backend.services.batches import Proposal, Verdict
from backend.services.cases import Seen
from backend.services.meeting_items import ItemForm
from backend.services.notices import PostingForm, ReadingForm
from backend.services.removals import RemovalForm
from backend.services.round_forms import RoundForm
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from backend.workflow.voting import Votes
from backend.workflow.watching import Standing
from tests.people import Cast, Maker, id_number
from tests.services.sitting import representatives, sitting
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.watching import MET, REMOVAL, SAFE, Watched, topic

pytestmark = pytest.mark.shows("monitoring.6")
AUTUMN = date(2026, 10, 12)


class WayOut(Watched):
    """A removal walked with the services at its desks."""

    def duty(self, kind: Kind) -> Any:
        [task] = self.duties(kind)
        return task

    def check(self, form: RemovalForm = REMOVAL, login: str = "village") -> None:
        with clock.at(self.now), self.cast.acting(login) as by:
            removals.file_check(self.case_id, form, by=by, version=self.duty(Kind.REMOVAL_CHECK).version)

    def meet(self, agree: int = 9, against: int = 0) -> Any:
        item = ItemForm(
            self.case_id,
            self.duty(Kind.MEETING).version,
            votes=Votes(agree=agree, against=against),
            words="" if agree > against else "还没有稳定",
        )
        form = sitting(representatives(9, 9), held_on=self.today)
        with clock.at(self.now), self.cast.acting("village") as by:
            return meetings.hold_meeting(form, [item], by=by)

    def post(self) -> str:
        with clock.at(self.now), self.cast.acting("village") as by:
            notices.read_out(self.case_id, by=by, form=ReadingForm("in_person", "head"))
            notice = notices.prepare([self.case_id], by=by)
            text = notices.text_of(notice)
            form = PostingForm("公示栏", {self.case_id: self.duty(Kind.POST_NOTICE).version}, witness="钱老师")
            notices.post(notice.id, by=by, form=form)
        return text

    def close_notice(self) -> None:
        self.today = max(self.today, self.duty(Kind.WATCH_NOTICE).due_on)
        with clock.at(self.now), self.app.app_context():
            notice_ends.close_due_notices()

    def decide(self, action: Action, login: str, kind: Kind, reason: Reason | None = None) -> None:
        with clock.at(self.now), self.cast.acting(login) as by:
            cases.decide(self.case_id, action, by=by, seen=Seen(self.duty(kind).version), reason=reason)

    def announce(self) -> None:
        with clock.at(self.now), self.cast.acting("town_op") as by:
            announcements.announce(self.case_id, "灵防〔2026〕9号", by=by, version=self.duty(Kind.ANNOUNCE).version)

    def to_the_township(self) -> None:
        self.check()
        self.meet()
        self.post()
        self.close_notice()

    def out(self) -> None:
        self.to_the_township()
        self.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
        self.decide(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
        self.announce()

    def strike_off_dangers(self) -> None:
        with clock.at(self.now), self.cast.acting("town_op") as by:
            for hazard, task in hazards.ledger(by=by):
                hazards.close(hazard.id, by=by, version=task.version, words="修好了，看过了")

    def told(self) -> list[str]:
        return [row.kind for row in self.make.rows(ReceiptLine)]


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> WayOut:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(id_number=id_number(1))
    way.included = way.case_id  # type: ignore[attr-defined]
    way.ready()
    return way


@pytest.fixture
def leaving(family: WayOut) -> WayOut:
    """A family whose removal was just proposed."""
    family.case_id = family.propose()
    return family


def test_a_warning_or_a_danger_met_on_the_way_holds_the_removal_up(leaving: WayOut) -> None:
    out = leaving.case_id
    leaving.to_the_township()
    with clock.at(leaving.now), leaving.cast.acting("village") as by:
        warning = family_warnings.mark(leaving.watch_id, ("water",), by=by, words="井干了").id
    with pytest.raises(NotPossibleNow, match="预警"):
        leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    leaving.case_id = warning
    with clock.at(leaving.now), leaving.cast.acting("reviewer") as by:
        version = leaving.duty(Kind.WARNING_CHECK).version
        family_warnings.step(warning, Action.DROP_WARNING, by=by, version=version, words="有水", codes=("not_so",))
    leaving.case_id = out
    leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    leaving.visit(RoundForm("home", "concern", {"housing": topic("unsafe", "后墙要塌")}))
    with pytest.raises(NotPossibleNow, match="隐患"):
        leaving.decide(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
    leaving.strike_off_dangers()
    leaving.decide(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
    leaving.visit(RoundForm("home", "concern", {"water": topic("unsafe", "井干了")}))

    with pytest.raises(NotPossibleNow, match="隐患"):
        leaving.announce()
    leaving.strike_off_dangers()
    leaving.announce()

    assert leaving.case().state == State.REMOVED


@pytest.mark.shows("A20", "B57", "D33", "C26")
def test_the_way_out_is_the_mirror_of_the_way_in(leaving: WayOut) -> None:
    leaving.check()
    assert leaving.case().state == State.CONSULTED
    leaving.meet()
    text = leaving.post()
    leaving.close_notice()
    assert leaving.case().state == State.VISITED
    leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    leaving.decide(Action.COUNTY_APPROVE, "county_lead", Kind.COUNTY_DECISION)
    assert leaving.watch().standing == Standing.ASSISTED
    leaving.announce()

    watch = leaving.watch()
    assert leaving.case().state == State.REMOVED
    assert (watch.standing, watch.removed_on, watch.removal_mode) == (Standing.REMOVED, leaving.today, "assisted")
    assert "拟标注风险消除" in text
    assert "列为" not in text
    assert "风险已经消除" in leaving.make.rows(Announcement)[-1].text
    assert [task.role for task in leaving.duties(Kind.ENTER_NATIONAL)] == ["TOWN_REVIEW"]
    with leaving.cast.acting("town_op") as by, clock.at(leaving.now):
        version = leaving.duty(Kind.ENTER_NATIONAL).version
        announcements.enter_national(leaving.case_id, "G1", leaving.today, by=by, version=version)


@pytest.mark.shows("A20")
def test_the_family_is_told_before_anybody_comes_and_at_each_step(leaving: WayOut) -> None:
    assert leaving.told()[-1] == "removal_proposed"
    leaving.out()

    told = leaving.told()
    steps = [
        "removal_proposed",
        "removal_checked",
        "removal_met",
        "to_be_posted",
        "posted",
        "notice_over",
        "removal_passed",
        "removal_approved",
        "removed",
    ]
    assert [each for each in told if each in steps][-len(steps) :] == steps


@pytest.mark.shows("A20")
def test_nobody_is_removed_unheard(leaving: WayOut) -> None:
    with pytest.raises(Invalid) as refused:
        leaving.check(replace(REMOVAL, view="", heard_whom="", second_name=""))
    assert set(refused.value.fields) == {"view", "heard_whom", "second_name"}
    with pytest.raises(Invalid) as refused:
        leaving.check(replace(REMOVAL, view="disagrees"))
    assert set(refused.value.fields) == {"view_words"}

    leaving.check(replace(REMOVAL, view="disagrees", view_words="孩子还在上学，想再等一年"))

    [row] = leaving.make.rows(RemovalCheck)
    assert row.warnings == ["family_objects"]
    assert "上学" not in (row.view_sealed or "")
    with leaving.app.app_context():
        assert removals.view_of(row) == "孩子还在上学，想再等一年"


@pytest.mark.shows("C26", "A20")
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"met": MET | {"expense": False}}, {"met.expense"}),
        ({"met": {}}, {f"met.{item}" for item in MET}),
        ({"safety": SAFE | {"water": "concern"}}, {"safety.water"}),
        ({"safety": SAFE | {"moon": "safe"}}, {"safety.moon"}),
        ({"income": Income(wages=10_000_00)}, {"income"}),
        ({"heads": 0}, {"heads"}),
        ({"mode": "magic"}, {"mode"}),
        ({"second_name": "王村干"}, {"second_name"}),
    ],
)
def test_the_checklist_says_what_is_not_met(leaving: WayOut, wrong: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        leaving.check(replace(REMOVAL, **wrong))

    assert set(refused.value.fields) == fields


def test_half_a_year_must_have_gone_by(family: WayOut) -> None:
    family.today = family.watch().began_on + timedelta(days=175)
    family.case_id = family.propose()

    with pytest.raises(Invalid) as refused:
        family.check()

    assert "还没有满" in refused.value.fields["mode"]


@pytest.mark.shows("D28")
def test_help_that_was_not_delivered_stands_in_the_way(app: Flask, cast: Cast, make: Maker, preset: Any) -> None:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include()
    way.plan("housing")
    way.today = AUTUMN
    way.case_id = way.propose()

    with pytest.raises(Invalid) as refused:
        way.check()
    assert "measures" in refused.value.fields
    with cast.acting("village") as by, clock.at(way.now):
        looked = removals.review(way.case_id, REMOVAL, by=by)
    assert {each.rule for each in looked.errors} == {"helped_without_measure", "measure_unfinished"}
    assert {each.rule for each in looked.warnings} == {"not_visited_lately"}


def test_an_ill_family_is_not_removed_by_help_that_had_nothing_to_do_with_it(
    app: Flask,
    cast: Cast,
    make: Maker,
    preset: Any,  # noqa: F811
) -> None:
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(risk="illness")
    way.plan("industry", risks=("illness", "schooling", "disability"))
    way.deliver()
    way.today = AUTUMN
    way.visit()
    way.case_id = way.propose()

    with cast.acting("village") as by, clock.at(way.now):
        looked = removals.review(way.case_id, REMOVAL, by=by)

    assert {each.rule for each in looked.errors} == {
        "ill_without_help",
        "schooling_without_help",
        "disabled_without_help",
    }


@pytest.mark.shows("B47")
def test_a_family_that_cannot_work_is_held(app: Flask, cast: Cast, make: Maker, preset: Any) -> None:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include()
    way.plan("security", labour="none")
    way.today = AUTUMN

    with pytest.raises(NotPossibleNow, match="没有劳动能力"):
        way.propose()
    with cast.acting("village") as by, clock.at(way.now):
        assert removal_proposals.candidates(by=by) == []


@pytest.mark.shows("A20")
def test_the_program_lists_who_might_be_removed_and_what_stands_in_the_way(family: WayOut) -> None:
    def listed() -> list[tuple[int, bool, tuple[str, ...]]]:
        with family.cast.acting("reviewer") as by, clock.at(family.now):
            return [(each.months, each.is_ready, each.in_the_way) for each in removal_proposals.candidates(by=by)]

    assert listed() == [(6, True, ())]
    family.plan("education")
    [(_, ready, words)] = listed()
    assert (ready, words) == (False, ("1项措施还没有落实",))
    family.propose()
    assert listed() == []


@pytest.mark.shows("A20")
def test_whoever_says_no_keeps_the_family_watched(leaving: WayOut) -> None:
    leaving.check()
    leaving.meet(agree=2, against=7)

    assert leaving.case().state == State.KEPT
    assert leaving.watch().standing == Standing.ASSISTED
    assert leaving.told()[-1] == "kept"
    assert leaving.duties() == []
    again = leaving.propose()
    assert again != leaving.case_id


@pytest.mark.parametrize(
    ("action", "login", "answers"),
    [
        (Action.REFUSE, "reviewer", Kind.TOWN_REVIEW),
        (Action.TERMINATE, "town_op", Kind.TOWN_REVIEW),
    ],
)
def test_the_township_keeps_a_family_with_its_reason(
    leaving: WayOut, action: Action, login: str, answers: Kind
) -> None:
    leaving.to_the_township()
    with pytest.raises(Invalid):
        leaving.decide(action, login, answers)
    leaving.decide(action, login, answers, Reason(("income_unstable",), "今年的工钱还没有结"))

    assert leaving.case().state == State.KEPT
    assert leaving.watch().standing == Standing.ASSISTED
    assert [Kind(task.kind) for task in leaving.duties()] == [Kind.TAKE_DOWN_NOTICE]


def test_the_village_may_say_at_the_home_that_it_is_too_early(leaving: WayOut) -> None:
    with leaving.cast.acting("village") as by, clock.at(leaving.now):
        version = leaving.duty(Kind.REMOVAL_CHECK).version
        removals.keep_watching(leaving.case_id, ("new_risk",), by=by, version=version, words="老人刚住院")

    assert leaving.case().state == State.KEPT


def test_whoever_checked_it_does_not_judge_it(leaving: WayOut) -> None:
    leaving.check(login="reviewer")
    leaving.meet()
    leaving.post()
    leaving.close_notice()

    with pytest.raises(NotAllowed, match="入户核实"):
        leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)


@pytest.mark.shows("C27", "C28")
def test_the_county_decides_removals_by_the_same_batches(leaving: WayOut) -> None:
    leaving.to_the_township()
    leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    with leaving.cast.acting("county_op") as by, clock.at(leaving.now):
        reject = Proposal(leaving.case_id, Verdict.REJECT, ("can_cope",), "不够稳定")
        with pytest.raises(Invalid):
            batches.prepare("1号", leaving.today, by=by, proposals=[reject])
        batch = batches.prepare("2号", leaving.today, by=by, proposals=[Proposal(leaving.case_id)])
    with leaving.cast.acting("county_lead") as by, clock.at(leaving.now):
        batches.sign(batch.id, by=by)

    assert [row.outcome for row in leaving.make.rows(BatchItem)] == ["done"]
    assert leaving.case().state == State.APPROVED


def test_a_new_declaration_on_the_way_out_is_heard_first(leaving: WayOut) -> None:
    leaving.to_the_township()
    with clock.at(leaving.now):
        joined = leaving.make.declaration(
            openid="phone of 张三", head_name="张三", hardship="又查出重病", risk="illness"
        )
    assert joined.case_id == leaving.case_id

    with pytest.raises(NotPossibleNow, match="新的申报"):
        leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)


def test_whoever_takes_a_new_declaration_back_holds_the_removal_up_no_longer(leaving: WayOut) -> None:
    leaving.to_the_township()
    with clock.at(leaving.now):
        joined = leaving.make.declaration(openid="phone of 张三", head_name="张三", hardship="又病了", risk="illness")
        answer = leaving.cast.farmer("phone of 张三").post(f"/declarations/{joined.id}/withdrawals", words="")

    assert answer.status_code == 201, answer.json
    assert leaving.duties(Kind.JOIN) == []
    leaving.decide(Action.PASS_ON, "reviewer", Kind.TOWN_REVIEW)
    assert leaving.case().state == State.PASSED


@pytest.mark.parametrize("newer_first", [True, False])
def test_a_new_declaration_is_never_merged_into_a_removal(leaving: WayOut, newer_first: bool) -> None:
    leaving.to_the_township()
    with clock.at(leaving.now):
        other = leaving.make.declaration(openid="daughter", head_name="张三", id_number=None, risk="illness").case_id
    pair = (other, leaving.case_id) if newer_first else (leaving.case_id, other)

    with leaving.cast.acting("reviewer") as by, clock.at(leaving.now), pytest.raises(NotPossibleNow, match="风险消除"):
        mergers.merge(*pair, by=by, words="同一家")

    assert leaving.make.state(other) == State.DECLARED


@pytest.mark.shows("B67")
def test_a_removal_can_be_rolled_back_and_the_family_needs_a_plan_again(leaving: WayOut) -> None:
    leaving.out()
    with leaving.cast.acting("town_lead") as by, pytest.raises(NotAllowed):
        removals.roll_back(leaving.case_id, ("unstable",), by=by, words="家里又困难了")
    with leaving.cast.acting("county_op") as by, clock.at(leaving.now):
        removals.roll_back(leaving.case_id, ("unstable",), by=by, words="家里又困难了")

    watch = leaving.watch()
    assert (watch.standing, watch.removed_on, watch.rolled_back_on) == (Standing.ASSISTED, None, leaving.today)
    assert leaving.case().state == State.KEPT
    assert [task.case_id for task in leaving.owed(Kind.PLAN)] == [leaving.included]  # type: ignore[attr-defined]
    assert leaving.told()[-1] == "rolled_back"
    with leaving.cast.acting("county_op") as by, pytest.raises(NotPossibleNow):
        removals.roll_back(leaving.case_id, ("unstable",), by=by, words="再来一次")


@pytest.mark.shows("A20")
def test_a_family_may_have_its_removal_rechecked_by_others(leaving: WayOut) -> None:
    leaving.out()
    [declaration] = leaving.make.rows(Declaration)
    phone = leaving.cast.farmer("phone of 张三")
    with clock.at(leaving.now):
        answer = phone.post(f"/declarations/{declaration.id}/rechecks", words="我家没有他们说的那么好")
    assert answer.status_code == 201, answer.json
    assert leaving.case().state == State.RECHECKING
    with leaving.cast.acting("county_op") as by, clock.at(leaving.now):
        version = leaving.duty(Kind.RECHECK).version
        rechecks.answer(leaving.case_id, by=by, version=version, overturn=True, words="情况属实，接着帮扶")

    assert leaving.case().state == State.KEPT
    assert leaving.watch().standing == Standing.ASSISTED
    assert leaving.owed(Kind.PLAN) != []


@pytest.mark.shows("B67", "D53")
def test_a_new_risk_after_a_removal_is_a_case_and_a_watch_of_its_own(leaving: WayOut) -> None:
    leaving.out()
    first = leaving.watch().id
    with clock.at(leaving.now):
        fresh = leaving.make.declaration(openid="phone of 张三", head_name="张三", hardship="出了车祸", risk="accident")

    assert fresh.case_id != leaving.case_id
    assert leaving.case_of(fresh.case_id).procedure == "full"
    leaving.case_id, leaving.today = fresh.case_id, leaving.today
    Watched.village(leaving)
    Watched.township_and_county(leaving)
    rows = leaving.make.rows(Watch)
    assert [row.standing for row in rows] == [Standing.REMOVED, Standing.PLAN_PENDING]
    assert rows[0].id == first
    assert len(leaving.make.rows(Case)) == 3


def test_a_removed_family_is_visited_on(leaving: WayOut) -> None:
    from backend.services import round_turns

    leaving.out()
    leaving.today = date(2026, 12, 1)
    with leaving.app.app_context(), clock.at(leaving.now):
        round_turns.make_month()

    assert [task.limit_key for task in leaving.owed(Kind.REGULAR_VISIT)] == ["V_REMOVED"]
