"""复核 by others, once; and help that goes first, under a clock of its own."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Declaration, GreenOpinion
from backend.services import dossiers, green_channels, rechecks
from backend.services.green_channels import AidForm, Telephone
from backend.workflow.states import Kind, State
from tests.people import Cast, Maker
from tests.services.desks import OTHER_WAY, REFUSAL, Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family()
    return desks


@pytest.mark.shows("procedure.7", "D53")
def test_an_outcome_is_rechecked_once_by_others_and_the_sender_hears_of_it(desks: Desks, cast: Cast) -> None:
    desks.to_the_township()
    desks.refuse()
    phone = cast.farmer("phone of 张三")
    with clock.at(desks.now):
        [receipt] = phone.get("/declarations").json["items"]
        asked = phone.post(f"/declarations/{receipt['id']}/rechecks", words="我家确实困难，请再看看")
    assert asked.status_code == 201, asked.json
    assert asked.json["status"] == "复核中"
    [duty] = desks.duties(Kind.RECHECK)
    with desks.as_("reviewer") as by, pytest.raises(NotAllowed):
        rechecks.answer(desks.case_id, by=by, version=duty.version, overturn=False, words="维持")
    with desks.as_("town_lead") as by:
        rechecks.answer(desks.case_id, by=by, version=duty.version, overturn=False, words="另派两人核实，维持原结果")

    with clock.at(desks.now):
        shown = phone.get(f"/declarations/{receipt['id']}").json
        again = phone.post(f"/declarations/{receipt['id']}/rechecks", words="再复核")
    assert shown["status"] == "维持原结果"
    assert shown["actions"] == []
    assert shown["timeline"][-1]["detail"] == "另派两人核实，维持原结果"
    assert again.status_code == 409


def test_what_the_lead_decided_is_rechecked_at_the_county_under_a_new_promise(desks: Desks, make: Maker) -> None:
    desks.to_the_township()
    desks.refuse("town_lead")
    desks.days_later(20)
    with desks.as_("village") as by:
        rechecks.ask(desks.case_id, by=by, words="本人来村里申请复核")
    [duty] = desks.duties(Kind.RECHECK)
    assert duty.owner_region == "130126"
    with desks.as_("town_lead") as by, pytest.raises(NotPossibleNow):
        rechecks.answer(desks.case_id, by=by, version=duty.version, overturn=True, words="重新核实")
    with desks.as_("county_lead") as by:
        rechecks.answer(desks.case_id, by=by, version=duty.version, overturn=True, words="漏算了自付费用，重新核实")

    assert desks.case().state == State.ACCEPTED
    assert desks.case().promised_on == desks.today + timedelta(days=15)
    assert make.rows(Declaration)[0].promised_on == desks.case().promised_on


@pytest.mark.shows("procedure.11")
@pytest.mark.parametrize(("days", "heard"), [(60, True), (63, False)])
def test_a_recheck_is_asked_for_within_its_window(desks: Desks, days: int, heard: bool) -> None:
    desks.to_the_township()
    desks.refuse()
    desks.days_later(days)

    with desks.as_("village") as by:
        if heard:
            rechecks.ask(desks.case_id, by=by, words="请复核")
        else:
            with pytest.raises(NotPossibleNow):
                rechecks.ask(desks.case_id, by=by, words="请复核")

    assert bool(desks.duties(Kind.RECHECK)) is heard


def green(desks: Desks) -> None:
    """Walk a family to its help, all on the first day: asked, agreed by telephone and by the county."""
    desks.take_today(Action.ACCEPT, "village", desks.duties(Kind.ACCEPT)[0])
    with desks.as_("village") as by, pytest.raises(NotPossibleNow):
        green_channels.ask(desks.case_id, "disaster", "两委研究同意", by=by)
    desks.take_today(Action.FILE_VISIT, "village", desks.duties(Kind.VISIT)[0])
    with desks.as_("village") as by:
        green_channels.ask(desks.case_id, "disaster", "两委开会研究，房屋冲毁，先送帐篷和米面", by=by)
    town, phoned = desks.version(Kind.GREEN_TOWN), Telephone("郑分管", desks.now)
    with desks.as_("town_op") as by:
        with pytest.raises(Invalid):
            green_channels.agree(desks.case_id, by=by, version=town)
        green_channels.agree(desks.case_id, by=by, version=town, phoned=phoned)
    county = desks.version(Kind.GREEN_COUNTY)
    with desks.as_("town_lead") as by, pytest.raises(NotAllowed):
        green_channels.decline(desks.case_id, by=by, version=county, words="不同意")
    with desks.as_("county_op") as by, pytest.raises(Invalid):
        green_channels.agree(desks.case_id, by=by, version=county)
    with desks.as_("county_lead") as by:
        green_channels.agree(desks.case_id, by=by, version=county)
    aid = desks.version(Kind.DELIVER_AID)
    with desks.as_("village") as by:
        form = AidForm("帐篷一顶、米面各两袋", how_much="1批", cents=50000, family_confirmed=True)
        green_channels.deliver(desks.case_id, form, by=by, version=aid)


@pytest.mark.shows("D28", "D30")
def test_help_goes_first_on_day_one_and_papers_follow_under_their_own_clock(desks: Desks, make: Maker) -> None:
    green(desks)
    [signature] = desks.duties(Kind.SIGN_LATER)
    assert signature.due_on == desks.today + timedelta(days=2)
    with desks.as_("county_lead") as by, pytest.raises(NotAllowed):
        green_channels.sign_later(desks.case_id, by=by, version=signature.version)
    with desks.as_("town_lead") as by:
        green_channels.sign_later(desks.case_id, by=by, version=signature.version)
        open_steps = [each.name for each in dossiers.read_dossier(desks.case_id, by=by).to_make_up if not each.done_on]

    assert "民主评议" in open_steps
    assert make.rows(GreenOpinion)[0].signed_by_name == "郑分管"
    assert desks.case().marks["backfill_by"] == "2026-03-21"
    if desks.duties(Kind.COMPARE):
        desks.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    for action, kind in (
        (Action.HOLD_CONSULTATION, Kind.CONSULT),
        (Action.HOLD_MEETING, Kind.MEETING),
        (Action.POST_NOTICE, Kind.POST_NOTICE),
    ):
        desks.take(action, "village", kind)
    desks.township_and_county()
    assert desks.case().state == State.MONITORED
    assert desks.today <= date(2026, 3, 21)
    with desks.as_("town_lead") as by:
        steps = dossiers.read_dossier(desks.case_id, by=by).to_make_up
    assert [each.name for each in steps if each.done_on is None] == ["承诺授权"]


def test_help_that_went_first_stays_with_a_family_voted_down_afterwards(desks: Desks, cast: Cast) -> None:
    green(desks)
    desks.take(Action.FILE_COMPARISON, "county_op", Kind.COMPARE)
    desks.take(Action.HOLD_CONSULTATION, "village", Kind.CONSULT)
    desks.take(Action.MEETING_SAID_NO, "village", Kind.MEETING)
    with pytest.raises(Invalid):
        desks.judge(Action.REFUSE, "reviewer", reason=REFUSAL)
    desks.refuse(form=OTHER_WAY)

    assert desks.case().state == State.NOT_INCLUDED
    assert desks.case().marks["aid_booked_as"] == "temporary_relief"
    with clock.at(desks.now):
        phone = cast.farmer("phone of 张三")
        [receipt] = phone.get("/declarations").json["items"]
        last = phone.get(f"/declarations/{receipt['id']}").json["timeline"][-1]
    assert "临时救助，不用退还" in last["detail"]
