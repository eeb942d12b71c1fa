"""A clue goes at once to everybody who answers for its village: 两委, 工作队 and 包保干部 (seed 001, practice S6)."""

from collections.abc import Callable

import pytest

from backend import clock
from backend.access.permissions import Role
from backend.services import clues
from backend.services.clues import ClueForm
from tests.jobs.conftest import NOON
from tests.people import NEXT_VILLAGE, VILLAGE, Cast, Maker

RESPONSIBLE = {"committee": "村委会主任", "team": "驻村工作队队员", "patrol": "包村干部"}


@pytest.mark.shows("procedure.1", "B23")
def test_a_clue_of_a_grid_member_reaches_committee_team_and_patrol_in_the_same_sweep(
    make: Maker, cast: Cast, sweep: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, name in RESPONSIBLE.items():
        monkeypatch.setitem(Cast.LOGINS, login, (Role.VILLAGE, VILLAGE, name))
    monkeypatch.setitem(Cast.LOGINS, "grid", (Role.GRID, VILLAGE + "001", "冯网格"))
    monkeypatch.setitem(Cast.LOGINS, "next_patrol", (Role.VILLAGE, NEXT_VILLAGE, "包邻村的"))
    wanted = {f"staff:{cast.staff_id(login)}" for login in (*RESPONSIBLE, "head")}
    cast.staff_id("next_patrol"), cast.staff_id("reviewer")
    with clock.at(NOON), cast.acting("grid") as by:
        clues.report(ClueForm("grid_find", VILLAGE, "张三", "门口看见老人没有柴烧", phone="13800000000"), by=by)

    sweep(NOON)

    told = make.messages(kind="duty")
    assert {message.recipient for message in told} == wanted
    assert {message.owed_at for message in told} == {NOON}
