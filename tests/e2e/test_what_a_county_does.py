"""The page for a county that uploads the program: it says what there is, and leaves out nothing that WeChat asks."""

import json
import re
from dataclasses import fields

import pytest

from backend.settings import Settings
from tests.e2e.conftest import CLIENT

pytestmark = pytest.mark.shows("client.7")
PAGE = (CLIENT.parent / "docs" / "miniprogram.md").read_text(encoding="utf-8")
STEPS, GAPS = PAGE.split("## What a county does before it uploads")[1].split("## Not verified here")
PRIVATE = {
    "chooseMedia": "camera, album",
    "chooseImage": "album",
    "getRecorderManager": "microphone",
    "getLocation": "location",
    "getFuzzyLocation": "location",
    "chooseLocation": "location",
    "saveImageToPhotosAlbum": "album",
    "chooseAddress": "address",
    "getClipboardData": "clipboard",
}
"""Functions that WeChat runs only once a privacy guide names them, and the word under which it is named."""


def test_it_names_every_step_on_the_way() -> None:
    steps = re.findall(r"^\d+\. \*\*(.+?)\.\*\*", STEPS, re.MULTILINE)

    assert steps == [
        *("App id", "Category", "Filing", "Address", "Templates", "Privacy guide"),
        *("Recordings, if wanted", "Upload"),
    ]
    assert "Nothing of this ran in WeChat" in GAPS


def test_a_county_reads_the_same_steps_in_chinese() -> None:
    chinese = (CLIENT.parent / "docs" / "miniprogram.zh.md").read_text(encoding="utf-8")
    told = chinese.split("## 上传以前要办的")[1].split("## 没有验证的")[0]

    assert len(re.findall(r"^\d+\. \*\*", told, re.MULTILINE)) == len(re.findall(r"^\d+\. \*\*", STEPS, re.MULTILINE))
    named = r"`([A-Z][A-Z_]+|(?:src|backend|project)[\w/.]*\.\w+)`"
    assert set(re.findall(named, told)) == set(re.findall(named, STEPS))


def test_every_setting_and_file_that_it_names_is_there() -> None:
    known = {each.name.upper() for each in fields(Settings)}
    settings = set(re.findall(r"`([A-Z][A-Z_]+)`", STEPS))
    files = re.findall(r"`((?:src|backend|project)[\w/.]*\.\w+)`", STEPS)

    assert settings == {"WECHAT_APP_ID", "WECHAT_SECRET", "FILING_NUMBER", "SPONSOR", "TEMPLATES_FILE"}
    assert settings <= known
    assert files
    assert [each for each in files if not (CLIENT / each).exists() and not (CLIENT.parent / each).exists()] == []
    assert "build" in json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))["scripts"]


def test_the_guide_declares_what_the_program_uses_and_no_more() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (CLIENT / "src").rglob("*.ts"))
    used = {name for name in PRIVATE if re.search(rf"\bwx\.{name}\b", source)}
    guide = STEPS.split("**Privacy guide.**")[1].split("\n7.")[0]
    declared = re.search(r"console (.+?), each", " ".join(guide.split()))

    assert declared is not None
    assert set(re.split(r", | and ", declared[1])) == {word for name in used for word in PRIVATE[name].split(", ")}


def test_wechats_own_compiler_can_be_asked() -> None:
    lock = json.loads((CLIENT / "tools" / "wxci" / "package-lock.json").read_text(encoding="utf-8"))
    makefile = (CLIENT.parent / "Makefile").read_text(encoding="utf-8")

    assert lock["packages"]["node_modules/miniprogram-ci"]["version"] == "2.1.42"
    assert "tools/wxci/check.cjs" in makefile
