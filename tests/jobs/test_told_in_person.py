"""News that must be heard ends with a person who goes there, however it failed to arrive."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from backend import clock
from backend.db import in_transaction
from backend.models import Attempt, Declaration, Task
from backend.policy.ladder import Audience
from backend.workflow.outbox import owe
from backend.workflow.states import Kind
from tests.jobs.conftest import NOON
from tests.people import COUNTY, Cast, Maker
from tests.wechat.emulation import Emulator

pytestmark = pytest.mark.shows("reminders.3")
SEND = "/cgi-bin/message/subscribe/send"
DATA = {"number": "K7M3-Q9TD-X4", "status": "待补充材料", "office": "某某镇", "at": "2026-03-05 14:07"}
Run = Callable[..., int]


@pytest.fixture
def declaration(make: Maker, phone_shop: Callable[..., str]) -> Declaration:
    phone_shop("farmer", allows=5)
    return make.declaration(openid="farmer")


@pytest.fixture
def owed(app: Flask, declaration: Declaration) -> Callable[..., int]:
    """Owe news that must be heard to the declaration's account, or to whoever declared without a phone."""

    def owe_one(recipient: str = "", **changes: str) -> int:
        def work() -> int:
            return owe(
                kind="progress",
                subject=f"receipt:{changes}",
                recipient=recipient or f"account:{declaration.account_id}",
                declaration_id=declaration.id,
                audience=Audience.MUST_HEAR,
                county_code=COUNTY,
                data={**DATA, **changes},
            ).id

        with clock.at(NOON), app.app_context():
            return in_transaction(work)

    return owe_one


def duties(make: Maker) -> list[Task]:
    return [row for row in make.rows(Task) if row.kind == Kind.TELL]


def test_an_elder_whose_news_outlived_an_outage_is_still_told(
    make: Maker, declaration: Declaration, owed: Callable[..., int], deliver: Run
) -> None:
    message = owed(f"declaration:{declaration.id}")

    deliver(NOON + timedelta(days=3))
    deliver(NOON + timedelta(days=3))

    assert make.messages(id=message)[0].state == "expired"
    assert [duty.detail["declaration"] for duty in duties(make)] == [str(declaration.id)]


@pytest.mark.parametrize(("errcode", "ends"), [(47003, "refused"), (87014, "refused"), (None, "uncertain")])
def test_news_that_may_not_have_arrived_is_told_in_person_once(
    make: Maker, owed: Callable[..., int], deliver: Run, emulator: Emulator, errcode: int | None, ends: str
) -> None:
    if errcode is None:
        emulator.order("timeout_after", endpoint=SEND, milliseconds=1500)
    else:
        emulator.order("errcode", endpoint=SEND, errcode=errcode)
    message = owed()

    deliver()
    deliver(NOON + timedelta(hours=1))

    [ended] = make.messages(id=message)
    assert (ended.state, ended.why.endswith("已请村里当面告知")) == (ends, True)
    assert len(duties(make)) == 1
    assert sorted(row.channel for row in make.rows(Attempt) if row.message_id == message) == ["call", "subscribe"]


def test_later_news_is_not_told_by_a_call_made_before_it(
    make: Maker, cast: Cast, declaration: Declaration, owed: Callable[..., int], deliver: Run, emulator: Emulator
) -> None:
    emulator.order("errcode", endpoint=SEND, errcode=43101, count=None)
    owed()
    deliver()
    [seen] = duties(make)
    owed(status="不符合条件")
    deliver()

    body = {"way": "phone", "told_whom": "head", "told_on": "2026-11-20", "words": "已给老人打电话说明"}
    with clock.at(NOON):
        phone = cast.phone("village")
        early = phone.post(f"/cases/{declaration.case_id}/tellings", version=seen.version, **body)
        [duty] = duties(make)
        late = phone.post(f"/cases/{declaration.case_id}/tellings", version=duty.version, **body)

    assert (early.status_code, late.status_code) == (409, 201), (early.json, late.json)
    assert (duty.detail["status"], len(duty.detail["messages"])) == ("不符合条件", 2)


def test_what_arrived_is_told_by_nobody(make: Maker, owed: Callable[..., int], deliver: Run) -> None:
    message = owed()

    deliver()

    assert (make.messages(id=message)[0].state, duties(make)) == ("sent", [])
