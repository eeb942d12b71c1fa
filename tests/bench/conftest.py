"""What the bench copies its cases from: a small demonstration, made once for all tests."""

import pytest

from bench.copies import Desks, Stencil
from bench.patterns import make_patterns
from tests.people import Cast

HOUSEHOLDS = 120
AT_THE_DESKS = ("village", "head", "town_op", "reviewer", "town_lead", "county_op", "county_lead")


@pytest.fixture(scope="session")
def stencils(tmp_path_factory: pytest.TempPathFactory) -> list[Stencil]:
    return [Stencil(pattern) for pattern in make_patterns(tmp_path_factory.mktemp("patterns"), HOUSEHOLDS)]


@pytest.fixture
def desks(cast: Cast) -> Desks:
    return Desks({Cast.LOGINS[login][0].value: cast.staff_id(login) for login in AT_THE_DESKS})
