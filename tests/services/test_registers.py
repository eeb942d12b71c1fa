"""County comparison by file: lists for those who allowed it, answers for nobody else, results on the case."""

from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import ComparisonAnswer, ComparisonResult
from backend.services import authorizations, registers
from backend.workflow.states import Kind
from tests.admin.conftest import console  # noqa: F401 - a fixture
from tests.imports.files import Office, Report, as_csv
from tests.imports.xlsx import read_back
from tests.people import Cast, Maker, id_number
from tests.services.desks import ITEMS, Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = [pytest.mark.shows("monitoring.4", "procedure.2", "C11", "D22")]
HEADING = ["村", "姓名", "身份证号", "比对项目", "有或没有", "说明"]
WORD = "correct horse battery"
NAMES = dict(zip(ITEMS, ("户籍", "车辆", "房产", "工商登记", "财政供养", "社保", "存款"), strict=True))


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family(id_number=id_number(1))
    desks.to_the_visit()
    return desks


def take(desks: Desks, *lines: tuple[str, str, str], name: str = "张三", serial: int = 1) -> Report:
    """Hand in the answers of registers: item, result, remark."""
    rows = [["", name, id_number(serial), item, result, remark] for item, result, remark in lines]
    with clock.at(desks.now):
        office = Office(desks.app, desks.cast)
        report = office.look(as_csv(rows, HEADING), "registers")
        return office.accept(report.id) if report.counts.get("new") or report.counts.get("changed") else report


def everything(**hits: str) -> list[tuple[str, str, str]]:
    return [(name, hits.get(item, "没有"), "") for item, name in NAMES.items()]


def test_without_an_authorization_nothing_is_asked_and_nothing_is_kept(desks: Desks, make: Maker) -> None:
    report = take(desks, ("车辆", "有", ""))
    word = desks.cast.password("county_op")
    with desks.as_("county_op") as by:
        asked = read_back(registers.request_list("vehicles", by=by, password=word))

    assert report.counts == {"wrong": 1}
    assert "没有有效的授权" in report.found["C2"]
    assert len(asked) == 1
    assert make.rows(ComparisonAnswer) == []


def test_whoever_is_not_waiting_to_be_compared_is_not_kept(desks: Desks, make: Maker) -> None:
    report = take(desks, ("车辆", "有", ""), name="李四", serial=9)

    assert "没有在等比对" in report.found["C2"]
    assert make.rows(ComparisonAnswer) == []


def test_the_list_goes_out_and_the_answers_come_back_onto_the_case(desks: Desks, make: Maker) -> None:
    [head] = desks.members()
    desks.sign(head)
    word = desks.cast.password("county_op")
    with desks.as_("county_op") as by, pytest.raises(Invalid):
        registers.request_list("vehicles", by=by, password="not mine")
    with desks.as_("county_op") as by:
        [heading, line] = read_back(registers.request_list("vehicles", by=by, password=word))
        [before] = registers.waiting(by=by)

    report = take(desks, *everything(vehicles="有"))
    again = take(desks, *everything(vehicles="有"))

    assert heading == HEADING
    assert line[1:4] == ["张三", id_number(1), "车辆"]
    assert (before.answered, before.asked) == (0, 7)
    assert report.counts == {"new": 7}
    assert again.counts == {"same": 7}
    with desks.as_("county_op") as by:
        assert [each.said for each in registers.file_complete(by=by)] == [""]
    results = {row.item: row for row in make.rows(ComparisonResult)}
    assert {item: row.result for item, row in results.items()} == {
        item: "hit" if item == "vehicles" else "no_hit" for item in ITEMS
    }
    assert all(row.authorization_id for row in results.values())
    assert desks.duties(Kind.CONSULT)


def test_a_missing_answer_is_named_and_can_be_noted_as_such(desks: Desks, make: Maker) -> None:
    [head] = desks.members()
    desks.sign(head)
    take(desks, *everything()[:-1])
    version = desks.version(Kind.COMPARE)

    with desks.as_("county_op") as by:
        with pytest.raises(NotPossibleNow, match="存款"):
            registers.file_answers(desks.case_id, by=by, version=version)
        assert registers.file_complete(by=by) == []
        registers.file_answers(desks.case_id, by=by, version=version, without_missing=True)

    [deposits] = [row for row in make.rows(ComparisonResult) if row.item == "deposits"]
    assert (deposits.result, deposits.why) == ("not_compared", "no_answer")


def test_an_authorization_taken_back_ends_the_use_of_its_answers(desks: Desks, make: Maker) -> None:
    [head] = desks.members()
    signed = desks.sign(head)
    take(desks, *everything(vehicles="有"))
    with desks.as_("village") as by:
        authorizations.withdraw(signed, by=by, consequence_told=True)
    version = desks.version(Kind.COMPARE)

    with desks.as_("county_op") as by:
        registers.file_answers(desks.case_id, by=by, version=version)

    assert {row.result for row in make.rows(ComparisonResult)} == {"not_compared"}


def test_a_balance_is_refused(desks: Desks, make: Maker) -> None:
    [head] = desks.members()
    desks.sign(head)

    report = take(desks, ("存款", "有", "活期3万元"))

    assert "不写数目" in report.found["F2"]
    assert make.rows(ComparisonAnswer) == []


def test_the_county_does_all_of_it_at_its_desk(
    desks: Desks,
    console: Any,  # noqa: F811 - the fixture imported above
    make: Maker,
) -> None:
    [head] = desks.members()
    desks.sign(head)
    with clock.at(desks.now):
        desk = console("county_op")
        page = desk.get("/console/registers/")
        form = page.form("/lists")
        listed = read_back(
            desk.client.post(form.action, data={**form.values, "item": "property", "password": WORD}).data
        )
        early = desk.press(page, f"/registers/{desks.case_id}", version=0)
    take(desks, *everything())
    with clock.at(desks.now):
        filed = desk.press(desk.get("/console/registers/"), "/complete")

    assert "0项，共7项" in page.text
    assert listed[1][3] == "房产"
    assert "已于" in early.text
    assert "填报了1户" in filed.text
    assert len(make.rows(ComparisonResult)) == 7


def test_only_the_county_asks_and_files(desks: Desks) -> None:
    with desks.as_("reviewer") as by, pytest.raises(NotAllowed):
        registers.request_list("vehicles", by=by, password="any")
    office = Office(desks.app, desks.cast, "reviewer")
    with pytest.raises(NotAllowed):
        office.look(as_csv([], HEADING), "registers")
