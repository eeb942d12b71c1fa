"""Township and county on the wire: permission first, one effect a key, and each step by its own call."""

from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.workflow.states import Kind, State
from tests.people import Cast, Maker, Phone
from tests.services.desks import Desks, nothing_found
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.8")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family()
    return desks


def post(desks: Desks, login: str, path: str, **body: Any) -> Any:
    with clock.at(desks.now):
        return desks.cast.phone(login).post(f"/cases/{desks.case_id}/{path}", **body)


def test_a_check_a_judgement_a_batch_and_an_announcement(desks: Desks) -> None:
    desks.village()
    desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
    check = {"opinion": "confirmed", "findings": "房屋C级，情况属实", "second_name": "吴研判"}
    body = {"version": desks.version(Kind.DEPARTMENT_CHECK), **check}
    assert post(desks, "village", "department-checks", **body).status_code == 403
    assert post(desks, "reviewer", "department-checks", **body).json["department"] == "housing"

    judged = {"action": "pass_on", "version": desks.version(Kind.TOWN_REVIEW)}
    assert set(post(desks, "reviewer", "decisions", **judged).json["fields"]) == {"opinion", "category"}
    passed = post(desks, "reviewer", "decisions", **judged, opinion="情况属实", category="marginal")
    assert passed.status_code == 201, passed.json

    with clock.at(desks.now):
        clerk, leader = desks.cast.phone("county_op"), desks.cast.phone("county_lead")
        sits_on = desks.today.isoformat()
        waiting = clerk.get("/batches/waiting", sits_on=sits_on).json["items"]
        batch = clerk.post(
            "/batches", number="灵防贫〔2026〕5号", sits_on=sits_on, proposals=[{"case_id": waiting[0]["case_id"]}]
        )
        path = f"/batches/{batch.json['id']}"
        assert clerk.post(f"{path}/signatures").status_code == 403
        signed = leader.post(f"{path}/signatures")
        assert [item["outcome"] for item in signed.json["items"]] == ["done"]
        assert leader.post(f"{path}/signatures").json["items"] == signed.json["items"]
        assert clerk.get("/batches").json["items"][0]["signed_by_name"] == "褚县长"

    announced = post(desks, "town_op", "announcements", version=desks.version(Kind.ANNOUNCE), number="5号公告")
    assert "张三户" in announced.json["text"]
    entry = {"version": desks.version(Kind.ENTER_NATIONAL), "receipt_no": "HB-1", "entered_on": desks.today.isoformat()}
    assert post(desks, "town_op", "national-entries", **entry).status_code == 201
    assert desks.case().state == State.MONITORED


def test_the_same_judgement_sent_twice_is_one(desks: Desks) -> None:
    desks.to_the_township()
    key = "7d0f0c4e-9a52-4c57-8a9d-0e6f9a2f3b11"
    body = {"action": "pass_on", "version": desks.version(Kind.TOWN_REVIEW), "opinion": "属实", "category": "marginal"}

    first = post(desks, "reviewer", "decisions", key=key, **body)
    second = post(desks, "reviewer", "decisions", key=key, **body)

    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_family_taken_out_of_a_batch_waits_on(desks: Desks) -> None:
    desks.to_the_county()
    with clock.at(desks.now):
        clerk = desks.cast.phone("county_op")
        batch = clerk.post("/batches", number="6号", sits_on=desks.today.isoformat())
        path = f"/batches/{batch.json['id']}"
        added = clerk.post(f"{path}/proposals", proposals=[{"case_id": str(desks.case_id)}])
        removed = clerk.post(f"{path}/removals", case_id=str(desks.case_id))
        empty = desks.cast.phone("county_lead").post(f"{path}/signatures")

    assert len(added.json["items"]) == 1
    assert removed.status_code == 201
    assert empty.status_code == 409
    assert desks.duties(Kind.COUNTY_DECISION)


@pytest.mark.shows("B55")
def test_a_comparison_on_the_wire_is_told_in_the_dossier(desks: Desks) -> None:
    desks.to_the_visit()
    [head] = desks.members()
    version = desks.version(Kind.COMPARE)
    results = [
        {"person_id": str(each.person_id), "item": each.item, "result": each.result}
        for each in nothing_found(head, vehicles="hit")
    ]
    refused = post(desks, "county_op", "comparisons", version=version, results=results)
    post(desks, "village", "authorizations", person_id=str(head), way="paper")
    filed = post(desks, "county_op", "comparisons", version=version, results=results)
    with clock.at(desks.now):
        dossier = desks.cast.phone("reviewer").get(f"/cases/{desks.case_id}/dossier").json
        [hit] = [each for each in dossier["results"] if each["result"] == "hit"]
        village = desks.cast.phone("village")
        explained = village.post(f"/comparison-results/{hit['id']}/explanations", words="三轮车，拉菜用")
        family = desks.cast.farmer("phone of 张三").get(f"/cases/{desks.case_id}/dossier")

    assert refused.status_code == 403
    assert filed.status_code == 201, filed.json
    assert hit["asks_for_explanation"]
    assert explained.status_code == 201
    assert family.status_code == 403


