"""The leader agreed by telephone: where help cannot wait the decision stands at once, and is signed within its days."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow
from backend.models import BatchItem, CaseEvent, CountyBatch, Judgement
from backend.services import batch_pages, batches, cases, disasters, green_channels, telephone
from backend.services.batches import Proposal, Verdict
from backend.services.cases import Seen
from backend.services.disasters import EventForm
from backend.services.green_channels import Telephone
from backend.workflow.states import Kind, State
from tests.people import TOWNSHIP, Cast, Maker
from tests.services.desks import FRIDAY, Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.10", "D29")
FLOOD = EventForm("七月特大暴雨", "灵政〔2026〕7号", "natural", (TOWNSHIP,))


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Desks(app, cast, make)


def struck(desks: Desks, head_name: str = "张三") -> int:
    """Bring a family of a flood before the county."""
    desks.today = FRIDAY
    with desks.as_("county_op") as by:
        if not disasters.events_of(by=by):
            disasters.open_event(FLOOD, by=by)
    case_id = desks.family(head_name)
    desks.to_the_county()
    return case_id


def dry(desks: Desks, head_name: str = "李四") -> int:
    """Bring a family before the county that no flood has named yet."""
    case_id = desks.family(head_name)
    desks.to_the_county()
    return case_id


def batch_of(desks: Desks, *proposals: Proposal) -> int:
    with desks.as_("county_op") as by:
        return batches.prepare("灵防贫〔2026〕3号", desks.today, by=by, proposals=proposals).id


def agree(desks: Desks, batch_id: int, login: str = "county_op", **changes: Any) -> dict[int, str]:
    call = Telephone(**{"leader": "褚县长", "at": desks.now, **changes})
    with desks.as_(login) as by:
        return {item.case_id: item.outcome for item in telephone.agree(batch_id, call, by=by)}


def test_a_struck_family_is_decided_at_once_and_its_signature_is_owed(desks: Desks, make: Maker) -> None:
    case_id = struck(desks)
    batch_id = batch_of(desks, Proposal(case_id))
    assert agree(desks, batch_id) == {case_id: "done"}

    assert desks.case().state == State.APPROVED
    [signature] = desks.duties(Kind.SIGN_LATER)
    assert (signature.due_on, signature.owner_region) == (desks.today + timedelta(days=2), "130126")
    assert desks.duties(Kind.ANNOUNCE)
    [batch] = make.rows(CountyBatch)
    assert (batch.phoned_by, batch.phoned_at, batch.noted_by_name) == ("褚县长", desks.now, "陈业务")
    assert batch.signed_at is None
    assert make.rows(CaseEvent)[-1].action == "county_agrees_by_phone"
    assert make.rows(Judgement)[-1].batch_id == batch_id
    with desks.as_("county_op") as by:
        [family] = batch_pages.families_of(batch_id, by=by)
    assert family.signs is not None


def test_signing_the_batch_closes_every_signature_that_was_owed(desks: Desks, make: Maker) -> None:
    first, second = struck(desks, "张三"), struck(desks, "王五")
    batch_id = batch_of(desks, Proposal(first), Proposal(second))
    agree(desks, batch_id)
    with desks.as_("county_op") as by, pytest.raises(NotAllowed):
        batches.sign(batch_id, by=by)
    with desks.as_("county_lead") as by:
        batches.sign(batch_id, by=by)

    for case_id in (first, second):
        desks.go_to(case_id)
        assert desks.duties(Kind.SIGN_LATER) == []
        assert desks.case().state == State.APPROVED
    [batch] = make.rows(CountyBatch)
    assert batch.signed_by_name == "褚县长"
    assert [each.action for each in make.rows(CaseEvent)].count("sign_later") == 2


def test_who_is_not_struck_waits_for_the_signature(desks: Desks) -> None:
    waiting, flooded = dry(desks), struck(desks)
    batch_id = batch_of(desks, Proposal(waiting), Proposal(flooded))
    assert agree(desks, batch_id) == {flooded: "done", waiting: "open"}
    desks.go_to(waiting)
    assert desks.case().state == State.PASSED

    with desks.as_("county_lead") as by:
        assert {item.case_id: item.outcome for item in batches.sign(batch_id, by=by)} == dict.fromkeys(
            (flooded, waiting), "done"
        )
    assert desks.duties(Kind.SIGN_LATER) == []


def test_a_batch_of_ordinary_families_is_not_decided_by_telephone(desks: Desks, make: Maker) -> None:
    batch_id = batch_of(desks, Proposal(dry(desks)))
    with pytest.raises(NotPossibleNow, match="签发"):
        agree(desks, batch_id)

    assert make.rows(CountyBatch)[0].phoned_at is None
    assert make.rows(BatchItem)[0].outcome == "open"


def test_after_the_disaster_is_closed_a_call_is_not_enough(desks: Desks) -> None:
    case_id = struck(desks)
    batch_id = batch_of(desks, Proposal(case_id))
    with desks.as_("county_op") as by:
        disasters.close_event(disasters.events_of(by=by)[0].id, "灵政〔2026〕9号", by=by)

    with pytest.raises(NotPossibleNow):
        agree(desks, batch_id)


def test_a_no_is_never_said_by_telephone(desks: Desks) -> None:
    words = {"words": "复算后高于监测线", "alternative": "转民政临时救助"}
    proposal = Proposal(struck(desks), Verdict.REJECT, codes=("above_line",), **words)
    batch_id = batch_of(desks, proposal)
    with pytest.raises(NotPossibleNow):
        agree(desks, batch_id)

    assert desks.case().state == State.PASSED


def test_a_call_has_a_leader_and_lies_between_the_list_and_now(desks: Desks) -> None:
    batch_id = batch_of(desks, Proposal(struck(desks)))
    for wrong in ({"leader": ""}, {"at": desks.now + timedelta(hours=1)}, {"at": desks.now - timedelta(days=1)}):
        with pytest.raises(Invalid) as refused:
            agree(desks, batch_id, **wrong)
        assert set(refused.value.fields) == set(wrong)
    with pytest.raises(NotAllowed):
        agree(desks, batch_id, login="town_lead")
    with pytest.raises(NotFound):
        agree(desks, batch_id + 1)


def test_a_case_alone_is_not_approved_by_telephone_without_its_batch(desks: Desks) -> None:
    struck(desks)
    seen = desks.seen(Kind.COUNTY_DECISION)
    with desks.as_("county_op") as by, pytest.raises(NotPossibleNow):
        cases.decide(desks.case_id, Action.COUNTY_AGREES_BY_PHONE, by=by, seen=Seen(seen.version))
    with desks.as_("county_op") as by, pytest.raises(NotAllowed):
        cases.decide(desks.case_id, Action.COUNTY_APPROVE, by=by, seen=seen)


def test_one_family_of_a_batch_is_not_signed_apart_from_its_paper(desks: Desks) -> None:
    batch_id = batch_of(desks, Proposal(struck(desks)))
    agree(desks, batch_id)
    with desks.as_("county_lead") as by, pytest.raises(NotPossibleNow, match="那一批"):
        green_channels.sign_later(desks.case_id, by=by, version=desks.version(Kind.SIGN_LATER))


def test_a_stale_family_is_reported_and_the_rest_stand(desks: Desks, cast: Cast) -> None:
    first, second = struck(desks, "张三"), struck(desks, "王五")
    batch_id = batch_of(desks, Proposal(first), Proposal(second))
    desks.go_to(first)
    desks.judge(Action.COUNTY_SEND_BACK, "county_op", reason=cases.Reason(("income",), "请核对收入"))

    assert agree(desks, batch_id) == {first: "stale", second: "done"}


def test_the_call_is_noted_on_the_wire(desks: Desks, cast: Cast) -> None:
    batch_id = batch_of(desks, Proposal(struck(desks)))
    with clock.at(desks.now):
        phone = cast.phone("county_op")
        answer = phone.post(f"/batches/{batch_id}/telephone", leader="褚县长", at=desks.now.isoformat())

    assert answer.status_code == 201, answer.json
    assert (answer.json["phoned_by"], answer.json["signed_at"]) == ("褚县长", None)
    assert [each["outcome"] for each in answer.json["items"]] == ["done"]
