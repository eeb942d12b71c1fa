"""A text message reaches staff whom WeChat does not: their number sealed, shown masked, written down by few."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import Attempt, Staff
from backend.services import rotation, staff
from tests.jobs.conftest import NOON
from tests.jobs.ladder import due_now
from tests.jobs.texting import deliver_with_texts as deliver_with_texts
from tests.jobs.texting import provider as provider
from tests.people import Cast, Maker
from tests.sms.standin import StandIn
from tests.wechat.emulation import Emulator

pytestmark = [pytest.mark.shows("reminders.3"), pytest.mark.parametrize("kind", ["sqlite", "mariadb"])]
Run = Callable[..., int]


def give_phone(app: Flask, cast: Cast, login: str, phone: str = "13800001234") -> None:
    with app.app_context():
        staff.set_phone(cast.staff_id(login), phone, by=cast.actor("admin"))


def member(make: Maker, cast: Cast, login: str) -> Staff:
    return next(row for row in make.rows(Staff) if row.id == cast.staff_id(login))


def test_whoever_has_no_wechat_here_gets_a_text_about_the_duty_and_nobodys_name(
    make: Maker, app: Flask, cast: Cast, sweep: Run, deliver_with_texts: Run, provider: StandIn, kind: str
) -> None:
    give_phone(app, cast, "village")
    make.case()
    sweep()

    deliver_with_texts()

    [text] = provider.received
    assert text["phone"] == "13800001234"
    assert "受理申报" in str(text)
    assert "张三" not in str(text)
    assert [(each.channel, each.state) for each in make.rows(Attempt)] == [("sms", "sent")]


def test_a_text_comes_only_in_its_own_hours(
    make: Maker, app: Flask, cast: Cast, sweep: Run, deliver_with_texts: Run, provider: StandIn, kind: str
) -> None:
    give_phone(app, cast, "village")
    duty = make.duty(make.case())
    late_evening = NOON + timedelta(hours=8, minutes=30)
    due_now(app, duty.id, "new", late_evening)
    sweep(late_evening)

    deliver_with_texts(late_evening)
    before = len(provider.received)
    deliver_with_texts(NOON + timedelta(hours=20))

    assert (before, len(provider.received)) == (0, 1)


@pytest.mark.parametrize("without", ["a number", "a post"])
def test_without_a_number_or_a_post_there_is_no_text(
    make: Maker,
    app: Flask,
    cast: Cast,
    sweep: Run,
    deliver_with_texts: Run,
    provider: StandIn,
    kind: str,
    without: str,
) -> None:
    give_phone(app, cast, "village")
    make.case()
    sweep()
    with app.app_context():
        if without == "a post":
            staff.deactivate(cast.staff_id("village"), by=cast.actor("admin"))
        else:
            staff.set_phone(cast.staff_id("village"), "", by=cast.actor("admin"))

    deliver_with_texts()

    [message] = make.messages(kind="duty")
    assert (message.state, provider.received) == ("refused", [])
    assert message.why == ("已不在岗" if without == "a post" else "没有登记手机号")


def test_a_number_is_sealed_at_rest_masked_in_sight_and_gone_with_its_owner(
    make: Maker, app: Flask, cast: Cast, kind: str
) -> None:
    give_phone(app, cast, "village", "+86 138-0000-1234")

    kept = member(make, cast, "village")
    with app.app_context():
        shown = staff.masked_phone(kept)
        assert ("Staff", "phone_sealed") in {(kind_.__name__, name) for kind_, name in rotation.sealed_columns()}
        staff.deactivate(cast.staff_id("village"), by=cast.actor("admin"))

    assert "1380000" not in str(kept.phone_sealed)
    assert shown == "138****1234"
    assert member(make, cast, "village").phone_sealed is None


@pytest.mark.parametrize("typed", ["0311-82520000", "138000", "一三八", "13800001234 13800001235"])
def test_what_takes_no_text_is_not_written_down(make: Maker, app: Flask, cast: Cast, kind: str, typed: str) -> None:
    with app.app_context(), pytest.raises(Invalid) as wrong:
        staff.set_phone(cast.staff_id("village"), typed, by=cast.actor("admin"))

    assert list(wrong.value.fields) == ["phone"]
    assert member(make, cast, "village").phone_sealed is None


def test_ones_own_number_is_ones_own_and_nobody_elses_but_the_administrators(
    make: Maker, app: Flask, cast: Cast, kind: str
) -> None:
    with app.app_context():
        staff.set_phone(cast.staff_id("village"), "13800001234", by=cast.actor("village"))
    with app.app_context(), pytest.raises(NotAllowed):
        staff.set_phone(cast.staff_id("village"), "13800009999", by=cast.actor("town_lead"))
    with app.app_context():
        row = db.session.get(Staff, cast.staff_id("head"))
        row.county_code = "130126"
        with pytest.raises(NotFound):
            staff.set_phone(4711, "13800009999", by=cast.actor("admin"))

    with app.app_context():
        assert staff.masked_phone(member(make, cast, "village")) == "138****1234"


def test_whoever_no_longer_works_here_is_told_nothing_on_any_channel(
    make: Maker,
    app: Flask,
    cast: Cast,
    sweep: Run,
    deliver_with_texts: Run,
    phone_shop: Callable[..., str],
    emulator: Emulator,
    kind: str,
) -> None:
    openid = phone_shop("phone-of-village")
    cast.phone("village")
    make.case()
    sweep()
    with app.app_context():
        staff.deactivate(cast.staff_id("village"), by=cast.actor("admin"))

    deliver_with_texts()

    assert emulator.messages(openid) == []
    assert [each.state for each in make.messages(kind="duty")] == ["refused"]
