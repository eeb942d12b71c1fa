"""Ledgers as files: what is in them, whose they are, how they are made, and how long they last."""

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.models import AuditRow, Export, LedgerSnapshot, Staff
from backend.services import announcements, batches, clues, rotation
from backend.services.batches import Proposal
from backend.services.clues import ClueForm
from backend.services.exports import asking, making, shelf, snapshots
from backend.services.exports.asking import AskForm
from backend.services.exports.ledgers import LEDGERS
from backend.services.judgements import JudgementForm
from backend.services.workbook_cells import Head
from backend.services.workbooks import Tab, opened, write_xlsx
from backend.workflow.states import Kind
from tests.admin.desk import Desk
from tests.admin.pages import read
from tests.checks import following, morning
from tests.imports.files import ZHANG, Office, age, as_csv, member
from tests.imports.test_other_kinds import GRID, GRID_HEADING
from tests.people import TOWNSHIP, VILLAGE, Cast, Maker, id_number
from tests.services.desks import FRIDAY, Desks
from tests.services.sitting import Village
from tests.services.test_leaders import let_leases_pass, take_away

Enter = Callable[[str], Desk]
WORD = "correct horse battery"


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


@dataclass
class Taken:
    """A file as it came out of the console."""

    answer: TestResponse

    @property
    def name(self) -> str:
        return unquote(self.answer.headers["Content-Disposition"].partition("UTF-8''")[2])

    @property
    def sheets(self) -> list[Worksheet]:
        return openpyxl.load_workbook(io.BytesIO(self.answer.data)).worksheets

    @property
    def lines(self) -> list[list[str]]:
        return [[cell.value or "" for cell in row] for row in self.sheets[0].iter_rows()]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows below a heading of one row, by their columns."""
        _, _, heading, *rows = self.lines
        return [dict(zip(heading, row, strict=True)) for row in rows if row[0].isdecimal()]


def order(desk: Desk, ledger: str, **typed: object) -> TestResponse:
    form = desk.get("/console/exports/").form("/exports/")
    sent = {**form.values, "purpose": "月分析会商", "password": WORD, **typed, "ledger": ledger}
    return desk.client.post(form.action, data=sent)


def take(desk: Desk, ledger: str, **typed: object) -> Taken:
    """Ask for a ledger and take it away."""
    answer = order(desk, ledger, **typed)
    assert answer.status_code == 302, read(answer).text
    return fetch(desk, answer.location)


def fetch(desk: Desk, where: str) -> Taken:
    page = desk.get(where)
    assert "做好了" in page.text, page.text
    sent = page.form("/file")
    answer = desk.client.post(sent.action, data=sent.values)
    assert answer.status_code == 200
    return Taken(answer)


def watched(desks: Desks, head_name: str, **changes: object) -> int:
    case_id = desks.family(head_name, **changes)
    desks.village()
    desks.township_and_county()
    return case_id


@pytest.mark.shows("console.4", "A14", "B58", "C12")
def test_the_ledger_leaves_as_a_workbook_that_says_who_took_it_when_and_what_for(
    desks: Desks, console: Enter, make: Maker
) -> None:
    watched(desks, "张三", phone="13800000001")
    with morning(desks.today):
        file = take(console("town_op"), "watched")
        county = take(console("county_op"), "watched", where=TOWNSHIP)
        elsewhere = take(console("county_op"), "watched", where="130126101")
        refused = console("village").get("/console/exports/")

    [sheet] = file.sheets
    mark = sheet["A1"].value
    assert mark.startswith("由孙信息（乡镇信息员）于2026年")
    assert "用途：月分析会商" in mark
    assert mark[:40] in sheet.oddHeader.right.text
    assert sheet["A2"].value == "灵寿镇监测对象台账"
    assert (sheet.print_title_rows, sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "$3:$3",
        "landscape",
        8,
    )
    assert (sheet.freeze_panes, sheet.page_setup.fitToHeight) == ("A4", 0)
    assert file.name == f"灵寿镇监测对象台账（截至{desks.today.isoformat()}）.xlsx"
    assert [row["户主"] for row in file.rows] == [row["户主"] for row in county.rows] == ["张三"]
    assert elsewhere.lines[3][0] == "没有符合的。"
    assert "13800000001" not in str(file.lines)
    assert {cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row if cell.value} == {"s"}
    assert refused.status == 403
    taken = [row.detail for row in make.rows(AuditRow) if row.action == Action.EXPORT_LEDGER]
    assert [(each["did"], each.get("rows")) for each in taken] == [("asked", None), ("taken", 1)] * 2 + [
        ("asked", None),
        ("taken", 0),
    ]
    assert all(len(each["sha256"]) == 64 and each["purpose"] == "月分析会商" for each in taken[1::2])


@pytest.mark.shows("console.4")
def test_a_printed_table_fits_its_paper_and_makes_room_for_what_wraps(tmp_path: Path) -> None:
    with opened(tmp_path / "book.xlsx", mark="由某人导出") as book:
        for name, count in (("窄", 4), ("宽", 20), ("很宽", 30)):
            table = book.table(name, "台账", [Head("村", 12)] * count)
            table.add(["大东关村"] * count)
            table.add(["教育局和民政局一起核实过的大东关村", *["否"] * (count - 1)])

    sheets = openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets
    heights = [sheets[0].row_dimensions[row].height for row in (4, 5)]
    assert [(each.page_setup.paperSize, each.page_setup.fitToWidth or 1) for each in sheets] == [(9, 1), (8, 1), (8, 2)]
    assert heights[1] >= 2 * (heights[0] or 17)
    # The mark of the first row stands in the header of each page, not twice on the first.
    assert sheets[0].print_area.endswith("$A$2:$D$5")


@pytest.mark.shows("console.4")
def test_nothing_that_somebody_typed_is_a_formula_or_mark_up(tmp_path: object) -> None:
    odd = ["=1+1", "+86", "-5", "@sum(a1)", "\t=1", "00123456789012345678", "<r><t>x</t></r>", "_x0041_", "a\x00b"]
    path = shelf.Path(str(tmp_path)) / "odd.xlsx"
    with opened(path, mark="&C由=谁") as book:
        table = book.table("表/一", "=题", [Head(str(number)) for number in range(len(odd))])
        table.add(odd)
    plain = write_xlsx([Tab("填写", ["列"], [[each] for each in odd], choices={1: odd[:2]})])

    sheet = openpyxl.load_workbook(path).active
    cells = [cell for row in sheet.iter_rows(min_row=4) for cell in row]
    column = [cell for [cell] in openpyxl.load_workbook(io.BytesIO(plain)).worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in [*cells, *column, sheet["A2"]]} == {"s"}
    assert [cell.value.strip() for cell in cells][:6] == [each.strip() for each in odd[:6]]
    assert cells[6].value == column[6].value == "<r><t>x</t></r> "


@pytest.mark.shows("console.4")
def test_a_file_is_asked_for_with_the_password_belongs_to_one_person_and_goes_after_its_hours(
    app: Flask, console: Enter, make: Maker
) -> None:
    desk, colleague = console("county_op"), console("county_lead")

    wrong = order(desk, "watched", password="not mine")
    nothing = order(desk, "watched", purpose=" ")
    made = order(desk, "watched")

    assert (wrong.status_code, "密码不对" in read(wrong).text) == (422, True)
    assert (nothing.status_code, order(desk, "no such").status_code) == (422, 422)
    assert order(desk, "watched", where="130127100").status_code == 422
    assert order(desk, "watched", as_of="2999-01-01").status_code == 422
    [row] = make.rows(Export)
    address = f"/console/exports/{row.id}"
    assert made.location == address
    assert [colleague.get(f"{address}{more}").status for more in ("", "/progress")] == [404, 404]
    assert colleague.send(f"{address}/file").status_code == 404
    fetch(desk, address)
    with app.app_context():
        db.session.execute(update(Export).values(expires_at=clock.real_now() - timedelta(seconds=1)))
        db.session.commit()
    assert desk.send(f"{address}/file").status_code == 409
    with app.app_context():
        assert making.sweep() == 1
        assert row.id not in shelf.export_shelf().ids()
    assert "已经过期删除" in desk.get(address).text
    for _ in range(6):
        last = order(desk, "watched", password="not mine")
    assert last.status_code == 429


@pytest.mark.shows("console.4")
@pytest.mark.parametrize("standing", ["asked", "making", "done", "failed", "over"])
def test_content_that_a_restore_brought_back_goes_unless_its_file_is_still_there_by_right(
    app: Flask, console: Enter, make: Maker, standing: str
) -> None:
    order(console("county_op"), "watched")
    [row] = make.rows(Export)
    with app.app_context():
        db.session.execute(update(Export).values(standing=standing))
        db.session.commit()
        age(shelf.export_shelf(), hours=25)
        swept = making.sweep()

        assert (swept, [*shelf.export_shelf().ids()]) == ((1, []) if standing in {"failed", "over"} else (0, [row.id]))


@pytest.mark.shows("console.4")
def test_a_large_one_is_made_by_a_worker_and_a_dead_workers_by_the_next(
    app: Flask, desks: Desks, console: Enter, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched(desks, "张三")
    monkeypatch.setattr(making, "AT_ONCE", 0)
    with morning(desks.today):
        desk = console("town_op")
        address = order(desk, "watched").location
        waiting = desk.get(address)
        with app.app_context():
            dead = making._claim()
            alive = making._claim()
            making._note(dead, 0, 8)
        bar = desk.client.get(f"{address}/progress").json
        with app.app_context():
            db.session.execute(update(Export).values(lease_until=clock.real_now() - timedelta(seconds=1)))
            db.session.commit()
            made = making.carry_on()
            with pytest.raises(making.LeaseLost):
                making._note(dead, 1)
        rows = fetch(desk, address).rows

    assert "排队中" in waiting.text
    assert alive is None
    assert bar == {"rows": 0, "expected": 8, "percent": 0, "waits": True}
    assert made == 1
    assert [row["户主"] for row in rows] == ["张三"]
    [export] = make.rows(Export)
    assert (export.attempts, export.standing, export.rows, export.downloads) == (2, "done", 1, 1)


@pytest.mark.shows("console.4")
def test_what_fails_three_times_is_given_up_and_whoever_left_gets_nothing(
    app: Flask, cast: Cast, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.password("town_op")
    with cast.acting("town_op") as by:
        asking.ask(AskForm("watched", "会商"), by=by, password=WORD)
        with monkeypatch.context() as patch:
            patch.setattr(making.shelf, "keep", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                making.carry_on()
    with app.app_context():
        db.session.execute(update(Export).values(lease_until=clock.real_now() - timedelta(seconds=1), attempts=3))
        db.session.commit()
        making.carry_on()
        [given_up] = make.rows(Export)
    with cast.acting("town_op") as by:
        second = asking.ask(AskForm("watched", "会商"), by=by, password=WORD).id
    with app.app_context():
        db.session.execute(update(Staff).values(is_active=False))
        db.session.commit()
        making.carry_on()
        left = db.session.scalars(select(Export).where(Export.id == second)).one()

    assert (given_up.standing, given_up.why) == ("failed", making.GAVE_UP)
    assert (left.standing, left.why) == ("failed", making.NO_LONGER)


def test_who_loses_the_work_while_keeping_a_month_goes_home_and_the_next_keeps_the_rest(
    app: Flask, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = snapshots._take

    def slow(*args: Any) -> None:
        real(*args)
        take_away(app, "ledger snapshots")

    with morning(date(2026, 4, 2)), app.app_context():
        with monkeypatch.context() as patch:
            patch.setattr(snapshots, "LEASE", timedelta())
            patch.setattr(snapshots, "_take", slow)
            first = snapshots.take_due()
        let_leases_pass()
        rest = snapshots.take_due()

    assert first == 1
    assert rest == len([each for each in LEDGERS.values() if each.is_kept]) - 1


@pytest.mark.shows("console.4", "A14", "B40")
def test_a_ledger_can_be_had_as_of_a_day_and_the_ends_of_months_are_kept(
    app: Flask, desks: Desks, console: Enter, make: Maker, cast: Cast
) -> None:
    office = Office(app, cast)
    with morning(date(2026, 3, 2)):
        office.take(as_csv(ZHANG))
    watched(desks, "张三")
    included = desks.today
    with morning(date(2026, 4, 2)), app.app_context():
        snapshots.take_due()
        again = snapshots.take_due()
        rotation.begin("seal")
        assert not rotation.carry_on("seal").damaged
    with morning(date(2026, 4, 5)):
        office.take(as_csv([member("赵六", 31, "赵六", "户主", 31)]))
        desk = console("town_op")
        page = desk.get("/console/exports/")
        before = take(desk, "watched", as_of=(included - timedelta(days=1)).isoformat())
        on_the_day = take(desk, "watched", as_of=included.isoformat())
        kept = take(desk, "roster", as_of="2026-03-31", where=VILLAGE)
        other_place = take(desk, "roster", as_of="2026-03-31", where="130126100002")
        now = take(desk, "roster")
        neither = order(desk, "roster", as_of="2026-03-30")

    assert again == 0
    assert "月末、年末存档" in page.text
    assert "截至2026-03-31" in kept.name
    assert (before.rows, [row["户主"] for row in on_the_day.rows]) == ([], ["张三"])
    assert "2026-04-02" in kept.lines[0][0]
    assert "赵六" not in str(kept.lines)
    assert "张三" in str(kept.rows)
    assert other_place.rows == []
    assert "赵六" in str(now.rows)
    assert neither.status_code == 422
    assert "2026-03-31" in read(neither).text
    months = {row.ledger: row for row in make.rows(LedgerSnapshot)}
    assert set(months) == {"watched", "roster", "grids", "clues", "alerts", "visits", "petitions"}
    with morning(date(2029, 12, 1)), app.app_context():
        assert snapshots.forget_old() == len(months)


@pytest.mark.shows("console.4", "B13")
def test_the_roster_of_annex_one_masks_its_numbers(app: Flask, cast: Cast, console: Enter) -> None:
    office = Office(app, cast)
    rows = [list(row) for row in ZHANG]
    rows[0][1] = rows[1][1] = rows[2][1] = "=1+1"
    office.take(as_csv(rows))

    file = take(console("town_op"), "roster")

    [row] = file.rows
    assert file.lines[1][0] == "灵寿镇农户花名册"
    assert (row["户主姓名"], row["家庭人口数"], row["劳动力数"]) == ("张三", "3", "1")
    assert row["户主身份证号"] == f"{id_number(1)[:4]}{'*' * 12}{id_number(1)[-2:]}"
    assert row["联系电话"] == "138****0001"
    assert row["村民小组/网格"] == "=1+1"
    assert file.sheets[0]["C4"].data_type == "s"
    assert id_number(1) not in str(file.lines)


@pytest.mark.shows("console.4", "B12", "A25")
def test_the_grid_ledger_of_annex_two_has_both_rows_of_its_heading(app: Flask, cast: Cast, console: Enter) -> None:
    Office(app, cast).take(as_csv([GRID], GRID_HEADING), "grids")

    county = order(console("county_op"), "grids")
    file = take(console("county_op"), "grids", where=TOWNSHIP)

    [sheet] = file.sheets
    _, title, top, below, line, first_note, *_ = file.lines
    assert county.status_code == 422
    assert title[0].startswith("灵寿镇")
    assert title[0].endswith("防止返贫动态监测基层网格工作台账")
    assert top == ["序号", "村组网格名称", "农户数", "村组网格员", "", "", "", "", "村级网格员", "", "", "备注"]
    assert below[3:11] == ["姓名", "村民组长", "党员", "其他(职务)", "联系电话", "姓名", "职务", "联系电话"]
    assert {str(each) for each in sheet.merged_cells.ranges} == {
        *("D3:H3", "I3:K3", "A3:A4", "B3:B4", "C3:C4", "L3:L4")
    }
    assert sheet.print_title_rows == "$3:$4"
    assert line[:8] == ["1", "第一组第一网格", "32", "王大山", "√", "", "", "13800000021"]
    assert first_note[0].startswith("备注：1.")


@pytest.mark.shows("console.4")
def test_clues_and_complaints_stand_with_their_day_their_end_and_how_late_they_are(
    desks: Desks, cast: Cast, console: Enter
) -> None:
    form = ClueForm("petition", VILLAGE, "孙二", "房子塌了一间", source_no="12号")
    with morning(FRIDAY), cast.acting("town_op") as by:
        clues.report(form, by=by)
    with morning(FRIDAY):
        said = {"kind": "fees", "target": "village", "said_place": VILLAGE, "text": "让我交两百块"}
        sent = cast.farmer("one").post("/complaints", key=str(uuid.uuid4()), **said)
    with morning(FRIDAY + timedelta(days=30)):
        desk = console("town_op")
        [clue], [complaint, petition] = take(desk, "clues").rows, take(desk, "petitions").rows
        early = take(desk, "clues", as_of=(FRIDAY - timedelta(days=1)).isoformat()).rows
        empty = [take(desk, each).rows for each in ("alerts", "visits")]

    assert early == []
    assert empty == [[], []]
    assert (clue["户主"], clue["来文编号"], clue["状态"], clue["是否超期"]) == ("孙二", "12号", "办理中", "是")
    due = date.fromisoformat(clue["期限"])
    assert clue["超期天数"] == str((FRIDAY + timedelta(days=30) - due).days)
    assert (complaint["来源"], complaint["反映的事"], complaint["状态"]) == ("投诉建议", "收钱收礼（村里）", "办理中")
    assert "让我交两百块" not in str(complaint)
    assert complaint["编号"] == f"尾号{sent.json['receipt_no'][-4:]}"
    assert sent.json["receipt_no"] not in str(complaint)
    assert (petition["来源"], petition["编号"].endswith("（来文12号）")) == ("信访转办", True)


@pytest.mark.shows("console.4", "B53", "C12", "B16", "B17")
def test_an_office_gets_the_families_whose_risk_is_its_own_and_only_the_columns_that_it_needs(
    desks: Desks, console: Enter, make: Maker
) -> None:
    watched(desks, "张三", risk="housing", phone="13800000001")
    watched(desks, "李四", risk="illness")
    with morning(desks.today):
        desk = console("county_op")
        housing = take(desk, "office_list", about="housing", purpose="送住建局，对口帮扶")
        nobody = order(desk, "office_list", about="forestry")
        township = order(console("town_op"), "office_list", about="housing")
        policy, data = take(desk, "policy_group").rows, take(desk, "data_group").rows

    assert [row["户主"] for row in housing.rows] == ["张三"]
    assert "13800000001" not in str(housing.lines)
    assert "因病" not in str(housing.lines)
    assert "送住建局，对口帮扶" in housing.lines[0][0]
    assert (nobody.status_code, township.status_code) == (422, 422)
    assert {row.detail["about"] for row in make.rows(AuditRow) if row.action == "hand_out_list"} == {"housing"}
    assert (len(policy), policy[0]["单位名称"], len(data) > 5) == (16, "教育局", True)


@pytest.mark.shows("console.4", "procedure.2", "A14")
def test_meeting_notice_document_and_receipt_stand_in_the_ledger_though_nobody_typed_it(
    app: Flask, cast: Cast, make: Maker, console: Enter
) -> None:
    with following(app):
        village, desks = Village(app, cast, make), Desks(app, cast, make)
        [case_id] = village.agreed("张三")
        village.posted(case_id)
        desks.go_to(case_id)
        desks.today = village.today
        desks.take(Action.CLOSE_NOTICE, "village", Kind.WATCH_NOTICE)
        while desks.duties(Kind.DEPARTMENT_CHECK):
            desks.take(Action.CHECK_DEPARTMENT, "second_reviewer", Kind.DEPARTMENT_CHECK)
        desks.judge(Action.PASS_ON, "reviewer", form=JudgementForm(opinion="情况属实", category="marginal"))
        with desks.as_("county_op") as by:
            batch = batches.prepare("灵防贫〔2026〕1号", desks.today, by=by, proposals=[Proposal(case_id)]).id
        with desks.as_("county_lead") as by:
            batches.sign(batch, by=by)
        version = desks.version(Kind.ANNOUNCE)
        with desks.as_("town_op") as by:
            announcements.announce(case_id, "灵防贫〔2026〕2号", by=by, version=version)
        version = desks.version(Kind.ENTER_NATIONAL)
        with desks.as_("town_op") as by:
            announcements.enter_national(case_id, "GJ-001", desks.today, by=by, version=version)
        with morning(desks.today):
            [line] = take(console("county_op"), "watched").rows

    assert (line["户主"], line["人口"], line["监测类别"]) == ("张三", "4", "边缘易致贫户")
    assert (line["发现日期"], line["评议日期"]) == ("2026-03-06", "2026-03-06")
    assert line["公示起止"] == "2026-03-06至2026-03-11"
    assert line["审定文号"] == "灵防贫〔2026〕1号"
    assert line["公告日期"] == line["纳入日期"] == desks.today.isoformat()
    assert (line["国家系统编号"], line["帮扶责任人"], line["措施数/已落实"]) == ("GJ-001", "", "0/0")
