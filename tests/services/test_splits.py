"""A family parts in mid-case: the case follows who is at risk, and nobody loses their paper or their place."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
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
    Clue,
    Household,
    Kinship,
    Message,
    Person,
    PersonDigest,
    ReceiptLine,
    Task,
)
from backend.models.places import same_place
from backend.services import authorizations, cases, green_channels, home_checks, kin, splits
from backend.services.authorization_forms import AuthorizationForm
from backend.services.cases import Seen
from backend.services.green_channels import AidForm
from backend.services.judgements import JudgementForm
from backend.services.kin import KinForm
from backend.services.splits import DIVORCE, SPLIT, SplitForm
from backend.workflow.states import Kind, State
from backend.workflow.steps import Reason
from tests.checks import following, form, members, morning
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
    assert (old.open_case_id, new.is_provisional) == (case_id, True)
    assert (new.household_id, new.village_code) == (new.id, VILLAGE)
    assert {each.household_id: each.person_id for each in make.rows(PersonDigest)} == {
        old.id: wife.id,
        new.id: husband.id,
    }
    open_tasks = [each for each in make.rows(Task) if each.open_due and each.case_id == case_id]
    assert {each.id: each.due_on for each in open_tasks if each.id in before} == before
    assert {each.head_name for each in open_tasks} == {"李四"}
    assert case.promised_on == promised
    [event] = [each for each in make.rows(CaseEvent) if each.action == "divorce"]
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
    [event] = [each for each in make.rows(CaseEvent) if each.action == "divorce"]
    assert event.detail["phones_to_confirm"] == 1


def test_who_left_may_declare_alone_and_gets_a_case_of_their_own(case_id: int, make: Maker, cast: Cast) -> None:
    _, other = part(cast, case_id, person(make, "李四"), visit_others=False)
    again = make.declaration(openid="husband", id_number=id_number(1))

    assert (again.case_id == case_id, again.joined) == (False, False)
    assert case_of(make, again.case_id).household_id == other.id
    assert make.declaration(openid="wife", head_name="李四", id_number=id_number(22)).case_id == case_id


def test_the_family_as_it_is_now_is_looked_at_anew_before_anybody_judges_it(
    app: Flask, case_id: int, make: Maker, cast: Cast
) -> None:
    part(cast, case_id, person(make, "李四"))
    [owed] = [each for each in make.rows(Task) if each.kind == Kind.CHECK_ANEW]
    wife = members({}, {"person_id": person(make, "李四").id, "relation": "head"})[1:]
    with cast.acting("village") as by:
        check = home_checks.file_check(
            case_id, by=by, version=owed.version, form=form(members=wife, category_reason="分户后只算她一人")
        )

    [done] = [each for each in make.rows(Task) if each.kind == Kind.CHECK_ANEW]
    assert (done.open_due, done.due_on) == (None, date(2026, 3, 11))
    assert check.heads == 1
    assert case_of(make, case_id).state == State.FOUND
    line = make.rows(ReceiptLine)[-1]
    assert line.kind == "checked_anew"


def test_nobody_passes_on_a_family_that_was_only_seen_before_it_parted(app: Flask, make: Maker, cast: Cast) -> None:
    desks = Desks(app, cast, make)
    desks.family("张三")
    desks.add_member("李四", "spouse")
    desks.to_the_township()
    with desks.as_("town_op") as by:
        splits.split(desks.case_id, SplitForm((person(make, "李四").id,)), by=by, words="户口本已分")

    with pytest.raises(NotPossibleNow, match="重新核实"):
        desks.judge(Action.PASS_ON, "reviewer", form=JudgementForm(opinion="情况属实", category="marginal"))
    with desks.as_("reviewer") as by:
        assert Action.CHECK_ANEW in cases.read_case(desks.case_id, by=by).actions
        assert Action.FILE_VISIT not in cases.read_case(desks.case_id, by=by).actions


def test_who_left_is_a_clue_that_somebody_looks_at(case_id: int, make: Maker, cast: Cast) -> None:
    _, other = part(cast, case_id, person(make, "李四"))

    [clue] = [each for each in make.rows(Clue) if each.household_id == other.id]
    assert (clue.channel, clue.head_name, clue.verdict) == ("visit_find", "张三", None)
    [task] = [each for each in make.rows(Task) if each.household_id == other.id and each.open_due]
    assert (task.kind, task.owner_region) == (Kind.ACCEPT, VILLAGE)
    assert case_of(make, clue.case_id).household_id == other.id


@pytest.mark.shows("procedure.2", "D28")
def test_help_on_its_way_waits_until_somebody_said_who_receives_it(app: Flask, make: Maker, cast: Cast) -> None:
    desks = Desks(app, cast, make)
    desks.family("张三")
    desks.add_member("李四", "spouse")
    desks.take_today(Action.ACCEPT, "village", desks.duties(Kind.ACCEPT)[0])
    desks.take_today(Action.FILE_VISIT, "village", desks.duties(Kind.VISIT)[0])
    with desks.as_("village") as by:
        green_channels.ask(desks.case_id, "disaster", "两委研究同意", by=by)
    for login, kind in (("town_lead", Kind.GREEN_TOWN), ("county_lead", Kind.GREEN_COUNTY)):
        version = desks.version(kind)
        with desks.as_(login) as by:
            green_channels.agree(desks.case_id, by=by, version=version)
    with desks.as_("village") as by:
        splits.split(desks.case_id, SplitForm((person(make, "李四").id,), DIVORCE), by=by, words="离婚证已看原件")
    [duty] = desks.duties(Kind.DELIVER_AID)
    assert (duty.detail["receiver_to_check"], duty.next_rung) == ("divorce", "new")

    tent = AidForm("帐篷", "一顶")
    with desks.as_("village") as by, pytest.raises(Invalid) as refused:
        green_channels.deliver(desks.case_id, tent, by=by, version=duty.version)
    with desks.as_("village") as by:
        looked = replace(tent, receiver_checked=True)
        green_channels.deliver(desks.case_id, looked, by=by, version=desks.version(Kind.DELIVER_AID))

    assert list(refused.value.fields) == ["receiver_checked"]
    assert "flag_money" in [each.action for each in make.rows(CaseEvent)]
    assert not desks.case().marks["money_flag"]


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
    desks.take_today(Action.CHECK_ANEW, "village", desks.duties(Kind.CHECK_ANEW)[0])
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
    assert "split_family" in [each.action for each in make.rows(CaseEvent) if each.case_id == case.id]


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
