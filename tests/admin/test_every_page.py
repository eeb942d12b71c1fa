"""What holds for every page of the console, generated from its routes so that a new one is covered at once."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from admin.send_words import TABS
from admin.sessions import OPEN
from admin.step_fields import Field, Kind, value_of
from admin.supervisions import TABS as PAPERS
from backend.db import db
from backend.errors import Invalid
from backend.services import demo_clock
from backend.workflow import places
from tests.admin.desk import Desk
from tests.admin.desk_pages import pages_of_the_desks
from tests.admin.pages import read
from tests.people import Cast, Maker, id_number

Enter = Callable[[str], Desk]
Browser = Callable[[], Desk]

_KEYS = set("jkodnp")
ENGLISH = {"admin", "auditor", "county_op", "reviewer", "village", "x", "a", "b", "pdf", "word", "excel", "wps"} | _KEYS
"""Sign-in names, the last sign of an ID number, A角 and B角, kinds of file, keys of the queue: no other Latin
letters are seen by people."""
VENDORED = "/console/static/vendor/swagger-ui/swagger-ui-bundle.js"
SOME = {"case_id": 1, "staff_id": 1, "file_id": 1, "variant": "original", "code": "none", "filename": "console.css"}
SOME |= {"doubt_id": 1, "key_id": 1}
SOME |= {"batch_id": 1, "event_id": 1, "notice_id": 1, "meeting_id": 1, "clue_id": 1, "kind": "meeting"}
SOME |= {"message_id": 1, "row": 1, "supervision_id": 1, "deputy_row_id": 1, "task_id": 1}
SOME |= {"complaint_id": 1, "satisfaction_id": 1, "reporter_id": 1, "dictionary": "hardships"}
SOME |= {"watch_id": 1, "household_id": 1, "campaign_id": 1}
SOME |= {"number": "none", "group": "policy"}
SOME |= {"session_id": 1, "identity_id": 1, "request_id": 1}
SOME |= {"handover_id": 1, "absence_id": 1, "difference_id": 1}


AFTER_INCLUSION = (
    *("watches/", "watches/candidates", "rounds/", "resources/", "mass-risk/", "supervising/", "campaigns/"),
    *("national/", "family-files/", "family-files/place"),
)


PRACTICE = ("practice/",)


def _console_rules(app: Flask) -> list[object]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console/")]


def _rules(app: Flask) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console/") and "GET" in rule.methods]


def _addresses(app: Flask, method: str) -> list[str]:
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, {name: SOME.get(name, 1) for name in rule.arguments}, method=method)
        for rule in _console_rules(app)
        if method in rule.methods
    ]


@pytest.fixture
def every_page(app: Flask, console: Enter, make: Maker, cast: Cast) -> list[tuple[str, object]]:
    """Every screen, with something on it, as whoever may see it."""
    waiting = make.case(id_number=id_number(8), head_name="王五")
    visited = make.case("accept", "visit")
    member = cast.staff_id("village")
    seen = []
    for login, paths in {
        "reviewer": ("", "queue/", "queue/?tab=late", "me/", f"cases/{visited}", "no-such-page", *AFTER_INCLUSION),
        "village": ("", "queue/?tab=all", f"cases/{waiting}"),
        "admin": (
            "",
            "staff/",
            "staff/new",
            f"staff/{member}/leave",
            f"staff/{member}/phone",
            "demo/",
            "queue/",
            *PRACTICE,
        ),
        "county_op": (
            *(f"outbox/?tab={tab}" for tab in TABS),
            f"outbox/of/staff/{member}",
            "outbox/find?q=x",
            "channels/",
            *("places/", "differences/"),
        ),
        "county_lead": (*(f"supervisions/?tab={tab}" for tab in PAPERS), "deputies/"),
        "head": ("inbox/", "supervisions/", "deputies/", "absences/"),
        "town_op": ("handovers/", f"handovers/of/{member}", "absences/", "differences/"),
        "auditor": ("", "audit/", "looks/", "looks/?number=123", f"looks/{visited}"),
    }.items():
        desk = console(login)
        seen += [(f"{login}: {path}", desk.get(f"/console/{path}")) for path in paths]
    seen += pages_of_the_desks(app, console, make, cast)
    guest = Desk(desk.client.application.test_client())
    return [*seen, ("sign-in", guest.get("/console/sign-in/?over=1")), ("password", guest.get("/console/password/x"))]


@pytest.mark.shows("story.4", "console.7")
def test_a_post_without_a_form_token_or_with_a_stale_one_is_refused(
    app: Flask, console: Enter, browser: Browser
) -> None:
    stale = browser().token()
    desk, posts = console("admin"), _addresses(app, "POST")

    for address in posts:
        without = desk.client.post(address, data={})
        with_stale = desk.client.post(address, data={"csrf_token": stale})
        assert (without.status_code, with_stale.status_code) == (400, 400), address
        assert "刚才没有提交" in read(without).text
    assert len(posts) >= 15


@pytest.mark.shows("story.6", "console.7")
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_number_that_no_row_can_have_is_no_page_and_the_newest_page(app: Flask, console: Enter, kind: str) -> None:
    app.testing, huge = False, "9" * 26
    asked = dict.fromkeys(("before", "after", "year"), huge)
    ids = {rule.rule: {name for name in rule.arguments if isinstance(SOME.get(name, 1), int)} for rule in _rules(app)}
    answered = {}
    try:
        for login in ("county_op", "admin"):
            desk = console(login)
            for rule, named in ids.items():
                given = {name: huge if name in named else "x" for name in re.findall(r"(\w+)>", rule)}
                path = re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: given[found[1]], rule)  # noqa: B023 - called here
                with desk.client.get(path, query_string=asked) as answer:
                    answered[login, path] = answer.status_code
    finally:
        app.testing = True

    assert {key: status for key, status in answered.items() if status >= 500} == {}
    assert {status for (_, path), status in answered.items() if huge in path} <= {404, 405}


@pytest.mark.shows("story.6", "console.7")
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (Kind.PICK, "²"),
        (Kind.PICK, "9" * 19),
        (Kind.MANY, "9" * 30),
        (Kind.DAY, "9999-12-31"),
        (Kind.DAY, "0001-01-01"),
        (Kind.MOMENT, "9999-12-31T23:59"),
    ],
)
def test_a_form_takes_no_number_that_no_row_has_and_no_day_that_nobody_means(field: Kind, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        value_of(Field("here", "这里", field), MultiDict({"here": typed}))

    assert set(refused.value.fields) == {"here"}


@pytest.mark.shows("story.4", "console.7")
def test_only_the_listed_addresses_are_open_to_whoever_is_not_signed_in(app: Flask, browser: Browser) -> None:
    guest = browser()
    adapter = app.url_map.bind("localhost")

    for address in _addresses(app, "GET"):
        endpoint, _ = adapter.match(address, method="GET")
        answer = guest.client.get(address)
        answer.close()
        is_sent_away = (answer.location or "").startswith("/console/sign-in/?")
        assert is_sent_away != (endpoint in OPEN), address
    assert set(OPEN) == {
        "assets.static",
        "console.static",
        "sign_in.index",
        "sign_in.enter",
        "sign_in.second",
        "sign_in.take_second",
        "sign_in_phone.index",
        "sign_in_phone.ask",
        "sign_in_phone.standing",
        "sign_in_phone.come_in",
        "password.index",
        "password.show",
        "password.choose",
    }


def test_every_page_carries_a_strict_policy_and_nothing_that_it_forbids(every_page: list[tuple[str, object]]) -> None:
    for name, page in every_page:
        policy = page.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'nonce-([\w-]+)';", policy)
        assert nonce, name
        assert "unsafe" not in policy, name
        assert page.headers["X-Frame-Options"] == "DENY", name
        assert page.headers["Cache-Control"] == "no-store", name
        for tag, attribute, value in page.attributes:
            assert not attribute.startswith("on"), f"{name}: <{tag} {attribute}>"
            assert attribute != "style", f"{name}: <{tag} style>"
            if attribute in {"href", "src", "action"}:
                assert value.startswith(("/console/", "#")), f"{name}: {value}"
        scripts = [value for tag, attribute, value in page.attributes if (tag, attribute) == ("script", "nonce")]
        assert scripts, name
        assert set(scripts) == {nonce[1]}, name
        assert page.html.count("<script") == len(scripts), name


def test_every_page_speaks_chinese(every_page: list[tuple[str, object]]) -> None:
    for name, page in every_page:
        seen = [*page.words, *(value for _, attribute, value in page.attributes if attribute in {"placeholder", "alt"})]
        stray = {word.lower() for words in seen for word in re.findall(r"[A-Za-z][A-Za-z_]*", words)} - ENGLISH
        assert not stray, f"{name}: {stray}"
        assert '<html lang="zh-CN">' in page.html, name


def test_every_field_has_a_label(every_page: list[tuple[str, object]]) -> None:
    for name, page in every_page:
        labelled = {value for tag, attribute, value in page.attributes if (tag, attribute) == ("label", "for")}
        ids = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page.html)
        assert set(ids) <= labelled, name


def test_what_goes_wrong_at_the_console_is_a_page_and_at_the_api_stays_json(
    console: Enter, browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = console("reviewer")
    wrong_method = desk.client.put("/console/queue/", headers={"X-Requested-With": "x"})
    missing = desk.client.get("/console/nothing/here")
    at_api = desk.client.get("/api/v1/nothing")

    assert missing.status_code == 404
    assert "没有找到" in read(missing).text
    assert "回到首页" in read(missing).text
    assert wrong_method.status_code == 405
    assert "从菜单重新进入" in read(wrong_method).text
    assert at_api.json["code"] == "not_found"
    assert "去登录" in read(browser().client.get("/console/nothing/here")).text


def test_a_bug_of_ours_is_a_page_that_says_so(console: Enter, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = console("reviewer")
    monkeypatch.setattr("backend.services.tasks.queue", lambda **asked: 1 / 0)

    page = desk.get("/console/queue/")

    assert page.status == 500
    assert "我们已经记下来了" in page.text
    assert "ZeroDivision" not in page.html


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    asked: list[str] = []

    def note(*called: object) -> None:
        asked.append(str(called[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.shows("story.9")
def test_a_queue_page_costs_at_most_eight_statements(console: Enter, make: Maker, app: Flask) -> None:
    for serial in range(12):
        make.declaration(id_number=id_number(serial), openid=f"f{serial}", village_code=f"13012610000{serial % 5 + 1}")
    desk = console("reviewer")
    places.forget()
    demo_clock._known.clear()

    with _counted(app) as asked:
        page = desk.get("/console/queue/?tab=all")

    assert page.status == 200
    assert page.html.count("<tr data-row") == 12
    assert len(asked) <= 8, asked


@pytest.mark.shows("story.9")
def test_a_decision_at_the_console_costs_at_most_fourteen_statements(console: Enter, make: Maker, app: Flask) -> None:
    case_id = make.case("accept", "visit")
    desk = console("reviewer")
    page = desk.get(f"/console/cases/{case_id}")

    with _counted(app) as asked:
        answer = desk.press(page, "/decisions", follow=False, action="pass_on")

    assert answer.status == 302
    assert len(asked) <= 14, asked


def test_our_own_files_may_be_kept_and_change_their_address_with_their_content(browser: Browser) -> None:
    desk = browser()
    page = desk.get("/console/sign-in/")
    sheet = next(value for tag, name, value in page.attributes if tag == "link" and "console.css" in value)

    with desk.client.get(sheet) as answer, desk.client.get(VENDORED) as vendored:
        pass

    assert "immutable" in answer.headers["Cache-Control"]
    assert vendored.status_code == 200
    assert "default-src 'none'" in desk.client.get("/api/v1/docs").headers["Content-Security-Policy"]
