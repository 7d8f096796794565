"""What line and portal cost: a pure function of minutes, with an interval that holds the truth."""

import numpy as np
import pytest
from scipy.stats import chi2

from monitor.probes.impact import Minute, byar, impact

LINE, GOOD = frozenset({"line"}), frozenset[str]()


def minutes(n_done: list[int], bad: frozenset[str], *, n_waiting: int = 5, n_servers: int = 3) -> list[Minute]:
    """Return minutes in which so many records were received."""
    return [Minute(60.0 * at, n, n_waiting, n_servers, bad) for at, n in enumerate(n_done)]


def test_what_bad_minutes_cost() -> None:
    """An hour at half the rate of a good one delays the other half, and loses half of the counters' time."""
    found = impact([*minutes([2] * 60, GOOD), *minutes([1] * 60, LINE)], "line")
    assert (found.bad_s, found.good_s) == (3600, 3600)
    assert found.n_delayed
    assert found.staff_s
    assert found.n_delayed.value == pytest.approx(60)
    assert found.staff_s.value == pytest.approx(3600 * 3 / 2)
    assert found.n_delayed.lower < 60 < found.n_delayed.upper
    assert found.staff_s.lower < found.staff_s.value < found.staff_s.upper <= 3600 * 3


def test_only_busy_minutes_count() -> None:
    """Nothing is lost while nobody waits or no counter is open, nor to one cause while only another is there."""
    idle = [*minutes([0] * 60, LINE, n_waiting=0), *minutes([0] * 60, LINE, n_servers=0)]
    found = impact([*minutes([2] * 60, GOOD), *idle], "line")
    assert found.n_delayed
    assert (found.bad_s, found.n_delayed.value, found.n_delayed.upper) == (0, 0, 0)
    other = impact([*minutes([2] * 60, GOOD), *minutes([0] * 60, LINE)], "portal")
    assert (other.bad_s, other.good_s) == (0, 3600)


def test_an_outage_that_cost_nothing() -> None:
    """Bad minutes in which as much was done as in good ones delay nothing, within what chance allows."""
    found = impact([*minutes([2] * 60, GOOD), *minutes([2] * 60, LINE)], "line")
    assert found.n_delayed
    assert (found.n_delayed.value, found.n_delayed.lower) == (0, 0)
    assert found.n_delayed.upper > 0


def test_too_little_is_known() -> None:
    """Without enough good minutes nothing is estimated, and nothing is made up."""
    few = impact([*minutes([2] * 9, GOOD), *minutes([0] * 60, LINE)], "line")
    assert (few.n_delayed, few.staff_s, few.bad_s) == (None, None, 3600)
    assert impact([*minutes([0] * 60, GOOD), *minutes([0] * 60, LINE)], "line").n_delayed is None
    assert impact(minutes([0] * 60, GOOD, n_waiting=0), "line").n_delayed is None


@pytest.mark.parametrize("n", [0, 1, 3, 10, 100])
def test_limits_of_one_count(n: int) -> None:
    """Byar's limits are the exact ones of a Poisson count, to within a few hundredths."""
    exact = (chi2.ppf(0.025, 2 * n) / 2 if n else 0, chi2.ppf(0.975, 2 * n + 2) / 2)
    assert byar(n) == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize(
    ("good", "bad", "rate", "share"), [(120, 30, 0.5, 0.4), (60, 15, 0.3, 0.0), (240, 60, 1.5, 0.8)]
)
def test_the_interval_holds_the_truth(good: int, bad: int, rate: float, share: float) -> None:
    """Where counts are Poisson's, the interval holds what was really delayed at least 94 times in 100."""
    chance = np.random.default_rng(20250701)
    n_held = 0
    for _ in range(1_000):
        told = [
            *minutes(chance.poisson(rate, good).tolist(), GOOD),
            *minutes(chance.poisson(rate * share, bad).tolist(), LINE),
        ]
        found = impact(told, "line").n_delayed
        assert found
        n_held += found.lower <= rate * (1 - share) * bad <= found.upper
    assert n_held >= 940
