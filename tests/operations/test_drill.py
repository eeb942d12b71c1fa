"""A county of ten thousand cases is lost while people declare, and restored to a moment between two backups."""

import pytest

from tests.operations import drill


@pytest.mark.slow
@pytest.mark.shows("scale.4")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", drill.KINDS)
def test_a_county_of_ten_thousand_cases_comes_back_with_all_that_was_acknowledged(kind: str) -> None:
    played = drill.play(kind, 10_000)

    assert played.wrong == []
