"""A short form filled in and filed: what is answered in which field, and how one looks for what was kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

from backend.workflow.states import Kind
from tests.api.photos import photo
from tests.e2e.cadre import SUBMIT
from tests.e2e.phone import PATIENCE, Handset, elder_faults
from tests.e2e.ways import Family, Ways

NEXT = "下一步"
Answer = tuple[str, str]
"""A field's label, or how it begins, and what is answered: words to type, an option to tap, a day; `*` taps all."""
Kept = Callable[[Ways, Family], Any]


@dataclass(frozen=True)
class Filing:
    """One short form as a cadre fills it in: opened by a link of a page, filed, and to be found afterwards."""

    page: str
    family: str
    link: str
    kept: Kept
    answers: tuple[Answer | str, ...] = ()
    submit: str = SUBMIT
    before: Callable[[Ways], None] | None = None
    by: str = "village"
    photo: bool = False


def step(action: str, done: Kind | None = None) -> Kept:
    """The step stands in the family's history under the cadre's name, and the duty that it answers is done."""
    return lambda ways, family: family.has_done(action) and not (done and family.owes(done))


def row(table: type[Any], done: Kind | None = None, **values: Any) -> Kept:
    """The newest row of the family holds these values, and the duty that it answers is done."""

    def is_there(ways: Ways, family: Family) -> bool:
        held = {name: getattr(family.of(table)[-1], name) for name in values}
        return held == values and not (done and family.owes(done))

    return is_there


def told(table: type[Any], **values: Any) -> Kept:
    """The newest row holds these values, whichever family it is about."""
    return lambda ways, family: {name: getattr(ways.make.rows(table)[-1], name) for name in values} == values


def fill(phone: Handset, answer: Answer | str) -> None:
    """Turn the page, or answer the field under a label as its kind asks: type, pick from a list, or tap."""
    if isinstance(answer, str):
        phone.tap(answer)
        return
    label, words = answer
    page = phone.on_top
    question = page.locator(f'xpath=.//*[starts-with(normalize-space(text()),"{label}")]').first
    question.wait_for()
    listed = page.locator(f'[role=button][aria-label^="{label}，"]')
    if page.locator(f'input[aria-label^="{label}"], textarea[aria-label^="{label}"]').count():
        phone.type(label, words)
    elif listed.count():
        listed.tap()
        day = phone.page.locator(".wxrun-sheet input")
        if day.count():
            day.fill(words)
        phone.answer("确定" if day.count() else words)
    else:
        around = question.locator("xpath=ancestor::*[.//*[@role='radio' or @role='checkbox']][1]")
        options = around.locator("[role=radio], [role=checkbox]")
        meant = options.all() if words == "*" else [options.and_(page.locator(f'[aria-label^="{words}"]')).first]
        for option in meant:
            option.tap()


def add_photo(phone: Handset) -> None:
    with phone.page.expect_file_chooser() as asked:
        phone.tap("＋ 拍照或选照片")
        agree = phone.on_top.get_by_text("同意，接着用")
        if agree.count():
            agree.tap()
    asked.value.set_files([{"name": "it.jpg", "mimeType": "image/jpeg", "buffer": photo(3)}])
    phone.sees("不要这张")


def fill_in(phone: Handset, filing: Filing) -> None:
    """Go from the page that offers it to the outbox; its last page can be read by old eyes when it is filled in."""
    phone.tap(filing.link, exact=False)
    phone.sees(NEXT if NEXT in filing.answers else filing.submit)
    for answer in filing.answers:
        fill(phone, answer)
    if filing.photo:
        add_photo(phone)
    assert elder_faults(phone, filing.link) == []
    phone.tap(filing.submit)


def file(phone: Handset, ways: Ways, filing: Filing) -> None:
    phone.open(f"cadre/{filing.page}", **ways.address_of(filing.family))
    fill_in(phone, filing)
    newest = phone.on_top.locator(".card").first
    expect(newest).not_to_contain_text(re.compile("正在发|等着发"), timeout=PATIENCE)
    expect(newest).to_contain_text("✓ 已送到", timeout=100)
    if filing.photo:
        expect(newest).to_contain_text("照片 1 张，送到 1 张")
