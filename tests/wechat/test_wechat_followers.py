"""Who follows the service account, as WeChat lists them: pages, batches, and people who left."""

from collections.abc import Callable

import pytest

from backend.wechat.emulator import followers as endpoint
from backend.wechat.errors import Advice
from backend.wechat.live import LiveWeChat
from tests.wechat.emulation import Emulator, refusal

pytestmark = pytest.mark.shows("reminders.3")


def test_followers_come_in_pages_and_the_last_one_is_empty(
    emulator: Emulator, service: LiveWeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_A_PAGE", 2)
    phones = [emulator.phone(openid=f"p{serial}") for serial in range(3)]
    emulator.phone(openid="stranger", follows=False)

    first = service.followers()
    second = service.followers(first[-1])

    assert [*first, *second] == [each["service_openid"] for each in phones]
    assert service.followers(second[-1]) == []
    assert service.unionids(first) == {each["service_openid"]: each["unionid"] for each in phones[:2]}


def test_whoever_left_has_no_union_id(emulator: Emulator, service: LiveWeChat) -> None:
    phone = emulator.phone(openid="gone")
    emulator.control.post("/_emulator/phones/gone/follow", json={"follows": False})

    assert service.followers() == []
    assert service.unionids([phone["service_openid"]]) == {}


@pytest.mark.parametrize(
    ("ask", "refused"),
    [
        (lambda service: service.unionids([]), (40032, Advice.BUG)),
        (lambda service: service.unionids(["x"] * 101), (40032, Advice.BUG)),
        (lambda service: service.unionids(["nobody"]), (40003, Advice.FALL_BACK)),
        (lambda service: service.followers("nobody"), (40003, Advice.FALL_BACK)),
    ],
)
def test_a_wrong_question_is_refused(
    service: LiveWeChat, ask: Callable[[LiveWeChat], object], refused: tuple[int, Advice]
) -> None:
    assert refusal(lambda: ask(service)) == refused


def test_the_mini_programs_token_opens_no_list_of_followers(wechat: LiveWeChat) -> None:
    assert refusal(wechat.followers) == (48001, Advice.STOP_CHANNEL)
