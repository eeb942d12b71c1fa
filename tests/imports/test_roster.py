"""The roster: a row a member, households known again by their members, the same file twice changing nothing."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db
from backend.models import (
    Case,
    CaseEvent,
    Household,
    MemberChange,
    Person,
    PersonDigest,
    Region,
    RosterDoubt,
    Task,
    VisitTurn,
)
from backend.services import member_changes, roster_doubts, rounds
from backend.services.imports import kinds, working
from backend.services.imports.runs import Run, Taker, Unit
from backend.services.sealing import Sealer
from backend.workflow.states import Kind
from tests.imports.files import HEADER, HEADING, WANG, ZHANG, Office, as_csv, as_xlsx, member, rows
from tests.people import NEXT_VILLAGE, OTHER_VILLAGE, VILLAGE, Cast, Maker, id_number
from tests.services.watching import FINE

pytestmark = [pytest.mark.shows("monitoring.0", "B13"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]


def test_a_roster_is_looked_through_before_anything_is_written(office: Office, app: Flask) -> None:
    report = office.look(as_csv([*ZHANG, *WANG]))

    assert (report.standing, report.counts) == ("looked", {"new": 5})
    assert rows(app, Household) == []

    taken = office.accept(report.id)

    assert (taken.standing, taken.counts) == ("done", {"new": 5})
    zhang, wang = rows(app, Household)
    assert (zhang.head_name, zhang.village_code, zhang.group_name) == ("张三", VILLAGE, "第一组")
    assert not zhang.is_provisional
    assert wang.head_name == "王五"
    people = {each.name: each for each in rows(app, Person)}
    assert people["张小三"].relation == "son"
    assert people["王小五"].no_document == "not_registered"
    assert len(rows(app, PersonDigest)) == 4


def test_what_is_said_of_health_lies_sealed(office: Office, app: Flask) -> None:
    office.take(as_csv(ZHANG))

    [head, *_] = rows(app, Person)
    with app.app_context():
        details = json.loads(Sealer("people", head.id).open("details_sealed", head.details_sealed))
    assert details["health"] == ["chronic", "disabled"]
    assert "chronic" not in str(vars(head))


def test_the_same_file_twice_changes_nothing(office: Office, app: Flask) -> None:
    office.take(as_csv([*ZHANG, *WANG]))

    again = office.look(as_xlsx([*ZHANG, *WANG]))

    assert again.counts == {"same": 5}
    assert len(rows(app, Household)) == 2
    assert len(rows(app, Person)) == 5


def test_only_what_changed_is_changed_and_nobody_is_lost(office: Office, app: Flask) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    married = member("张三", 1, "赵六", "之儿媳", 4)

    taken = office.take(as_csv([ZHANG[0], ZHANG[1], married, *WANG]))

    assert taken.counts == {"changed": 3, "same": 2}
    assert {each.name for each in rows(app, Person)} == {"张三", "李四", "张小三", "赵六", "王五", "王小五"}
    assert len(rows(app, Household)) == 2


SON_APART = (
    member("张小三", 3, "张小三", "户主", 3, 文化程度="大专"),
    member("张小三", 3, "赵六", "配偶", 4),
)


def test_a_family_that_the_roster_splits_is_asked_about_and_stays_as_its_first_half_says(
    office: Office, app: Flask
) -> None:
    office.take(as_csv(ZHANG))
    split = as_csv([ZHANG[0], ZHANG[1], *SON_APART])

    taken = office.take(split)
    again = office.look(split)

    assert taken.counts == {"changed": 2, "doubt": 2}
    assert "写成了几户" in taken.found["J4"]
    [household], [doubt] = rows(app, Household), rows(app, RosterDoubt)
    assert (household.head_name, doubt.why) == ("张三", "split")
    assert [each.name for each in rows(app, Person)] == ["张三", "李四", "张小三"]
    assert rows(app, MemberChange) == []
    assert again.counts == {"same": 4}


def test_whoever_resumes_a_file_knows_which_family_its_first_rows_were(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take(as_csv(ZHANG))
    monkeypatch.setitem(kinds.KINDS, "households", replace(kinds.KINDS["households"], chunk=1))  # type: ignore[arg-type]
    split = office.look(as_csv([ZHANG[0], ZHANG[1], *SON_APART]))
    real = working._settle

    def dying(batch_id: int, run: Run, taker: Taker, units: Sequence[Unit], *more: Any, **says: bool) -> int:
        if units[0].number > 2:
            raise KeyboardInterrupt
        return real(batch_id, run, taker, units, *more, **says)

    with monkeypatch.context() as patch:
        patch.setattr(working, "_settle", dying)
        with pytest.raises(KeyboardInterrupt):
            office.accept(split.id)

    assert office.work(split.id).counts == {"changed": 2, "doubt": 2}


def _leaves(app: Flask, name: str) -> None:
    with app.app_context(), as_system("a test marries somebody out"):
        db.session.scalars(select(Person).where(Person.name == name)).one().left_on = date(2026, 2, 1)
        db.session.commit()


def test_whoever_married_out_belongs_to_the_family_that_the_roster_names_them_in(office: Office, app: Flask) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    _leaves(app, "张小三")

    taken = office.take(as_csv([*WANG, member("王五", 11, "张小三", "之女婿", 3)]))

    wang = next(each for each in rows(app, Household) if each.head_name == "王五")
    assert taken.counts == {"changed": 3}
    there = next(each for each in rows(app, Person) if each.name == "张小三" and each.left_on is None)
    assert there.household_id == wang.id
    assert [each.household_id for each in rows(app, PersonDigest) if each.person_id == there.id] == [wang.id]
    assert len(rows(app, PersonDigest)) == 4


def test_a_household_only_of_people_who_have_left_another_one_is_asked_about(office: Office, app: Flask) -> None:
    office.take(as_csv(ZHANG))
    _leaves(app, "张小三")

    taken = office.take(as_csv(SON_APART))

    assert taken.counts == {"doubt": 2}
    [doubt] = rows(app, RosterDoubt)
    assert doubt.why == "left"
    with office.cast.acting("reviewer") as by:
        roster_doubts.settle(doubt.id, "other", by=by)
    new = next(each for each in rows(app, Household) if each.head_name == "张小三")
    assert len([each for each in rows(app, PersonDigest) if each.household_id == new.id]) == 2


def test_a_household_first_made_by_a_declaration_joins_the_roster_with_its_case(
    office: Office, app: Flask, make: Maker
) -> None:
    case_id = make.declaration().case_id
    [before] = rows(app, Household)
    assert before.is_provisional

    taken = office.take(as_csv(ZHANG))

    assert taken.counts == {"changed": 3}
    [household] = rows(app, Household)
    assert (household.id, household.is_provisional, household.open_case_id) == (before.id, False, case_id)
    assert {each.name for each in rows(app, Person)} == {"张三", "李四", "张小三"}
    [case] = rows(app, Case)
    assert case.household_id == household.id
    assert [each.action for each in rows(app, CaseEvent)][-1] == "join_roster"
    assert household.phone_sealed == before.phone_sealed


@pytest.mark.parametrize(
    ("declared", "row", "said"),
    [
        ({"head_name": "张山"}, ZHANG, "姓名对不上"),
        ({"village_code": NEXT_VILLAGE}, ZHANG, "另一个村"),
        ({"id_number": None}, ZHANG, "同名户主"),
    ],
)
def test_a_doubtful_match_is_somebodys_duty_and_is_not_imported(
    office: Office, app: Flask, make: Maker, declared: dict[str, str], row: list[list[str]], said: str
) -> None:
    make.declaration(**declared)

    taken = office.take(as_csv([*row, *WANG]))
    again = office.look(as_csv([*row, *WANG]))

    assert taken.counts == {"doubt": 3, "new": 2}
    assert any(said in each for each in taken.found.values())
    assert again.counts == {"same": 5}
    [doubt] = rows(app, RosterDoubt)
    [duty] = [each for each in rows(app, Task) if each.kind == Kind.ROSTER_DOUBT]
    assert (duty.id, duty.owner_region) == (doubt.task_id, VILLAGE[:9])
    assert len(rows(app, Household)) == 2
    assert id_number(1) not in str(vars(doubt))


def test_a_family_with_a_row_to_mend_waits_whole_and_the_others_go_in(office: Office, app: Flask) -> None:
    broken = [*ZHANG[1]]
    broken[9] = "13719919500101"

    taken = office.take(as_csv([ZHANG[0], broken, ZHANG[2], *WANG]))

    assert taken.counts == {"wrong": 1, "held": 2, "new": 2}
    assert "身份证号应该是18位" in taken.found["J3"]
    assert {each.head_name for each in rows(app, Household)} == {"王五"}


@pytest.mark.parametrize(
    ("changes", "cell", "said"),
    [
        ({0: [("与户主关系", "之子")]}, "I2", "没有户主"),
        ({1: [("与户主关系", "户主")]}, "I3", "两位户主"),
        ({0: [("姓名", "张散")]}, "C2", "不一样"),
        ({1: [("证件号码", id_number(1))]}, "J3", "第2行已经有了"),
        ({1: [("证件号码", "")]}, "J3", "无证件原因"),
        ({1: [("村", NEXT_VILLAGE)]}, "A3", "同一个村"),
        ({1: [("与户主关系", "干妈")]}, "I3", "从下拉框里选"),
        ({1: [("村", "没有这个村")]}, "A3", "没有找到"),
        ({0: [("联系电话", "3118252000")]}, "G2", "座机前面的0丢了"),
        ({2: [("证件号码", "1.37199E+17")]}, "J4", "后几位已经丢了"),
    ],
)
def test_each_thing_to_mend_is_said_with_its_cell(
    office: Office, changes: dict[int, list[tuple[str, str]]], cell: str, said: str
) -> None:
    family = [[*row] for row in ZHANG]
    for row, cells in changes.items():
        for title, text in cells:
            family[row][HEADER[title]] = text

    report = office.look(as_csv(family))

    assert said in report.found[cell], report.found
    assert "new" not in report.counts


def test_a_family_in_two_places_of_the_file_is_said_so(office: Office) -> None:
    report = office.look(as_csv([ZHANG[0], *WANG, ZHANG[1]]))

    assert report.counts == {"new": 3, "wrong": 1}
    assert "第2行已经有这一户" in report.found["C5"]


def test_a_township_imports_its_own_villages_only(office: Office, app: Flask) -> None:
    office.login = "town_op"
    elsewhere = [[OTHER_VILLAGE, *row[1:]] for row in WANG]

    report = office.look(as_csv([*ZHANG, *elsewhere]))

    assert report.counts == {"new": 3, "wrong": 2}
    assert "不归您管" in report.found["A5"]


def test_whoever_a_newer_roster_leaves_out_is_asked_about_and_not_taken_out(
    office: Office, app: Flask, cast: Cast
) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    moved = [[*row] for row in ZHANG[:2]]
    moved[1][HEADER["文化程度"]] = "小学"

    office.take(as_csv(moved))
    moved[1][HEADER["文化程度"]] = "初中"
    office.take(as_csv(moved))

    [asked] = rows(app, MemberChange)
    assert (asked.name, asked.kind, asked.outcome) == ("张小三", "off_roster", "proposed")
    assert [each.left_on for each in rows(app, Person) if each.name == "张小三"] == [None]
    with cast.acting("village") as by:
        [(row, task)] = member_changes.waiting(by=by)
        member_changes.settle(row.id, False, by=by, version=task.version)
    moved[1][HEADER["文化程度"]] = "大专"
    office.take(as_csv(moved))
    assert [each.outcome for each in rows(app, MemberChange)] == ["dropped"], "whoever said no is not asked again"


def test_the_roster_says_who_is_visited_more_often_and_not_why(office: Office, app: Flask) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    [turn] = rows(app, VisitTurn)
    healthy = [[*row] for row in ZHANG]
    healthy[0][HEADER["健康状况"]] = "健康"
    ill = [[*row] for row in WANG]
    ill[0][HEADER["健康状况"]] = "患有大病"

    office.take(as_csv([*healthy, *ill]))

    heads = {each.id: each.head_name for each in rows(app, Household)}
    assert (heads[turn.household_id], turn.tags) == ("张三", ["by_roster"])
    assert {heads[each.household_id]: each.tags for each in rows(app, VisitTurn)} == {"张三": [], "王五": ["by_roster"]}


def test_a_number_that_an_office_wrote_down_counts_as_confirmed_and_a_declared_one_does_not(
    office: Office, app: Flask, make: Maker
) -> None:
    make.declaration(phone="13900000009")
    office.take(as_csv([*ZHANG, *WANG]))
    zhang, wang = rows(app, Household)

    assert zhang.phone_confirmed_at is None, "the phone declared another number than the office wrote"
    assert wang.phone_confirmed_at is None, "the office wrote none"
    same = [[*row] for row in WANG]
    same[0][HEADER["联系电话"]] = "13800000012"
    office.take(as_csv(same))
    assert rows(app, Household)[1].phone_confirmed_at is not None


WITH_GRID = [*HEADING, "网格"]


def _grid(app: Flask, village: str) -> str:
    """Make a village's first grid and return its code."""
    with app.app_context():
        db.session.add(Region(code=f"{village}001", name="第一网格", level="grid", parent_code=village))
        db.session.commit()
    return f"{village}001"


def test_whoever_gets_a_grid_by_the_roster_is_visited_by_its_grid_member(
    office: Office, app: Flask, cast: Cast, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = _grid(app, VILLAGE)
    monkeypatch.setitem(Cast.LOGINS, "grid", (Role.GRID, grid, "冯网格"))
    make.declaration()
    office.take(as_csv(ZHANG))

    office.take(as_csv([[*row, grid] for row in ZHANG], WITH_GRID))

    for table in (Household, Person, PersonDigest, VisitTurn, Case, Task):
        assert {each.grid_code for each in rows(app, table)} == {grid}, table
    [household] = rows(app, Household)
    with cast.acting("grid") as by:
        rounds.file_round(household.id, FINE, by=by)
    assert len(rows(app, VisitTurn)) == 1
