"""One list for the registers, of nobody who has not allowed it, and its answers filed family by family."""

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from backend.access.permissions import Action
from backend.models import AuditRow, ComparisonResult
from backend.workflow.states import Kind
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following, morning
from tests.people import Cast, Maker, id_number
from tests.services.desks import ITEMS, Desks

Enter = Callable[[str], Desk]
PATH = "/console/comparisons/"


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


def at_the_comparison(desks: Desks, head_name: str, serial: int, *, signs: bool = True) -> int:
    case_id = desks.family(head_name, id_number=id_number(serial))
    desks.take(Action.ACCEPT, "village", Kind.ACCEPT)
    desks.take(Action.FILE_VISIT, "village", Kind.VISIT)
    if signs:
        desks.sign(desks.members()[0])
    return case_id


def download(desk: Desk) -> list[list[str]]:
    form = desk.get(PATH).form("/comparisons/file")
    answer = desk.client.post(form.action, data=form.values)
    assert answer.status_code == 200, read(answer).text
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def upload(desk: Desk, rows: list[list[str]]) -> Page:
    return desk.press(desk.get(PATH), "/comparisons/", lines="\n".join("\t".join(row) for row in rows))


def filled(rows: list[list[str]], **words: str) -> list[list[str]]:
    """Fill every empty answer with 没有, and some items with other words."""
    given = dict(zip(ITEMS, ["没有"] * len(ITEMS), strict=True)) | words
    return [*rows[:3], *([*row[:4], *(given[item] for item in ITEMS)] for row in rows[3:])]


@pytest.mark.shows("procedure.2", "C11")
def test_the_list_holds_whoever_allowed_it_and_nobody_else(desks: Desks, console: Enter, make: Maker) -> None:
    at_the_comparison(desks, "张三", 1)
    stranger = desks.add_member("李四")
    at_the_comparison(desks, "王五", 5, signs=False)
    with morning(desks.today):
        desk = console("county_op")
        page, rows = desk.get(PATH), download(desk)

    assert rows[2] == ["编号", "村", "姓名", "身份证号", "户籍", "车辆", "房产", "工商登记", "财政供养", "社保", "存款"]
    assert [(row[2], row[3]) for row in rows[3:]] == [("张三", id_number(1))]
    assert "导出人：陈业务" in rows[1][0]
    assert str(stranger) not in str(rows)
    assert "王五" in page.text
    assert id_number(1) not in page.html, "on the screen nobody's number is shown"
    [taken] = [row for row in make.rows(AuditRow) if row.action == "file_comparison"]
    assert (taken.detail["rows"], taken.detail["families"]) == (1, 1)


@pytest.mark.shows("procedure.2", "C11")
def test_answers_are_filed_family_by_family_and_one_that_cannot_be_leaves_the_others_alone(
    desks: Desks, console: Enter, make: Maker
) -> None:
    good, bad = at_the_comparison(desks, "张三", 1), at_the_comparison(desks, "王五", 5)
    with morning(desks.today):
        desk = console("county_op")
        rows = filled(download(desk), vehicles="有", deposits="没有比对")
        broken = [[*row[:5], "也许", *row[6:]] if row[2:3] == ["王五"] else row for row in rows]
        page = upload(desk, broken)
        again = upload(desk, rows)
        third = upload(desk, rows)

    assert "已填报1户" in page.text
    assert "王五的车辆写的是“也许”" in page.text
    assert "已填报1户" in again.text, "whoever is done is not on the list any more"
    assert third.status == 422
    assert "没有正在等比对的人" in third.text
    results = {(row.case_id, row.item): (row.result, row.why) for row in make.rows(ComparisonResult)}
    assert {case_id for case_id, _ in results} == {good, bad}
    assert results[good, "vehicles"] == ("hit", None)
    assert results[good, "register"] == ("no_hit", None)
    assert results[good, "deposits"] == ("not_compared", "no_answer")


@pytest.mark.shows("C11")
def test_a_family_with_an_item_left_open_is_not_filed(desks: Desks, console: Enter, make: Maker) -> None:
    at_the_comparison(desks, "张三", 1)
    with morning(desks.today):
        desk = console("county_op")
        page = upload(desk, filled(download(desk), business=""))

    assert "没有填报1户" in page.text
    assert "还有没填的" in page.text
    assert make.rows(ComparisonResult) == []


@pytest.mark.shows("C11")
@pytest.mark.parametrize("lines", ["", "编号\t村", "abc\t村", "1\t村\t某\t号\t有", "1\t甲\n1\t甲"])
def test_a_list_that_says_nothing_is_said_so(desks: Desks, console: Enter, lines: str) -> None:
    at_the_comparison(desks, "张三", 1)
    with morning(desks.today):
        desk = console("county_op")
        page = desk.press(desk.get(PATH), "/comparisons/", lines=lines)

    assert page.status == 422
    assert page.form("/comparisons/").values.get("lines", "").strip() == lines.strip()


@pytest.mark.shows("C11")
def test_only_the_county_compares(desks: Desks, console: Enter) -> None:
    at_the_comparison(desks, "张三", 1, signs=False)
    with morning(desks.today):
        nobody = console("county_op")
        form = nobody.get(PATH).form("/comparisons/file")
        empty = read(nobody.client.post(form.action, data=form.values))

        assert console("reviewer").get(PATH).status == 403
        assert console("reviewer").send(f"{PATH}file").status_code == 403
    assert empty.status == 422
    assert "现在没有可以比对的人" in empty.text
