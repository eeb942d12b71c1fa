"""投诉建议, call-backs and reporters at the desks: listed with their dates, opened one by one, answered in words."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from backend.models import AuditRow, Complaint, Message, Reporter, Task
from tests.admin.desk import Desk
from tests.checks import morning
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker, Phone

Enter = Callable[[str], Desk]
DAY = date(2026, 3, 6)
TEXT = "村里让我交两百块办手续"


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with morning(DAY):
        yield


def complain(phone: Phone, **changes: str) -> str:
    said = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": TEXT, "name": "孙悟净"}
    sent = phone.post("/complaints", key=str(uuid.uuid4()), **{**said, **changes})
    assert sent.status_code == 201, sent.json
    return str(sent.json["receipt_no"])


@pytest.mark.shows("procedure.7", "A34")
def test_the_list_says_until_when_and_by_whom_and_names_nobody(console: Enter, cast: Cast) -> None:
    complain(cast.farmer("complainer"))

    page = console("reviewer").get("/console/complaints/")

    assert "收钱收礼" in page.text
    assert "还有15天 3月21日（周六）" in page.text
    assert not [word for word in ("孙悟净", "两百块") if word in page.text]
    assert "/console/complaints/" not in console("village").get("/console/").links
    assert console("village").get("/console/complaints/").status == 403
    assert console("other_reviewer").get("/console/complaints/").text.count("收钱收礼") == 0


@pytest.mark.shows("procedure.7", "A34")
def test_a_complaint_is_reached_from_the_queue_opened_on_record_and_answered(
    console: Enter, cast: Cast, make: Maker
) -> None:
    phone = cast.farmer("complainer")
    complain(phone)
    desk = console("reviewer")
    [link] = [each for each in desk.get("/console/queue/").links if "/console/complaints/" in each and each[-2] != "s"]

    opened = desk.get(link)
    empty = desk.press(opened, "/answers", words=" ", do="answer")
    done = desk.press(opened, "/answers", words="已责成村里退还", do="answer")
    late = desk.press(opened, "/answers", words="再答一次", do="answer")

    assert TEXT in opened.text
    assert "孙悟净" in opened.text
    assert empty.status == 422
    assert "已答复" in done.text
    assert late.status == 409
    [mine] = phone.get("/complaints/mine").json["items"]
    assert (mine["status"], mine["timeline"][-1]["detail"]) == ("已答复", "已责成村里退还")
    assert [each.data["status"] for each in make.messages(kind="progress")] == ["已答复"]
    looked = [row.action for row in make.rows(AuditRow) if row.subject == f"complaint:{make.rows(Complaint)[0].id}"]
    assert looked[0] == "read_complaint"
    assert "answer_complaint" in looked
    assert "查看投诉建议" in console("auditor").get("/console/audit/").text


@pytest.mark.shows("procedure.7", "A34")
def test_what_goes_up_is_the_countys_alone(console: Enter, cast: Cast, make: Maker) -> None:
    complain(cast.farmer("complainer"))
    [row] = make.rows(Complaint)
    address = f"/console/complaints/{row.id}"
    township, county = console("reviewer"), console("county_op")

    before = county.get(address)
    up = township.press(township.get(address), "/answers", words="涉及乡镇干部", do="pass_up")
    gone, taken = township.get(address), county.get(address)
    county.press(taken, "/answers", words="已核查处理", do="answer")

    assert not [form for form in before.forms if form.action.endswith("/answers")], "the township's to answer"
    assert "已转到县里" in up.text
    assert gone.status == 404
    assert "转到县里答复" not in taken.text
    assert [task.open_due for task in make.rows(Task)] == [None, None]


@pytest.mark.shows("procedure.7", "A34")
def test_somebody_without_a_phone_leaves_with_a_number(console: Enter, make: Maker) -> None:
    township, county = console("town_op"), console("county_op")
    form = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": TEXT, "name": "", "phone": ""}

    page = township.get("/console/complaints/new")
    taken = township.press(page, "/complaints/new", **form)
    township.press(page, "/complaints/new", **form)
    wrong = county.press(county.get("/console/complaints/new"), "/complaints/new", **{**form, "kind": "", "text": "！"})
    above = county.press(
        county.get("/console/complaints/new"),
        "/complaints/new",
        **{**form, "target": "township", "said_place": TOWNSHIP},
    )

    assert "请把回执号抄给来的人" in taken.text
    assert "最晚3月21日" in taken.text
    assert "反映乡镇" in page.text
    assert "township" not in [value for tag, name, value in page.attributes if (tag, name) == ("option", "value")]
    assert wrong.status == 422
    assert "请选一类" in wrong.text
    assert wrong.form("/complaints/new").values["text"] == "！"
    assert "请把回执号抄给来的人" in above.text
    assert len(make.rows(Complaint)) == 2, "the same page sent twice is one complaint"


@pytest.mark.shows("procedure.7", "A34")
def test_whoever_was_not_satisfied_is_on_the_townships_list_until_called(
    console: Enter, cast: Cast, make: Maker
) -> None:
    phone = cast.farmer()
    declaration = make.declaration()
    make._accept(declaration.case_id), make._visit(declaration.case_id)
    desk = console("reviewer")
    desk.press(
        desk.get(f"/console/cases/{declaration.case_id}"),
        "/decisions",
        action="refuse",
        reasons="can_cope",
        words="能应付",
    )
    sent = phone.post(f"/declarations/{declaration.id}/marks", mark="dissatisfied", words="没有人跟我讲清楚")
    assert sent.status_code in {200, 201}, sent.json

    listed = desk.get("/console/call-backs/")
    [link] = [each for each in listed.links if "/console/call-backs/" in each and each[-2] != "s"]
    opened = desk.get(link)
    done = desk.press(opened, "/answers", words="已上门把理由讲清楚")

    assert "没有人跟我讲清楚" not in listed.text
    assert "3月13日" in listed.text
    assert "没有人跟我讲清楚" in opened.text
    assert "没有要回访的农户" in done.text
    assert desk.press(opened, "/answers", words="再讲一次").status == 409
    assert console("county_op").get("/console/call-backs/").status == 403
    assert console("village").get(link).status == 403
    assert [message for message in make.rows(Message) if message.subject.startswith("satisfaction:")]


@pytest.mark.shows("procedure.1", "A24", "B24")
def test_a_village_authorises_a_reporter_on_its_page_and_takes_it_back(console: Enter, cast: Cast, make: Maker) -> None:
    village, elder = console("village"), cast.farmer("elder")
    body = {"village_code": VILLAGE, "head_name": "赵老四", "what": "家里断粮了"}

    wrong = village.press(village.get("/console/reporters/"), "/reporters/", name="孙乡贤", standing="mayor")
    once = village.press(village.get("/console/reporters/"), "/reporters/", name="孙乡贤", standing="elder")
    [code] = [word for word in once.words if len(word) == 10 and word.isascii()]
    waiting = village.get("/console/reporters/").text
    assert elder.post("/reporters/acceptances", code=code).status_code == 200
    bound = village.get("/console/reporters/")
    assert elder.post("/clues", **body).status_code == 201
    ended = village.press(bound, "/ending")

    assert wrong.status == 422
    assert wrong.form("/reporters/").values["name"] == "孙乡贤"
    assert "等本人输入授权码" in waiting
    assert code not in waiting
    assert "孙乡贤 乡贤" in bound.text
    assert "已绑定" in bound.text
    assert "还没有授权过报告人" in ended.text
    assert elder.post("/clues", **body).status_code == 403
    assert [row.action for row in make.rows(AuditRow) if row.subject.startswith("reporter:")] == [
        "authorise_reporter",
        "end_reporter",
    ]


@pytest.mark.shows("A24")
def test_another_village_neither_sees_nor_ends_an_authorisation(console: Enter, make: Maker) -> None:
    village, next_village = console("village"), console("next_village")
    village.press(village.get("/console/reporters/"), "/reporters/", name="孙乡贤", standing="elder")
    [row] = make.rows(Reporter)

    assert "孙乡贤" not in next_village.get("/console/reporters/").text
    assert next_village.send(f"/console/reporters/{row.id}/ending").status_code == 404
    assert console("reviewer").get("/console/reporters/").status == 403
    assert make.rows(Reporter)[0].ended_at is None


@pytest.mark.shows("procedure.7")
def test_pages_of_answered_complaints_follow_one_another(
    console: Enter, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.complaints.PAGE", 2)
    for number in range(3):
        with morning(DAY + timedelta(days=number)):
            complain(cast.farmer(f"complainer {number}"), name="")
    desk = console("reviewer")

    first = desk.get("/console/complaints/?only=all")
    [older] = [each for each in first.links if "before=" in each]
    second = desk.get(older)

    assert first.text.count("收钱收礼") == 2
    assert second.text.count("收钱收礼") == 1
    assert "回到最新" in second.text
