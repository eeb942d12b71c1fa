"""A cadre's day without signal, on the shipped mini-program: what is filed arrives once, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import Case, Clue, Declaration, HomeCheck, Notice, Person, RegularVisit, StoredFile, Visit
from backend.services import notices
from tests.api.photos import photo
from tests.checks import following
from tests.e2e.cadre import (
    SUBMIT,
    Hand,
    arrived,
    begin_visit,
    bind,
    bound,
    check,
    declare_for_a_neighbour,
    finish_sitting,
    make_a_round,
    pick,
    prepared,
    report_clue,
    restart_without_signal,
    seen_at_both,
    sitting,
    twice,
    visit,
)
from tests.e2e.phone import elder_faults
from tests.people import Cast, Maker, id_number
from tests.services.sitting import Village

PHOTOS = 9


def rows_of(make: Maker, table: type[Any], case_id: int) -> list[Any]:
    return [row for row in make.rows(table) if row.case_id == case_id]


@pytest.mark.shows("client.3", "client.6")
def test_a_day_without_signal_with_nine_photos_and_a_restart_arrives_once(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    case_id = make.case("accept")
    phone = bound(handset, cast)
    phone.sees("张三")
    prepared(phone)

    phone.context.set_offline(True)
    begin_visit(phone)
    phone.type("写几句看到、听到的", "房顶两处漏雨")
    with phone.page.expect_file_chooser() as asked:
        phone.tap("＋ 拍照或选照片")
        phone.tap("同意，接着用")
    pictures = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(n)} for n in range(PHOTOS)]
    asked.value.set_files(pictures)
    phone.sees("不要这张")
    restart_without_signal(phone, "cadre/todo/todo")
    phone.sees("现在没有网络")
    phone.tap("张三　入户核实")
    phone.tap("入户核实")
    phone.sees("看到了什么")  # the draft goes on where it stopped, with its photos
    assert phone.on_top.get_by_text("不要这张").count() == PHOTOS
    phone.picture("cadre-visit-photos")
    phone.tap("下一步")
    pick(phone, "走访结论", "有返贫致贫风险")
    twice(phone, SUBMIT)
    phone.sees("已经存在手机里，不会丢")
    phone.sees("照片 9 张，送到 0 张")
    phone.picture("cadre-outbox-waiting")
    report_clue(phone)
    restart_without_signal(phone, "cadre/outbox/outbox")
    phone.sees("等着发的 2 件")
    assert rows_of(make, Visit, case_id) == []
    phone.context.set_offline(False)

    phone.sees("照片 9 张，送到 9 张")
    arrived(phone, 2)
    [kept] = rows_of(make, Visit, case_id)
    assert kept.findings_sealed
    assert {row.sha256 for row in rows_of(make, StoredFile, case_id)} == set(kept.announced)
    assert len(kept.announced) == PHOTOS
    assert len([row for row in make.rows(Clue) if row.head_name == "赵六"]) == 1
    assert "张三" not in phone.stored()


@pytest.mark.shows("client.3")
def test_a_clue_that_waited_overnight_for_a_signal_arrives_with_the_day_on_which_it_was_found(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    phone = bound(handset, cast)
    phone.tap("待发箱")
    phone.sees("没有等着发的")
    yesterday = clock.now() - timedelta(days=1)
    phone.page.clock.set_system_time(yesterday)
    phone.context.set_offline(True)
    report_clue(phone)
    phone.sees("等着发的 1 件")

    phone.context.set_offline(False)
    arrived(phone, 1)

    [clue] = make.rows(Clue)
    assert clue.discovered_on == clock.local(yesterday).date()
    assert clue.late_because_sealed


@pytest.mark.shows("client.3")
def test_a_conflict_is_shown_when_somebody_else_did_it_and_not_when_the_case_merely_moved(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    taken = make.case("accept")
    moved = make.case("accept", openid="second", head_name="王五", id_number=id_number(2))
    phone = bound(handset, cast)
    phone.sees("王五")
    prepared(phone)
    phone.context.set_offline(True)
    visit(phone, "张三")
    assert seen_at_both(phone, "visit-3") == []
    phone.tap(SUBMIT)
    phone.sees("已经存在手机里")
    phone.tap("回到我的待办")
    visit(phone, "王五")
    phone.tap(SUBMIT)
    phone.sees("等着发的 2 件")

    make._post("head", taken, "visits", findings="站长先去看过了", conclusion="risk")
    told = cast.phone("head").post(f"/cases/{moved}/talks", way="phone", words="问了问近况", talked_on=None)
    assert told.status_code == 201, told.json
    phone.context.set_offline(False)

    phone.sees("别人已经办过了")
    phone.sees("李站长")
    phone.sees("不点“不要这一件了”就不会删")
    phone.tap("看填了什么")
    phone.sees("写几句看到、听到的：房顶漏雨，已用塑料布盖上")
    phone.sees("✓ 已送到")
    phone.picture("cadre-conflict")
    assert elder_faults(phone, "outbox") == []
    [first] = rows_of(make, Visit, taken)
    [second] = rows_of(make, Visit, moved)
    assert (first.visitor_name, second.visitor_name) == ("李站长", "王村干")


@pytest.mark.shows("client.3")
def test_a_visit_filed_offline_arrives_though_the_township_called_it_urgent_meanwhile(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    case_id = make.case("accept")
    phone = bound(handset, cast)
    phone.sees("张三")
    prepared(phone)
    phone.context.set_offline(True)
    visit(phone)
    phone.tap(SUBMIT)
    phone.sees("等着发的 1 件")

    told = cast.phone("town_op").post(f"/cases/{case_id}/urgency", urgency="critical", words="房子塌了，没处住")
    assert told.status_code == 201, told.json
    phone.context.set_offline(False)

    phone.sees("✓ 已送到")
    [kept] = rows_of(make, Visit, case_id)
    assert kept.visitor_name == "王村干"


@pytest.mark.shows("client.3", "client.5")
def test_losing_access_wipes_the_families_and_keeps_unsent_work_sealed_until_a_new_binding(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    case_id = make.case("accept")
    phone = bound(handset, cast)
    phone.sees("张三")
    prepared(phone)
    phone.context.set_offline(True)
    visit(phone)
    phone.tap(SUBMIT)
    phone.sees("等着发的 1 件")
    phone.tap("回到我的待办")
    phone.context.route("**/visits", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.tap("我的")
    phone.sees("王村干")
    phone.picture("cadre-me")
    phone.tap("解除绑定")
    phone.hears("还有 1 件没交")
    phone.answer("解除")
    phone.sees("我要申报")
    phone.context.unroute("**/visits")

    kept = phone.page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('wx:v:'))")
    assert [name.split(":")[2] for name in kept] == ["outbox"]
    assert "张三" not in phone.stored()
    phone.open("cadre/outbox/outbox").sees("有 1 件封存着")
    assert rows_of(make, Visit, case_id) == []

    phone.open("cadre/login/login")
    bind(phone, cast, "village")
    phone.tap("待发箱")
    phone.sees("✓ 已送到")
    assert len(rows_of(make, Visit, case_id)) == 1


@pytest.mark.shows("client.3", "client.4")
def test_a_sitting_a_vote_and_a_notice_with_its_photo_are_recorded_from_the_phone(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(cast.app):
        village = Village(app, cast, make)
        village.today = clock.today()
        case_id = village.family("张三", id_number=id_number(1))
        phone = bound(handset, cast)
        phone.sees("张三")
        phone.tap("登记会商")
        wrong = sitting(phone, "村两委成员", "李站长")
        pick(phone, "建议定为", "边缘易致贫户")
        phone.type("打算怎么帮", "修房顶")
        finish_sitting(phone)
        phone.tap("回到我的待办")
        phone.tap("登记民主评议")
        wrong += sitting(phone, "村民代表", "\n".join(f"代表{n}" for n in range(9)))
        phone.type("同意几票", "9")
        finish_sitting(phone)
        phone.tap("回到我的待办")
        phone.sees("张贴公示")
        phone.open("cadre/case/case", case_id=str(case_id))
        phone.tap("张贴公示")
        phone.sees("公示上这样写")
        wrong += seen_at_both(phone, "notice")
        phone.tap("下一步")
        wrong += seen_at_both(phone, "notice-told")
        pick(phone, "怎样告诉的", "当面念")
        phone.tap("点这里选") if phone.on_top.get_by_text("点这里选").count() else pick(phone, "念给谁听的", "户主")
        phone.tap("已经念过")
        phone.sees("✓ 已送到")
        phone.open("cadre/case/case", case_id=str(case_id))
        phone.tap("张贴公示")
        phone.sees("还没有做好的公示")
        wrong += seen_at_both(phone, "notice-none")
        assert make.rows(Notice) == []
        phone.tap("做一张公示")
        phone.sees("做公示")
        phone.page.wait_for_function("() => !document.body.innerText.includes('正在发')")
        [made_here] = make.rows(Notice)
        with cast.acting("village") as by:
            printed = notices.prepare([case_id], by=by)
        phone.open("cadre/case/case", case_id=str(case_id))
        phone.tap("张贴公示")
        phone.sees("请对着墙上的纸")
        phone.on_top.locator("[role=radio]").first.tap()
        phone.sees("公示全文")
        wrong += seen_at_both(phone, "notice-sheet")
        phone.tap("下一步")
        wrong += seen_at_both(phone, "notice-wall")
        phone.type("贴在哪里", "村委会门口")
        with phone.page.expect_file_chooser() as asked:
            phone.tap("＋ 拍照或选照片")
            phone.tap("同意，接着用")
        asked.value.set_files([{"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": photo(7)}])
        phone.sees("不要这张")
        phone.tap("已经贴好")
        phone.sees("照片 1 张，送到 1 张")

    assert wrong == []
    [left, notice] = sorted(make.rows(Notice), key=lambda row: row.id)
    assert (left.id, left.posted_on) == (made_here.id, None)
    assert (notice.id, notice.posted_on) == (printed.id, clock.today())
    assert [row.sha256 for row in rows_of(make, StoredFile, case_id)] == [notice.photo_sha256]


@pytest.mark.shows("client.3", "client.4")
def test_a_home_check_is_filed_in_short_steps_and_a_day_goes_on_from_there(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(cast.app):
        case_id = make.case("accept")
        phone = bound(handset, cast)
        phone.sees("张三")
        phone.tap("张三　入户核实")
        phone.sees("说了什么难处")
        wrong = seen_at_both(phone, "case")
        phone.tap("入户核实")
        wrong += check(phone)
        phone.sees("✓ 已送到")
        wrong += seen_at_both(phone, "outbox")
        wrong += make_a_round(phone, make)
        declare_for_a_neighbour(phone)

    assert wrong == []
    assert len(rows_of(make, HomeCheck, case_id)) == 1
    [declared] = [row for row in make.rows(Declaration) if row.head_name == "钱七"]
    assert (declared.relation, declared.declarer_name) == ("village_cadre", "王村干")
    [kept] = make.rows(RegularVisit)
    assert (kept.changed, kept.conclusion) == (["housing"], "concern")
    assert kept.announced == [row.sha256 for row in make.rows(StoredFile) if row.visit_id == kept.id] != []


@pytest.mark.shows("client.3", "client.4", "procedure.8")
def test_a_family_of_which_only_a_neighbour_told_is_asked_and_written_down_at_its_table(
    handset: Hand, cast: Cast, make: Maker
) -> None:
    told = {"relation": "neighbour", "declarer_name": "王五", "openid": "neighbour", "id_number": None}
    with following(cast.app):
        case_id = make.case("accept", **told)
        phone = bound(handset, cast)
        phone.sees("张三")
        phone.tap("张三　入户核实")
        phone.sees("说了什么难处")
        phone.tap("入户核实")
        wrong = check(phone, number=id_number(1))
        phone.sees("✓ 已送到")

    assert wrong == []
    [filed] = rows_of(make, HomeCheck, case_id)
    assert filed.heads == 2
    head, child = sorted((row for row in make.rows(Person)), key=lambda row: row.id)
    assert (bool(head.id_sealed), child.name, child.no_document) == (True, "张小三", "not_registered")
    [marks] = [case.marks["consents"] for case in make.rows(Case) if case.id == case_id]
    assert {code: word for code, (word, _) in marks.items()} == {"health": True, "minors": True}
