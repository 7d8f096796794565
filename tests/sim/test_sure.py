"""Intervals: against scipy's own, against tables of the literature, and by how often they hold the truth."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiment import share, sure_of
from sim.experiment.sure import half_width, quantile_ranks


@pytest.mark.parametrize("n", [2, 5, 40])
def test_a_mean_has_students_interval(n: int) -> None:
    """As scipy's own t test gives it."""
    values = np.random.default_rng(n).exponential(size=n)
    found = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    mean, half = values.mean(), half_width(values)
    assert (mean - half, mean + half) == pytest.approx((found.low, found.high))


@pytest.mark.parametrize(("n_times", "n"), [(0, 10), (3, 10), (10, 10), (38, 40)])
def test_a_share_has_wilsons_interval(n_times: int, n: int) -> None:
    """As scipy's own."""
    found = stats.binomtest(n_times, n).proportion_ci(method="wilson")
    told = share(n_times, n)
    assert (told.ratio, told.low, told.high) == (n_times / n, pytest.approx(found.low), pytest.approx(found.high))


@pytest.mark.parametrize(("part", "fewest"), [(0.5, 6), (0.9, 36), (0.1, 36)])
def test_a_quantile_needs_enough_values(part: float, fewest: int) -> None:
    """A median needs six values and the 90 % point 36 before any two of them hold it: ½⁵ > 5 %, 0.9³⁵ > 2.5 %."""
    assert quantile_ranks(fewest - 1, part) is None
    ranks = quantile_ranks(fewest, part)
    assert ranks is not None
    assert 1 <= ranks[0] < ranks[1] <= fewest


@pytest.mark.parametrize("n", [40, 500])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_two_values_hold_a_quantile_as_often_as_they_say(n: int, part: float) -> None:
    """By the binomial law, at least 95 times in 100, and narrower ranks would not do on either side."""
    ranks = quantile_ranks(n, part)
    assert ranks is not None
    lower, upper = ranks
    below = stats.binom(n, part)
    assert below.cdf(lower - 1) <= 0.025 < below.cdf(lower)
    assert below.cdf(upper - 2) < 0.975 <= below.cdf(upper - 1)


def test_bands_without_values_are_not_sure_of_anything() -> None:
    """No value, no interval; one value, no width; values that are missing are left out."""
    nothing, one, all_same = sure_of(np.array([[math.nan, 1.0, 2.0], [math.nan, math.nan, 2.0]]))
    assert nothing is None
    assert one is not None
    assert one.mean_between is None
    assert all_same is not None
    assert all_same.mean_between == (2.0, 2.0)
    assert all_same.median_between is None