def test_somebody_not_reached_is_written_down(desks: Desks) -> None:
    [head] = desks.members()

    noted = post(desks, "village", "authorizations/not-reached", person_id=str(head), why="住院，暂时联系不上")

    assert noted.json["status"] == "not_reached"
    with clock.at(desks.now):
        [member] = desks.cast.phone("village").get(f"/cases/{desks.case_id}/authorizations").json["members"]
    assert (member["may_be_compared"], member["why_not"]) == (False, "联系不上本人")


@pytest.mark.shows("D25")
def test_items_are_let_go_by_the_leader_alone(desks: Desks, preset: Any) -> None:  # noqa: F811
    preset("HEBEI_LINGSHOU_2022")
    desks.family("李四")
    desks.to_the_county()
    body = {"version": desks.version(Kind.COMPARE), "items": ["deposits"], "words": "风险明确，公示没有异议"}

    assert post(desks, "county_op", "comparisons/skips", **body).status_code == 403
    assert post(desks, "county_lead", "comparisons/skips", **body).json["skipped"] == ["deposits"]


@pytest.mark.shows("D28")
def test_help_first_by_telephone_and_signed_later(desks: Desks) -> None:
    desks.to_the_visit()
    asked = post(desks, "village", "green-channel", cause="sudden", studied="两委研究，家中断粮，先送米面")
    phoned = {"leader": "郑分管", "at": desks.now.isoformat()}
    by_telephone = {"version": desks.version(Kind.GREEN_TOWN), "agrees": True, "phoned": phoned}
    agreed = post(desks, "town_op", "green-channel/opinions", **by_telephone)
    county = {"version": desks.version(Kind.GREEN_COUNTY), "agrees": False, "words": "改走临时救助"}
    declined = post(desks, "county_lead", "green-channel/opinions", **county)
    signed = post(desks, "town_lead", "green-channel/signatures", version=desks.version(Kind.SIGN_LATER))

    assert asked.status_code == 201, asked.json
    assert agreed.json["phoned_by"] == "郑分管"
    assert declined.json["agrees"] is False
    assert signed.json["signed_by_name"] == "郑分管"
    assert not desks.duties(Kind.DELIVER_AID)
    assert desks.case().state == State.FOUND


def test_aid_referral_and_recheck_on_the_wire(desks: Desks) -> None:
    desks.to_the_visit()
    post(desks, "village", "green-channel", cause="disaster", studied="两委研究，房屋进水，先送帐篷")
    post(desks, "town_lead", "green-channel/opinions", version=desks.version(Kind.GREEN_TOWN), agrees=True)
    post(desks, "county_lead", "green-channel/opinions", version=desks.version(Kind.GREEN_COUNTY), agrees=True)
    aid = {"version": desks.version(Kind.DELIVER_AID), "what": "帐篷", "how_much": "一顶"}
    assert post(desks, "village", "green-channel/aid", **aid).status_code == 201
    desks.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    desks.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    desks.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)
    desks.refuse()
    referral = {"version": desks.version(Kind.REFERRAL), "office": "民政局", "words": "已办临时救助"}
    assert post(desks, "town_op", "referrals/answers", **referral).status_code == 201
    assert post(desks, "village", "rechecks", words="本人申请复核").json["state"] == "rechecking"
    answer = {"version": desks.version(Kind.RECHECK), "overturn": False, "words": "维持"}
    assert post(desks, "reviewer", "rechecks/answers", **answer).status_code == 403
    assert post(desks, "town_lead", "rechecks/answers", **answer).json["state"] == "not_included"
    with clock.at(desks.now):
        dossier = desks.cast.phone("reviewer").get(f"/cases/{desks.case_id}/dossier").json
    assert dossier["aid_booked_as"] == "temporary_relief"


@pytest.mark.shows("procedure.10")
def test_one_call_for_a_list(desks: Desks) -> None:
    lead: Phone = desks.cast.phone("town_op")
    listed = [{"case_id": str(desks.case_id), "version": desks.version(Kind.ACCEPT)}]
    with clock.at(desks.now):
        done = lead.post("/decisions", action="accept", cases=listed)
        again = lead.post("/decisions", action="accept", cases=listed)
        never = lead.post("/decisions", action="refuse", cases=listed)

    assert done.json["results"][0]["state"] == "accepted"
    assert again.json["results"][0]["code"] == "out_of_date"
    assert never.status_code == 422
