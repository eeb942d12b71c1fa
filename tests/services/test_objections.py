"""Objections: anybody may raise one; who did is known to the township and to no row, answer or line of the village."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from backend import clock
from backend.access.permissions import Action
from backend.access.scope import as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import CaseEvent, Message, Objection, Task
from backend.services import corrections, kin, notice_ends, objection_answers, objection_readings, objections, rechecks
from backend.services.kin import KinForm
from backend.services.objection_answers import AnswerForm
from backend.services.objections import ObjectionForm
from backend.workflow.states import Kind, State
from tests.people import NEXT_VILLAGE, Cast, Maker
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.2", "procedure.8")

NAME, PHONE, TEXT = "孙悟净", "13987654321", "他家去年在县城买了一辆新的大货车"
KEPT = AnswerForm(words="车是贷款买的谋生工具，已核对", answer="车是谋生工具，不影响认定")


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker, preset: Any) -> Village:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Village(app, cast, make)


class Wall:
    """Two families on a sheet, and people who read it."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.first, self.second = village.agreed("张三", "李四")
        self.notice = village.posted(self.first, self.second)

    def object(self, openid: str = "objector", **changes: Any) -> Any:
        body = {"token": self.notice.token, "number": 1, "ground": "assets", "key": str(uuid.uuid4()), "text": TEXT}
        with clock.at(self.village.now):
            return self.village.cast.farmer(openid).post("/objections", **(body | changes))

    def duties(self, case_id: int) -> list[Task]:
        with self.village.app.app_context(), as_system("a test looks"):
            open_ones = select(Task).where(Task.case_id == case_id, Task.open_due.is_not(None))
            return list(db.session.scalars(open_ones.where(Task.kind == Kind.OBJECTION)))

    def answer(self, action: Action, form: AnswerForm = KEPT, *, login: str = "reviewer", which: int = 0) -> Any:
        rows = sorted(self.village.make.rows(Objection), key=lambda row: row.id)
        duty = next(task for task in self.duties(rows[which].case_id) if task.id == rows[which].task_id)
        more = {"version": duty.version, "form": form}
        return self.village.run(objection_answers.answer, rows[which].id, action, login=login, **more)


@pytest.fixture
def wall(village: Village) -> Wall:
    return Wall(village)


def everything_in_the_database(app: Flask) -> Iterator[tuple[str, str]]:
    with app.app_context(), db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings():  # noqa: S608 - our own tables
                yield table, str(dict(row))


def test_any_phone_objects_to_a_number_on_the_sheet_and_gets_a_receipt(wall: Wall) -> None:
    answer = wall.object(number=2, name=NAME, phone=PHONE)

    assert answer.status_code == 201, answer.json
    assert len(answer.json["receipt_no"]) == 12
    assert wall.duties(wall.first) == []
    [duty] = wall.duties(wall.second)
    assert duty.role == "TOWN_REVIEW"


@pytest.mark.shows("procedure.7")
def test_the_village_and_the_family_never_learn_who_objected(wall: Wall, village: Village, app: Flask) -> None:
    wall.object(name=NAME, phone=PHONE)
    wall.object(openid="another", name="另一人", text="人口数不对", ground="household")
    with clock.at(village.now):
        phone, family = village.cast.phone("village"), village.cast.farmer("phone of 张三")
        [receipt] = family.get("/declarations").json["items"]
        pages = [
            phone.get(f"/cases/{wall.first}"),
            phone.get(f"/cases/{wall.first}/objections"),
            phone.get("/tasks", whose="all"),
            phone.get("/inbox"),
            phone.get(f"/notices/{wall.notice.id}"),
            family.get(f"/declarations/{receipt['id']}"),
        ]
        refused = [phone.get("/objections"), phone.get(f"/objections/{village.make.rows(Objection)[0].id}")]
    wall.answer(Action.KEEP_AFTER_OBJECTION)

    assert [page.status_code for page in pages] == [200] * 6
    assert [page.status_code for page in refused] == [403, 403]
    assert not [page for page in pages if NAME in page.text or PHONE in page.text or TEXT in page.text]
    assert "有一条异议正在核查" in pages[1].json["sentence"]
    assert set(pages[1].json) == {"open", "sentence"}
    kept = list(everything_in_the_database(app))
    assert not [table for table, row in kept if NAME in row or PHONE in row or TEXT in row]
    events = [row for row in village.make.rows(CaseEvent) if row.action == "object"]
    assert {(row.actor_role, row.actor_id) for row in events} == {("SYSTEM", 0)}


