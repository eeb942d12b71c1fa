"""A village records its evening at the console: several families in one sitting, and the result of each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import Meeting, MeetingItem
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following
from tests.people import Cast, Maker
from tests.services.sitting import Village

Enter = Callable[[str], Desk]
NAMES = "、".join(f"代表{n}" for n in "甲乙丙丁戊己庚辛壬")
FACTS = {"place": "村委会院里", "chair": "李站长", "recorder": "王村干", "supervision-present": "监督甲"}

pytestmark = pytest.mark.shows("procedure.2")


@pytest.fixture
def village(app: Flask, cast: Cast, make: Maker) -> Iterator[Village]:
    with following(app):
        yield Village(app, cast, make)


@pytest.fixture
def families(village: Village) -> Iterator[list[int]]:
    """Two families that wait for their 会商, on that day."""
    found = [village.family(name) for name in ("张三", "李四")]
    with clock.at(village.now):
        yield found


def _record(desk: Desk, kind: str, case_ids: list[int], each: dict[str, str], **typed: Any) -> Page:
    form = desk.get(f"/console/sittings/new/{kind}").form(f"/new/{kind}")
    lines = {f"{name}-{case_id}": value for case_id in case_ids for name, value in each.items()}
    sent = {**form.values, **FACTS, **lines, "case_id": [str(case_id) for case_id in case_ids], **typed}
    return read(desk.client.post(form.action, data=sent, follow_redirects=True))


def _consult(desk: Desk, case_ids: list[int], **typed: Any) -> Page:
    each = {"category": "marginal", "group": "第三组", "people": "4"}
    return _record(desk, "consultation", case_ids, each, **{"voters-present": "李站长、王村干", **typed})


def _meet(desk: Desk, case_ids: list[int], agree: str = "9", **typed: Any) -> Page:
    return _record(desk, "meeting", case_ids, {"agree": agree}, **{"voters-present": NAMES, **typed})


def test_one_evening_decides_on_several_families(console: Enter, families: list[int], make: Maker) -> None:
    desk = console("village")

    proposed = _consult(desk, families)
    decided = _meet(desk, families)

    assert "2户有了结果" in proposed.text
    assert "2户有了结果" in decided.text
    assert "应到9人，到会9人" in decided.text
    assert "同意9，反对0，弃权0" in decided.text
    assert "边缘易致贫户" in decided.text
    assert [make.state(each) for each in families] == ["reviewed"] * 2
    assert [(row.group_name, row.people) for row in make.rows(MeetingItem)][-1] == ("第三组", 4)


def test_a_family_whose_votes_do_not_add_up_waits_and_is_taken_in_with_the_same_sitting(
    console: Enter, families: list[int], make: Maker
) -> None:
    desk = console("village")
    _consult(desk, families)
    first, second = families

    page = _meet(desk, families, **{f"agree-{second}": "7"})
    form = page.form("/new/meeting")
    again = read(
        desk.client.post(
            form.action, data={**form.values, f"agree-{second}": "9", "case_id": str(second)}, follow_redirects=True
        )
    )

    assert page.status == 422
    assert "能表决的有9人，票数合计7" in page.text
    assert form.values["chair"] == "李站长"
    assert f"version-{first}" not in form.values
    assert again.status == 200
    assert [make.state(each) for each in families] == ["reviewed"] * 2
    assert len([row for row in make.rows(Meeting) if row.kind == "meeting"]) == 1


def test_too_few_came_and_the_call_is_on_record(console: Enter, families: list[int], make: Maker) -> None:
    desk = console("village")
    _consult(desk, families)
    half = {"voters-present": "代表甲、代表乙", "voters-away": "代表丙，代表丁 代表戊\n代表己"}

    voted = _meet(desk, families, agree="2", **half)
    failed = _record(desk, "failed", families, {}, **half)

    assert voted.status == 422
    assert "人数不够" in voted.text
    assert "人数不够" in failed.text
    assert "外出" in failed.text
    assert [row.outcome for row in make.rows(MeetingItem) if row.kind == "failed"] == ["failed"] * 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"voters-present": "", "supervision-present": ""}, "请写明通知了哪些人参加"),
        ({"supervision-present": ""}, "评议会要邀请村务监督委员会"),
        ({"voters-present": "代表甲、代表甲"}, "写了两次"),
        ({"place": " "}, "请"),
        ({"held_on": "2099-01-01"}, "不能晚于今天"),
        ({"held_on": ""}, "请选择日期"),
        ({"form": "party"}, "请选择评议会的形式"),
        ({"case_id": []}, "请选好这次会上的户"),
        ({"key": "x"}, "请重新打开页面再提交"),
    ],
)
def test_a_sitting_that_cannot_be_is_said_so_and_nothing_is_kept(
    console: Enter, families: list[int], make: Maker, typed: dict[str, Any], said: str
) -> None:
    desk = console("village")
    _consult(desk, families)

    page = _meet(desk, families, **typed)

    assert page.status == 422
    assert said in page.text
    assert [row.kind for row in make.rows(Meeting)] == ["consultation"]


def test_votes_that_are_no_numbers_are_said_so(console: Enter, families: list[int], make: Maker) -> None:
    desk = console("village")
    _consult(desk, families)

    page = _meet(desk, families, agree="九")

    assert page.status == 422
    assert "人数和票数要写整数" in page.text
    assert len(make.rows(Meeting)) == 1


def test_the_township_reads_its_villages_sittings_and_records_none(
    console: Enter, families: list[int], make: Maker
) -> None:
    _consult(console("village"), families)
    [meeting] = make.rows(Meeting)
    township, neighbour = console("reviewer"), console("next_village")

    seen = township.get(f"/console/sittings/{meeting.id}")
    sent = township.send("/console/sittings/new/consultation", held_on="2026-03-06", **FACTS, case_id=families[0])

    assert "两委会商" in seen.text
    assert "张三" in seen.text
    assert sent.status_code == township.get("/console/sittings/new/meeting").status == 403
    assert console("village").get("/console/sittings/new/party").status == 404
    assert not [link for link in township.get("/console/sittings/").links if "/new/" in link]
    assert neighbour.get(f"/console/sittings/{meeting.id}").status == 404
    assert len(make.rows(Meeting)) == 1
