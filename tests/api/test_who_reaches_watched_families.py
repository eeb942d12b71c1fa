"""Every address of a watched family, for everybody: who has it in their place gets an answer, nobody else."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import PERMISSIONS, Role
from backend.models import Declaration, Hazard, MemberChange, Person, RegularVisit
from backend.services import campaigns, family_phones, member_changes, paired, relief
from backend.services.campaigns import CampaignForm
from backend.services.member_changes import ChangeForm
from backend.services.paired import PairForm
from backend.services.relief import ClaimForm
from backend.services.round_forms import RoundForm, Topic
from miniprogram_api.routes import ASKS
from tests.api.photos import photo, sent
from tests.api.watched_addresses import WATCHED, WITHOUT_IDS
from tests.people import Cast, Maker, Phone
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_help import _categorise
from tests.services.test_removals import AUTUMN, WayOut

pytestmark = pytest.mark.shows("story.4", "monitoring.1", "monitoring.2", "monitoring.6")
ID = re.compile(r"<[^:>]+:(\w+)>")
INSIDE = ("village", "head", "reviewer", "town_lead", "county_op", "county_lead")
OUTSIDE = ("next_village", "other_village", "other_reviewer", "stranger")
ABOUT_THE_CASE = {"step_warning": "the role is looked at by the step, not by the address"}
ONES_OWN = {"say_received"}
NOT_REMOVED_YET = {"give_care", "answer_missing"}


@pytest.fixture
def scene(app: Flask, cast: Cast, make: Maker, preset: Any) -> tuple[WayOut, dict[str, int]]:  # noqa: F811
    preset("NATIONAL")
    way = WayOut(app, cast, make)
    way.include(openid="sender")
    _categorise(way, "marginal")
    [declaration] = make.rows(Declaration)
    ids = {"watch_id": way.watch_id, "household_id": way.watch().household_id}
    way.ready(AUTUMN)
    with clock.at(way.now):
        way.visit(RoundForm("home", "concern", {"water": Topic("unsafe", "没有水")}))
        with cast.acting("village") as by:
            family_phones.confirm(way.case_id, declaration.id, by=by)
            form = ChangeForm("death", AUTUMN, make.rows(Person)[0].id)
            ids["change_id"] = member_changes.tell(ids["household_id"], form, by=by).id
            ids["claim_id"] = relief.claim(way.watch_id, ClaimForm("illness", "住院", 100), by=by).id
        with cast.acting("county_op") as by:
            order = CampaignForm("回头看", "1号", "look_back", "everybody", clock.today(), clock.today())
            ids["campaign_id"] = campaigns.begin(order, by=by).id
        with cast.acting("town_op") as by:
            ids["pairing_id"] = paired.pair(way.watch_id, PairForm("刘帮扶", "13900000001"), by=by).id
    ids["visit_id"] = make.rows(RegularVisit)[0].id
    ids["measure_id"], ids["hazard_id"] = way.measures()[0].id, make.rows(Hazard)[0].id
    ids["case_id"] = way.propose()
    assert make.rows(MemberChange)
    return way, ids


def ask(app: Flask, way: WayOut, ids: dict[str, int], phone: Phone, operation: str) -> TestResponse:
    rule = next(each for each in app.url_map.iter_rules() if each.endpoint.endswith(f".{operation}"))
    path = ID.sub(lambda found: str(ids[found[1]]), rule.rule.removeprefix("/api/v1"))
    with clock.at(way.now):
        if "GET" in rule.methods:
            return phone.get(path)
        if operation == "add_visit_photo":
            return phone.send(path, file=sent(photo(7)))
        return phone.post(path, key=str(uuid.uuid4()), **WATCHED[operation])


def role_of(cast: Cast, who: str) -> Role:
    return cast.LOGINS[who][0] if who in cast.LOGINS else Role.FARMER


def test_nobody_elsewhere_reaches_a_watched_family(
    app: Flask, cast: Cast, scene: tuple[WayOut, dict[str, int]]
) -> None:
    way, ids = scene
    phones = {who: cast.phone(who) if who in cast.LOGINS else cast.farmer(who) for who in OUTSIDE}
    let_in = {}
    for operation in WATCHED:
        for who in OUTSIDE:
            expected = 404 if role_of(cast, who) in PERMISSIONS[ASKS[operation]] else 403
            allowed = {403, 404} if operation in ABOUT_THE_CASE else {expected}
            if (answer := ask(app, way, ids, phones[who], operation)).status_code not in allowed:
                let_in[operation, who] = (expected, answer.status_code, answer.json)

    assert let_in == {}


def test_whoever_has_the_family_in_their_place_gets_an_answer(
    app: Flask, cast: Cast, scene: tuple[WayOut, dict[str, int]]
) -> None:
    way, ids = scene
    phones = {who: cast.phone(who) for who in INSIDE}
    shut_out = {}
    for operation in WATCHED:
        for who in INSIDE:
            if role_of(cast, who) not in PERMISSIONS[ASKS[operation]] or operation in ABOUT_THE_CASE:
                continue
            answer = ask(app, way, ids, phones[who], operation)
            mine = operation in ONES_OWN and answer.status_code == 403  # the giver does not tick it
            again = operation == "end_pairing" and answer.status_code == 404  # the one before has ended it
            if answer.status_code in {401, 403, 404, 500} and not mine and not again:
                shut_out[operation, who] = (answer.status_code, answer.json)

    assert shut_out == {}


def test_every_address_after_inclusion_is_here(app: Flask) -> None:
    here = {
        rule.endpoint.rsplit(".", 1)[1]
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"api_watches", "api_benefits", "api_rounds", "api_removals", "api_campaigns"}
    }

    assert here == set(WATCHED) | WITHOUT_IDS
