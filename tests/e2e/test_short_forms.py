"""Every short form of a cadre's is filed from the phone, and what it is for is done then."""

from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Error, expect

from backend import clock
from backend.access.permissions import Action
from backend.models import Assignment, CaseEvent, GreenChannel, GroupMeeting, MemberChange, Notice, StoredFile
from backend.services import home_checks
from tests.checks import FORM, following
from tests.e2e.cadre import Hand, arrived, bound, prepared, restart_without_signal
from tests.e2e.filing import file, fill, fill_in
from tests.e2e.filings import FILINGS, FORMS
from tests.e2e.phone import Handset
from tests.e2e.ways import Ways
from tests.people import Cast, Maker


@pytest.mark.shows("client.3", "client.4")
def test_every_short_form_is_filed_and_what_it_is_for_is_done(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    assert {name.partition(":")[0] for name in FILINGS} == FORMS, "a form that nobody files, or a filing without a form"
    wrong: dict[str, str] = {}
    with following(app):
        ways = Ways(app, cast, make)
        phones = {login: bound(handset, cast, login) for login in ("village", "head")}
        for name, filing in FILINGS.items():
            try:
                if filing.before:
                    filing.before(ways)
                file(phones[filing.by], ways, filing)
            except (AssertionError, Error, ValueError) as error:
                wrong[name] = f"{phones[filing.by].on_top.inner_text()[:300]}\n{str(error)[:300]}"
                continue
            if not filing.kept(ways, ways.family(filing.family)):
                wrong[name] = "filed, and not to be found"

    assert wrong == {}, "\n\n".join(f"== {name}: {said}" for name, said in wrong.items())


def read_ahead(phone: Handset) -> None:
    """Look at the pages that keep what the day's forms need."""
    prepared(phone)
    for page, shelf, many in (("families", "prefill", 2), ("campaigns", "campaign", 1)):
        phone.open(f"cadre/{page}/{page}")
        kept = "([shelf, many]) => Object.keys(localStorage).join().split(`cache:${shelf}:`).length > many"
        phone.page.wait_for_function(kept, arg=[shelf, many])


ALONE = ("fetch", "talk", "group", "answer", "change: somebody leaves")
TAKEN = {"in_person": "周八家 当面见过", "settle": "李四家 确认人口变动", "measure": "王五家 帮扶进展"} | {
    "take_down": "孙七家 取下公示",
    "assignment": "交办的事",
}
"""Those that somebody else does meanwhile, and what the outbox calls them: one for each way in which a duty is held."""


@pytest.mark.shows("client.3", "client.6")
def test_what_was_filed_without_signal_arrives_once_and_says_what_others_did_meanwhile(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(app):
        ways = Ways(app, cast, make)
        ways.begin_a_day()
        phone = bound(handset, cast)
        read_ahead(phone)
        for number, name in enumerate((*ALONE, *TAKEN), 1):
            restart_without_signal(phone, f"cadre/{FILINGS[name].page}", **ways.address_of(FILINGS[name].family))
            fill_in(phone, FILINGS[name])
            phone.sees(f"等着发的 {number} 件")
        ways.others_are_quicker()
        phone.context.set_offline(False)
        arrived(phone, len(ALONE))
        phone.page.wait_for_function("() => !/正在发|等着发/.test(document.body.innerText)")

    for title in TAKEN.values():
        expect(phone.on_top.locator(".card", has_text=title)).to_contain_text("别人已经办过了")
    expect(phone.on_top.locator(".card", has_text="周八家")).to_contain_text("李站长")
    for name in ALONE:
        assert FILINGS[name].kept(ways, ways.family(FILINGS[name].family)), name
    done = Counter(each.action for each in ways.family("张三").of(CaseEvent))
    assert (done[Action.SUPPLEMENT], done["talk"], len(make.rows(GroupMeeting)), len(make.rows(StoredFile))) == (1,) * 4
    assert {each.settled_by_name for each in make.rows(MemberChange)} == {"李站长", ""}
    assert [each.taken_down_by_name for each in make.rows(Notice)] == ["李站长", ""]
    assert {each.what: each.answered_by_name for each in make.rows(Assignment)}["请把台账补齐"] == "李站长"


@pytest.mark.shows("client.3")
def test_what_is_refused_is_mended_in_the_same_form_and_sent_anew(
    app: Flask, handset: Hand, cast: Cast, make: Maker
) -> None:
    with following(app):
        case_id = make.case("accept")
        checked = replace(FORM, visited_on=clock.today(), companion="王村干")
        with cast.acting("head") as by:
            home_checks.file_check(case_id, by=by, version=make.duty(case_id).version, form=checked)
        phone = bound(handset, cast).open("cadre/case/case", case_id=str(case_id))
        green = FILINGS["green"]
        fill_in(phone, replace(green, answers=(*green.answers, ("哪天研究的", "2020-01-01"))))
        phone.sees("没有办成")
        phone.sees("研究日期要在发现困难之后")
        phone.tap("打开来改")
        fill(phone, ("哪天研究的", clock.today().isoformat()))
        phone.tap(green.submit)
        phone.sees("✓ 已送到")

    [kept] = make.rows(GreenChannel)
    assert (kept.cause, kept.studied_on) == ("disaster", clock.today())