@pytest.mark.parametrize("login", ["village", "head"])
def test_no_scope_of_a_village_reaches_an_objection(wall: Wall, village: Village, login: str) -> None:
    wall.object(name=NAME)

    def look(by: Any) -> list[Any]:
        return list(db.session.scalars(select(Objection)))

    assert village.run(look, login=login) == []
    assert len(village.run(look, login="reviewer")) == 1
    assert village.run(look, login="other_reviewer") == []
    with pytest.raises(NotAllowed):
        village.run(objection_readings.objections, login=login)


def test_a_case_handed_to_another_village_takes_no_objection_there(wall: Wall, village: Village) -> None:
    wall.object(name=NAME)

    village.run(corrections.hand_over, wall.first, NEXT_VILLAGE, login="town_lead", words="户口在那个村")

    [row] = village.make.rows(Objection)
    assert (row.township_code, row.village_code) == (NEXT_VILLAGE[:9], "")
    assert village.run(lambda by: list(db.session.scalars(select(Objection))), login="next_village") == []
    assert village.case(wall.first).village_code == NEXT_VILLAGE


def test_an_objection_without_a_name_leads_to_no_account(wall: Wall, village: Village, app: Flask) -> None:
    with clock.at(village.now):
        account = village.cast.farmer("objector").account_id
    receipt_no = wall.object().json["receipt_no"]

    kept = [(table, row) for table, row in everything_in_the_database(app) if receipt_no in row]
    assert [table for table, _ in kept] == ["objections"]
    assert str(account) not in kept[0][1]
    with clock.at(village.now):
        phone = village.cast.farmer("objector")
        assert phone.get("/objections/mine").json["items"] == []
        found = phone.post("/objections/lookups", receipt_no=receipt_no)
    assert found.json["status"] == "正在核查"


@pytest.mark.shows("procedure.7")
def test_whoever_gave_a_name_hears_the_answer_and_the_number_tells_it_too(wall: Wall, village: Village) -> None:
    receipt_no = wall.object(name=NAME, phone=PHONE).json["receipt_no"]
    wall.answer(Action.KEEP_AFTER_OBJECTION)

    with clock.at(village.now):
        phone = village.cast.farmer("objector")
        [mine] = phone.get("/objections/mine").json["items"]
        found = phone.post("/objections/lookups", receipt_no=receipt_no).json
        wrong = phone.post("/objections/lookups", receipt_no=str(int(receipt_no) + 1))
    assert mine == found
    assert found["answer"] == KEPT.answer
    assert found["status"] == "已核查，不影响原来的办理"
    assert wrong.status_code in {404, 422}
    [told] = [row for row in village.make.rows(Message) if row.subject.startswith("objection:")]
    assert told.recipient == f"account:{phone.account_id}"
    assert told.data["status"] == "已有答复"
    assert "异议" not in str(told.data)


@pytest.mark.shows("procedure.7")
def test_the_family_hears_that_there_was_one_and_what_came_of_it(wall: Wall, village: Village) -> None:
    wall.object(name=NAME)
    wall.answer(Action.KEEP_AFTER_OBJECTION)

    with clock.at(village.now):
        phone = village.cast.farmer("phone of 张三")
        [receipt] = phone.get("/declarations").json["items"]
        lines = phone.get(f"/declarations/{receipt['id']}").json["timeline"]
    heard = [line for line in lines if line["kind"] in {"objected", "objection_answered"}]
    assert [line["kind"] for line in heard] == ["objected", "objection_answered"]
    assert heard[1]["detail"] == KEPT.words


