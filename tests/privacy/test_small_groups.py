"""Small groups are hidden where figures leave, and nobody computes them from what stands beside."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.privacy.small_groups import BESIDE, FEW, Guarded, guard


def possible(shown: str, most: int) -> range:
    """What a reader may still take a number for."""
    if shown == FEW:
        return range(1, 5)
    return range(5, most + 1) if shown == BESIDE else range(int(shown), int(shown) + 1)


def readings(out: Guarded, most: int) -> list[tuple[int, ...]]:
    """Every way to fill in what is hidden that fits what is shown."""
    sums = range(1000) if out.total == BESIDE else possible(out.total, most)
    return [each for each in product(*(possible(part, most) for part in out.parts)) if sum(each) in sums]


@pytest.mark.shows("console.1")
@given(parts=st.lists(st.integers(0, 9), min_size=1, max_size=4), hide_total=st.booleans())
def test_whatever_is_hidden_could_be_more_than_one_number(parts: list[int], hide_total: bool) -> None:
    out = guard(parts, hide_total=hide_total)

    fitting = readings(out, most=12)
    for index, number in enumerate(parts):
        if 0 < number < 5:
            assert out.parts[index] == FEW
            assert len({reading[index] for reading in fitting}) > 1
    if hide_total and sum(parts) >= 5:
        assert out.total == BESIDE
        assert any(not part.isdigit() for part in out.parts), "parts that are all shown tell their sum"


@pytest.mark.shows("console.1")
def test_no_more_is_hidden_than_must_be() -> None:
    assert guard((12, 0, 7)) == Guarded(("12", "0", "7"), "19")
    assert guard((3, 12, 7)) == Guarded((FEW, "12", BESIDE), "22")
    assert guard((3, 2, 12)) == Guarded((FEW, FEW, "12"), "17")
    assert guard((1, 1, 12)) == Guarded((FEW, FEW, BESIDE), "14")
    assert guard((3, 0)) == Guarded((FEW, "0"), FEW)
