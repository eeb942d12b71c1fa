"""The county's words and its ladder of reminders: shown, changed from a day on, seen before they count, kept."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import clock
from backend.models import PolicyVersion, Region
from backend.policy import load_preset
from backend.policy.county import current_policy, policy_of
from backend.policy.dictionary_meanings import dictionary_of
from backend.policy.meanings import entry_of
from backend.services import offices
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.people import COUNTY, Cast, Maker

Enter = Callable[[str], Desk]
FRIDAY = datetime(2026, 9, 4, 2, 0, tzinfo=UTC)
WHY = {"from_on": "2026-09-04", "reason": "县里统一叫法"}

pytestmark = pytest.mark.shows("procedure.5", "console.6")


@pytest.fixture(autouse=True)
def on_a_friday() -> Iterator[None]:
    with clock.at(FRIDAY):
        yield


def change(desk: Desk, name: str, **typed: Any) -> Page:
    return desk.press(desk.get(f"/console/rules/dictionaries/{name}"), "/rules/edit", **{**WHY, **typed})


def send(desk: Desk, page: Page, **typed: Any) -> Page:
    """Send the ladder's form as a browser does: every ticked box of a name, not only the last."""
    form = page.form("/rules/edit")
    ticked: dict[str, list[str]] = {}
    for level, rung in RUNGS.items():
        ticked[f"rung.{level}.tells"] = list(rung)
    data = {**form.values, **ticked, **WHY, **typed}
    return read(desk.client.post(form.action, data={key: value for key, value in data.items() if value is not None}))


def confirmed(desk: Desk, preview: Page, address: str) -> Page:
    """Send everything that the preview holds, boxes of one name together."""
    held: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', preview.html):
        held.setdefault(name, []).append(value)
    held["csrf_token"] = held["csrf_token"][-1:]
    return read(desk.client.post(address, data=held, follow_redirects=True))


RUNGS = {str(rung.level): rung.tells for rung in load_preset("NATIONAL").ladder.rungs}


def words(version: int, name: str) -> dict[str, str]:
    return dict(policy_of(COUNTY, version).dictionaries[name])


def test_every_dictionary_of_the_rules_says_in_chinese_what_it_is_for(console: Enter) -> None:
    page = console("county_lead").get("/console/rules/dictionaries")

    named = load_preset("NATIONAL").dictionaries
    assert [name for name in named if entry_of("dictionaries", name) is None] == []
    shown = [name for name in named if not dictionary_of(name).is_programs]
    assert all(dictionary_of(name).name in page.text for name in shown)
    assert not any(dictionary_of(name).name in page.text for name in named if name not in shown)
    assert "监测对象类别" in page.text
    assert "脱贫不稳定户、边缘易致贫户、突发严重困难户" in page.text


def test_a_county_renames_adds_and_takes_out_and_what_began_before_keeps_its_words(
    console: Enter, make: Maker, app: Any
) -> None:
    desk = console("county_lead")

    preview = change(desk, "talk_ways", **{"word.visit": "上门走访", "new.0": "赶集时遇到", "out.office": "1"})
    nothing_yet = len(make.rows(PolicyVersion))
    saved = desk.press(preview, "/rules/")

    assert "沟通方式：上门 上门 上门走访" in preview.text
    assert "沟通方式：新的一项 没有 赶集时遇到" in preview.text
    assert "沟通方式：来访 来访 不再使用" in preview.text
    assert nothing_yet == 1
    assert "第2版" in saved.text
    with app.app_context():
        assert words(2, "talk_ways") == {"phone": "电话", "visit": "上门走访", "video": "视频", "own_1": "赶集时遇到"}
        assert words(1, "talk_ways")["office"] == "来访"
    assert "本县改定" in desk.get("/console/rules/dictionaries").text
    assert "沟通方式：上门 上门 上门走访" in desk.get("/console/rules/history").text


def test_a_second_change_of_a_dictionary_keeps_the_first_and_no_code_is_used_twice(
    console: Enter, make: Maker, app: Any
) -> None:
    desk = console("county_lead")
    for typed in ({"new.0": "赶集时遇到"}, {"out.own_1": "1", "new.1": "村口遇到"}, {"word.phone": "打电话"}):
        desk.press(change(desk, "talk_ways", **typed), "/rules/")

    with app.app_context():
        assert words(2, "talk_ways")["own_1"] == "赶集时遇到"
        assert "own_1" not in words(3, "talk_ways")
        assert words(4, "talk_ways")["own_2"] == "村口遇到"
        assert words(4, "talk_ways")["phone"] == "打电话"