def test_the_same_content_joins_one_duty_and_all_are_answered(wall: Wall, village: Village) -> None:
    numbers = [
        wall.object(openid="a").json["receipt_no"],
        wall.object(openid="b", text=f" {TEXT}。").json["receipt_no"],
    ]
    [duty] = wall.duties(wall.first)

    [listed] = {each.duty.id: each for each in village.run(objection_readings.objections, login="reviewer")}.values()
    wall.answer(Action.KEEP_AFTER_OBJECTION)

    assert listed.same == 2
    assert duty.id == listed.duty.id
    with clock.at(village.now):
        phone = village.cast.farmer("c")
        said = [phone.post("/objections/lookups", receipt_no=each).json["answer"] for each in numbers]
    assert said == [KEPT.answer] * 2


def test_another_content_is_a_duty_of_its_own(wall: Wall) -> None:
    wall.object()
    wall.object(openid="b", text="评议会上他家亲戚没有回避", ground="kinship")

    assert len(wall.duties(wall.first)) == 2
    wall.answer(Action.KEEP_AFTER_OBJECTION, which=1)
    assert len(wall.duties(wall.first)) == 1


def test_one_that_is_decided_does_not_stop_the_clock_again(wall: Wall, village: Village) -> None:
    wall.object()
    wall.answer(Action.KEEP_AFTER_OBJECTION)
    before = len(village.make.rows(CaseEvent))

    receipt_no = wall.object(openid="b").json["receipt_no"]

    assert wall.duties(wall.first) == []
    assert len(village.make.rows(CaseEvent)) == before
    with clock.at(village.now):
        found = village.cast.farmer("b").post("/objections/lookups", receipt_no=receipt_no).json
    assert found["answer"] == KEPT.answer


def test_the_same_key_is_the_same_objection(wall: Wall, village: Village) -> None:
    key = str(uuid.uuid4())

    assert wall.object(key=key).json == wall.object(key=key).json
    assert len(village.make.rows(Objection)) == 1


def test_after_the_last_day_the_code_takes_no_objection(wall: Wall, village: Village) -> None:
    village.today = wall.notice.until
    assert wall.object().status_code == 201
    village.today += timedelta(days=1)
    late = wall.object(text="另一件事")

    assert late.status_code == 409
    assert "灵寿镇" in late.json["message"]
    assert wall.object(token="nothing").status_code == 404


def test_a_wrong_number_or_an_empty_text_is_told_field_by_field(wall: Wall) -> None:
    assert set(wall.object(number=9).json["fields"]) == {"number"}
    wrong = wall.object(ground="other", text="😀", phone="12")
    assert set(wrong.json["fields"]) == {"phone", "text"}


def test_an_account_that_objects_again_and_again_has_to_wait(wall: Wall) -> None:
    answers = [wall.object(text=f"第{n}件事情不对").status_code for n in range(7)]

    assert answers[0] == 201
    assert answers[-1] == 429


def test_village_staff_type_one_only_at_the_persons_wish_and_cannot_read_it_again(wall: Wall, village: Village) -> None:
    form = ObjectionForm("assets", TEXT, NAME, PHONE, str(uuid.uuid4()))

    with pytest.raises(Invalid):
        village.run(objections.enter_objection, wall.first, form)
    village.run(objections.enter_objection, wall.first, form, is_their_wish=True)
    with pytest.raises(NotFound):
        village.run(objections.enter_objection, wall.first, form, is_their_wish=True, login="next_village")

    [row] = village.make.rows(Objection)
    assert row.account_id is None
    opened = village.run(objection_readings.read_objection, row.id, login="town_op")
    assert (opened.name, opened.phone, opened.text) == (NAME, PHONE, TEXT)
    with pytest.raises(NotAllowed):
        village.run(objection_readings.read_objection, row.id)
    village.run(
        objections.enter_objection, wall.second, ObjectionForm("income", key=str(uuid.uuid4())), login="town_op"
    )


def test_opening_an_objection_is_in_the_audit_without_its_name(wall: Wall, village: Village) -> None:
    from backend.models import AuditRow

    wall.object(name=NAME)
    [row] = village.make.rows(Objection)
    village.run(objection_readings.read_objection, row.id, login="reviewer")

    [opened] = [each for each in village.make.rows(AuditRow) if each.action == "read_objection" + "s"]
    assert opened.actor_name == "周研判"
    assert opened.detail == {"objection": str(row.id)}


