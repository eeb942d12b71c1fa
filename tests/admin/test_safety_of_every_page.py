"""What holds for every page that any office can reach by any link, found by following them all."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.sessions import OPEN
from backend.access.scope import Receipted, Scoped, as_system
from backend.db import Base, db
from tests.admin.crawling import Seen, Walk
from tests.admin.grown import Grown
from tests.admin.pages import Form

pytestmark = [pytest.mark.shows("console.7"), pytest.mark.timeout(900)]

Walks = dict[str, Walk]
LONG_NUMBER = re.compile(r"\d{12,19}")
WORD = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z_]+\b(?!-\d)")
CONTROL = re.compile(r"<(input|select|textarea)\b([^>]*)>")
OF_OURS = ("/console/", "#", "?", "data:image/")
FROM_ELSEWHERE = re.compile(r"@import|eval\(|new Function|https?://(?!www\.w3\.org/)|url\(['\"]?//")
STATIC = Path(__file__).resolve().parents[2] / "admin" / "static"
WITHOUT_A_LINK = OPEN | {
    "doors.to_console",
    "sign_out.index",  # signing out is a button
    "files.index",  # no list of files: each hangs on its case
    "cases.index",
    "duties.index",
    "outbox.find",  # a form that searches
    "queue.preview",  # a part of a page, fetched beside the list
    "exports.progress",
    "paper_templates.index",  # leads on to the papers
}
"""Addresses to which no page leads, by intention."""
NOT_IN_THIS_COUNTY = {
    "differences.show",  # test_imports_at_the_console.py
    "exports.show",  # the tests of exports
    "files.show",  # pictures are shown in place
    "handovers.of",  # the tests of hand-overs
    "call_backs.show",  # test_complaints_at_the_console.py
    "correction_requests.show",  # test_corrections_and_recordings.py
    "grids.show",  # test_organisation_at_the_console.py
    "phone_confirm.index",  # test_phone_confirming.py
    "phone_confirm.standing",  # asked every two seconds while a phone is waited for
    "roster.doubt",  # test_imports_at_the_console.py
    "supervisions.show",  # test_supervision_at_the_console.py
    "watches.removal_check",  # test_watched_families_at_the_console.py
}
"""Pages of what the invented lives do not hold today; the files named open them."""
LATIN = {
    "admin",
    "auditor",
    "county",
    "op",
    "lead",
    "town",
    "reviewer",
    "village",
    "head",
    "liaison",
    "next",
    "abroad",
    "security",
}
LATIN |= {"esc", "enter", "pdf", "word", "excel", "csv", "xlsx", "docx", "wps", "kb", "mb", "ip", "txt", "json"}
"""Sign-in names, the last sign of an ID number, A角 and B角, keys, kinds of file: the only Latin that people see."""
INTO_ANOTHER_PLACE = {"cases.show", "slips.index"}
"""Forms that hand something over to another village, or send somebody on to another county."""
BY_NUMBER = {("admin", "outbox.index")}
"""Whoever looks after sends sees that something was not sent, by a number and without a name."""


def pages(walks: Walks) -> Iterator[Seen]:
    for walk in walks.values():
        yield from walk.seen


def test_no_link_leads_nowhere_to_a_refusal_or_out_of_the_house(walks: Walks) -> None:
    assert {login: walk.broken for login, walk in walks.items() if walk.broken} == {}
    assert {login: walk.outside for login, walk in walks.items() if walk.outside} == {}


def test_every_screen_can_be_reached_by_links(walks: Walks, grown: Grown) -> None:
    rules = [rule for rule in grown.app.url_map.iter_rules() if rule.rule.startswith("/console/")]
    met = {each.endpoint for each in pages(walks)}
    met |= {endpoint for walk in walks.values() for endpoint, _ in walk.files}

    missing = {rule.endpoint for rule in rules if "GET" in rule.methods} - met - WITHOUT_A_LINK - NOT_IN_THIS_COUNTY

    assert missing == set()


def test_every_page_carries_a_strict_policy_and_nothing_that_it_forbids(walks: Walks) -> None:
    found = {each.name: wrong for each in pages(walks) if (wrong := list(_unsafe(each)))}

    assert found == {}


def _unsafe(seen: Seen) -> Iterator[str]:
    page = seen.page
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'(?:;| )", policy)
    nonces = [value for tag, attribute, value in page.attributes if (tag, attribute) == ("script", "nonce")]
    if any(word in policy for word in ("unsafe", "*", "http")):
        yield f"policy {policy}"
    if (page.headers["X-Frame-Options"], page.headers["Cache-Control"]) != ("DENY", "no-store"):
        yield "may be framed or kept"
    if nonce is None or set(nonces) != {nonce[1]} or page.html.count("<script") != len(nonces):
        yield "a script without the nonce"
    yield from (f"no token in {form.action}" for form in page.forms if _is_forgeable(form))
    yield from (f"<{tag} {name}={value}>" for tag, name, value in page.attributes if _is_forbidden(name, value))


def _is_forgeable(form: Form) -> bool:
    return form.method == "post" and not form.values.get("csrf_token")


def _is_forbidden(name: str, value: str) -> bool:
    if name.startswith("on") or name in {"style", "srcdoc"}:
        return True
    if name in {"href", "src", "action", "formaction", "poster", "data-url"} and value:
        return not value.startswith(OF_OURS) or value.startswith("//")
    return name not in {"xmlns", "content"} and "://" in value


def test_our_own_style_sheets_and_scripts_fetch_nothing_from_elsewhere() -> None:
    own = [path for path in STATIC.iterdir() if path.suffix in {".css", ".js"}]
    found = [path.name for path in own if FROM_ELSEWHERE.search(path.read_text("utf-8"))]

    assert own
    assert found == []


def test_every_page_speaks_chinese(walks: Walks) -> None:
    spoken = {"placeholder", "alt", "title", "aria-label"}
    stray = {}
    for each in pages(walks):
        said = [*each.page.words, *(value for _, name, value in each.page.attributes if name in spoken)]
        lines = [line[:80] for line in said if {word.lower() for word in WORD.findall(line)} - LATIN]
        if lines or '<html lang="zh-CN">' not in each.page.html:
            stray[each.name] = lines

    assert stray == {}


def test_every_control_says_what_it_is_for(walks: Walks) -> None:
    silent = {each.name: wrong for each in pages(walks) if (wrong := list(_silent(each.page.html)))}

    assert silent == {}


def _silent(html: str) -> Iterator[str]:
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    labels = "".join(re.findall(r"<label\b.*?</label>", html, re.DOTALL))
    inside = {found[0] for found in CONTROL.finditer(labels)}
    for control in CONTROL.finditer(html):
        given = control[2]
        if 'type="hidden"' in given or "aria-label" in given or control[0] in inside:
            continue
        name = re.search(r'\bid="([^"]+)"', given)
        if name is None or name[1] not in labelled:
            yield control[0][:120]


def test_no_page_names_a_row_about_a_family_of_elsewhere(walks: Walks, grown: Grown) -> None:
    with grown.app.app_context(), as_system("a test looks at everybody's rows"):
        everything = _visible()
    leaks = {}
    for login, walk in walks.items():
        with grown.acting(login):
            foreign = everything - _visible()
        for each in walk.seen:
            found = foreign & set(LONG_NUMBER.findall(each.page.html))
            if found and (login, each.endpoint) not in BY_NUMBER:
                leaks[each.name] = found

    assert leaks == {}
    assert len(everything) > 1000


def _visible() -> set[str]:
    """Return the ids of all rows about families that whoever acts can see, as pages would write them."""
    models = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, (Scoped, Receipted))]
    return {str(number) for model in models for number in db.session.scalars(select(model.id))}


def test_every_list_of_places_offers_ones_own_alone(walks: Walks, grown: Grown) -> None:
    wide = {}
    for login, walk in walks.items():
        own = grown.actor(login).region_code
        for each in walk.seen:
            offered = set(re.findall(r'<option[^>]* value="(\d{6,15})"', each.page.html))
            if odd := {code for code in offered if not code.startswith(own) and not own.startswith(code)}:
                wide.setdefault(each.endpoint, {})[login] = odd

    assert set(wide) <= INTO_ANOTHER_PLACE, wide
