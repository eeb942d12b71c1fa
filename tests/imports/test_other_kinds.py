"""Grids, pairing, staff and places through the same service; the way out for correction and back; doubts settled."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from backend.access.permissions import Role
from backend.access.scope import as_system
from backend.db import db, in_transaction
from backend.errors import NotAllowed, NotFound, NotPossibleNow
from backend.models import (
    Grid,
    GridPost,
    Household,
    Identity,
    ImportBatch,
    Pairing,
    Person,
    PersonDigest,
    Region,
    RosterDoubt,
    Staff,
    Task,
)
from backend.services import grids, roster_doubts
from backend.services.exports import asking, making, taking
from backend.services.exports.asking import AskForm
from backend.services.imports import batches, clearing, kinds, papers, shelf, working
from backend.services.leaders import Lead
from backend.workflow.states import Kind
from tests.imports.files import HEADING, WANG, ZHANG, Office, age, as_csv, member, rows
from tests.imports.xlsx import read_back
from tests.people import NEXT_VILLAGE, VILLAGE, Cast, Maker, id_number
from tests.services.test_leaders import let_leases_pass, take_away

pytestmark = [pytest.mark.shows("monitoring.0")]
GRID_HEADING = [
    "村",
    "网格名称",
    "村民小组",
    "农户数",
    "网格员姓名",
    "网格员身份",
    "网格员电话",
    "村级网格员姓名",
    "包保干部姓名",
]
GRID = [VILLAGE, "第一组第一网格", "第一组", "32", "王大山", "村民小组长", "13800000021", "李书记", "赵包保"]
PAIR_HEADING = ["村", "户主姓名", "户主身份证号", "帮扶身份", "帮扶人姓名", "帮扶人单位", "开始日期", "结束日期"]
STAFF_HEADING = ["用户名", "姓名", "岗位", "辖区", "职务"]


@pytest.fixture(params=["sqlite", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.shows("B02", "B06", "B08", "B10", "B69")
def test_a_grid_has_its_people_and_whoever_is_missing_is_named(office: Office, app: Flask, cast: Cast) -> None:
    alone = [VILLAGE, "第二组", "第二组", "12", "", "", "", "", ""]

    taken = office.take(as_csv([GRID, alone], GRID_HEADING), "grids")

    assert taken.counts == {"new": 2}
    assert "20到40户" in taken.found["D3"]
    assert "还没有网格员" in taken.found["E3"]
    first, second = sorted(rows_of_grids(app), key=lambda grid: grid.code)
    assert (first.code, first.group_name, second.code) == (f"{VILLAGE}001", "第一组", f"{VILLAGE}002")
    with cast.acting("head") as by:
        here, there = grids.grids_of(by=by)
    assert {post: each.name for post, each in here.posts.items()} == {
        "member": "王大山",
        "lead": "李书记",
        "guard": "赵包保",
    }
    assert here.posts["member"].source == "group_head"
    assert there.wrong[0] == "缺网格员"
    with cast.acting("other_reviewer") as by:
        assert grids.grids_of(by=by) == []


def rows_of_grids(app: Flask) -> list[Grid]:
    with app.app_context():
        return list(db.session.scalars(db.select(Grid)))


@pytest.mark.shows("B03", "B04")
def test_a_grid_of_more_than_seventy_is_asked_to_be_split(office: Office) -> None:
    report = office.look(as_csv([[*GRID[:3], "71", *GRID[4:]]], GRID_HEADING), "grids")

    assert report.counts == {"wrong": 1}
    assert "最多70户" in report.found["D2"]


@pytest.mark.shows("B07")
def test_a_new_member_takes_over_and_the_old_one_stays_in_the_history(office: Office, app: Flask) -> None:
    office.take(as_csv([GRID], GRID_HEADING), "grids")
    assert office.look(as_csv([GRID], GRID_HEADING), "grids").counts == {"same": 1}

    office.take(as_csv([[*GRID[:4], "孙小海", "党员", *GRID[6:]]], GRID_HEADING), "grids")

    members = [each for each in rows(app, GridPost) if each.post == "member"]
    assert [(each.name, each.until_on is None) for each in members] == [("王大山", False), ("孙小海", True)]


def test_households_lie_in_grids_and_those_in_none_are_counted(office: Office, app: Flask, cast: Cast) -> None:
    office.take(as_csv([GRID], GRID_HEADING), "grids")
    heading = [*HEADING, "网格"]
    office.take(as_csv([*([*row, "第一组第一网格"] for row in ZHANG), *([*row, ""] for row in WANG)], heading))

    with cast.acting("village") as by:
        [line] = grids.grids_of(by=by)
        without = grids.households_without_grid(by=by)

    assert line.households == 1
    assert without == {VILLAGE: 1}
    assert {each.grid_code for each in rows(app, Person) if each.name == "张三"} == {f"{VILLAGE}001"}


@pytest.mark.shows("B11")
def test_a_pair_is_entered_once_and_ends_by_its_date(office: Office, app: Flask) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    pair = [VILLAGE, "张三", id_number(1), "帮扶责任人", "赵六", "县农业农村局", "2026-01-01", ""]

    first = office.take(as_csv([pair, [VILLAGE, "王五", "", "包保干部", "钱七", "", "", ""]], PAIR_HEADING), "pairings")
    again = office.look(as_csv([pair], PAIR_HEADING), "pairings")
    ended = office.take(as_csv([[*pair[:-1], "2026-10-01"]], PAIR_HEADING), "pairings")
    nobody = office.look(as_csv([[VILLAGE, "马八", "", *pair[3:]]], PAIR_HEADING), "pairings")

    assert (first.counts, again.counts, ended.counts) == ({"new": 2}, {"same": 1}, {"changed": 1})
    assert "没有这一户" in nobody.found["B2"]
    helper, guard = rows(app, Pairing)
    assert (helper.name, helper.unit, str(helper.until_on)) == ("赵六", "县农业农村局", "2026-10-01")
    assert (guard.post, guard.until_on) == ("guard", None)


@pytest.mark.shows("A04")
def test_somebody_with_two_posts_has_two_rows_and_one_account(office: Office, app: Flask) -> None:
    office.login = "admin"
    village = "灵寿镇"
    lines = [
        ["zhangds", "张大山", "村干部", VILLAGE, "村委会主任"],
        ["zhangds", "张大山", "监测站站长", VILLAGE, "站长"],
        ["lixx", "李信息", "乡镇信息员", village, ""],
        ["wangwu", "王五", "村干部", village, ""],
    ]

    taken = office.take(as_csv(lines, STAFF_HEADING), "staff")
    again = office.look(as_csv(lines[:3], STAFF_HEADING), "staff")

    assert taken.counts == {"new": 2, "changed": 1, "wrong": 1}
    assert "对不上" in taken.found["D5"]
    assert again.counts == {"same": 3}
    made = {each.login: each for each in rows(app, Staff)}
    assert made["zhangds"].password_hash is None
    hats = [each.role for each in rows(app, Identity) if each.staff_id == made["zhangds"].id]
    assert hats == [Role.VILLAGE, Role.HEAD]


@pytest.mark.shows("B01")
def test_a_unit_outside_the_code_list_gets_its_place(office: Office, app: Flask) -> None:
    office.login = "admin"
    lines = [
        ["130126900", "经济开发区", "031182520001"],
        ["130126900001", "安置社区", ""],
        ["130127100", "别的县", ""],
        [VILLAGE, "改了名的村", ""],
    ]
    with app.app_context():
        before = db.session.get_one(Region, VILLAGE).name

    taken = office.take(as_csv(lines, ["代码", "名称", "电话"]), "regions")

    assert taken.counts == {"new": 2, "changed": 1, "wrong": 1}
    with app.app_context():
        made = db.session.get_one(Region, "130126900001")
        assert (made.parent_code, made.level) == ("130126900", "village")
        assert db.session.get_one(Region, VILLAGE).name == "改了名的村"
        db.session.get_one(Region, VILLAGE).name = before
        for code in ("130126900001", "130126900"):
            db.session.delete(db.session.get_one(Region, code))
        db.session.commit()


def roster_file(app: Flask, cast: Cast, login: str) -> bytes:
    """Have the roster made for somebody, and return it."""
    password = cast.password(login)
    with cast.acting(login) as by:
        row = asking.ask(AskForm("roster_full", "更正"), by=by, password=password)
    with app.app_context():
        making.carry_on()
    with cast.acting(login) as by:
        return b"".join(taking.take(row.id, by=by)[1])


def test_the_roster_goes_out_for_correction_and_comes_back_unchanged(office: Office, app: Flask, cast: Cast) -> None:
    office.take(as_csv([*ZHANG, *WANG]))
    content = roster_file(app, cast, "county_op")

    back = office.look(content)

    assert back.counts == {"same": 5}
    _, _, heading, *lines = read_back(content)
    assert len(heading) == 25
    lines[0][heading.index("联系电话")] = "13800000099"
    assert office.take(as_csv(lines, heading)).counts == {"changed": 3, "same": 2}
    with app.app_context(), as_system("a test writes down who left"):
        left = update(Person).where(Person.name == "王小五").values(left_on=date(2026, 3, 2))
        in_transaction(lambda: db.session.execute(left))
    lines = read_back(roster_file(app, cast, "county_op"))[3:]
    assert "王小五" not in {line[heading.index("姓名")] for line in lines}
    assert read_back(roster_file(app, cast, "other_reviewer"))[3:] == [["没有符合的。"]]


def test_a_name_that_looks_like_a_formula_stays_text_on_its_way_out_and_back(
    office: Office, app: Flask, cast: Cast
) -> None:
    row = member("张三", 1, "张三", "户主", 1, 家庭住址="=1+1")
    office.take(as_csv([row]))

    content = roster_file(app, cast, "county_op")

    _, _, heading, line = read_back(content)
    assert line[heading.index("家庭住址")] == "=1+1"
    assert office.look(content).counts == {"same": 1}


def test_a_template_offers_what_may_be_chosen_and_takes_itself_in(office: Office, cast: Cast) -> None:
    for login, code in (("county_op", "households"), ("county_op", "grids"), ("admin", "staff")):
        with cast.acting(login) as by:
            content = papers.template(code, by=by)
        [heading] = read_back(content)
        office.login = login

        report = office.look(content, code)

        assert report.why == "表头下面没有一行内容，请填好再导入。"
        assert heading
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        papers.template("households", by=by)


def test_the_rows_to_mend_come_back_with_what_is_wrong(office: Office, app: Flask, cast: Cast) -> None:
    broken = [*ZHANG[1]]
    broken[HEADING.index("证件号码")] = "123"
    report = office.look(as_csv([ZHANG[0], broken, *WANG]))
    with cast.acting("county_op") as by:
        heading, line = read_back(papers.rows_to_mend(report.id, by=by))

    assert heading[-1] == "问题"
    assert line[HEADING.index("姓名")] == "李四"
    assert "J3：身份证号应该是18位" in line[-1]
    with cast.acting("other_reviewer") as by, pytest.raises(NotFound):
        papers.rows_to_mend(report.id, by=by)


def test_a_worker_that_dies_goes_on_where_it_stopped(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:

    small = replace(kinds.KINDS["households"], chunk=1)
    monkeypatch.setitem(kinds.KINDS, "households", small)  # type: ignore[arg-type]
    report = office.look(as_csv([*ZHANG, *WANG]))
    with office.cast.acting("county_op") as by:
        batches.accept(report.id, by=by)
    real, calls = working._settle, []

    def dying(*args: object, **more: object) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)  # type: ignore[arg-type]

    held = list[Lead]()
    monkeypatch.setattr(working, "_settle", dying)
    monkeypatch.setattr(Lead, "hold_on", lambda lead: held.append(lead))
    with app.app_context(), pytest.raises(KeyboardInterrupt):
        working.carry_on()
    half = [each.head_name for each in rows(app, Household)]
    with app.app_context():
        working.carry_on()

    assert half == ["张三"]
    assert len(held) == 1 + 2  # after each chunk that was done or passed over
    assert [each.head_name for each in rows(app, Household)] == ["张三", "王五"]
    assert office.report(report.id).counts == {"new": 5}


def test_a_worker_that_lost_the_work_goes_home_and_the_next_goes_on(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds.KINDS, "households", replace(kinds.KINDS["households"], chunk=1))  # type: ignore[arg-type]
    report = office.look(as_csv([*ZHANG, *WANG]))
    real = working._settle

    def slow(*args: Any, **more: Any) -> int:
        written = real(*args, **more)
        take_away(app, "imports")
        return written

    with monkeypatch.context() as patch:
        patch.setattr(working, "LEASE", timedelta())
        patch.setattr(working, "_settle", slow)
        half = office.accept(report.id)
    still = office.work(report.id)
    with app.app_context():
        let_leases_pass()

    assert (half.standing, half.counts, still.counts) == ("taking", {"new": 3}, {"new": 3})
    assert (office.work(report.id).standing, office.report(report.id).counts) == ("done", {"new": 5})
    assert [each.head_name for each in rows(app, Household)] == ["张三", "王五"]


@pytest.mark.parametrize("writing", [False, True])
def test_a_chunk_that_another_worker_took_meanwhile_is_not_taken_twice(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch, writing: bool
) -> None:
    monkeypatch.setitem(kinds.KINDS, "households", replace(kinds.KINDS["households"], chunk=1))  # type: ignore[arg-type]
    content, real, calls = as_csv([*ZHANG, *WANG]), working._settle, list[int]()
    report = office.look(content) if writing else None

    def another(batch_id: int) -> None:
        with app.app_context():
            working.work_on(batch_id, Lead("imports by another", working.LEASE))

    def sleeping(batch_id: int, *args: Any, **more: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            waking = threading.Thread(target=another, args=(batch_id,))
            waking.start()
            waking.join()
        return real(batch_id, *args, **more)

    monkeypatch.setattr(working, "_settle", sleeping)
    after = office.accept(report.id) if report is not None else office.look(content)

    assert (after.standing, after.counts) == ("done" if writing else "looked", {"new": 5})
    assert len(rows(app, Household)) == (2 if writing else 0)


def test_a_file_is_sealed_on_disk_and_forgotten_after_a_while(office: Office, app: Flask) -> None:
    report = office.look(as_csv(ZHANG))
    with app.app_context():
        stored = b"".join(path.read_bytes() for path in shelf.import_shelf().root.rglob("*.part1"))
        batch = db.session.get_one(ImportBatch, report.id)
        batch.sent_at = batch.sent_at.replace(year=batch.sent_at.year - 1)
        db.session.commit()
        forgotten = clearing.forget_files()
        left = list(shelf.import_shelf().root.rglob(f"{report.id}.*"))

    assert id_number(1).encode() not in stored
    assert (forgotten, left) == (1, [])


def test_what_a_crash_left_and_a_restore_brought_back_goes_after_a_day_and_nothing_in_use(
    office: Office, app: Flask
) -> None:
    over, waiting = office.look(as_csv(ZHANG)).id, office.look(as_csv(WANG)).id
    with app.app_context():
        db.session.execute(update(ImportBatch).where(ImportBatch.id == over).values(parts=0))
        db.session.commit()
        store = shelf.import_shelf()
        store.put(11, "part1", b"its row was never written")
        age(store, hours=25)
        store.put(12, "part1", b"its row is on its way")
        swept = clearing.forget_files()

        assert (swept, set(store.ids())) == (2, {waiting, 12})


@pytest.mark.parametrize("how", ["same", "other", "dropped"])
def test_a_doubt_is_settled_once_with_both_sides_in_view(
    office: Office, app: Flask, make: Maker, cast: Cast, how: str
) -> None:
    make.declaration(head_name="张山")
    office.take(as_csv(ZHANG))
    [doubt] = rows(app, RosterDoubt)
    with cast.acting("reviewer") as by:
        both = roster_doubts.both_sides(doubt.id, by=by)
        roster_doubts.settle(doubt.id, how, by=by)
        with pytest.raises(NotPossibleNow):
            roster_doubts.settle(doubt.id, "same", by=by)

    assert (both.known.head_name, both.theirs.head_name) == ("张山", "张三")
    assert both.known.people[0].number == both.theirs.people[0].number
    assert id_number(1) not in str(both)
    [duty] = [each for each in rows(app, Task) if each.kind == Kind.ROSTER_DOUBT]
    assert (duty.open_due, duty.closed_how) == (None, how)
    households = {each.head_name: each for each in rows(app, Household)}
    people = [each.name for each in rows(app, Person)]
    if how == "same":
        assert (set(households), households["张三"].is_provisional) == ({"张三"}, False)
        assert sorted(people) == sorted(["张三", "李四", "张小三"])
    elif how == "other":
        assert set(households) == {"张山", "张三"}
        assert len(rows(app, PersonDigest)) == 3
    else:
        assert set(households) == {"张山"}
    assert office.look(as_csv(ZHANG)).counts == {"same": 3}
    with cast.acting("other_reviewer") as by, pytest.raises(NotFound):
        roster_doubts.both_sides(doubt.id, by=by)


def test_a_township_sees_its_own_files_and_the_county_all(office: Office, cast: Cast) -> None:
    office.login = "town_op"
    mine = office.look(as_csv([[NEXT_VILLAGE, *row[1:]] for row in WANG]))
    with cast.acting("other_reviewer") as by, pytest.raises(NotFound):
        batches.find_batch(mine.id, by=by)
    with cast.acting("county_op") as by:
        assert [each.id for each in batches.batches_of(by=by)] == [mine.id]


def test_the_command_line_takes_a_file_in_by_somebodys_name(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.staff_id("county_op")
    file = tmp_path / "花名册.csv"
    file.write_bytes(as_csv([*ZHANG, *WANG]))
    runner = app.test_cli_runner()

    taken = runner.invoke(args=["import", "take", "households", str(file), "--login", "county_op", "--yes"])
    again = runner.invoke(args=["import", "take", "households", str(file), "--login", "county_op", "--yes"])
    nobody = runner.invoke(args=["import", "take", "households", str(file), "--login", "nobody"])

    assert taken.exit_code == 0, taken.output
    assert "新增5行" in taken.output
    assert "没有变化5行" in again.output
    assert nobody.exit_code == 1
    assert len(rows(app, Household)) == 2
