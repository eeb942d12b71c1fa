"""While a disaster is open its area may have longer terms, help first has a clock of its own, and each day is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from backend.access.permissions import Action
from backend.models import Case, Task
from backend.policy import PRESETS, load_preset
from backend.services import cases, disaster_digest, disasters, green_channels, talks
from backend.services.cases import VisitForm
from backend.services.disaster_digest import VillageDay, for_outside
from backend.services.disasters import EventForm
from backend.services.green_channels import AidForm
from backend.workflow.states import Kind
from tests.checks import following
from tests.people import NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.desks import FRIDAY, Desks

pytestmark = pytest.mark.shows("procedure.10", "procedure.6", "D29")
NUMBER = "灵政〔2026〕7号"
LONGER = {"T_ACCEPT.disaster": "3d", "T_VISIT.disaster": "5d"}


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Desks:
    return Desks(app, cast, make)


def flood(desks: Desks, area: str = TOWNSHIP) -> int:
    with desks.as_("county_op") as by:
        return disasters.open_event(EventForm("七月特大暴雨", NUMBER, "natural", (area,)), by=by).id


def accepted(desks: Desks) -> Task:
    """Accept today, and return the duty to visit."""
    desks.take_today(Action.ACCEPT, "village", desks.duties(Kind.ACCEPT)[0])
    [visit] = desks.duties(Kind.VISIT)
    return visit


def test_an_ordinary_case_of_the_area_has_longer_terms_and_the_documents_number(app: Flask, desks: Desks) -> None:
    with following(app, limits=LONGER):
        desks.family()
        flood(desks)
        visit = accepted(desks)

    assert visit.due_on == FRIDAY + timedelta(days=5)
    assert (visit.detail["extended_by"], visit.limit_key) == (NUMBER, "T_VISIT.disaster")


def test_what_comes_of_the_disaster_itself_is_never_put_off(app: Flask, desks: Desks, make: Maker) -> None:
    with following(app, limits=LONGER):
        desks.today = FRIDAY
        flood(desks)
        desks.family()
        [accept] = desks.duties(Kind.ACCEPT)
        visit = accepted(desks)

    assert make.rows(Case)[0].urgency == "urgent"
    assert (accept.due_on, visit.due_on) == (FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=1))
    assert "extended_by" not in visit.detail


def test_a_case_that_begins_to_press_loses_its_longer_terms(app: Flask, desks: Desks) -> None:
    with following(app, limits=LONGER):
        desks.family()
        flood(desks)
        accepted(desks)
        with desks.as_("village") as by:
            talks.set_urgency(desks.case_id, "critical", by=by, words="房子快塌了")
        [visit] = desks.duties(Kind.VISIT)

    assert visit.due_on == FRIDAY
    assert (visit.limit_key, "extended_by" in visit.detail) == ("T_VISIT.critical", False)


@pytest.mark.parametrize("why", ["outside", "closed", "not in the rules"])
def test_nobody_else_has_longer_terms(why: str, app: Flask, desks: Desks) -> None:
    with following(app, **({} if why == "not in the rules" else {"limits": LONGER})):
        desks.family()
        event_id = flood(desks, OTHER_TOWNSHIP if why == "outside" else TOWNSHIP)
        if why == "closed":
            with desks.as_("county_op") as by:
                disasters.close_event(event_id, "灵政〔2026〕9号", by=by)
        visit = accepted(desks)

    assert visit.due_on == FRIDAY + timedelta(days=2)
    assert (visit.limit_key, visit.detail) == ("T_VISIT", {})


@pytest.mark.parametrize(("says_so", "due_in"), [(False, 15), (True, 18)])
def test_longer_terms_end_with_the_total_unless_the_countys_document_says_otherwise(
    says_so: bool, due_in: int, app: Flask, desks: Desks
) -> None:
    with following(app, limits=LONGER, flags={"disaster_past_total": says_so}):
        desks.family()
        flood(desks)
        desks.days_later(13)
        visit = accepted(desks)

    assert visit.due_on == FRIDAY + timedelta(days=due_in)
    assert desks.case().promised_on == FRIDAY + timedelta(days=15)


def test_no_preset_gives_longer_terms_by_itself() -> None:
    for name in PRESETS:
        limits = load_preset(name).limits
        assert all(limits[f"{key}.disaster"].days <= limits[key].days for key in ("T_ACCEPT", "T_VISIT")), name


def test_help_first_gives_what_is_owed_already_its_own_clock(app: Flask, desks: Desks) -> None:
    with following(app):
        desks.family()
        desks.days_later(14)
        accepted(desks)
        desks.days_later(1)
        desks.take_today(Action.FILE_VISIT, "village", desks.duties(Kind.VISIT)[0])
        [before] = desks.duties(Kind.COMPARE)
        with desks.as_("village") as by:
            green_channels.ask(desks.case_id, "disaster", "两委研究同意", by=by)
        for login, kind in (("town_lead", Kind.GREEN_TOWN), ("county_lead", Kind.GREEN_COUNTY)):
            version = desks.version(kind)
            with desks.as_(login) as by:
                green_channels.agree(desks.case_id, by=by, version=version)
        [after] = desks.duties(Kind.COMPARE)

    assert before.due_on == date(2026, 3, 22)  # the total was over: one day was left
    assert after.due_on == date(2026, 3, 23)  # its own limit, within the days to make papers up
    assert (after.detail["was_due"], after.next_rung) == (["2026-03-22"], "new")
    assert after.version > before.version
    assert desks.case().marks["backfill_by"] == "2026-04-05"


def test_each_day_says_by_village_who_declared_was_visited_was_helped_and_waits(app: Flask, desks: Desks) -> None:
    with following(app):
        desks.today = FRIDAY
        event_id = flood(desks)
        desks.family("张三")
        desks.family("李四")
        desks.take_today(Action.ACCEPT, "village", desks.duties(Kind.ACCEPT)[0])
        _visit(desks)
        _help(desks)
        desks.family("王五", village_code=NEXT_VILLAGE)
        with desks.as_("reviewer") as by:
            town = disaster_digest.digest(event_id, by=by)
        with desks.as_("county_op") as by:
            county = disaster_digest.digest(event_id, by=by)
        with desks.as_("other_reviewer") as by:
            elsewhere = disaster_digest.digest(event_id, by=by)

    assert town == county
    assert town == [VillageDay(VILLAGE, 2, 1, 1, 1), VillageDay(NEXT_VILLAGE, 1, 0, 0, 1)]
    assert elsewhere == []


def _visit(desks: Desks) -> None:
    version = desks.version(Kind.VISIT)
    with desks.as_("village") as by:
        away = VisitForm("家里没人", "not_home")
        cases.file_visit(desks.case_id, by=by, version=version, form=away)
        cases.file_visit(desks.case_id, by=by, version=desks.version(Kind.VISIT), form=VisitForm("房屋进水", "risk"))


def _help(desks: Desks) -> None:
    with desks.as_("village") as by:
        green_channels.ask(desks.case_id, "disaster", "两委研究同意", by=by)
    for login, kind in (("town_lead", Kind.GREEN_TOWN), ("county_lead", Kind.GREEN_COUNTY)):
        version = desks.version(kind)
        with desks.as_(login) as by:
            green_channels.agree(desks.case_id, by=by, version=version)
    version = desks.version(Kind.DELIVER_AID)
    with desks.as_("village") as by:
        green_channels.deliver(desks.case_id, AidForm("棉被", "两床"), by=by, version=version)


@given(visited=st.integers(0, 30), waiting=st.integers(0, 30), ended=st.integers(0, 5), helped=st.integers(0, 30))
def test_no_number_under_five_leaves_the_office_nor_can_be_worked_out(
    visited: int, waiting: int, ended: int, helped: int
) -> None:
    line = VillageDay(VILLAGE, visited + waiting + ended, visited, helped, waiting)
    [shown] = for_outside([line])

    numbers: list[Any] = [shown.declared, shown.visited, shown.helped, shown.waiting]
    assert all(each is None or each >= 5 for each in numbers)
    assert (shown.visited is None) == (shown.waiting is None)
    assert shown.declared in {None, line.declared}