def test_what_the_program_knows_by_code_can_only_be_called_otherwise(console: Enter, make: Maker, app: Any) -> None:
    desk = console("county_lead")
    page = desk.get("/console/rules/dictionaries/categories")

    sent = change(desk, "categories", **{"word.marginal": "边缘户", "out.sudden_hardship": "1", "new.0": "别的"})
    desk.press(sent, "/rules/")

    assert "只能改说法" in page.text
    assert "加一项" not in page.html
    with app.app_context():
        assert words(2, "categories") == {
            "lifted_unstable": "脱贫不稳定户",
            "marginal": "边缘户",
            "sudden_hardship": "突发严重困难户",
        }


def test_which_office_checks_a_risk_is_chosen_among_the_offices(console: Enter, app: Any) -> None:
    desk = console("county_lead")

    preview = change(desk, "risk_offices", **{"word.housing": "rural_revitalisation"})
    nobody = change(desk, "risk_offices", **{"word.housing": "moon"})
    desk.press(preview, "/rules/")

    assert "住房安全 住建局 乡村振兴局" in preview.text
    assert nobody.status == 422
    assert "没有定义" in nobody.text
    with app.app_context():
        assert words(2, "risk_offices")["housing"] == "rural_revitalisation"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"word.visit": " "}, "要写文字"),
        ({"word.visit": "门" * 501}, "要写文字"),
        ({f"out.{code}": "1" for code in ("phone", "visit", "office", "video")}, "字典是空的"),
        ({}, "没有改动"),
        ({"reason": " ", "new.0": "赶集"}, "请"),
        ({"from_on": "2026-09-03", "new.0": "赶集"}, "不能早于今天"),
    ],
)
def test_words_that_cannot_be_are_said_so_and_what_was_typed_stays(
    console: Enter, make: Maker, typed: dict[str, str], said: str
) -> None:
    page = change(console("county_lead"), "talk_ways", **typed)

    assert page.status == 422
    assert said in page.text
    assert page.form("/rules/edit").values["part"] == "dictionary"
    assert page.form("/rules/edit").values["reason"] == typed.get("reason", WHY["reason"])
    assert len(make.rows(PolicyVersion)) == 1


def test_the_ladder_is_read_in_words_and_changed_level_by_level(console: Enter, make: Maker, app: Any) -> None:
    desk = console("county_lead")
    shown = desk.get("/console/rules/ladder")

    preview = send(
        desk,
        desk.get("/console/rules/ladder/edit"),
        **{
            "rung.orange.tells": ["responsible", "station_head", "town_lead"],
            "rung.red.number": "2",
            "rung.supervision.on": None,
            "digest_at": "10:00",
        },
    )
    again = confirmed(desk, preview, "/console/rules/back")
    confirmed(desk, preview, "/console/rules/")

    assert "蓝色提示 时限还剩50%，告诉责任人（只在站内）" in shown.text
    assert "橙色预警 超期第1天，告诉责任人、监测站站长" in shown.text
    assert (
        "提醒：橙色预警 超期第1天，告诉责任人、监测站站长 超期第1天，告诉责任人、监测站站长、乡镇分管负责人"
        in preview.text
    )
    assert "提醒：红色预警 超期第3天" in preview.text
    assert "没有这一级" in preview.text
    assert "每日摘要几点发 09:00 10:00" in preview.text
    assert again.form("/rules/edit").values["digest_at"] == "10:00"
    with app.app_context():
        ladder = policy_of(COUNTY, 2).ladder
    assert [str(rung.level) for rung in ladder.rungs] == ["blue", "yellow", "orange", "red"]
    assert ladder.rung("red").when == "+2"
    assert ladder.rung("orange").tells == ("responsible", "station_head", "town_lead")
    assert dict(ladder.ways) == dict(load_preset("NATIONAL").ladder.ways), "what the page does not show stays"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rung.red.number": "三"}, "之间的整数"),
        ({"rung.red.number": "9999"}, "之间的整数"),
        ({"rung.blue.number": "101"}, "之间的整数"),
        ({"rung.red.kind": "never"}, "请选什么时候"),
        ({"rung.red.tells": []}, "请至少选一个人"),
        ({"rung.red.tells": ["moon"]}, "请至少选一个人"),
        ({"at": "23:00"}, "免打扰"),
        ({"at": "25:99"}, "提醒阶梯写得不对"),
        ({f"rung.{level}.on": None for level in RUNGS}, "至少留一级提醒"),
        ({}, "没有改动"),
    ],
)
def test_a_ladder_that_cannot_be_is_said_so(console: Enter, make: Maker, typed: dict[str, Any], said: str) -> None:
    desk = console("county_lead")

    page = send(desk, desk.get("/console/rules/ladder/edit"), **typed)

    assert page.status == 422
    assert said in page.text
    assert page.form("/rules/edit").values["part"] == "ladder"
    assert len(make.rows(PolicyVersion)) == 1


