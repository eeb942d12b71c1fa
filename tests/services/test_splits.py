"""A family parts in mid-case: the case follows who is at risk, and nobody loses their paper or their place."""

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import (
    AccountHousehold,
    Authorization,
    Case,
    CaseEvent,
    Household,
    Kinship,
    Message,
    Person,
    PersonDigest,
    ReceiptLine,
    Task,
)
from backend.models.places import same_place
from backend.services import authorizations, cases, home_checks, kin, splits
from backend.services.authorization_forms import AuthorizationForm
from backend.services.cases import Seen
from backend.services.judgements import JudgementForm
from backend.services.kin import KinForm
from backend.services.splits import DIVORCE, SPLIT, SplitForm
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from tests.checks import following, form, morning
from tests.people import VILLAGE, Cast, Maker, id_number
from tests.services.desks import Desks

pytestmark = pytest.mark.shows("procedure.12", "A35")
DAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


@pytest.fixture
def case_id(make: Maker, cast: Cast) -> int:
    """A family of two: 张三, who declared from his own phone, and 李四."""
    case_id = make.case("accept", openid="husband")
    [task] = [each for each in make.rows(Task) if each.case_id == case_id and each.kind == Kind.VISIT]
    with cast.acting("village") as by:
        home_checks.file_check(case_id, by=by, version=task.version, form=form())
    return case_id


def person(make: Maker, name: str) -> Person:
    [row] = [each for each in make.rows(Person) if each.name == name]
    return row


def case_of(make: Maker, case_id: int) -> Case:
    [case] = [each for each in make.rows(Case) if each.id == case_id]
    return case


def part(cast: Cast, case_id: int, *follows: Person, login: str = "village", **more: object) -> tuple[Case, Household]:
    chosen = SplitForm(**{"follows": tuple(each.id for each in follows), "kind": DIVORCE, **more})
    with cast.acting(login) as by:
        return splits.split(case_id, chosen, by=by, words="离婚证已看原件")


def test_the_case_follows_the_wife_and_the_husband_has_a_household_of_his_own(
    case_id: int, make: Maker, cast: Cast
) -> None:
    before = {each.id: each.due_on for each in make.rows(Task) if each.open_due}
    promised = case_of(make, case_id).promised_on
    part(cast, case_id, person(make, "李四"))

    husband, wife, case = person(make, "张三"), person(make, "李四"), case_of(make, case_id)
    old, new = sorted(make.rows(Household), key=lambda each: each.id)
    assert (case.household_id, case.head_name, case.state) == (old.id, "李四", State.FOUND)
    assert (wife.household_id, husband.household_id) == (old.id, new.id)
    assert (wife.relation, husband.relation) == ("head", "head")
    assert (old.head_name, new.head_name) == ("李四", "张三")
    assert (old.open_case_id, new.open_case_id, new.is_provisional) == (case_id, None, True)
    assert (new.household_id, new.village_code) == (new.id, VILLAGE)
    assert {each.household_id: each.person_id for each in make.rows(PersonDigest)} == {
        old.id: wife.id,
        new.id: husband.id,
    }
    open_tasks = [each for each in make.rows(Task) if each.open_due]
    assert {each.id: each.due_on for each in open_tasks} == before
    assert {each.head_name for each in open_tasks} == {"李四"}
    assert case.promised_on == promised
    event = make.rows(CaseEvent)[-1]
    assert (event.action, event.detail["household"], event.detail["left"]) == ("divorce", str(new.id), 1)
    assert "离婚" not in str(event.reason_sealed)


def test_what_a_person_signed_stays_with_the_person(case_id: int, make: Maker, cast: Cast) -> None:
    with cast.acting("village") as by:
        for name in ("张三", "李四"):
            authorizations.authorize(case_id, AuthorizationForm(person(make, name).id), by=by)
    _, other = part(cast, case_id, person(make, "李四"))

    households = {each.person_id: each.household_id for each in make.rows(Authorization)}
    assert households[person(make, "张三").id] == other.id
    with cast.acting("village") as by:
        _, members = authorizations.read_members(case_id, by=by)
    assert [(each.person.name, each.is_valid) for each in members] == [("李四", True)]


