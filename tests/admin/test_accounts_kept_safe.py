"""Three administrators, second factors, sessions, networks, inspectors and the switch, as people meet them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask

from backend import clock
from backend.access.permissions import ADMINISTRATORS, APART, PERMISSIONS, Action, Role
from backend.db import db
from backend.errors import Invalid, NotPossibleNow
from backend.models import AuditRow, Case, CountySafety, Identity, RecoveryCode, SecondFactor, Staff
from backend.services import guarding, hats, notices, second_factors, second_looks
from backend.services.hats import Hat
from tests.admin.desk import Desk
from tests.admin.pages import Page
from tests.checks import following
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.sitting import Village

Enter = Callable[[str], Desk]
Browser = Callable[[], Desk]

pytestmark = pytest.mark.shows("console.6")


def _demand(app: Flask, **columns: object) -> None:
    with app.app_context():
        db.session.add(CountySafety(county_code=COUNTY, factor_of_exports=False, **columns))
        db.session.commit()


def _secret(page: Page) -> str:
    found = re.search(r'id="secret" value="([A-Z2-7 ]{32,})"', page.html)
    assert found, page.text
    return found[1].replace(" ", "")


def _recovery_codes(page: Page) -> list[str]:
    return re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", page.text)


def _set_up(desk: Desk, page: Page) -> tuple[str, str, list[str]]:
    """Set the second factor up as the page asks; return the secret, the code used, and the recovery codes."""
    secret = _secret(page)
    code = pyotp.TOTP(secret).now()
    return secret, code, _recovery_codes(desk.press(page, "/second", code=code))


def _once_link(page: Page) -> str:
    link = next(words for words in page.words if "/console/password/" in words)
    return link[link.index("/console/") :]


def test_the_three_administrators_share_no_power_over_safety_and_one_person_holds_one_of_them(
    app: Flask, cast: Cast
) -> None:
    with signed_in(cast, "admin") as admin:
        for login in ("village", "auditor", "security"):
            member = cast.staff_id(login)
            wrong = [Hat(role, COUNTY) for role in ADMINISTRATORS if role != cast.LOGINS[login][0]]
            wrong += [Hat(Role.COUNTY_OP, COUNTY)] if login != "village" else [Hat(Role.INSPECTOR, TOWNSHIP)]
            for hat in wrong:
                with pytest.raises(Invalid, match="要分开"):
                    hats.ask(member, [hat], "试一试", by=admin)

    # Each answers with their own phone for themselves: a power over nobody.
    of_oneself = {Action.CONFIRM_CONSOLE}
    powers = {role: {action for action, roles in PERMISSIONS.items() if role in roles} - of_oneself for role in APART}
    assert not powers[Role.ADMIN] & powers[Role.SECURITY]
    assert not powers[Role.SECURITY] & powers[Role.AUDIT]
    assert not powers[Role.ADMIN] & powers[Role.AUDIT]


def test_a_new_administrator_waits_until_a_second_person_has_agreed(
    console: Enter, browser: Browser, make: Maker
) -> None:
    admin, security = console("admin"), console("security")
    form = admin.get("/console/staff/new")

    asked = admin.press(form, "/staff/new", name="马审计", login="audit-02", role="AUDIT", region_code=COUNTY)
    waiting = security.get("/console/safety/")
    outside = admin.get("/console/safety/")
    [account] = [row.id for row in make.rows(Staff) if row.login == "audit-02"]
    own_link = admin.send(f"/console/staff/{account}/link").status_code
    granted = security.press(waiting, waiting.forms[1].action, grants="yes")
    guest = browser()
    path = _once_link(granted)
    guest.press(guest.get(path), path, password="four quiet words", again="four quiet words")

    assert "等安全管理员批准" in asked.text
    assert "马审计" in waiting.text
    assert (outside.status, own_link) == (403, 404)
    assert guest.sign_in("audit-02", "four quiet words").status == 200
    assert guest.get("/console/audit/").status == 200
    assert "批准岗位" in guest.get("/console/audit/").text


def test_a_second_hat_is_granted_worn_without_signing_out_and_taken_back(
    console: Enter, app: Flask, cast: Cast, make: Maker
) -> None:
    village, security = console("village"), console("security")
    with signed_in(cast, "admin") as admin:
        [request] = hats.ask(cast.staff_id("village"), [Hat(Role.HEAD, VILLAGE)], "书记兼站长", by=admin)
    with signed_in(cast, "security") as by:
        hats.decide(request.id, by=by, grants=True)
        with pytest.raises(NotPossibleNow):
            hats.decide(request.id, by=by, grants=False)

    mine = village.get("/console/me/")
    switched = village.press(mine, "/identity", identity=_identity(make, Role.HEAD))
    account = security.get(f"/console/safety/{cast.staff_id('village')}/")
    taken = next(form for form in account.forms if form.action.endswith(f"/{_identity(make, Role.HEAD)}/take-back"))
    security.client.post(taken.action, data=taken.values)

    assert "监测站站长" in switched.text
    assert "请重新登录" in village.get("/console/queue/").text


def _identity(make: Maker, role: Role) -> int:
    return next(int(row.id) for row in make.rows(Identity) if row.role == role)


def test_a_second_factor_lives_from_its_set_up_to_its_reset(
    app: Flask, browser: Browser, cast: Cast, make: Maker
) -> None:
    _demand(app, factor_of_administrators=True)
    desk, password = browser(), cast.password("admin")

    asked = desk.sign_in("admin", password)
    not_yet = desk.get("/console/staff/")
    asked = desk.sign_in("admin", password)
    wrong = desk.press(asked, "/second", code="000000")
    secret, used, recovery = _set_up(desk, wrong)
    inside = desk.get("/console/staff/")

    assert asked.status == 200
    assert "请先设置一次" in asked.text
    assert "忘了密码" in not_yet.text
    assert wrong.status == 422
    assert _secret(wrong) == _secret(asked)
    assert (inside.status, len(recovery)) == (200, 10)
    assert secret not in str([row.secret_sealed for row in make.rows(SecondFactor)])
    assert not {code.replace("-", "") for code in recovery} & {row.digest for row in make.rows(RecoveryCode)}

    second = browser()
    page = second.sign_in("admin", password)
    replayed = second.press(page, "/second", code=used)
    fresh = pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30))
    came_in = second.press(replayed, "/second", code=fresh)
    third = browser()
    replayed_again = third.press(third.sign_in("admin", password), "/second", code=fresh)
    by_paper = third.press(replayed_again, "/second", code=recovery[0].lower())
    fourth = browser()
    twice = fourth.press(fourth.sign_in("admin", password), "/second", code=recovery[0])

    assert (replayed.status, replayed_again.status, twice.status) == (422, 422, 422)
    assert "退出" in came_in.text
    assert by_paper.status == 200
    assert third.get("/console/staff/").status == 200

    with signed_in(cast, "security") as by:
        guarding.reset_factor(cast.staff_id("admin"), by=by)
        with pytest.raises(NotPossibleNow):
            guarding.reset_factor(by.id, by=by)
    told = fourth.sign_in("admin", password)

    assert "请重新登录" in second.get("/console/staff/").text
    assert "已由沈安全重置" in told.text
    assert _secret(told) != secret
    assert "reset_factor" in str([row.detail for row in make.rows(AuditRow)])


def test_outside_a_demonstration_administrators_need_a_second_factor_without_anybody_saying_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_demo = {role for role in Role if _is_demanded(app, role)}
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], demo=False))

    assert in_a_demo == set()
    assert {role for role in Role if _is_demanded(app, role)} == ADMINISTRATORS


def _is_demanded(app: Flask, role: Role) -> bool:
    with app.app_context():
        return second_factors.is_demanded(role, COUNTY)


def test_wrong_codes_slow_the_account_down_and_the_security_administrator_unlocks_it(
    app: Flask, console: Enter, browser: Browser, cast: Cast
) -> None:
    desk, password = console("reviewer"), cast.password("reviewer")
    offer = desk.get("/console/factor/")
    desk.press(offer, "/factor/", password=password, code=pyotp.TOTP(_secret(offer)).now())
    guess = browser()
    page = guess.sign_in("reviewer", password)
    for _ in range(5):
        page = guess.press(page, "/second", code="123456")
    locked = guess.press(page, "/second", code="123456")
    again = guess.sign_in("reviewer", password)
    security = console("security")

    account = security.get(f"/console/safety/{cast.staff_id('reviewer')}/")
    security.press(account, "/unlock")

    assert (locked.status, again.status) == (429, 429)
    assert guess.sign_in("reviewer", password).status == 200


def test_a_second_look_asks_for_the_password_and_for_the_code_where_there_is_one(
    app: Flask, console: Enter, cast: Cast
) -> None:
    desk, password = console("county_op"), cast.password("county_op")

    with signed_in(cast, "county_op") as by:
        second_looks.confirm(by, password)
        with pytest.raises(Invalid) as miss:
            second_looks.confirm(by, "not it")
    offer = desk.get("/console/factor/")
    secret = _secret(offer)
    desk.press(offer, "/factor/", password=password, code=pyotp.TOTP(secret).now())
    with signed_in(cast, "county_op") as by:
        with pytest.raises(Invalid) as no_code:
            second_looks.confirm(by, password)
        second_looks.confirm(by, password, pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30)))

    assert list(miss.value.fields) == ["password"]
    assert list(no_code.value.fields) == ["code"]
    _demand(app)
    with app.app_context():
        db.session.get_one(CountySafety, COUNTY).factor_of_exports = True
        db.session.commit()
    password = cast.password("town_op")
    with signed_in(cast, "town_op") as by, pytest.raises(Invalid, match="请先到“我的账号”里设置"):
        second_looks.confirm(by, password)


def test_sessions_are_seen_and_ended_one_by_one_and_all_at_once(console: Enter, cast: Cast, make: Maker) -> None:
    here, there, security = (console(each) for each in ("reviewer", "reviewer", "security"))
    phone, member = cast.phone("reviewer"), cast.staff_id("reviewer")

    mine = here.get("/console/me/")
    ends = [form for form in mine.forms if re.search(r"/sessions/\d+/end$", form.action)]
    foreign = console("second_reviewer").send(ends[0].action)
    here.client.post(ends[-1].action, data=ends[-1].values)

    assert len(ends) == 2  # the phone and the other browser; not the one that asks
    assert "127.0.0.1" in mine.text
    assert (foreign.status_code, "请重新登录" in there.get("/console/queue/").text) == (302, True)
    assert {here.get("/console/me/").status, phone.get("/me").status_code} == {200}

    account = security.get(f"/console/safety/{member}/")
    security.press(account, f"/{member}/sessions/end")

    assert "请重新登录" in here.get("/console/queue/").text
    assert phone.get("/me").status_code == 401


def test_a_network_list_keeps_strangers_out_and_never_its_author(console: Enter, browser: Browser, cast: Cast) -> None:
    security, reviewer = console("security"), console("reviewer")
    page = security.get("/console/safety-rules/")

    locked_out = security.press(page, "/networks", networks="10.20.30.0/24")
    odd = security.press(page, "/networks", networks="127.0.0.1\nthe office")
    kept = security.press(page, "/networks", networks="127.0.0.1\n10.20.30.7/24")
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    moved = reviewer.client.get("/console/queue/", environ_base=elsewhere)
    guest, password = browser(), cast.password("second_reviewer")
    form = {"csrf_token": guest.token(), "login": "second_reviewer", "password": password}
    refused = guest.client.post("/console/sign-in/", data=form, environ_base=elsewhere)

    assert (locked_out.status, odd.status) == (422, 422)
    assert "把您自己挡在外面" in locked_out.text
    assert "第2行看不懂" in odd.text
    assert "只允许从这2段地址登录" in kept.text
    assert "10.20.30.0/24" in kept.form("/networks").values["networks"]
    assert moved.location == "/console/sign-in/?elsewhere=1"
    assert refused.status_code == 403
    assert guest.sign_in("second_reviewer", password).status == 200
    assert cast.phone("village").get("/me").status_code == 200


def _posted(village: Village) -> Any:
    return village.posted(*village.agreed("张三", "李四"))


@pytest.mark.shows("console.4")
def test_one_switch_takes_notices_and_files_offline_until_another_person_brings_them_back(
    app: Flask, cast: Cast, make: Maker, console: Enter
) -> None:
    with following(app):
        village = Village(app, cast, make)
        notice = _posted(village)
    lead, security, clerk, town = (console(each) for each in ("county_lead", "security", "county_op", "town_op"))

    def statuses() -> list[int]:
        return [
            app.test_client().get(f"/notice/{notice.token}").status_code,
            app.test_client().get(f"/api/v1/public-notices/{notice.token}").status_code,
            clerk.send("/console/work-groups/policy/sheet").status_code,
            town.client.get("/console/national/families.csv").status_code,
        ]

    with clock.at(village.now):
        before = statuses()
        lead.press(lead.get("/console/offline/"), "/offline/", why="公示照片里有身份证号")
        gone = statuses()
        own = lead.send("/console/offline/back").status_code
        with cast.acting("village") as by, pytest.raises(NotPossibleNow):
            notices.prepare([1], by=by)
        back = security.press(security.get("/console/offline/"), "/back")
        after = statuses()

    assert before == after == [200, 200, 200, 200]
    assert gone == [503, 409, 409, 409]
    assert own == 403
    assert "已恢复" in back.text
    assert [row.detail["did"] for row in make.rows(AuditRow) if row.action == "take_offline"] == ["offline", "online"]


def test_an_inspector_sees_named_places_masked_changes_nothing_and_is_out_when_the_days_are_over(
    console: Enter, browser: Browser, cast: Cast, make: Maker
) -> None:
    make.declaration(head_name="欧阳张三")
    make.declaration(head_name="司马李四", openid="other", id_number=None, village_code=OTHER_VILLAGE)
    admin, security = console("admin"), console("security")
    last = clock.today() + timedelta(days=5)
    page = admin.get("/console/inspectors/")
    typed = {"name": "郑检查", "login": "inspector-1", "why": "省里年度检查", "until_on": last.isoformat()}

    late = admin.press(page, "/inspectors/", **{**typed, "places": TOWNSHIP, "until_on": "2020-01-01"})
    admin.press(page, "/inspectors/", **typed, places=TOWNSHIP)
    waiting = security.get("/console/safety/")
    granted = security.press(waiting, waiting.forms[1].action, grants="yes")
    guest = browser()
    path = _once_link(granted)
    guest.press(guest.get(path), path, password="four quiet words", again="four quiet words")
    guest.sign_in("inspector-1", "four quiet words")
    families = guest.get("/console/oversight/families")
    way = guest.get(next(link for link in families.links if re.search(r"families/\d+$", link)))
    foreign = next(row for row in make.rows(Case) if row.village_code == OTHER_VILLAGE)

    assert (way.status, "欧**三" in way.text, "张三" in way.html, "138" in way.html) == (200, True, False, False)
    assert guest.get(f"/console/oversight/families/{foreign.id}").status == 404
    assert late.status == 422
    assert "欧**三" in families.text
    assert "张三" not in families.html
    assert "李四" not in families.html
    assert "司" not in families.text
    assert {guest.get(f"/console/{path}").status for path in ("queue/", "ledger/", "staff/", "audit/")} == {403}
    with clock.at(clock.real_now() + timedelta(days=4)):
        assert guest.get("/console/oversight/").status == 200
    with clock.at(clock.real_now() + timedelta(days=6)):
        assert "请重新登录" in guest.get("/console/oversight/").text
        assert "还没有岗位" in guest.sign_in("inspector-1", "four quiet words").text
        assert "已失效" in admin.get("/console/inspectors/").text


@pytest.mark.shows("console.6", "B26")
def test_the_townships_clerk_makes_and_freezes_accounts_of_its_own_villages_and_no_others(
    console: Enter, browser: Browser, cast: Cast
) -> None:
    town, village = console("town_op"), console("village")
    member, foreign, lead = (cast.staff_id(each) for each in ("village", "other_village", "town_lead"))

    listed = town.get("/console/staff/").text
    form = town.get("/console/staff/new")
    made = town.press(form, "/staff/new", name="马新来", login="ma-01", role="VILLAGE", region_code=VILLAGE)
    above = town.press(form, "/staff/new", name="马新来", login="ma-02", role="TOWN_LEAD", region_code=TOWNSHIP)
    outside = town.press(form, "/staff/new", name="马新来", login="ma-03", role="VILLAGE", region_code=OTHER_VILLAGE)
    refused = {town.send(f"/console/staff/{each}/link").status_code for each in (foreign, lead)}
    frozen = town.press(town.get(f"/console/staff/{member}/"), "/freeze", why="请了长假")

    assert "王村干" in listed
    assert "钱外乡" not in listed
    assert "/console/password/" in made.text
    assert (above.status, outside.status) == (422, 422)
    assert refused == {404}
    assert "账号已冻结" in frozen.text
    assert "请重新登录" in village.get("/console/queue/").text
    assert village.sign_in("village", cast.password("village")).status == 422
    town.press(town.get(f"/console/staff/{member}/"), "/thaw")
    assert village.sign_in("village", cast.password("village")).status == 200
    link = _once_link(town.press(town.get("/console/staff/"), f"/{member}/link"))
    fresh = browser()
    fresh.press(fresh.get(link), link, password="quite another word", again="quite another word")
    assert fresh.sign_in("village", "quite another word").status == 200


def test_a_new_phone_takes_the_place_of_the_old_one_at_once(console: Enter, cast: Cast) -> None:
    old, desk = cast.phone("village"), console("village")

    page = desk.press(desk.get("/console/me/"), "/me/phone")
    code = next(words for words in page.words if len(words) == 10 and words.isascii() and words.isalnum())
    bound = cast.farmer("new-phone").post("/bindings", code=code)

    assert "旧手机已解绑" in page.text
    assert old.get("/tasks").status_code == 401
    assert bound.status_code == 201


def test_whatever_is_typed_into_these_screens_is_answered_in_words(console: Enter) -> None:
    odd = ["一二三四五六七八九", "9" * 40, "'; --", "\u0000", "x" * 3000]
    names = ("login", "name", "role", "region_code", "title", "unit", "places", "until_on", "why", "networks", "code")
    posts = {
        "admin": ("staff/new", "inspectors/", "me/identity", "factor/", "factor/off"),
        "security": (
            "safety-rules/networks",
            "safety-rules/factors",
            "offline/",
            "safety/requests/1",
            "safety/1/unlock",
        ),
    }

    for login, paths in posts.items():
        desk = console(login)
        for path in paths:
            for word in odd:
                typed = dict.fromkeys((*names, "identity", "grants", "demands", "password"), word)
                assert desk.send(f"/console/{path}", **typed).status_code < 500, (path, word)
                if path == "offline/":
                    assert desk.client.get(f"/console/safety/?named={word}&after={word}").status_code < 500


def test_the_server_lets_somebody_in_where_no_administrator_can(
    app: Flask, console: Enter, browser: Browser, cast: Cast
) -> None:
    desk, password = console("security"), cast.password("security")
    offer = desk.get("/console/factor/")
    desk.press(offer, "/factor/", password=password, code=pyotp.TOTP(_secret(offer)).now())

    said = app.test_cli_runner().invoke(args=["staff", "let-in", "security"])
    nobody = app.test_cli_runner().invoke(args=["staff", "let-in", "nobody"])
    path = said.output[said.output.index("/console/") :].strip()
    guest = browser()
    guest.press(guest.get(path), path, password="four quiet words", again="four quiet words")
    inside = guest.sign_in("security", "four quiet words")

    assert (said.exit_code, nobody.exit_code) == (0, 1)
    assert "请重新登录" in desk.get("/console/safety/").text
    assert "退出" in inside.text
    assert "已由服务器上的命令" in guest.get("/console/me/").text
