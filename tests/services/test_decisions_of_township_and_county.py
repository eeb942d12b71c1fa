"""The township judges, the county decides by batch and announces, other offices answer, callers are told."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Judgement, NationalEntry
from backend.services import (
    announcements,
    batches,
    cases,
    county_waiting,
    judgements,
    lists,
    progress_calls,
    referrals,
)
from backend.services.batches import Proposal, Verdict
from backend.services.judgements import JudgementForm
from backend.services.lists import ListedCase
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from tests.people import Cast, Maker, id_number
from tests.services.desks import REFUSAL, Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family()
    return desks


def batch_of(desks: Desks, *proposals: Proposal, number: str = "灵防贫〔2026〕3号") -> int:
    with desks.as_("county_op") as by:
        return batches.prepare(number, desks.today, by=by, proposals=proposals).id


def outcomes(desks: Desks, batch_id: int) -> dict[int, str]:
    with desks.as_("county_lead") as by:
        return {item.case_id: item.outcome for item in batches.sign(batch_id, by=by)}


@pytest.mark.shows("B40")
def test_the_township_confirms_the_category_or_says_why_not(desks: Desks, make: Maker) -> None:
    desks.to_the_township()
    with pytest.raises(Invalid) as refused:
        desks.judge(Action.PASS_ON, "reviewer")
    assert set(refused.value.fields) == {"opinion", "category"}

    desks.judge(Action.PASS_ON, "reviewer", form=JudgementForm(opinion="情况属实", category="sudden_hardship"))

    [row] = make.rows(Judgement)
    assert row.category == "sudden_hardship"
    assert desks.case().marks["category"] == "sudden_hardship"
    with desks.app.app_context():
        assert judgements.words_of(row)["opinion"] == "情况属实"


@pytest.mark.shows("A32", "B36")
def test_who_is_not_included_is_offered_another_way_and_reads_it(desks: Desks, cast: Cast) -> None:
    desks.to_the_township()
    with pytest.raises(Invalid):
        desks.judge(Action.REFUSE, "reviewer", reason=REFUSAL)

    desks.refuse()

    assert desks.duties(Kind.REFERRAL)[0].detail == {"transfer": "civil_affairs"}
    with clock.at(desks.now):
        [receipt] = cast.farmer("phone of 张三").get("/declarations").json["items"]
        shown = cast.farmer("phone of 张三").get(f"/declarations/{receipt['id']}").json
    assert "请民政办理临时救助" in shown["timeline"][-1]["detail"]
    assert shown["actions"] == ["ask_recheck"]


@pytest.mark.shows("D29")
def test_a_referral_stays_open_until_that_office_has_answered(desks: Desks, cast: Cast) -> None:
    desks.to_the_township()
    desks.refuse()
    assert desks.case().state == State.NOT_INCLUDED
    version = desks.version(Kind.REFERRAL)

    with desks.as_("town_op") as by:
        referrals.answer(desks.case_id, by=by, version=version, office="县民政局", words="已发临时救助2000元")

    assert not desks.duties(Kind.REFERRAL)
    with clock.at(desks.now):
        phone = cast.farmer("phone of 张三")
        [receipt] = phone.get("/declarations").json["items"]
        last = phone.get(f"/declarations/{receipt['id']}").json["timeline"][-1]
    assert last["detail"] == "县民政局：已发临时救助2000元"


def test_a_household_that_is_gone_ends_with_evidence(desks: Desks) -> None:
    desks.to_the_township()
    seen = desks.seen(Kind.TOWN_REVIEW)
    with desks.as_("town_op") as by:
        gone = Reason(("household_gone",), "")
        with pytest.raises(Invalid):
            cases.decide(desks.case_id, Action.TERMINATE, by=by, seen=seen, reason=gone)
        told = Reason(("household_gone",), "户籍科证明，整户已注销")
        cases.decide(desks.case_id, Action.TERMINATE, by=by, seen=seen, reason=told)

    assert desks.case().state == State.TERMINATED
    assert {Kind(task.kind) for task in desks.duties()} <= {Kind.TAKE_DOWN_NOTICE}


def test_a_second_return_needs_the_townships_lead(desks: Desks) -> None:
    desks.take(Action.RETURN_FOR_INFORMATION, "town_op", Kind.ACCEPT, Reason(("papers",)))
    desks.take(Action.SUPPLEMENT, "village", Kind.FETCH_INFORMATION)
    promised = desks.case().promised_on

    with pytest.raises(NotPossibleNow):
        desks.take(Action.RETURN_FOR_INFORMATION, "town_op", Kind.ACCEPT, Reason(("papers",)))
    desks.take(Action.RETURN_FOR_INFORMATION, "town_lead", Kind.ACCEPT, Reason(("papers",)))

    assert desks.case().state == State.RETURNED
    assert desks.case().promised_on == promised


@pytest.mark.shows("procedure.10", "B41", "C19", "B49")
def test_a_stale_family_is_reported_and_the_rest_of_the_batch_goes_on(desks: Desks, make: Maker) -> None:
    first = desks.case_id
    desks.to_the_county()
    second = desks.family("李四")
    desks.to_the_county()
    third = desks.family("王五")
    desks.to_the_county()
    proposals = [Proposal(first), Proposal(second)]
    rejected = Proposal(third, Verdict.REJECT, ("can_cope",), "家里能应付", "请民政办理临时救助", "civil_affairs")
    batch_id = batch_of(desks, *proposals, rejected)
    with desks.as_("county_op") as by, pytest.raises(NotAllowed):
        batches.sign(batch_id, by=by)
    desks.go_to(second)
    desks.take(Action.OBJECT, "town_op", None, objection="1")

    said = outcomes(desks, batch_id)

    assert said == {first: "done", second: "stale", third: "done"}
    assert [make.state(each) for each in (first, second, third)] == ["approved", "passed", "not_included"]
    desks.take(Action.KEEP_AFTER_OBJECTION, "reviewer", Kind.OBJECTION)
    with desks.as_("county_op") as by:
        batches.put(batch_id, [Proposal(second)], by=by)
    assert outcomes(desks, batch_id) == {first: "done", second: "done", third: "done"}
    assert make.state(second) == "approved"


def test_a_batch_of_one_family_before_its_day_passes(desks: Desks) -> None:
    desks.to_the_county()
    with desks.as_("county_op") as by:
        late = [each.case.id for each in county_waiting.pass_their_day_before(desks.today + timedelta(days=30), by=by)]
        early = county_waiting.pass_their_day_before(desks.today, by=by)
        with pytest.raises(Invalid):
            batches.prepare("灵防贫〔2026〕9号", desks.today - timedelta(days=1), by=by)
    batch_id = batch_of(desks, Proposal(desks.case_id))
    with desks.as_("county_op") as by, pytest.raises(Invalid):
        batches.prepare("灵防贫〔2026〕3号", desks.today, by=by)

    assert late == [desks.case_id]
    assert early == []
    assert outcomes(desks, batch_id) == {desks.case_id: "done"}


def test_nothing_that_does_not_wait_for_the_county_enters_a_batch(desks: Desks) -> None:
    desks.to_the_township()

    with pytest.raises(NotPossibleNow):
        batch_of(desks, Proposal(desks.case_id))


@pytest.mark.shows("procedure.9", "B49")
def test_an_announcement_says_only_what_its_whitelist_holds(desks: Desks, make: Maker) -> None:
    desks.to_the_county()
    outcomes(desks, batch_of(desks, Proposal(desks.case_id)))
    version = desks.version(Kind.ANNOUNCE)
    with desks.as_("town_op") as by:
        with pytest.raises(Invalid):
            announcements.announce(desks.case_id, "电话 13800000000", by=by, version=version)
        text = announcements.announce(desks.case_id, "灵防贫〔2026〕3号", by=by, version=version).text
        watched = desks.version(Kind.ENTER_NATIONAL)
        with pytest.raises(Invalid):
            announcements.enter_national(desks.case_id, "编号一", date(2030, 1, 1), by=by, version=watched)
        announcements.enter_national(desks.case_id, "hb-2026-0001", desks.today, by=by, version=watched)

    assert "张三户" in text
    assert not any(word in text for word in ("屋顶", "住房", "13800000000", id_number(1)))
    assert desks.case().state == State.MONITORED
    assert make.rows(NationalEntry)[0].receipt_no == "HB-2026-0001"


def test_who_telephones_hears_what_the_receipt_says_and_no_more(desks: Desks, cast: Cast, make: Maker) -> None:
    with clock.at(desks.now):
        declaration = make.declaration(openid="other", head_name="有证户")
        found = cast.phone("town_op").post(
            "/progress-calls", receipt_no=declaration.receipt_no, last_four=id_number(1)[-4:]
        )
        wrong = cast.phone("town_op").post("/progress-calls", receipt_no=declaration.receipt_no, last_four="0000")
        away = cast.phone("other_reviewer").post(
            "/progress-calls", receipt_no=declaration.receipt_no, last_four=id_number(1)[-4:]
        )

    assert found.status_code == 200, found.json
    assert found.json["status"] == "已收到"
    assert "联系您" in found.json["sentence"]
    assert wrong.status_code == away.status_code == 422
    assert wrong.json == away.json
    with desks.as_("town_op") as by, pytest.raises(Invalid):
        progress_calls.look_up("不是编号", "0000", by=by)


@pytest.mark.shows("procedure.10")
def test_one_word_of_the_township_covers_a_list_and_reports_what_changed(desks: Desks, make: Maker) -> None:
    first = desks.case_id
    desks.to_the_township()
    seen_first = desks.seen(Kind.TOWN_REVIEW)
    second = desks.family("李四")
    desks.to_the_township()
    stale = cases.Seen(desks.version(Kind.TOWN_REVIEW) - 1)
    with desks.as_("reviewer") as by:
        listed = [ListedCase(first, seen_first, "sudden_hardship"), ListedCase(second, stale, "sudden_hardship")]
        results = lists.decide_each(Action.PASS_ON, listed, by=by, opinion="同一场洪水受灾，情况属实")
        with pytest.raises(NotPossibleNow):
            lists.decide_each(Action.REFUSE, listed, by=by)

    assert [each.code for each in results] == ["", "out_of_date"]
    assert (make.state(first), make.state(second)) == ("passed", "visited")
