"""docs/console.md shows every screen, and is small enough to be looked at."""

import pytest

from admin import MENU
from tests.admin.picturing import ALL_TOGETHER, LARGEST, PAGE, PICTURES, page, screens

pytestmark = pytest.mark.shows("console.8")


def test_every_screen_of_the_menu_has_its_picture_and_sentence() -> None:
    shown = {screen.route.split(".")[0] for screen in screens()}
    menu = {screen.path.replace("-", "_") for drawer in MENU.values() for screen in drawer}

    assert menu - shown == set()
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.admin.picturing"


def test_the_pictures_are_those_of_the_page_and_small() -> None:
    there = {path.name: path.stat().st_size for path in PICTURES.iterdir()}

    assert set(there) == {screen.file for screen in screens()}
    assert max(there.values()) <= LARGEST
    assert sum(there.values()) <= ALL_TOGETHER
