"""更正、补充 asked for from a phone: sealed, owed by the township with a date, answered in words; nothing to infer."""

from typing import Any

import pytest

from backend.errors import Invalid, NotPossibleNow, OutOfDate
from backend.models import AuditRow, CorrectionRequest, Task
from backend.services import correction_answers
from backend.workflow.states import Kind
from tests.people import OTHER_VILLAGE, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("client.2", "client.5", "story.bad.reliability_16")

NAME = {"fact": "name", "whose": "张三", "right": "是张叁，身份证上这样写"}


def owed(make: Maker) -> list[Task]:
    return [each for each in make.rows(Task) if each.kind == Kind.CORRECTION and each.open_due]


def own(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone.get("/me/data").json["corrections"]
    return found


def answered(cast: Cast, make: Maker, *, corrected: bool, words: str) -> CorrectionRequest:
    row = make.rows(CorrectionRequest)[-1]
    version = next(each.version for each in make.rows(Task) if each.id == row.task_id)
    with cast.acting("reviewer") as by:
        return correction_answers.answer(row.id, corrected=corrected, by=by, version=version, words=words)


def test_a_fact_said_wrong_on_the_phone_is_a_duty_of_the_township_with_a_date(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="sender")
    phone = cast.farmer("sender")

    asked = phone.post("/me/corrections", declaration_id=str(declaration.id), **NAME)

    assert asked.status_code == 201, asked.json
    [task] = owed(make)
    assert (task.role, task.owner_region, task.limit_key) == ("TOWN_REVIEW", declaration.township_code, "T_CORRECTION")
    [mine] = own(phone)
    assert (mine["fact_name"], mine["status"], mine["due_on"]) == ("姓名", "asked", task.due_on.isoformat())
    assert mine["right"] == NAME["right"]
    [kept] = make.rows(CorrectionRequest)
    assert kept.whose_sealed
    assert kept.right_sealed
    assert "张" not in kept.whose_sealed + kept.right_sealed


def test_the_answer_is_read_on_the_page_and_told_in_the_inbox_with_whom_to_ask(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="sender")
    phone = cast.farmer("sender")
    phone.post("/me/corrections", declaration_id=str(declaration.id), **NAME)

    answered(cast, make, corrected=False, words="身份证上写的就是张三，已上门看过证件")

    [mine] = own(phone)
    assert (mine["status"], mine["status_name"], mine["due_on"]) == ("declined", "没有改", None)
    assert mine["answer"] == "身份证上写的就是张三，已上门看过证件"
    assert mine["whom"]
    assert owed(make) == []
    [told] = [each for each in phone.get("/inbox").json["items"] if each["page"] == "pages/mydata/mydata"]
    assert told["data"]["status"] == "更正申请：没有改"


def test_a_refusal_without_a_reason_a_second_answer_and_an_old_version_are_refused(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="sender")
    cast.farmer("sender").post("/me/corrections", declaration_id=str(declaration.id), **NAME)
    [row], [task] = make.rows(CorrectionRequest), owed(make)

    with pytest.raises(Invalid) as silent:
        answered(cast, make, corrected=False, words=" ")
    with cast.acting("reviewer") as by, pytest.raises(OutOfDate):
        correction_answers.answer(row.id, corrected=True, by=by, version=task.version - 1, words="")
    # Whoever only holds a receipt is told no number that may be on file.
    with pytest.raises(Invalid) as leaking:
        answered(cast, make, corrected=False, words=f"登记的号码是{id_number(1)}，没有错")
    answered(cast, make, corrected=True, words="")
    with pytest.raises(NotPossibleNow):
        answered(cast, make, corrected=True, words="")

    assert {*silent.value.fields, *leaking.value.fields} == {"words"}


def test_only_ones_own_receipt_or_confirmed_family_may_ask_and_everybody_else_hears_the_same(
    make: Maker, cast: Cast
) -> None:
    declaration = make.declaration(openid="sender")
    foreign = make.declaration(openid="neighbour", village_code=OTHER_VILLAGE, id_number=id_number(3))
    phone, cold = cast.farmer("sender"), cast.farmer("neighbour")
    tries = (
        {"declaration_id": str(foreign.id)},
        {"declaration_id": "77"},
        {"case_id": str(declaration.case_id)},  # known, but this phone was not confirmed at the door
        {"case_id": "77"},
        {},
    )

    refused = [phone.post("/me/corrections", **each, **NAME) for each in tries]
    cast.phone("village").post(f"/cases/{declaration.case_id}/phones", declaration_id=str(declaration.id))
    allowed = phone.post("/me/corrections", case_id=str(declaration.case_id), **NAME)
    still = cold.post("/me/corrections", case_id=str(declaration.case_id), **NAME)

    assert {(each.status_code, each.json["code"], each.json["message"]) for each in [*refused, still]} == {
        (404, "not_found", refused[0].json["message"])
    }
    assert allowed.status_code == 201, allowed.json
    assert own(cold) == []


def test_a_number_known_elsewhere_shows_nothing_of_its_family_to_whoever_typed_it(make: Maker, cast: Cast) -> None:
    make.declaration(openid="family")
    joined = make.declaration(openid="stranger", village_code=OTHER_VILLAGE)  # the same ID number
    fresh = make.declaration(openid="nobody", village_code=OTHER_VILLAGE, id_number=id_number(4))
    asks = {"fact": "place", "right": "住在河东"}

    known, unknown = (
        cast.farmer(openid).post("/me/corrections", declaration_id=str(each.id), **asks).json
        for openid, each in (("stranger", joined), ("nobody", fresh))
    )

    assert {**known, "id": ""} == {**unknown, "id": ""}


def test_numbers_are_checked_as_typed_shown_masked_and_asked_for_once_at_a_time(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="sender")
    phone, number = cast.farmer("sender"), id_number(8)
    on = {"declaration_id": str(declaration.id)}

    wrong = [
        phone.post("/me/corrections", **on, fact="id_number", right="130126"),
        phone.post("/me/corrections", **on, fact="phone", right="没有"),
        phone.post("/me/corrections", **on, fact="moon", right=" "),
    ]
    first = phone.post("/me/corrections", **on, fact="id_number", right=number)
    again = phone.post("/me/corrections", **on, fact="id_number", right=number)

    assert [sorted(each.json["fields"]) for each in wrong] == [["right"], ["right"], ["fact", "right"]]
    assert {each.status_code for each in wrong} == {422}
    assert first.json["right"].startswith(number[:4])
    assert number not in first.get_data(as_text=True)
    assert again.status_code == 409
    assert len(make.rows(CorrectionRequest)) == 1
    assert number not in str([row.detail for row in make.rows(AuditRow)])


def test_a_phone_that_let_its_receipt_go_reads_nothing_of_it_and_hears_nothing(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(openid="sender")
    phone = cast.farmer("sender")
    phone.post("/me/corrections", declaration_id=str(declaration.id), **NAME)

    phone.post(f"/declarations/{declaration.id}/releases")
    before = len(make.messages(kind="progress"))
    answered(cast, make, corrected=True, words="已改成张叁")

    assert own(phone) == []
    assert len(make.messages(kind="progress")) == before
