"""A wrong turn is mended in the open: another village, one family twice, a wrong number, another head, a death."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import (
    AccountHousehold,
    Case,
    CaseEvent,
    Clue,
    Declaration,
    HomeCheck,
    Household,
    Message,
    Person,
    ReceiptLine,
    Task,
    Visit,
)
from backend.services import cases, contact_corrections, corrections, home_checks, kin, mergers, reveals
from backend.services.cases import Seen
from backend.services.kin import KinForm
from backend.workflow.states import Kind, State
from tests.checks import following, form, morning
from tests.people import NEXT_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker, id_number

DAY = date(2026, 3, 9)
FAR_VILLAGE = "130126101201"


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Iterator[None]:
    with following(app), morning(DAY):
        yield


def visited(make: Maker, cast: Cast, **changes: object) -> int:
    case_id = make.case("accept", **changes)
    [task] = [each for each in make.rows(Task) if each.case_id == case_id and each.kind == Kind.VISIT]
    with cast.acting("village") as by:
        home_checks.file_check(case_id, by=by, version=task.version, form=form())
    return case_id


def case_of(make: Maker, case_id: int) -> Case:
    [case] = [each for each in make.rows(Case) if each.id == case_id]
    return case


def person(make: Maker, name: str) -> Person:
    [row] = [each for each in make.rows(Person) if each.name == name]
    return row


@pytest.mark.shows("procedure.12")
def test_a_case_goes_to_another_village_with_its_whole_file_and_its_clocks(make: Maker, cast: Cast) -> None:
    case_id = visited(make, cast)
    before = {each.id: each.due_on for each in make.rows(Task) if each.open_due}
    with cast.acting("reviewer") as by:
        corrections.hand_over(case_id, NEXT_VILLAGE, by=by, words="户口在邻村")

    for table in (Case, CaseEvent, Task, Visit, HomeCheck, Declaration, ReceiptLine, Clue, Household, Person):
        assert {each.village_code for each in make.rows(table)} == {NEXT_VILLAGE}, table
    tasks = [each for each in make.rows(Task) if each.open_due]
    assert {each.id: each.due_on for each in tasks} == before
    assert {each.owner_region for each in tasks if each.role == "VILLAGE"} == {NEXT_VILLAGE}
    assert {each.next_rung for each in tasks} == {"new"}
    assert make.rows(CaseEvent)[-1].detail == {"from": VILLAGE, "to": NEXT_VILLAGE}
    with cast.acting("village") as by, pytest.raises(NotFound):
        cases.read_case(case_id, by=by)
    with cast.acting("next_village") as by:
        assert cases.read_case(case_id, by=by).case.promised_on == case_of(make, case_id).promised_on
    assert "邻村" not in make.rows(ReceiptLine)[-1].sentence
    assert make.rows(ReceiptLine)[-1].kind == "handed_over"


@pytest.mark.shows("procedure.12")
def test_the_new_village_goes_on_and_the_old_version_is_out_of_date(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    old = make.duty(case_id).version
    with cast.acting("reviewer") as by:
        corrections.hand_over(case_id, NEXT_VILLAGE, by=by, words="户口在邻村")

    with cast.acting("next_village") as by, pytest.raises(OutOfDate):
        cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(old))
    with cast.acting("next_village") as by:
        cases.decide(case_id, Action.ACCEPT, by=by, seen=Seen(make.duty(case_id).version))
    assert make.state(case_id) == State.ACCEPTED


@pytest.mark.shows("procedure.12")
def test_only_the_county_gives_a_case_to_another_township(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        corrections.hand_over(case_id, NEXT_VILLAGE, by=by, words="不想办")
    with cast.acting("reviewer") as by, pytest.raises(NotAllowed):
        corrections.hand_over(case_id, FAR_VILLAGE, by=by, words="户口在外乡")
    with cast.acting("county_op") as by, pytest.raises(Invalid):
        corrections.hand_over(case_id, "999999999999", by=by, words="户口在外县")
    with cast.acting("county_op") as by:
        corrections.hand_over(case_id, FAR_VILLAGE, by=by, words="户口在外乡")

    assert case_of(make, case_id).township_code != TOWNSHIP


@pytest.mark.shows("procedure.12")
def test_two_cases_of_one_family_become_the_older(make: Maker, cast: Cast) -> None:
    older = visited(make, cast)
    newer = visited(make, cast, openid="daughter", id_number=None, head_name="张三")
    with cast.acting("reviewer") as by:
        assert mergers.merge(newer, older, by=by, words="母女分别申报").id == older

    assert make.state(newer) == State.TERMINATED
    assert make.state(older) == State.FOUND
    assert {each.case_id for each in make.rows(Visit)} == {older}
    assert {each.case_id for each in make.rows(HomeCheck)} == {older}
    assert {each.case_id for each in make.rows(Declaration)} == {older}
    assert {each.verdict for each in make.rows(Clue)} == {"case"}
    mine, theirs = make.rows(Declaration)
    assert (mine.status, theirs.status) == ("核实中", "已并入办理")
    assert theirs.closed_at is not None
    households = make.rows(Household)
    assert [each.merged_into_id for each in households] == [None, households[0].id]
    assert [each.open_case_id for each in households] == [older, None]
    assert not [each for each in make.rows(Task) if each.case_id == newer and each.open_due and each.kind == Kind.VISIT]
    assert make.rows(CaseEvent)[-1].action == "merge"


@pytest.mark.shows("procedure.12")
def test_a_merged_declaration_before_any_verdict_is_joined(make: Maker, cast: Cast) -> None:
    older = make.case()
    newer = make.declaration(openid="daughter", id_number=None)
    with cast.acting("town_op") as by:
        mergers.merge(older, newer.case_id, by=by, words="同一家")

    assert [each.verdict for each in make.rows(Clue)] == [None, "joined"]


@pytest.mark.shows("procedure.12")
def test_a_decided_case_is_not_merged(make: Maker, cast: Cast) -> None:
    older, newer = make.case(), make.declaration(openid="daughter", id_number=None).case_id
    with cast.acting("town_op") as by:
        cases.decide(
            newer,
            Action.REFUSE_FORMALLY,
            by=by,
            seen=Seen(make.duty(newer).version),
            reason=cases.Reason(("same_matter_open",), "同一件事"),
        )

    with cast.acting("town_op") as by, pytest.raises(NotPossibleNow):
        mergers.merge(older, newer, by=by, words="同一家")
    with cast.acting("town_op") as by, pytest.raises(Invalid):
        mergers.merge(older, older, by=by, words="同一家")


@pytest.mark.shows("procedure.12")
def test_a_wrong_id_number_is_corrected_and_both_are_seen_masked(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    right = id_number(41)
    with cast.acting("town_op") as by:
        before, after = corrections.correct_id(case_id, person(make, "张三").id, right, by=by, words="看了身份证原件")

    event = make.rows(CaseEvent)[-1]
    assert (before[-2:], after[-2:]) == (id_number(1)[-2:], right[-2:])
    assert before.count("*") == after.count("*") == 12
    assert right not in f"{event.detail}{event.reason_sealed}"
    assert make.declaration(openid="again", id_number=right).case_id == case_id


@pytest.mark.shows("procedure.12")
def test_the_corrected_number_opens_the_receipt(make: Maker, cast: Cast) -> None:
    declaration, right = make.declaration(), id_number(41)
    with cast.acting("town_op") as by:
        corrections.correct_id(declaration.case_id, person(make, "张三").id, right, by=by, words="看了原件")
    cast.phone("village").post(f"/cases/{declaration.case_id}/receipts/releases", declaration_id=str(declaration.id))

    answer = cast.farmer("new").post("/declarations/claims", receipt_no=declaration.receipt_no, last_four=right[-4:])

    assert answer.status_code in {200, 201}


@pytest.mark.shows("procedure.12")
def test_a_number_of_another_household_is_not_typed_in(make: Maker, cast: Cast) -> None:
    make.declaration(openid="other", head_name="李四四", id_number=id_number(7))
    case_id = make.case(openid="mine")
    with cast.acting("town_op") as by, pytest.raises(Invalid, match="另一户"):
        corrections.correct_id(case_id, person(make, "张三").id, id_number(7), by=by, words="看了原件")
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        corrections.correct_id(case_id, person(make, "张三").id, id_number(8), by=by, words="看了原件")


@pytest.mark.shows("procedure.12", "client.2")
def test_a_heads_name_and_the_familys_telephone_are_put_right_where_they_are_read(make: Maker, cast: Cast) -> None:
    case_id = visited(make, cast)
    with cast.acting("town_op") as by:
        contact_corrections.correct_name(case_id, person(make, "张三").id, "张叁", by=by, words="看了身份证")
    with cast.acting("town_op") as by:
        shown = contact_corrections.correct_phone(case_id, "13955556666", by=by, words="打通过，是本人")
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        contact_corrections.correct_phone(case_id, "13955557777", by=by, words="打通过，是本人")

    assert case_of(make, case_id).head_name == "张叁"
    assert {each.head_name for each in make.rows(Task) if each.open_due} == {"张叁"}
    assert {each.head_name for each in make.rows(Household)} == {"张叁"}
    assert shown == "139****6666"
    [family] = make.rows(Household)
    assert family.phone_confirmed_at is not None
    with cast.acting("town_op") as by:
        told = reveals.reveal(case_id, reveals.Field.PHONE, by=by, reason="回电话核实")
    assert told == "13955556666"


@pytest.mark.shows("procedure.12")
def test_another_head_leads_the_household(make: Maker, cast: Cast) -> None:
    case_id = visited(make, cast)
    with cast.acting("village") as by:
        corrections.change_head(case_id, person(make, "李四").id, by=by, old_head_is="spouse", words="户口本已换")

    assert case_of(make, case_id).head_name == "李四"
    assert (person(make, "李四").relation, person(make, "张三").relation) == ("head", "spouse")
    assert {each.head_name for each in make.rows(Task) if each.open_due} == {"李四"}
    assert {each.head_name for each in make.rows(Household)} == {"李四"}


@pytest.mark.shows("procedure.12")
def test_whoever_left_the_family_is_not_made_its_head(make: Maker, cast: Cast, app: Flask) -> None:
    case_id = visited(make, cast)
    gone = person(make, "李四").id
    with app.app_context(), as_system("a test writes down who left"):
        in_transaction(lambda: db.session.execute(update(Person).where(Person.id == gone).values(left_on=DAY)))

    with cast.acting("village") as by, pytest.raises(NotFound):
        corrections.change_head(case_id, gone, by=by, old_head_is="spouse", words="户口本已换")


@pytest.mark.shows("procedure.12")
def test_messages_to_the_dead_stop_and_the_case_follows_who_is_left(make: Maker, cast: Cast) -> None:
    case_id = visited(make, cast)
    owed = make.messages(state="owed")
    with cast.acting("village") as by, pytest.raises(Invalid, match="新户主"):
        corrections.record_death(case_id, person(make, "张三").id, by=by, died_on=DAY)
    with cast.acting("village") as by:
        corrections.record_death(
            case_id, person(make, "张三").id, by=by, died_on=DAY, new_head_id=person(make, "李四").id
        )

    assert any(each.recipient.startswith("account:") for each in owed)
    accounts = [each for each in make.rows(Message) if each.recipient.startswith("account:")]
    assert {each.state for each in accounts} == {"cancelled"}
    assert make.rows(Declaration)[0].account_id is None
    assert {each.account_id for each in make.rows(ReceiptLine)} == {None}
    assert case_of(make, case_id).head_name == "李四"
    assert make.state(case_id) == State.FOUND


@pytest.mark.shows("procedure.12")
def test_a_dead_members_phone_reads_the_file_no_more(make: Maker, cast: Cast) -> None:
    declaration = make.declaration()
    cast.phone("village").post(f"/cases/{declaration.case_id}/phones", declaration_id=str(declaration.id))
    with cast.acting("village") as by:
        corrections.record_death(declaration.case_id, person(make, "张三").id, by=by, died_on=DAY)

    assert all(each.withdrawn_at for each in make.rows(AccountHousehold))
    with cast.acting("village") as by, pytest.raises(NotFound):
        corrections.record_death(declaration.case_id, person(make, "张三").id, by=by, died_on=DAY)


@pytest.mark.shows("procedure.12")
def test_a_relative_corrects_nothing(make: Maker, cast: Cast) -> None:
    case_id = make.case()
    with cast.acting("village") as by:
        kin.register(case_id, KinForm("township_staff", "parent", staff_id=cast.staff_id("reviewer")), by=by)

    with cast.acting("reviewer") as by, pytest.raises(NotAllowed, match="回避"):
        corrections.hand_over(case_id, NEXT_VILLAGE, by=by, words="户口在邻村")


@pytest.mark.shows("procedure.12")
def test_corrections_on_the_wire(make: Maker, cast: Cast) -> None:
    case_id = visited(make, cast)
    town, head = cast.phone("town_op"), person(make, "张三")
    corrected = town.post(
        f"/cases/{case_id}/id-corrections", person_id=str(head.id), number=id_number(43), words="看了原件"
    )
    dead = cast.phone("village").post(
        f"/cases/{case_id}/deaths",
        person_id=str(head.id),
        died_on="2026-03-08",
        new_head_id=str(person(make, "李四").id),
    )
    moved = cast.phone("reviewer").post(f"/cases/{case_id}/hand-overs", village_code=NEXT_VILLAGE, words="户口在邻村")
    kept = cast.phone("next_village").post(
        f"/cases/{case_id}/kin", post="village_cadre", relation="child", staff_id=str(cast.staff_id("next_village"))
    )

    assert [each.status_code for each in (corrected, dead, moved, kept)] == [201, 201, 201, 201]
    assert corrected.json["after"].count("*") == 12
    assert cast.phone("town_op").get("/kin").json["items"][0]["post_name"] == "村干部"
    assert cast.phone("village").get("/kin").status_code == 403


@pytest.mark.shows("procedure.4", "procedure.8")
def test_a_home_check_on_the_wire(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    phone, path = cast.phone("village"), f"/cases/{case_id}/checks"
    known = phone.get(path + "/prefill").json["content"]
    body = {
        "conclusion": "risk",
        "visited_on": "2026-03-09",
        "findings": "户主住院三次",
        "companion": "李站长",
        "members": [
            {
                "name": known["members"][0]["name"],
                "person_id": known["members"][0]["person_id"],
                "relation": "head",
                "education": "primary",
                "health": ["serious_illness"],
                "labour": "lost",
                "medical_insurance": "resident",
            }
        ],
        "income": {"transfer": 2_400_00, "out_of_pocket": 1_000_00},
        "safety": {code: {"state": "safe"} for code in ("food", "clothing", "education", "medical", "housing")},
        "risks": ["illness"],
        "assessments": {"income": "low", "expense": "heavy", "difficulty": "some", "coping": "partly"},
        "category": "marginal",
    }
    kept, late = (phone.post(path + "/draft", content=body, number=number).json for number in (2, 1))
    assert (kept["is_kept"], late["is_kept"], late["number"]) == (True, False, 2)
    assert phone.post(path + "/draft", content=body, number=0).status_code == 422
    seen = phone.post(path + "/review", **body)
    refused = phone.post(path, version=make.duty(case_id).version, form=body)
    body["safety"]["water"] = {"state": "safe"}
    filed = phone.post(path, version=make.duty(case_id).version, form=body)

    assert phone.get(path + "/draft").json["content"] is None
    assert "人均收入参考值" in seen.json["formula"][2]
    assert {each["field"] for each in seen.json["findings"] if each["level"] == "error"} == {"safety.water"}
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["safety.water"])
    assert (filed.status_code, filed.json["category_proposed"]) == (201, "marginal")
    assert "content" not in filed.json
    [whole] = cast.phone("reviewer").get(path).json["items"]
    assert whole["content"]["members"][0]["id_masked"].count("*") == 12
    [task] = [each for each in make.rows(Task) if each.kind == Kind.CONFIRM_CHECK]
    confirmed = cast.phone("head").post(path + "/confirmations", version=task.version, agrees=True)
    assert confirmed.status_code == 201