@pytest.mark.shows("procedure.7")
def test_nobody_is_told_the_hour_at_which_somebody_objected(wall: Wall, village: Village) -> None:
    morning = datetime.combine(village.today + timedelta(days=3), time(9), tzinfo=clock.SHANGHAI)  # after the weekend
    with clock.at(village.now):
        family = village.cast.farmer("phone of 张三")
        before = family.get("/inbox").json["items"]
    wall.object(name=NAME)

    with clock.at(village.now):
        [receipt] = family.get("/declarations").json["items"]
        lines = family.get(f"/declarations/{receipt['id']}").json["timeline"]
        events = village.cast.phone("village").get(f"/cases/{wall.first}").json["events"]
        assert family.get("/inbox").json["items"] == before
    with clock.at(morning):
        [news, *rest] = family.get("/inbox").json["items"]
    at = [each["at"] for each in lines if each["kind"] == "objected"]
    at += [each["at"] for each in events if each["action"] == "object"]
    assert [clock.local(datetime.fromisoformat(each)).time() for each in at] == [time(0)] * 2
    assert rest == before
    told = clock.local(datetime.fromisoformat(news["at"]))
    assert (told.date(), told.time() <= morning.time()) == (morning.date(), True)
    [message] = [row for row in village.make.rows(Message) if str(row.id) == str(news["id"])]
    assert message.not_before == message.owed_at


def test_a_relative_of_the_family_opens_no_objection_against_it(wall: Wall, village: Village) -> None:
    wall.object(name=NAME, phone=PHONE)
    [row] = village.make.rows(Objection)
    relative = KinForm("township_staff", "sibling", staff_id=village.cast.staff_id("reviewer"))
    village.run(kin.register, wall.first, relative, login="town_lead")

    with pytest.raises(NotAllowed, match="请回避"):
        village.run(objection_readings.read_objection, row.id, login="reviewer")
    assert village.run(objection_readings.read_objection, row.id, login="second_reviewer").name == NAME


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": f"{NAME}反映的车已核对"}, "words"),
        ({"words": f"打过{PHONE}问过"}, "words"),
        ({"answer": "他家老人患尿毒症，确实困难"}, "answer"),
        ({"answer": "户主身份证11010519491231002X已核对"}, "answer"),
    ],
)
def test_an_answer_names_neither_the_objector_nor_the_familys_health(
    wall: Wall, changes: dict[str, str], field: str
) -> None:
    wall.object(name=NAME, phone=PHONE)

    with pytest.raises(Invalid) as refused:
        wall.answer(Action.KEEP_AFTER_OBJECTION, AnswerForm(**(vars(KEPT) | changes)))

    assert set(refused.value.fields) == {field}


def test_an_objection_can_send_somebody_to_the_family_again_and_others_are_heard_meanwhile(
    wall: Wall, village: Village
) -> None:
    wall.object()
    wall.answer(Action.VISIT_AFTER_OBJECTION)
    assert village.case(wall.first).state == State.ACCEPTED

    assert wall.object(openid="b", text="另外还有一处房子").status_code == 201
    village.take(wall.first, Action.FILE_VISIT, "village")
    assert village.case(wall.first).state == State.PUBLIC
    wall.answer(Action.KEEP_AFTER_OBJECTION, which=1)

    village.today += timedelta(days=6)
    assert village.the_program_closes() == 2


def test_an_upheld_objection_ends_the_case_with_another_way_and_the_sheet_comes_down(
    wall: Wall, village: Village
) -> None:
    wall.object(openid="a")
    wall.object(openid="b", ground="income", text="")
    form = AnswerForm("核查属实，收入稳定", "核查属实，谢谢", ("above_line",), "转民政申请临时救助", "civil_affairs")

    with pytest.raises(Invalid):
        wall.answer(Action.UPHOLD_OBJECTION, AnswerForm("属实", "属实", ("above_line",)), login="town_lead")
    with pytest.raises(NotAllowed):
        wall.answer(Action.UPHOLD_OBJECTION, form)
    wall.answer(Action.UPHOLD_OBJECTION, form, login="town_lead")

    assert village.case(wall.first).state == State.NOT_INCLUDED
    assert {row.outcome for row in village.make.rows(Objection)} == {"upheld"}
    assert village.duty(wall.first, Kind.TAKE_DOWN_NOTICE)
    assert village.duty(wall.first, Kind.REFERRAL)
    assert village.case(wall.second).state == State.PUBLIC


