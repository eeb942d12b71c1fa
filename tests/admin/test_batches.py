"""The county's batch at its desk: prepared by a clerk, signed by a leader, announced, and entered by the township."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import Action
from backend.models import Announcement, BatchItem, CountyBatch, Judgement, NationalEntry
from backend.services import cases, disasters
from backend.services.disasters import EventForm
from backend.workflow.states import Kind
from backend.workflow.steps import Reason
from tests.admin.desk import Desk
from tests.admin.pages import Page, read
from tests.checks import following
from tests.people import TOWNSHIP, Cast, Maker
from tests.services.desks import FRIDAY, Desks

Enter = Callable[[str], Desk]
NUMBER = "灵防贫〔2026〕3号"

pytestmark = pytest.mark.shows("procedure.2")


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker) -> Iterator[Desks]:
    with following(app):
        yield Desks(app, cast, make)


@pytest.fixture
def waiting(desks: Desks) -> Iterator[list[int]]:
    """Two families that wait for the county, on its day."""
    families = []
    for name in ("张三", "李四"):
        desks.family(name)
        desks.to_the_county()
        families.append(desks.case_id)
    with clock.at(desks.now):
        yield families


def _prepare(desk: Desk, *case_ids: int, **typed: str) -> Page:
    form = desk.get("/console/batches/").form("/batches/")
    sent = {**form.values, "cases": [str(each) for each in case_ids], "number": NUMBER, **typed}
    return _follow(desk, form.action, sent)


def _follow(desk: Desk, address: str, sent: dict[str, Any]) -> Page:
    return read(desk.client.post(address, data=sent, follow_redirects=True))


def _propose(desk: Desk, page: Page, case_id: int, **typed: Any) -> Page:
    form = next(
        each for each in page.forms if each.action.endswith("/families") and each.values["case_id"] == str(case_id)
    )
    return _follow(desk, form.action, {**form.values, **typed})


@pytest.mark.shows("C17")
def test_a_clerk_prepares_a_leader_signs_and_the_families_are_announced(
    console: Enter, waiting: list[int], make: Maker
) -> None:
    clerk, leader = console("county_op"), console("county_lead")

    prepared = _prepare(clerk, *waiting)
    [batch] = make.rows(CountyBatch)
    signed = leader.press(leader.get(f"/console/batches/{batch.id}"), "/signature")
    announced = clerk.press(clerk.get(f"/console/batches/{batch.id}"), "/announcement")

    assert "已放进批次2户" in prepared.text
    assert not any(form.action.endswith("/signature") for form in prepared.forms)
    assert "办好2户" in signed.text
    assert "已公告2户" in announced.text
    assert {row.number for row in make.rows(Announcement)} == {NUMBER}
    assert [make.state(each) for each in waiting] == ["monitored"] * 2
    assert "褚县长" in announced.text


def test_not_including_a_family_needs_a_reason_and_another_way(console: Enter, waiting: list[int], make: Maker) -> None:
    clerk, leader = console("county_op"), console("county_lead")
    first, second = waiting
    page = _prepare(clerk, first, second)
    typed: dict[str, Any] = {"verdict": "reject", "reasons-reject": ["can_cope"], "words": "家里能应付"}

    bare = _propose(clerk, page, first, verdict="reject")
    half = _propose(clerk, page, first, **typed)
    whole = _propose(clerk, page, first, **typed, alternative="请民政办理临时救助", transfer="civil_affairs")
    [batch] = make.rows(CountyBatch)
    leader.press(leader.get(f"/console/batches/{batch.id}"), "/signature")

    assert (bare.status, half.status) == (422, 422)
    assert "至少选一条" in bare.text
    assert "怎样帮这一户" in half.text
    assert "家里能应付" in half.text
    assert "转民政局" in whole.text
    assert [make.state(each) for each in waiting] == ["not_included", "approved"]
    assert {row.alternative_sealed is not None for row in make.rows(Judgement) if row.case_id == first} >= {True}


def test_a_family_whose_file_grew_stays_undecided_and_the_others_go_on(
    console: Enter, waiting: list[int], make: Maker, desks: Desks, cast: Cast
) -> None:
    clerk, leader = console("county_op"), console("county_lead")
    page = _prepare(clerk, *waiting)
    desks.go_to(waiting[0])
    with desks.as_("county_lead") as by:
        cases.decide(
            waiting[0],
            Action.COUNTY_SEND_BACK,
            by=by,
            seen=desks.seen(Kind.COUNTY_DECISION),
            reason=Reason(("papers",), "缺住院单"),
        )
    [batch] = make.rows(CountyBatch)

    shown = clerk.get(f"/console/batches/{batch.id}")
    signed = leader.press(leader.get(f"/console/batches/{batch.id}"), "/signature")

    assert page.status == 200
    assert "情况有变，请重新放入" in shown.text
    assert "办好1户，1户没有办" in signed.text
    assert sum(item.outcome == "done" for item in make.rows(BatchItem)) == 1
    assert make.state(waiting[1]) == "approved"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cases": []}, "请勾选要审定的农户"),
        ({"cases": ["7"] * 201}, "一批最多200户"),
        ({"cases": ["99"]}, "没有找到"),
        ({"number": "  "}, "文号"),
        ({"number": "号" * 61}, "60"),
        ({"sits_on": "2026-01-01"}, "不能早于今天"),
        ({"sits_on": "昨天"}, "日期不对"),
    ],
)
def test_a_batch_that_cannot_be_is_said_so_and_nothing_is_left_behind(
    console: Enter, waiting: list[int], make: Maker, typed: dict[str, Any], said: str
) -> None:
    page = _prepare(console("county_op"), *waiting, **typed)

    assert page.status in {404, 422}
    assert said in page.text
    assert make.rows(CountyBatch) == make.rows(BatchItem) == []


def test_a_number_is_used_once_and_a_prepared_family_is_not_offered_again(
    console: Enter, waiting: list[int], make: Maker
) -> None:
    clerk = console("county_op")
    _prepare(clerk, waiting[0])

    again = _prepare(clerk, waiting[1])

    assert again.status == 422
    assert "文号已经用过" in again.text
    assert len(make.rows(CountyBatch)) == 1
    boxes = [value for tag, name, value in again.attributes if name == "id" and value.startswith("case-")]
    assert boxes == [f"case-{waiting[1]}"]


def test_a_family_is_taken_out_of_a_batch_and_still_waits(console: Enter, waiting: list[int], make: Maker) -> None:
    clerk = console("county_op")
    page = _prepare(clerk, *waiting)

    form = page.form("/families")
    left = _follow(clerk, f"{form.action}/out", {**form.values, "case_id": str(waiting[0])})

    assert "已从这一批里拿掉" in left.text
    assert [item.case_id for item in make.rows(BatchItem)] == [waiting[1]]
    assert "等待审定的2户" in clerk.get("/console/batches/").text.replace(" ", "")


def test_who_may_not_prepare_or_sign_cannot(console: Enter, waiting: list[int], make: Maker) -> None:
    clerk, township = console("county_op"), console("reviewer")
    _prepare(clerk, *waiting)
    [batch] = make.rows(CountyBatch)

    by_clerk = clerk.send(f"/console/batches/{batch.id}/signature")
    answers = [
        township.get("/console/batches/").status,
        township.get(f"/console/batches/{batch.id}").status,
        township.send(f"/console/batches/{batch.id}/signature").status_code,
        township.send("/console/batches/", number=NUMBER, sits_on="2026-04-01", cases=waiting).status_code,
    ]

    assert by_clerk.status_code == 403
    assert answers == [403] * 4
    assert {make.state(each) for each in waiting} == {"passed"}


def _entered(desks: Desks, make: Maker, console: Enter, waiting: list[int]) -> None:
    _prepare(console("county_op"), *waiting)
    [batch] = make.rows(CountyBatch)
    leader = console("county_lead")
    leader.press(leader.get(f"/console/batches/{batch.id}"), "/signature")
    leader.press(leader.get(f"/console/batches/{batch.id}"), "/announcement")


def test_the_township_types_the_receipts_of_many_families_and_a_wrong_one_stops_no_other(
    console: Enter, waiting: list[int], make: Maker, desks: Desks
) -> None:
    _entered(desks, make, console, waiting)
    desk = console("town_op")
    page = desk.get("/console/entries/")
    first, second = waiting

    form = page.form("/entries/")
    typed = {f"receipt-{first}": "GJ-2026-001", f"receipt-{second}": "编号！", "case_id": [str(first), str(second)]}
    answer = _follow(desk, form.action, {**form.values, **typed})

    assert answer.status == 422
    assert "只有字母、数字和短横" in answer.text
    assert [row.receipt_no for row in make.rows(NationalEntry)] == ["GJ-2026-001"]
    assert answer.form("/entries/").values[f"receipt-{second}"] == "编号！"
    assert f"receipt-{first}" not in answer.form("/entries/").values


def test_nothing_typed_is_said_so_and_the_county_does_not_type_receipts(
    console: Enter, waiting: list[int], make: Maker, desks: Desks
) -> None:
    _entered(desks, make, console, waiting)
    desk = console("town_op")

    empty = desk.press(desk.get("/console/entries/"), "/entries/")
    late = desk.press(
        desk.get("/console/entries/"), "/entries/", entered_on="2099-01-01", **{f"receipt-{waiting[1]}": "A1"}
    )

    assert empty.status == late.status == 422
    assert "请至少填一户的编号" in empty.text
    assert console("county_op").get("/console/entries/").status == 403
    assert make.rows(NationalEntry) == []


@pytest.mark.shows("procedure.10", "D29")
def test_a_call_is_noted_at_the_desk_and_the_paper_says_that_it_is_to_be_signed(
    console: Enter, desks: Desks, make: Maker
) -> None:
    desks.family("李四")
    desks.to_the_county()
    dry, desks.today = desks.case_id, FRIDAY
    with desks.as_("county_op") as by:
        disasters.open_event(EventForm("暴雨", "灵政〔2026〕7号", "natural", (TOWNSHIP,)), by=by)
    struck = desks.family("张三")
    desks.to_the_county()
    with clock.at(desks.now):
        clerk, lead = console("county_op"), console("county_lead")
        page = _prepare(clerk, struck, dry)
        call = page.form("/telephone")
        early = _follow(clerk, call.action, {**call.values, "leader": "褚县长", "at": ""})
        noted = _follow(clerk, call.action, {**call.values, "leader": "褚县长", "at": f"{desks.today}T09:00"})
        before = lead.get(page.form("/telephone").action.removesuffix("/telephone"))
        signed = _follow(lead, before.form("/signature").action, before.form("/signature").values)

    assert "请填通话时间。" in early.text
    assert "已记下电话同意：办好1户，1户要等负责人签发" in noted.text
    assert "电话同意，待补签" in noted.text
    assert "褚县长" in noted.text
    assert "签发：审定1户，补签1户" in before.html
    assert "待补签" not in signed.text
    assert {row.outcome for row in make.rows(BatchItem)} == {"done"}


def test_a_batch_of_ordinary_families_offers_no_call(console: Enter, waiting: list[int]) -> None:
    page = _prepare(console("county_op"), *waiting)

    assert not [form for form in page.forms if form.action.endswith("/telephone")]
