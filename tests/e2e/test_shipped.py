"""What is uploaded to WeChat: small, whole, Chinese, and speaking to one address alone."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import CLIENT

pytestmark = pytest.mark.shows("client.1")
MOST_BYTES = 1024 * 1024
OWN_WORDS = {"wx"}


@pytest.fixture(scope="session")
def dist(shipped: tuple[Path, Path]) -> Path:
    return shipped[0]


def _templates(dist: Path) -> list[Path]:
    return sorted(dist.rglob("*.wxml"))


def test_it_is_smaller_than_a_megabyte_and_holds_no_tool(dist: Path) -> None:
    files = [path for path in dist.rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert [path.name for path in files if path.suffix in {".ts", ".mjs", ".map"} or not path.name.isascii()] == []


def test_cadres_pages_are_in_a_package_of_their_own(dist: Path) -> None:
    app = json.loads((dist / "app.json").read_text(encoding="utf-8"))

    assert all(page.startswith("pages/") for page in app["pages"])
    assert [part["root"] for part in app["subPackages"]] == ["cadre"]
    for part in [{"root": "", "pages": app["pages"]}, *app["subPackages"]]:
        for page in part["pages"]:
            assert {".wxml", ".js", ".json"} <= {path.suffix for path in (dist / part["root"]).glob(f"{page}.*")}, page


def _with_what_it_requires(script: Path) -> str:
    """Return a page's script and what it is put together from, itself and one step further."""
    text = script.read_text(encoding="utf-8")
    required = [script.parent / f"{name}.js" for name in re.findall(r"require\(\"(\.[^\"]+)\"\)", text)]
    return text + "".join(path.read_text(encoding="utf-8") for path in required)


def test_every_touch_names_a_function_of_its_page(dist: Path) -> None:
    named = [
        (template, name)
        for template in _templates(dist)
        for name in re.findall(r"\b(?:bind|catch):?\w+=\"(\w+)\"", template.read_text(encoding="utf-8"))
    ]

    assert len(named) > 100
    assert [
        f"{template.relative_to(dist)}: {name}"
        for template, name in named
        if not re.search(rf"\b{name}\s*[(:]", _with_what_it_requires(template.with_suffix(".js")))
    ] == []


def test_no_word_that_people_read_is_english(dist: Path) -> None:
    found = []
    for template in _templates(dist):
        text = re.sub(r"<!--.*?-->", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        read = re.findall(r">([^<>]*)<", text) + re.findall(
            r"\b(?:text|sub|label|hint|title|placeholder)=\"([^\"]*)\"", text
        )
        for words in read:
            plain = re.sub(r"\{\{.*?\}\}", "", words, flags=re.DOTALL)
            quoted = " ".join(re.findall(r"'([^']*)'", words))
            found += [f"{template.relative_to(dist)}: {each}" for each in re.findall(r"[A-Za-z]{3,}", plain + quoted)]

    assert found == []


def test_every_page_takes_the_size_of_text_that_its_reader_chose(dist: Path) -> None:
    pages = [path for path in _templates(dist) if "component" not in path.with_suffix(".json").read_text("utf-8")]
    first = '<view class="page" style="{{look}}">'

    assert len(pages) >= 10
    assert [
        str(page.relative_to(dist)) for page in pages if not page.read_text("utf-8").lstrip().startswith(first)
    ] == []


def test_only_the_api_folder_knows_an_address(dist: Path) -> None:
    outside = [path for path in dist.rglob("*") if path.suffix in {".js", ".wxml", ".wxss", ".json"}]
    speaks = re.compile(r"https?://(?!tmp)|\bwx\.(?:request|uploadFile|downloadFile)\b")

    assert [
        str(path.relative_to(dist))
        for path in outside
        if path.relative_to(dist).parts[0] != "api" and speaks.search(path.read_text(encoding="utf-8"))
    ] == []


def test_what_is_asked_of_wechat_in_private_is_declared(dist: Path) -> None:
    app = json.loads((dist / "app.json").read_text(encoding="utf-8"))
    scripts = " ".join(path.read_text(encoding="utf-8") for path in dist.rglob("*.js"))
    declared = {"getLocation", "chooseLocation", "getFuzzyLocation", "chooseAddress", "choosePoi"}

    assert set(app.get("requiredPrivateInfos", [])) == {name for name in declared if f"wx.{name}(" in scripts}
    assert app["__usePrivacyCheck__"] is True


def test_the_client_compiles_against_the_api_as_it_is_described() -> None:
    compiled = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", "--noEmit", "-p", "."],
        cwd=CLIENT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert compiled.returncode == 0, compiled.stdout
