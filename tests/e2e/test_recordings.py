"""A county's own recordings: a page that has one can be listened to, and the way through is shown in pictures."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import CLIENT
from tests.e2e.phone import Handset, elder_faults

STEPS = ("您申报", "村里上门看", "村里开会评议", "乡镇审核", "县里定", "帮扶到家", "风险消除")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same client, to which a county added a recording of one page."""
    theirs = tmp_path_factory.mktemp("county")
    for part in ("src", "tools"):
        shutil.copytree(CLIENT / part, theirs / part)
    shutil.copy(CLIENT / "package.json", theirs)
    (theirs / "node_modules").symlink_to(CLIENT / "node_modules")
    recording = theirs / "src" / "audio" / "hometown" / "explain.mp3"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"ID3\x04" + bytes(64))
    dist, packed = theirs / "dist", theirs / "packed"
    for tool, *paths in (("build.mjs", dist), ("wxrun/pack.mjs", dist, packed)):
        done = subprocess.run(["node", theirs / "tools" / tool, *paths], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return dist, packed


@pytest.mark.shows("client.2", "client.4", "A09")
def test_the_way_through_is_shown_in_large_pictures_and_words_and_can_be_listened_to(
    handset: Callable[..., Handset],
) -> None:
    phone = handset(scale=1.4).open()
    expect(phone.on_top.get_by_text("▶ 听这一页")).to_have_count(0)
    phone.tap("怎么办、要多久")
    for words in STEPS:
        phone.sees(words)
    phone.page.wait_for_function(
        "n => [...document.querySelectorAll('wx-page:last-of-type img')].filter(it => it.naturalWidth).length === n",
        arg=len(STEPS),
    )
    phone.picture("explain-with-recording")

    assert elder_faults(phone, "explain") == []
    phone.tap("▶ 听这一页")
    phone.sees("■ 停下")
    phone.tap("■ 停下")
    phone.sees("▶ 听这一页")
