"""A village's cadre brings a signed paper and takes a phone back, in a real browser, at a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from backend.db import in_transaction
from backend.models import AccountHousehold, StoredFile
from backend.services import family_phones, sign_ins
from tests.admin.test_in_a_browser import SIZES, _open, _picture
from tests.admin.test_in_a_browser import address as address
from tests.admin.test_in_a_browser import chromium as chromium
from tests.api.test_papers import PDF
from tests.people import APP_ID, COUNTY, Cast, Maker

pytestmark = pytest.mark.shows("story.4", "story.5")


@pytest.mark.parametrize("size", list(SIZES))
def test_a_cadre_brings_a_paper_and_takes_a_phone_back(
    size: str, address: str, chromium: Browser, make: Maker, cast: Cast, tmp_path: Path
) -> None:
    declaration = make.declaration()
    make._accept(declaration.case_id)
    paper = tmp_path / "授权书扫描件.pdf"
    paper.write_bytes(PDF)
    with cast.acting("village") as village:
        family_phones.confirm(declaration.case_id, declaration.id, by=village)
        son = sign_ins.open_phone(APP_ID, "son", COUNTY).actor
        household = make.rows(AccountHousehold)[0].household_id
        in_transaction(lambda: family_phones.confirm_by_code(household, by=son))
    password, troubles = cast.password("village"), []
    page = _open(chromium, address, size, troubles)
    page.get_by_label("用户名").fill("village")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{address}/console/cases/{declaration.case_id}")

    page.get_by_label("补传材料").select_option(label="承诺授权书")
    page.locator("#paper").set_input_files(paper)
    assert "授权书扫描件.pdf" in page.locator("#paper-chosen").inner_text()
    page.locator("form", has=page.locator("#paper")).get_by_role("button", name="上传").click()
    page.get_by_text("已收到这份材料").wait_for()
    _picture(page, f"papers-{size}")
    by_code = page.locator("form", has_text="凭发到登记手机的验证码确认")
    by_code.get_by_role("button", name="收回").click()
    page.get_by_text("已收回").wait_for()
    _picture(page, f"phones-{size}")

    assert page.locator("#files").get_by_role("link", name="承诺授权书").count() == 1
    assert [(row.kind, row.what) for row in make.rows(StoredFile)] == [("document", "authorization")]
    assert [row.withdrawn_at is None for row in make.rows(AccountHousehold)] == [True, False]
    assert troubles == []
