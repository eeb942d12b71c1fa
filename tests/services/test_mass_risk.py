"""Risks that pile up are seen against the same weeks of the year before, by village and township."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend import clock
from backend.services import mass_risk
from tests.people import NEXT_VILLAGE, VILLAGE, Cast, Maker, id_number

pytestmark = pytest.mark.shows("monitoring.5", "D50", "C43")
JULY = datetime(2026, 7, 20, 1, tzinfo=UTC)
LAST_JULY = datetime(2025, 7, 15, 1, tzinfo=UTC)


def declare(make: Maker, serial: int, at: datetime = JULY, **changes: Any) -> None:
    with clock.at(at):
        make.declaration(
            **{
                "openid": f"f{serial}",
                "head_name": f"户{serial}",
                "id_number": id_number(serial),
                "risk": "disaster",
                **changes,
            }
        )


def found(cast: Cast, login: str = "county_op", at: datetime = JULY) -> list[tuple[str, str, int, int]]:
    with cast.acting(login) as by, clock.at(at):
        _, clusters = mass_risk.clusters(by=by)
        return [(each.place, each.risk, each.families, each.before) for each in clusters]


def test_three_families_of_a_village_in_a_month_are_shown_and_two_are_not(make: Maker, cast: Cast) -> None:
    for serial in (1, 2):
        declare(make, serial)
    declare(make, 3, risk="illness")
    assert found(cast) == []

    declare(make, 4)

    assert found(cast) == [(VILLAGE, "disaster", 3, 0)]
    assert found(cast, "village") == [(VILLAGE, "disaster", 3, 0)]
    assert found(cast, "next_village") == []
    with cast.acting("county_op") as by, clock.at(JULY):
        _, [cluster] = mass_risk.clusters(by=by)
        assert {case.head_name for case in mass_risk.families_of(cluster, by=by)} == {"户1", "户2", "户4"}


def test_as_many_as_last_year_are_no_cluster(make: Maker, cast: Cast) -> None:
    for serial in (1, 2, 3):
        declare(make, serial)
        declare(make, serial + 10, LAST_JULY)

    assert found(cast) == []


def test_a_township_is_watched_over_all_its_villages(make: Maker, cast: Cast) -> None:
    for serial in range(1, 9):
        declare(make, serial, village_code=VILLAGE if serial % 2 else NEXT_VILLAGE)

    assert found(cast)[0] == (VILLAGE[:9], "disaster", 8, 0)
    assert found(cast, at=JULY + timedelta(days=31)) == []