OUT_OF_IT = AnswerForm("核查属实，收入稳定", "核查属实，谢谢", ("above_line",), "转民政申请临时救助", "civil_affairs")


def turned_round(wall: Wall, village: Village) -> None:
    """A recheck at the county does not confirm what the township upheld, while the sheet's days still run."""
    village.run(rechecks.ask, wall.first, words="货车早就卖了")
    version = village.duty(wall.first, Kind.RECHECK).version
    village.run(rechecks.answer, wall.first, version=version, overturn=True, words="重新核实", login="county_lead")
    village.take(wall.first, Action.FILE_VISIT, "head")


def test_a_sheet_that_came_down_too_early_counts_for_nothing_and_another_is_posted(
    wall: Wall, village: Village
) -> None:
    wall.object()
    wall.answer(Action.UPHOLD_OBJECTION, OUT_OF_IT, login="town_lead")
    village.run(notice_ends.take_down, wall.notice.id)
    village.today += timedelta(days=1)

    turned_round(wall, village)
    assert village.case(wall.first).state == State.FOUND
    village.consult(wall.first)
    village.meet(wall.first)
    again = village.posted(wall.first)

    marks = village.case(wall.first).marks
    assert marks["notice_until"] == again.until.isoformat() > wall.notice.until.isoformat()
    assert "taken_down" not in marks
    village.today = again.until
    assert village.the_program_closes() == 1, "the other family's days, which began earlier"
    village.today += timedelta(days=1)
    assert village.the_program_closes() == 1
    assert village.case(wall.first).state == State.VISITED


def test_a_sheet_that_still_hangs_goes_on_for_its_days_though_it_was_to_come_down(wall: Wall, village: Village) -> None:
    wall.object()
    wall.answer(Action.UPHOLD_OBJECTION, OUT_OF_IT, login="town_lead")
    turned_round(wall, village)

    assert village.case(wall.first).state == State.PUBLIC
    with pytest.raises(NotPossibleNow):
        village.run(notice_ends.take_down, wall.notice.id)
    village.today = wall.notice.until + timedelta(days=1)
    assert village.the_program_closes() == 2
    assert village.run(notice_ends.take_down, wall.notice.id).taken_down_on == village.today


def test_an_objection_answered_by_a_colleague_is_out_of_date(wall: Wall, village: Village) -> None:
    wall.object()
    [row] = village.make.rows(Objection)
    [duty] = wall.duties(wall.first)
    wall.answer(Action.KEEP_AFTER_OBJECTION)

    with pytest.raises(OutOfDate):
        village.run(
            objection_answers.answer,
            row.id,
            Action.KEEP_AFTER_OBJECTION,
            login="second_reviewer",
            version=duty.version,
            form=KEPT,
        )
    with pytest.raises(NotPossibleNow):
        village.run(objection_answers.answer, row.id, Action.ACCEPT, login="reviewer", version=1, form=KEPT)


def test_the_township_works_from_its_list_on_a_phone(wall: Wall, village: Village) -> None:
    wall.object(name=NAME)
    with clock.at(village.now):
        phone = village.cast.phone("reviewer")
        [listed] = phone.get("/objections").json["items"]
        opened = phone.get(f"/objections/{listed['id']}").json
        body = {"action": "keep_after_objection", "version": listed["version"], "words": "已核对", "answer": "已核对"}
        answered = phone.post(f"/objections/{listed['id']}/answers", **body)
        left = phone.get("/objections").json["items"]
        all_of_them = phone.get("/objections", open_only="false").json["items"]

    assert NAME not in str(listed)
    assert opened["name"] == NAME
    assert answered.status_code == 201, answered.json
    assert left == []
    assert [each["outcome"] for each in all_of_them] == ["kept"]
