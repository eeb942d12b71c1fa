"""A voice note written down by keyboard, and a correction answered, in a real browser; on paper only the words."""

import hashlib
import io
import wave

import pytest
from playwright.sync_api import Browser, expect

from tests.admin.test_in_a_browser import SIZES, _open, _picture
from tests.admin.test_in_a_browser import address as address
from tests.admin.test_in_a_browser import chromium as chromium
from tests.api.photos import sent
from tests.people import Cast, Maker

SPOKEN = "屋顶漏雨，老伴住院花了三万块"
pytestmark = [pytest.mark.shows("client.2", "client.5"), pytest.mark.slow]


def second_of_silence() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as tone:
        tone.setnchannels(1)
        tone.setsampwidth(2)
        tone.setframerate(8000)
        tone.writeframes(bytes(16000))
    return made.getvalue()


@pytest.mark.parametrize("size", list(SIZES))
def test_what_a_recording_says_is_typed_without_a_mouse_and_printed(
    size: str, address: str, chromium: Browser, make: Maker, cast: Cast
) -> None:
    voice = second_of_silence()
    declared = make.declaration(openid="sender", hardship="", voice_sha256=hashlib.sha256(voice).hexdigest())
    phone = cast.farmer("sender")
    assert phone.send(f"/declarations/{declared.id}/files", file=sent(voice), kind="recording").status_code == 201
    phone.post("/me/corrections", declaration_id=str(declared.id), fact="name", right="应该是张叁，身份证上这样写")
    password, troubles = cast.password("reviewer"), []
    page = _open(chromium, address, size, troubles)
    page.get_by_label("用户名").fill("reviewer")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{address}/console/cases/{declared.case_id}")
    _picture(page, f"recording-before-{size}")
    page.wait_for_function("document.querySelector('audio').play().then(() => true)")  # the policy lets it be heard

    page.get_by_label("录音里说了什么").focus()
    page.keyboard.type(SPOKEN)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"文字：{SPOKEN}")).to_be_visible()
    _picture(page, f"recording-after-{size}")
    page.emulate_media(media="print")
    expect(page.get_by_text(f"文字：{SPOKEN}")).to_be_visible()
    expect(page.locator("audio")).to_be_hidden()
    expect(page.get_by_label("录音里说了什么")).to_be_hidden()
    page.emulate_media(media="screen")

    page.goto(f"{address}/console/correction-requests/")
    _picture(page, f"corrections-{size}")
    page.get_by_role("link", name="张三").click()
    page.get_by_label("没有改", exact=True).check()
    page.get_by_label("跟本人怎么说").fill("看过身份证，上面就是张三。")
    _picture(page, f"correction-{size}")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("已答复")).to_be_visible()
    assert troubles == []
