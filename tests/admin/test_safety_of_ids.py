"""Every address of the console × every verb × everybody, compared with a declared table.

The routes come from the program, the addresses and what is sent to them from the pages themselves, so that somebody of
elsewhere sends exactly what the family's own office would. What the API does is in `tests/api/test_who_reaches_*.py`.
"""

import pytest

from tests.admin.crawling import Walk
from tests.admin.grown import Grown
from tests.admin.safety_matrix import ABROAD, NO, NOTHING, ROLES, Matrix, declared, routes, write

pytestmark = [pytest.mark.shows("console.7", "story.4"), pytest.mark.timeout(900)]
FAMILYS = {"cases", "watches", "rounds", "files", "notices", "sittings", "clues", "complaints", "call_backs", "living"}
FAMILYS |= {"correction_requests"}
"""Screens whose addresses name a family or a paper about one."""


def test_everybody_reaches_what_the_table_says_and_nothing_else(grown: Grown, walks: dict[str, Walk]) -> None:
    matrix = Matrix(grown, walks)

    found = {door.key: {role: matrix.cell(door, role) for role in ROLES} for door in matrix.doors()}

    table = declared()
    write(found)
    other = {key: (table.get(key), cells) for key, cells in found.items() if table.get(key) != cells}
    assert other == {}, "read tests/artefacts/console_matrix.csv, and declare it only if it is meant"


def test_every_route_of_the_console_has_its_row_and_every_row_a_route(grown: Grown) -> None:
    assert {(method, rule.endpoint) for method, rule in routes(grown)} == set(declared())


def test_the_table_lets_nobody_of_elsewhere_into_a_family(grown: Grown) -> None:
    table = declared()
    about_a_family = {
        (method, rule.endpoint)
        for method, rule in routes(grown)
        if any(name.endswith("_id") for name in rule.arguments) and rule.endpoint.split(".")[0] in FAMILYS
    }

    let_in = {key for key in about_a_family for role in ABROAD if table[key][role] not in {NO, NOTHING}}

    assert len(about_a_family) > 20
    assert let_in == set()