def test_the_receipt_stays_with_who_declared_and_says_it_in_plain_words(
    case_id: int, make: Maker, cast: Cast, app: Flask
) -> None:
    told = len(make.rows(Message))
    part(cast, case_id, person(make, "李四"))

    [receipt] = cast.farmer("husband").get("/declarations").json["items"]
    timeline = cast.farmer("husband").get(f"/declarations/{receipt['id']}").json["timeline"]
    line = make.rows(ReceiptLine)[-1]
    assert line.kind == "split_family"
    assert any("接着办" in each["sentence"] for each in timeline)
    assert not any(word in line.sentence for word in ("离婚", "李四", "张三", "贫"))
    assert line.detail_sealed is None
    assert len(make.rows(Message)) == told + 1


def test_the_phone_of_who_left_no_longer_opens_the_file(case_id: int, make: Maker, cast: Cast) -> None:
    [receipt] = cast.farmer("husband").get("/declarations").json["items"]
    assert cast.phone("village").post(f"/cases/{case_id}/phones", declaration_id=receipt["id"]).status_code == 201
    assert cast.farmer("husband").get(f"/cases/{case_id}").status_code == 200
    _, other = part(cast, case_id, person(make, "李四"))

    [link] = make.rows(AccountHousehold)
    assert (link.household_id, link.withdrawn_at) == (other.id, None)
    assert cast.farmer("husband").get(f"/cases/{case_id}").status_code == 404
    old, new = sorted(make.rows(Household), key=lambda each: each.id)
    assert (old.phone_sealed, new.phone_sealed is None) == (None, False)


def test_a_phone_that_is_nobodys_is_confirmed_anew(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="niece", relation="relative", declarer_name="王侄女")
    case_id = declaration.case_id
    cast.phone("village").post(f"/cases/{case_id}/phones", declaration_id=str(declaration.id))
    with cast.acting("village") as by:
        accepted = make.duty(case_id).version
        cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(accepted))
        home_checks.file_check(case_id, by=by, version=make.duty(case_id).version, form=form())
    part(cast, case_id, person(make, "张三"))

    assert [each.withdrawn_at is None for each in make.rows(AccountHousehold)] == [False]
    assert make.rows(CaseEvent)[-1].detail["phones_to_confirm"] == 1


def test_who_left_may_declare_alone_and_gets_a_case_of_their_own(case_id: int, make: Maker, cast: Cast) -> None:
    _, other = part(cast, case_id, person(make, "李四"))
    again = make.declaration(openid="husband", id_number=id_number(1))

    assert (again.case_id == case_id, again.joined) == (False, False)
    assert case_of(make, again.case_id).household_id == other.id
    assert make.declaration(openid="wife", head_name="李四", id_number=id_number(22)).case_id == case_id


def test_who_judges_has_to_look_again(app: Flask, make: Maker, cast: Cast) -> None:
    desks = Desks(app, cast, make)
    desks.family("张三")
    desks.add_member("李四", "spouse")
    desks.to_the_township()
    seen, opinion = desks.seen(Kind.TOWN_REVIEW), JudgementForm(opinion="情况属实", category="marginal")
    with desks.as_("town_op") as by:
        splits.split(desks.case_id, SplitForm((person(make, "李四").id,)), by=by, words="户口本已分")

    with desks.as_("reviewer") as by, pytest.raises(OutOfDate):
        cases.decide(desks.case_id, Action.PASS_ON, by=by, seen=seen, judgement=opinion)
    desks.judge(Action.PASS_ON, "reviewer", form=opinion)
    assert make.state(desks.case_id) == State.PASSED


