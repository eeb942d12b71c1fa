"""The browser's phone refuses what a real one refuses: or a green test would say nothing."""

from collections.abc import Callable

import pytest

from tests.e2e.phone import Handset, elder_faults

pytestmark = pytest.mark.shows("client.6")
REFUSAL = """async (call) => {
  try { await call(wxrun.wx); return "done"; } catch (error) { return error.errMsg ?? error.message; }
}"""


def test_it_refuses_what_wechat_refuses(handset: Callable[..., Handset]) -> None:
    phone = handset().open()

    def refusal(call: str) -> str:
        return str(phone.page.evaluate(f"({REFUSAL})({call})"))

    assert "TAP gesture" in refusal("wx => wx.requestSubscribeMessage({tmplIds: ['TPL-PROGRESS']})")
    assert "exceed" in refusal("wx => wx.setStorageSync('much', 'x'.repeat(1024 * 1024))")
    assert "privacy permission" in refusal("wx => wx.chooseMedia({count: 1})")
    assert "not found" in refusal("wx => wx.navigateTo({url: '/pages/nowhere/nowhere'})")
    phone.page.evaluate("wxrun.wx.inventedByNobody")
    phone.page.evaluate("wxrun.wx.request({url: 'http://plain.example/'})")
    phone.page.wait_for_function("wxrun.faults.length === 4")

    found = phone.page.evaluate("wxrun.faults.splice(0)")
    assert [("onNeedPrivacyAuthorization" in each) for each in found] == [True, False, False, False]
    assert "no page" in found[1]
    assert "inventedByNobody" in found[2]
    assert "no https address" in found[3]


def test_the_measure_finds_a_page_that_old_eyes_cannot_read(handset: Callable[..., Handset]) -> None:
    phone = handset().open()
    phone.page.evaluate("""() => {
      const page = document.querySelector("wx-page > wx-view");
      page.insertAdjacentHTML("beforeend", `<wx-view style="font-size:15px">小字</wx-view>
        <wx-view style="color:#aaa">浅字</wx-view><wx-view role="button" style="height:40px">矮</wx-view>Submit it`);
    }""")

    found = " ".join(elder_faults(phone, "home"))
    assert "小字: 15 px" in found
    assert "浅字: contrast" in found
    assert "矮: " in found
    assert "Submit it: not Chinese" in found