def test_two_leaders_do_not_overwrite_each_others_words(console: Enter, make: Maker) -> None:
    first, second = console("county_lead"), console("county_lead")
    slow = change(second, "talk_ways", **{"new.0": "赶集时遇到"})
    first.press(change(first, "talk_ways", **{"new.0": "村口遇到"}), "/rules/")

    page = second.press(slow, "/rules/")

    assert page.status == 409
    assert "刚才有人改过规则" in page.text
    assert page.form("/rules/edit").values["new.0"] == "赶集时遇到"


@pytest.mark.parametrize("login", ["county_op", "reviewer", "admin"])
def test_nobody_else_reaches_words_or_ladder(console: Enter, cast: Cast, login: str) -> None:
    desk = console(login)

    pages = [desk.get(f"/console/rules/{each}") for each in ("dictionaries", "dictionaries/risks", "ladder")]

    assert {page.status for page in pages} == {403}
    assert console("county_lead").get("/console/rules/dictionaries/nothing").status == 404


def test_a_month_from_now_the_new_words_hold_and_not_before(console: Enter, app: Any) -> None:
    desk = console("county_lead")
    desk.press(change(desk, "day_parts", **{"new.0": "夜里", "from_on": "2026-10-01"}), "/rules/")

    with app.app_context():
        before = dict(current_policy(COUNTY).dictionaries["day_parts"])
        with clock.at(datetime(2026, 10, 1, 1, tzinfo=UTC)):
            after = dict(current_policy(COUNTY).dictionaries["day_parts"])
    assert "own_1" not in before
    assert after["own_1"] == "夜里"


@pytest.mark.shows("B38")
def test_a_county_renames_a_department_adds_one_and_takes_one_out_that_checks_no_risk(
    console: Enter, make: Maker, app: Any
) -> None:
    desk = console("county_lead")
    page = desk.get("/console/rules/departments/edit")

    typed = {"name.housing": "住建和城管局", "new.0": "气象局", "group.new0.data": "1", "out.youth_league": "1"}
    preview = desk.press(page, "/rules/edit", **WHY, **typed)
    unsaved = len(make.rows(PolicyVersion))
    saved = desk.press(preview, "/rules/")
    second = desk.press(
        desk.get("/console/rules/departments/edit"), "/rules/edit", **WHY, **{"group.housing.named": "1"}
    )
    desk.press(second, "/rules/")

    assert (
        "部门：住建局 住建局（政策落实工作组、数据处理工作组） 住建和城管局（政策落实工作组、数据处理工作组）"
        in preview.text
    )
    assert "部门：新的部门 没有 气象局（数据处理工作组）" in preview.text
    assert unsaved == 1
    assert "第2版" in saved.text
    with app.app_context():
        before, after, last = (policy_of(COUNTY, version).departments for version in (1, 2, 3))
        offices.ensure(COUNTY)
    assert before["youth_league"].name == "团委"
    assert "youth_league" not in after
    assert (after["housing"].name, after["own_1"].name, after["own_1"].groups) == ("住建和城管局", "气象局", ("data",))
    assert last["housing"].groups == ("policy", "data", "named")
    assert {"住建和城管局", "气象局"} <= {each.name for each in make.rows(Region)}
    shown = desk.get("/console/rules/departments").text
    assert "住建和城管局 本县改定 预置是：住建局" in shown


@pytest.mark.shows("B38")
def test_a_department_that_checks_a_risk_stays_until_another_one_does(console: Enter, make: Maker) -> None:
    desk = console("county_lead")
    page = desk.get("/console/rules/departments/edit")

    taken_out = desk.press(page, "/rules/edit", **WHY, **{"out.housing": "1"})
    nameless = desk.press(page, "/rules/edit", **WHY, **{"name.water": " "})

    assert taken_out.status == nameless.status == 422
    assert "还有风险或者预警归这个部门" in taken_out.text
    assert "请写部门的名称" in nameless.text
    assert len(make.rows(PolicyVersion)) == 1