def test_both_parts_stay_known_as_kin(case_id: int, make: Maker, cast: Cast) -> None:
    with cast.acting("village") as by:
        kin.register(case_id, KinForm("township_staff", "parent", staff_id=cast.staff_id("reviewer")), by=by)
    with pytest.raises(NotAllowed, match="回避"):
        part(cast, case_id, person(make, "李四"), login="reviewer")
    case, other = part(cast, case_id, person(make, "李四"))

    assert {each.household_id for each in make.rows(Kinship)} == {case.household_id, other.id}


@pytest.mark.parametrize("follows", [(), ("张三", "李四")])
def test_one_at_least_stays_and_one_at_least_leaves(
    follows: tuple[str, ...], case_id: int, make: Maker, cast: Cast
) -> None:
    with pytest.raises(Invalid) as refused:
        part(cast, case_id, *(person(make, name) for name in follows))

    assert set(refused.value.fields) == {"follows"}
    assert len(make.rows(Household)) == 1


def test_of_three_the_two_without_the_old_head_name_a_new_one(case_id: int, make: Maker, cast: Cast) -> None:
    with cast.acting("village"), as_system("a test adds a grandmother"):
        case = case_of(make, case_id)
        family = {"household_id": case.household_id, **same_place(case)}
        db.session.add(Person(id=new_id(), name="王奶奶", relation="parent", **family))
        db.session.commit()
    wife, grandmother = person(make, "李四"), person(make, "王奶奶")
    with pytest.raises(Invalid) as refused:
        part(cast, case_id, wife, grandmother, kind=SPLIT)
    assert set(refused.value.fields) == {"head_id"}
    with pytest.raises(Invalid) as refused:
        part(cast, case_id, wife, grandmother, head_id=person(make, "张三").id)
    assert set(refused.value.fields) == {"head_id"}

    case, other = part(cast, case_id, wife, grandmother, kind=SPLIT, head_id=grandmother.id)
    assert (case.head_name, other.head_name) == ("王奶奶", "张三")
    assert make.rows(CaseEvent)[-1].action == "split_family"


def test_an_ended_case_and_a_strangers_member_are_refused(case_id: int, make: Maker, cast: Cast) -> None:
    stranger = make.declaration(openid="else", head_name="赵六", id_number=id_number(9))
    with pytest.raises(NotFound):
        part(cast, case_id, person(make, "赵六"))
    with cast.acting("town_op") as by:
        seen = Seen(make.duty(stranger.case_id).version)
        cases.decide(
            stranger.case_id, Action.REFUSE_FORMALLY, by=by, seen=seen, reason=Reason(("same_matter_open",), "同一件")
        )
    with pytest.raises(NotPossibleNow):
        part(cast, stranger.case_id, person(make, "赵六"))


def test_neither_a_neighbour_village_nor_the_county_parts_a_family(case_id: int, make: Maker, cast: Cast) -> None:
    with pytest.raises(NotFound):
        part(cast, case_id, person(make, "李四"), login="next_village")
    with pytest.raises(NotAllowed):
        part(cast, case_id, person(make, "李四"), login="county_op")


def test_two_cadres_at_once_part_it_once(case_id: int, make: Maker, cast: Cast) -> None:
    wife, husband = person(make, "李四"), person(make, "张三")
    part(cast, case_id, wife)
    with pytest.raises(NotFound):
        part(cast, case_id, husband, login="town_op")

    assert len(make.rows(Household)) == 2


def test_a_family_parts_on_the_wire(case_id: int, make: Maker, cast: Cast) -> None:
    body = {"follows": [str(person(make, "李四").id)], "kind": "divorce", "words": "离婚证已看原件"}
    key, phone = str(uuid.uuid4()), cast.phone("village")
    first, again = (phone.post(f"/cases/{case_id}/splits", key=key, **body) for _ in range(2))

    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert len(make.rows(Household)) == 2
    assert cast.phone("village").post(f"/cases/{case_id}/splits", **{**body, "kind": "x"}).status_code == 422
