"""A public notice: told before it hangs, posted once, never closed early, closed by the program, gone in time."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db
from backend.demo.people import check_digit
from backend.errors import Invalid, NotPossibleNow, OutOfDate
from backend.models import AuditRow, CaseEvent, Message, Notice, NoticeReading, Person, ReceiptLine
from backend.privacy.notice_text import CHILDREN_ONLY
from backend.services import notice_ends, notices, village_lists
from backend.workflow.states import Kind, State
from tests.people import Cast, Maker
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.8", "procedure.9", "B34")


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker, preset: Any) -> Village:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Village(app, cast, make)


@pytest.fixture
def change_policy(app: Flask, preset: Any) -> Callable[..., None]:  # noqa: F811 - the fixture imported above
    from backend.models import PolicyVersion
    from backend.policy import county as county_policy

    def change(**flags: Any) -> None:
        with app.app_context():
            row = db.session.scalars(select(PolicyVersion)).one()
            row.changes = {"flags": {"procedure": "full", **flags}}
            db.session.commit()
        county_policy.forget()

    return change


def test_a_sheet_holds_the_families_of_one_meeting(village: Village, make: Maker) -> None:
    families = village.agreed("张三", "李四")

    notice = village.posted(*families)

    assert notice.families == 2
    assert notice.until == village.today + timedelta(days=5)
    assert {village.case(each).state for each in families} == {State.PUBLIC}
    with village.app.app_context():
        text = notices.text_of(notice)
    assert "（1）第三组　张三　4口人　拟定类别：边缘易致贫户" in text
    assert "（2）第三组　李四" in text
    assert text not in str(vars(make.rows(Notice)[0]))


def test_families_of_two_meetings_hang_on_two_sheets(village: Village) -> None:
    [first], [second] = village.agreed("张三"), village.agreed("李四")

    with pytest.raises(Invalid, match="同一次"):
        village.run(notices.prepare, [first, second])


@pytest.mark.shows("procedure.7")
def test_a_family_hears_its_line_before_anybody_reads_it(village: Village, make: Maker) -> None:
    [family] = village.agreed("张三")
    notice = village.run(notices.prepare, [family])

    with pytest.raises(NotPossibleNow, match="还没有听过"):
        village.run(notices.post, notice.id, form=village.posting(family))
    village.read_out(family)
    village.run(notices.post, notice.id, form=village.posting(family))

    actions = [row.action for row in sorted(make.rows(CaseEvent), key=lambda row: row.id)]
    assert actions.index("notice_read_out") < actions.index("post_notice")
    [reading] = make.rows(NoticeReading)
    assert (reading.told_whom, reading.read_by_name, reading.read_on) == ("head", "王村干", village.today)


def test_a_family_that_cannot_be_reached_is_posted_with_the_reason(village: Village, make: Maker) -> None:
    [family] = village.agreed("张三")

    with pytest.raises(Invalid):
        village.read_out(family, way="unreachable", words="")
    village.read_out(family, way="unreachable", told_whom="", words="三次电话没人接")
    notice = village.run(notices.prepare, [family])
    village.run(notices.post, notice.id, form=village.posting(family))

    assert village.case(family).state == State.PUBLIC
    assert "三次电话" not in str([vars(row) for row in make.rows(NoticeReading)])


def test_another_line_is_read_out_anew(village: Village, change_policy: Callable[..., None]) -> None:
    [family] = village.agreed("张小三")
    village.read_out(family)
    change_policy(notice_names="masked")

    made = village.run(notices.preview, [family])
    notice = village.run(notices.prepare, [family])

    assert "张*三" in made.sheet.text
    assert "张小三" not in made.sheet.text
    with pytest.raises(NotPossibleNow, match="还没有听过"):
        village.run(notices.post, notice.id, form=village.posting(family))


@pytest.mark.parametrize("planted", ["三组13812345678", "三组尿毒症户", "三组2号楼"])
def test_what_must_not_be_public_is_never_printed(village: Village, planted: str) -> None:
    family = village.family("张三")
    village.consult(family, group_name=planted)
    village.meet(family, group_name=planted)

    with pytest.raises(Invalid) as refused:
        village.run(notices.prepare, [family])
    with pytest.raises(Invalid):
        village.read_out(family)

    assert "text" in refused.value.fields
    assert "13812345678" not in str(refused.value.fields)
    assert village.run(notices.preview, [family]).findings


def test_nothing_of_a_child_is_on_a_sheet(village: Village, app: Flask) -> None:
    first_17 = f"137199{village.today.year - 9}0101123"
    number = first_17 + check_digit(first_17)
    [family] = village.agreed("小石头", id_number=number)

    text = village.run(notices.preview, [family]).sheet.text

    assert CHILDREN_ONLY in text
    assert "小石头" not in text


def test_the_printed_day_is_the_day_of_posting(village: Village) -> None:
    [family] = village.agreed("张三")
    village.read_out(family)
    notice = village.run(notices.prepare, [family])
    form = village.posting(family)

    village.today += timedelta(days=1)
    with pytest.raises(Invalid, match="日期不是今天"):
        village.run(notices.post, notice.id, form=form)
    again = village.run(notices.prepare, [family])
    village.run(notices.post, again.id, form=form)

    with pytest.raises(OutOfDate):
        village.run(notices.post, again.id, form=form)


@pytest.mark.parametrize(("later", "runs_until"), [(0, 5), (1, 5), (2, 7), (4, 9)])
def test_a_posting_that_waited_for_a_signal_keeps_its_day_and_the_notice_never_gets_fewer_days(
    village: Village, later: int, runs_until: int
) -> None:
    [family] = village.agreed("张三")
    village.read_out(family)
    hung_on = village.today
    prepared = village.run(notices.prepare, [family])
    form = village.posting(family, posted_on=hung_on)

    village.today += timedelta(days=later)
    notice = village.run(notices.post, prepared.id, form=form)

    assert notice.posted_on == hung_on
    assert notice.until == hung_on + timedelta(days=runs_until)
    assert village.case(family).marks["notice_on"] == hung_on.isoformat()
    assert village.case(family).marks["notice_until"] == notice.until.isoformat()
    village.today = notice.until
    assert village.the_program_closes() == 0
    village.today += timedelta(days=1)
    assert village.the_program_closes() == 1


def test_no_sheet_is_said_to_hang_from_a_day_to_come_or_from_before_it_was_made(village: Village) -> None:
    [family] = village.agreed("张三")
    village.read_out(family)
    notice = village.run(notices.prepare, [family])

    for day, field in ((timedelta(days=1), "posted_on"), (timedelta(days=-1), "posts_on")):
        with pytest.raises(Invalid) as refused:
            village.run(notices.post, notice.id, form=village.posting(family, posted_on=village.today + day))
        assert set(refused.value.fields) == {field}


@pytest.mark.shows("procedure.8")
def test_a_phone_finds_the_sheet_that_was_printed_and_reading_makes_none(
    village: Village, cast: Cast, make: Maker
) -> None:
    first, second = village.agreed("张三", "李四")
    village.read_out(first)
    printed = village.run(notices.prepare, [first, second])
    with clock.at(village.now):
        phone = cast.phone("village")
        [found] = phone.get(f"/cases/{second}/prepared-notices").json["items"]
        assert cast.phone("next_village").get(f"/cases/{second}/prepared-notices").status_code == 404

    assert (found["id"], found["posts_on"]) == (str(printed.id), village.today.isoformat())
    assert [(each["number"], each["duty"]["head_name"], each["has_heard"]) for each in found["families"]] == [
        (1, "张三", True),
        (2, "李四", False),
    ]
    assert [each["duty"]["kind"] for each in found["families"]] == ["post_notice"] * 2
    assert len(make.rows(Notice)) == 1


def test_a_sheet_that_says_what_no_longer_holds_or_hangs_is_offered_to_nobody(
    village: Village, change_policy: Callable[..., None]
) -> None:
    [first], [second] = village.agreed("张小三"), village.agreed("李四")
    village.run(notices.prepare, [first])
    village.posted(second)
    assert len(village.run(village_lists.to_be_posted, first)) == 1
    assert village.run(village_lists.to_be_posted, second) == []

    change_policy(notice_names="masked")

    assert village.run(village_lists.to_be_posted, first) == []


def test_a_named_witness_stands_in_for_a_photo_and_one_of_them_is_needed(village: Village) -> None:
    [family] = village.agreed("张三")
    village.read_out(family)
    notice = village.run(notices.prepare, [family])

    with pytest.raises(Invalid) as refused:
        village.run(notices.post, notice.id, form=village.posting(family, witness=""))
    village.run(notices.post, notice.id, form=village.posting(family, witness="", photo_sha256="a" * 64))

    assert set(refused.value.fields) == {"photo_sha256"}
    assert village.case(family).state == State.PUBLIC


@pytest.mark.shows("procedure.6", "procedure.11")
def test_the_program_closes_a_notice_the_day_after_its_last_full_day(village: Village, make: Maker) -> None:
    [family] = village.agreed("张三")
    posted_on = village.posted(family).posted_on
    watch = village.duty(family, Kind.WATCH_NOTICE)

    village.today = posted_on + timedelta(days=5)
    assert village.the_program_closes() == 0
    with pytest.raises(NotPossibleNow):
        village.run(notice_ends.close, family, version=watch.version)
    village.today = posted_on + timedelta(days=6)
    assert village.the_program_closes() == 1
    assert village.the_program_closes() == 0

    assert village.case(family).state == State.VISITED
    closing = next(row for row in make.rows(CaseEvent) if row.action == "close_notice")
    assert (closing.actor_role, closing.actor_name) == ("SYSTEM", "系统")


def test_a_notice_with_an_open_objection_stays_and_the_others_close(village: Village) -> None:
    first, second = village.agreed("张三", "李四")
    village.posted(first, second)
    village.take(first, Action.OBJECT, "town_op", objection="1")

    village.today += timedelta(days=6)
    assert village.the_program_closes() == 1
    assert [village.case(each).state for each in (first, second)] == [State.PUBLIC, State.VISITED]
    village.take(first, Action.KEEP_AFTER_OBJECTION, "reviewer")

    assert village.the_program_closes() == 1


def test_a_sheet_is_taken_down_after_its_days(village: Village) -> None:
    first, second = village.agreed("张三", "李四")
    notice = village.posted(first, second)
    with pytest.raises(NotPossibleNow):
        village.run(notice_ends.take_down, notice.id)
    village.today += timedelta(days=6)
    village.the_program_closes()

    down = village.run(notice_ends.take_down, notice.id)

    assert down.taken_down_on == village.today
    assert village.case(first).marks["taken_down"] == village.today.isoformat()
    with pytest.raises(OutOfDate, match="王村干"):
        village.run(notice_ends.take_down, notice.id)


def test_a_family_that_withdraws_comes_off_the_wall(village: Village) -> None:
    first, second = village.agreed("张三", "李四")
    notice = village.posted(first, second)

    with clock.at(village.now):
        phone = village.cast.farmer("phone of 张三")
        [mine] = phone.get("/declarations").json["items"]
        assert phone.post(f"/declarations/{mine['id']}/withdrawals").status_code == 201

    assert village.case(first).state == State.WITHDRAWN
    assert village.duty(first, Kind.TAKE_DOWN_NOTICE)
    village.run(notice_ends.take_down, notice.id)
    assert village.case(second).state == State.PUBLIC
    village.today += timedelta(days=6)
    village.the_program_closes()
    assert village.run(notice_ends.take_down, notice.id).taken_down_on == village.today


def test_the_page_behind_the_code_proves_the_sheet_holds_no_name_and_ends(village: Village, app: Flask) -> None:
    families = village.agreed("张三", "李四")
    prepared = village.run(notices.prepare, families)
    client = app.test_client()

    def page(token: str) -> Any:
        with clock.at(village.now):
            return client.get(f"/notice/{token}")

    early = page(prepared.token)  # printed, and not yet posted
    assert (early.status_code, page("nosuchsheet").status_code) == (404, 404)
    assert "还没有登记张贴" in early.text
    assert "没有找到" in page("nosuchsheet").text
    assert "张三" not in early.text
    notice = village.posted(*families)
    shown = page(notice.token)
    assert shown.status_code == 200
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert "noindex" in shown.text
    assert "共2户" in shown.text
    assert "2026年3月11日" in shown.text
    assert "张三" not in shown.text
    assert "李四" not in shown.text
    village.today = notice.until
    assert page(notice.token).status_code == 200
    village.today += timedelta(days=1)
    over = page(notice.token)
    assert over.status_code == 410
    assert "已经结束" in over.text
    assert "户" not in over.text
    with clock.at(village.now):
        answer = client.get(f"/api/v1/public-notices/{notice.token}")
    assert answer.json == {
        "is_over": True,
        "village": "",
        "place": "",
        "posted_on": None,
        "until": None,
        "families": 0,
        "telephones": [],
    }


@pytest.mark.shows("procedure.8")
def test_a_phone_prepares_reads_out_posts_and_takes_down(village: Village, cast: Cast, make: Maker) -> None:
    [family] = village.agreed("张三")
    version = village.duty(family, Kind.POST_NOTICE).version
    with clock.at(village.now):
        phone = cast.phone("village")
        shown = phone.get("/notices/preview", case_id=str(family)).json
        told = phone.post(f"/cases/{family}/notice-readings", way="phone", told_whom="spouse")
        made = phone.post("/notices", case_ids=[str(family)])
        body = {"place": "公示栏", "witness": "钱老师", "seen": [{"case_id": str(family), "version": version}]}
        key = str(uuid.uuid4())
        posted = phone.post(f"/notices/{made.json['id']}/postings", key=key, **body)
        again = phone.post(f"/notices/{made.json['id']}/postings", key=key, **body)
        read = phone.get(f"/notices/{made.json['id']}").json

    assert (told.status_code, made.status_code, posted.status_code) == (201, 201, 201), posted.json
    assert again.json == posted.json
    assert not shown["lines"][0]["has_heard"]
    assert read["text"] == shown["text"]
    assert read["code_svg"].startswith("<svg")
    assert read["page"].endswith(make.rows(Notice)[0].token)
    village.today += timedelta(days=6)
    village.the_program_closes()
    with clock.at(village.now):
        phone = cast.phone("village")
        down = phone.post(f"/notices/{made.json['id']}/removals")
        assert cast.phone("next_village").get(f"/notices/{made.json['id']}").status_code == 404
    assert down.json["taken_down_on"] == village.today.isoformat()


def test_no_message_and_no_line_of_a_receipt_says_why_a_family_is_on_the_wall(village: Village, make: Maker) -> None:
    village.posted(*village.agreed("张三"))

    told = [row.sentence for row in make.rows(ReceiptLine)] + [str(row.data) for row in make.rows(Message)]
    audit = [str(row.detail) for row in make.rows(AuditRow)]
    assert not [each for each in told + audit if "漏雨" in each or "住房" in each or "housing" in each]
    assert isinstance(make.rows(Notice)[0].until, date)


def test_everybody_known_in_a_household_is_counted_where_the_village_did_not(village: Village, app: Flask) -> None:
    family = village.family("张三")
    village.consult(family, people=None)
    village.meet(family, people=None)
    with app.app_context(), as_system("a test counts"):
        known = len(
            db.session.scalars(select(Person).where(Person.household_id == village.case(family).household_id)).all()
        )

    assert f"{known}口人" in village.run(notices.preview, [family]).sheet.text
