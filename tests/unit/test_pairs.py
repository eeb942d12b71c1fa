"""The measure that says whether two acts take as long as each other finds what is there, and nothing else."""

import random
import time

import pytest

from tests.pairs import Pairs, compared

pytestmark = pytest.mark.shows("story.4")
dice = random.Random(7)


def busy(seconds: float) -> None:
    time.sleep(seconds)


def test_a_planted_difference_is_found_however_many_pairs_are_taken() -> None:
    def fits(found: Pairs) -> bool:
        return abs(found.difference) < 0.002

    found = compared(lambda _: (lambda: busy(0.004), lambda: busy(0.001)), fits=fits, least=20, most=60)

    assert len(found.ones) == 60
    assert not fits(found)
    assert found.difference == pytest.approx(0.003, abs=0.001)


def test_a_machine_that_stumbles_now_and_then_is_no_difference() -> None:
    def stumbling() -> None:
        busy(0.002 + (0.02 if dice.random() < 0.2 else 0))

    found = compared(
        lambda _: (stumbling, stumbling), fits=lambda found: abs(found.difference) < 0.001, least=20, most=200
    )

    assert abs(found.difference) < 0.001
