"""The queue and the page of a case: what a reviewer sees, decides, and is told when somebody was quicker."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image

from backend import clock
from backend.models import AuditRow, CaseEvent, StoredFile, Visit
from tests.admin.desk import Desk
from tests.people import NEXT_VILLAGE, Cast, Maker, id_number

Enter = Callable[[str], Desk]


def picture(colour: str = "red") -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    content.seek(0)
    return content


@pytest.mark.shows("story.2")
def test_a_reviewer_finds_a_case_in_the_queue_and_passes_it_on(console: Enter, make: Maker) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")

    queue = desk.get("/console/queue/")
    page = desk.get(f"/console/cases/{case_id}")
    done = desk.press(page, "/decisions", action="pass_on")

    assert f"/console/cases/{case_id}" in queue.links
    assert "张三" in queue.text
    assert "屋顶漏雨，没钱修" in page.text
    assert "房顶两处漏雨，情况属实" in page.text
    assert "已办好：审核通过，报县" in done.text
    assert make.state(case_id) == "passed"


@pytest.mark.shows("story.2")
def test_sending_back_needs_a_reason_and_keeps_what_was_typed(console: Enter, make: Maker) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")
    page = desk.get(f"/console/cases/{case_id}")

    again = desk.press(page, "/decisions", action="send_back", words="请补住院结算单")
    done = desk.press(again, "/decisions", action="send_back", reasons=["papers", "photos"])

    assert again.status == 422
    assert "请至少选一条原因。" in again.text
    assert again.form("/decisions", action="send_back").values["words"] == "请补住院结算单"
    assert "原因：缺证明材料；照片看不清" in done.text
    assert make.state(case_id) == "accepted"


@pytest.mark.shows("story.2")
def test_a_refusal_needs_words_that_the_farmer_can_read(console: Enter, make: Maker, cast: Cast) -> None:
    declaration = make.declaration()
    for step in ("_accept", "_visit"):
        getattr(make, step)(declaration.case_id)
    desk = console("reviewer")

    page = desk.get(f"/console/cases/{declaration.case_id}")
    silent = desk.press(page, "/decisions", action="refuse", reasons="can_cope")
    desk.press(silent, "/decisions", action="refuse", reasons="can_cope", words="房子已由儿子修好")
    told = cast.farmer().get(f"/declarations/{declaration.id}").json

    assert silent.status == 422
    assert "房子已由儿子修好" in str(told)


@pytest.mark.shows("story.2", "story.bad.two_deciders")
def test_a_second_reviewer_is_told_who_was_quicker_and_loses_no_words(console: Enter, make: Maker) -> None:
    case_id = make.case("accept", "visit")
    first, second = console("reviewer"), console("second_reviewer")
    seen_by_second = second.get(f"/console/cases/{case_id}")
    first.press(first.get(f"/console/cases/{case_id}"), "/decisions", action="pass_on")

    answer = second.press(seen_by_second, "/decisions", action="refuse", reasons="can_cope", words="看法不同，写了很多")

    assert answer.status == 409
    assert "周研判已于" in answer.text
    assert "待县级审定" in answer.text
    assert "看法不同，写了很多" in answer.text
    assert make.state(case_id) == "passed"


def test_a_page_whose_file_has_grown_since_is_not_decided_on(console: Enter, make: Maker) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")
    page = desk.get(f"/console/cases/{case_id}")

    answer = desk.press(page, "/decisions", action="pass_on", content_version=1)

    assert answer.status == 409
    assert "材料刚刚有更新" in answer.text


@pytest.mark.parametrize("field", ["version", "content_version"])
def test_a_form_without_the_versions_it_saw_decides_nothing(console: Enter, make: Maker, field: str) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")

    answer = desk.press(desk.get(f"/console/cases/{case_id}"), "/decisions", action="pass_on", **{field: ""})

    assert answer.status == 422
    assert make.state(case_id) == "visited"


@pytest.mark.shows("story.4")
@pytest.mark.parametrize("login", ["next_village", "other_reviewer"])
def test_a_neighbours_case_does_not_exist(console: Enter, make: Maker, login: str) -> None:
    case_id = make.case("accept", "visit")
    desk = console(login)
    form = {"action": "pass_on", "version": "1", "content_version": "1", "field": "phone", "reason": "看看"}

    seen = desk.get(f"/console/cases/{case_id}")
    statuses = {
        path: desk.send(f"/console/cases/{case_id}/{path}", **form).status_code for path in ("decisions", "reveals")
    }

    assert seen.status == 404
    assert "张三" not in seen.text
    assert statuses["reveals"] == 404
    assert statuses["decisions"] in {403, 404}
    assert "张三" not in desk.get("/console/queue/?tab=all").text


def test_a_village_files_a_visit_with_photos_at_the_console(console: Enter, make: Maker) -> None:
    case_id = make.case("accept")
    desk = console("village")
    page = desk.get(f"/console/cases/{case_id}")

    nothing = desk.press(page, "/visits", findings="", companion="张会计")
    photos = [(picture("red"), "one.jpg"), (picture("blue"), "two.jpg")]
    done = desk.press(nothing, "/visits", findings="墙裂了", conclusion="risk", photos=photos)

    assert nothing.status == 422
    assert "请选择核实结论。" in nothing.text
    assert "入户核实已填报" in done.text
    assert "附件未齐" not in done.text
    assert len(make.rows(StoredFile)) == 2
    assert make.rows(Visit)[0].companion == "张会计"


def test_a_photo_that_is_none_files_nothing_and_loses_no_words(console: Enter, make: Maker) -> None:
    case_id = make.case("accept")
    desk = console("village")

    answer = desk.press(
        desk.get(f"/console/cases/{case_id}"),
        "/visits",
        findings="墙裂了",
        conclusion="risk",
        photos=[(io.BytesIO(b"<script>"), "photo.jpg")],
    )

    assert answer.status == 422
    assert answer.form("/visits").values["findings"] == "墙裂了"
    assert make.state(case_id) == "accepted"


def test_photos_still_on_their_way_are_announced_and_can_be_added(console: Enter, cast: Cast, make: Maker) -> None:
    case_id = make.case("accept")
    body = {"findings": "墙裂了", "conclusion": "risk", "photos": ["a" * 64]}
    cast.phone("village").post(f"/cases/{case_id}/visits", version=make.duty(case_id).version, **body)
    desk = console("village")

    page = desk.get(f"/console/cases/{case_id}")
    more = desk.press(page, "/files", photos=(picture(), "late.jpg"))

    assert "附件未齐，还差1件" in page.text
    assert "已收到1张照片" in more.text


@pytest.mark.shows("story.5")
def test_a_picture_is_shown_inside_the_page_and_kept_by_nobody(console: Enter, make: Maker) -> None:
    case_id = make.case("accept")
    village = console("village")
    village.press(village.get(f"/console/cases/{case_id}"), "/files", photos=(picture(), "one.jpg"))
    [row] = make.rows(StoredFile)

    answer = village.client.get(f"/console/files/{row.id}/thumbnail")
    elsewhere = console("other_reviewer").client.get(f"/console/files/{row.id}/original")
    unknown = village.client.get(f"/console/files/{row.id}/sealed")

    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert elsewhere.status_code == unknown.status_code == 404


@pytest.mark.shows("story.2")
def test_a_village_fetches_what_was_missing(console: Enter, make: Maker) -> None:
    case_id = make.case()
    desk = console("village")
    returned = desk.press(
        desk.get(f"/console/cases/{case_id}"), "/decisions", action="return_for_information", reasons="papers"
    )

    done = desk.press(returned, "/decisions", action="supplement", words="病历已上门取来")

    assert "材料已补充" in done.text
    assert make.state(case_id) == "declared"


@pytest.mark.shows("story.2")
def test_a_second_declaration_of_the_same_family_is_joined(console: Enter, make: Maker) -> None:
    case_id = make.case()
    make.declaration(openid="a-relative", relation="relative", declarer_name="李四")
    desk = console("village")

    page = desk.get(f"/console/cases/{case_id}")
    done = desk.press(page, "/decisions", action="join_declaration")

    assert "代申报：亲戚 李四" in page.text
    assert "新的申报已并入这一户" in done.text


@pytest.mark.shows("story.4")
def test_a_phone_is_confirmed_at_the_door_and_taken_back(console: Enter, cast: Cast, make: Maker) -> None:
    case_id = make.case()
    desk = console("village")

    done = desk.press(desk.get(f"/console/cases/{case_id}"), "/phones")
    while_confirmed = cast.farmer().get(f"/cases/{case_id}").status_code
    back = desk.press(done, "/phones/withdrawals")

    assert while_confirmed == 200
    assert "已收回" in back.text
    assert cast.farmer().get(f"/cases/{case_id}").status_code == 404


@pytest.mark.shows("story.5")
def test_a_masked_field_is_shown_once_for_a_reason_that_the_auditor_reads(console: Enter, make: Maker) -> None:
    case_id = make.case()
    desk = console("reviewer")
    page = desk.get(f"/console/cases/{case_id}")

    silent = desk.press(page, "/reveals", field="phone", reason=" ")
    shown = desk.press(page, "/reveals", field="phone", reason="打电话约上门时间")
    after = desk.get(f"/console/cases/{case_id}")
    audit = console("auditor").get(f"/console/audit/?subject=case:{case_id}")

    assert "138****0000" in page.text
    assert silent.status == 422
    assert "13800000000" not in silent.text
    assert "13800000000" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "13800000000" not in after.text
    assert "查看隐私信息" in audit.text
    assert "联系电话；理由：打电话约上门时间" in audit.text
    assert len([row for row in make.rows(AuditRow) if row.action == "reveal"]) == 1


def test_the_queue_says_in_words_how_due_dates_stand(console: Enter, make: Maker) -> None:
    with clock.at(clock.real_now() - timedelta(days=3)):
        make.case(id_number=id_number(2), head_name="王五")
    make.case(id_number=id_number(3), head_name="赵六")

    page = console("village").get("/console/queue/")
    late = console("village").get("/console/queue/?tab=mine-late")
    home = console("village").get("/console/")

    assert page.text.index("已超期2天") < page.text.index("明天到期")
    assert "王五" in late.text
    assert "赵六" not in late.text
    assert "2 我的待办" in home.text
    assert "1 已超期" in home.text


def test_a_long_queue_comes_page_by_page_and_misses_nobody(console: Enter, make: Maker) -> None:
    for serial in range(53):
        make.declaration(id_number=id_number(serial), openid=f"farmer-{serial}", village_code=NEXT_VILLAGE)
    desk = console("next_village")

    first = desk.get("/console/queue/")
    [onward] = [link for link in first.links if "after=" in link]
    second = desk.get(onward)

    seen = [link for link in [*first.links, *second.links] if "/cases/" in link]
    assert len(seen) == len(set(seen)) == 53


def test_nobody_decides_on_a_family_that_they_visited(console: Enter, cast: Cast, make: Maker) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")
    page = desk.get(f"/console/cases/{case_id}")
    with cast.acting("reviewer") as reviewer:
        from backend.db import db

        visit = db.session.get(Visit, make.rows(Visit)[0].id)
        visit.visitor_id = reviewer.id
        db.session.commit()

    answer = desk.press(page, "/decisions", action="pass_on")
    now = desk.get(f"/console/cases/{case_id}")

    assert answer.status == 403
    assert "请由其他同事审核" in answer.text
    assert "请由其他同事审核" in now.text
    assert not [form for form in now.forms if form.values.get("action") == "pass_on"]
    assert len(make.rows(CaseEvent)) == 3
