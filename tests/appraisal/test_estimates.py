"""Payback, shares, order and what does not add, against cases worked by hand and planted truths."""

import math
from itertools import pairwise, permutations

import numpy as np
import pytest

from sim.appraisal.assumptions import N_WORLDS, sample_positions
from sim.appraisal.estimate import Estimate, estimate, payback
from sim.appraisal.order import advised, buying_order, interactions
from sim.appraisal.sensitivity import shares
from sim.experiment.table import Floats

VALUE = {"line": 100.0, "scanner": 40.0, "battery": 30.0}
OPTIONS = tuple(VALUE)


def values(mean: float, n: int = 40) -> Floats:
    """Return values around a mean, the same chance each time."""
    return mean + np.random.default_rng(1).normal(size=n)


def worths(more: dict[frozenset[str], float]) -> dict[frozenset[str], Floats]:
    """Return what every combination is worth: the sum of each alone, and what a pair is worth beyond it."""
    found = {}
    for mask in range(1 << len(OPTIONS)):
        names = frozenset(name for number, name in enumerate(OPTIONS) if mask >> number & 1)
        mean = sum(VALUE[name] for name in names) + sum(extra for pair, extra in more.items() if pair <= names)
        found[names] = values(mean) if names else np.zeros(40)
    return found


def test_an_interval_is_student_s() -> None:
    """Of 1, 2 and 3 it is 2 ± 4.303 / √3, from a table of Student's distribution with two degrees of freedom."""
    told = estimate(np.array([1.0, 2.0, 3.0]))
    assert (told.mean, told.low, told.high) == pytest.approx((2.0, 2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-3)


def test_a_price_has_no_interval() -> None:
    """What does not vary is known."""
    assert estimate(np.full(5, 7.0)) == Estimate(7.0, 7.0, 7.0)
    assert estimate(np.array([7.0])).high == 7.0


@pytest.mark.parametrize(
    ("outlay", "gain", "years"),
    [
        (12.0, Estimate(6.0, 4.0, 12.0), (2.0, 1.0, 3.0)),
        (12.0, Estimate(6.0, -1.0, 12.0), (2.0, 1.0, math.inf)),
        (12.0, Estimate(-6.0, -8.0, -4.0), (math.inf, math.inf, math.inf)),
        (0.0, Estimate(6.0, -1.0, 12.0), (0.0, 0.0, math.inf)),
        (-5.0, Estimate(6.0, 4.0, 12.0), (0.0, 0.0, 0.0)),
    ],
)
def test_payback_is_outlay_over_gain(outlay: float, gain: Estimate, years: tuple[float, float, float]) -> None:
    """The interval of the gain gives that of the years; what never brings anything never comes back."""
    told = payback(outlay, gain)
    assert (told.mean, told.low, told.high) == years


def test_worlds_are_spread_evenly() -> None:
    """Each of the worlds' positions is in a step of its own, in every assumption."""
    positions = sample_positions(5)
    for column in positions.T:
        assert sorted((column * N_WORLDS).astype(int).tolist()) == list(range(N_WORLDS))


def test_shares_find_what_decides() -> None:
    """Of 3x + y, x explains nine tenths; of a parabola everything; of a product of two, each alone nothing."""
    positions = sample_positions(3)
    x, y, z = (2 * positions - 1).T
    assert shares(positions, 3 * x + y) == pytest.approx([0.9, 0.1, 0.0], abs=0.02)
    assert shares(positions, z**2) == pytest.approx([0.0, 0.0, 1.0], abs=0.02)
    assert shares(positions, x * y).sum() < 0.1
    assert shares(positions, np.ones(N_WORLDS)).tolist() == [0.0, 0.0, 0.0]


def test_shares_never_exceed_all() -> None:
    """With chance in the values the shares and the rest still sum to one."""
    positions = sample_positions(6)
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=N_WORLDS)
        parts = shares(positions, values)
        assert (parts >= 0).all()
        assert parts.sum() <= 1 + 1e-9


def test_the_order_is_the_best_of_all_at_each_step() -> None:
    """Where one takes from another, the next step is what adds most to those before it; found by trying all orders."""
    told = worths({frozenset({"line", "scanner"}): -35.0})
    steps = buying_order(told, OPTIONS)

    def gains(order: tuple[str, ...]) -> list[float]:
        sets = [frozenset(order[:n]) for n in range(len(order) + 1)]
        return [float((told[after] - told[before]).mean()) for before, after in pairwise(sets)]

    best = max(permutations(OPTIONS), key=gains)
    assert best == ("line", "battery", "scanner")
    assert tuple(step.option for step in steps) == best
    assert [step.gain.mean for step in steps] == pytest.approx(gains(best))
    assert steps[2].alone.mean == pytest.approx(40.0, abs=1)


def test_only_what_surely_adds_is_advised() -> None:
    """The first step that may add nothing ends the advice."""
    assert advised(buying_order(worths({}), OPTIONS)) == ("line", "scanner", "battery")
    assert advised(buying_order(worths({frozenset({"line", "scanner"}): -45.0}), OPTIONS)) == ("line", "battery")


def test_what_excludes_another_is_not_put_together() -> None:
    """A combination that is not among the worths is no step."""
    told = worths({})
    without = {names: each for names, each in told.items() if not {"line", "scanner"} <= names}
    assert [step.option for step in buying_order(without, OPTIONS)] == ["line", "battery"]


def test_planted_synergy_is_found_and_no_other() -> None:
    """Of three pairs, the one that is worth more together is told, with how much."""
    (found,) = interactions(worths({frozenset({"line", "battery"}): 25.0}), OPTIONS)
    assert found.pair == ("line", "battery")
    assert found.more.low < 25.0 < found.more.high or found.more.mean == pytest.approx(25.0, abs=1)
    assert interactions(worths({}), OPTIONS) == ()
