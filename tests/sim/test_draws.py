"""Streams and laws: independent numbers, and quantiles with the moments that a scenario asks for."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import ndtr

from sim.laws import Deterministic, Exponential, Law, Lognormal, lognormal_factor
from sim.scenario import Scenario
from sim.streams import Purpose, Stream
from sim.workload import sample_workload
from tests.laws.strategies import FRIDAY, procedure, small_scenario

LAWS = [
    (Deterministic(law="deterministic", mean=6), 6, 0),
    (Exponential(law="exponential", mean=6), 6, 1),
    (Lognormal(law="lognormal", mean=6, cv=0.6), 6, 0.6),
    (Lognormal(law="lognormal", mean=6, cv=1.5), 6, 1.5),
]


def moment(law: Law, power: int) -> float:
    """Return the mean of a power of the law, by integrating its quantile at Φ(z) over the normal law of z."""

    def integrand(z: float) -> float:

        density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return float(law.quantile(np.array([ndtr(z)]))[0] ** power * density)

    return float(quad(integrand, -8, 8, limit=200)[0])


@pytest.mark.parametrize(("law", "mean", "cv"), LAWS, ids=lambda value: getattr(value, "law", ""))
def test_a_law_has_the_mean_and_the_spread_that_it_names(law: Law, mean: float, cv: float) -> None:
    """The first two moments of the quantile function, by numerical integration."""
    assert moment(law, 1) == pytest.approx(mean, rel=1e-5)
    assert np.sqrt(max(0, moment(law, 2) - mean**2)) == pytest.approx(cv * mean, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("law", "mean", "cv"), LAWS, ids=lambda value: getattr(value, "law", ""))
def test_quantiles_never_fall_and_are_finite(law: Law, mean: float, cv: float) -> None:
    """More chance never gives less, up to the outermost numbers that a stream can give; all draws are positive."""
    drawn = law.quantile(np.array([2.0**-54, 1e-9, 0.1, 0.5, 0.9, 1 - 1e-9, 1 - 2.0**-53]))
    assert all(a <= b for a, b in pairwise(drawn))
    assert np.all(np.isfinite(drawn))
    assert np.all(drawn > 0)
    assert (drawn[-1] > 2 * mean) == (cv > 0)


def test_a_factor_without_spread_is_one() -> None:
    """A day's factor of spread 0 changes nothing."""
    assert lognormal_factor(np.array([0.01, 0.5, 0.99]), cv=0).tolist() == [1, 1, 1]


def test_streams_differ_by_seed_replication_purpose_and_band() -> None:
    """No two streams give the same numbers."""
    streams = [
        Stream(seed, replication, purpose, band)
        for seed in (0, 1)
        for replication in (0, 1)
        for purpose in Purpose
        for band in (0, 1)
    ]
    first = [tuple(stream.uniforms(3).tolist()) for stream in streams]
    assert len(set(first)) == len(streams)


def test_a_stream_goes_on_where_it_was() -> None:
    """Two draws after each other are one longer draw, strictly between 0 and 1 and even."""
    stream = Stream(5, 0, Purpose.PAGES)
    parts = np.concatenate([stream.uniforms(10), stream.uniforms(9_990)])
    assert np.array_equal(parts, Stream(5, 0, Purpose.PAGES).uniforms(10_000))
    assert 0 < parts.min() < parts.max() < 1
    assert abs(parts.mean() - 0.5) < 4 / np.sqrt(12 * len(parts))


def test_purposes_are_not_correlated() -> None:
    """Who needs long at the counter does not for that reason need long in the back office."""
    draws = np.array([Stream(5, 0, purpose).uniforms(10_000) for purpose in Purpose])
    correlation = np.corrcoef(draws) - np.eye(len(draws))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(10_000)


def test_the_numbers_of_a_purpose_never_change() -> None:
    """A renumbered purpose would change every published result."""
    assert {purpose.name: int(purpose) for purpose in Purpose} == {
        "ARRIVAL_GAP": 0,
        "ARRIVAL_THINNING": 1,
        "DAY_FACTOR": 2,
        "PROCEDURE": 3,
        "INTAKE_WORK": 4,
        "PAGES": 5,
        "BACK_OFFICE_WORK": 6,
        "RETURN_OFFSET": 7,
    }


def counts(scenario: Scenario, n_replications: int) -> NDArray[np.int64]:
    """Return how many arrive in each replication."""
    workloads = (sample_workload(scenario, seed=1, replication=index) for index in range(n_replications))
    return np.array([workload.n_records for workload in workloads])


@pytest.mark.parametrize(("day_cv", "variance_of_mean"), [(0, 40), (0.5, 40 + (0.5 * 40) ** 2)])
def test_arrivals_have_the_mean_and_the_spread_of_demand(day_cv: float, variance_of_mean: float) -> None:
    """A day's number has the mean that is written; its variance is the chance's and the day factor's."""
    period = {"first_day": FRIDAY, "last_day": FRIDAY, "peak_last_day": FRIDAY}
    demand = {"visits_per_day": 40, "hour_weights": {8: 1.0, 9: 2.0}, "day_cv": day_cv}
    found = counts(small_scenario(period=period, demand=demand), 1500)
    assert abs(found.mean() - 40) < 4 * np.sqrt(variance_of_mean / len(found))
    assert found.var() == pytest.approx(variance_of_mean, rel=0.2)


def test_people_come_on_working_days_at_the_hours_that_are_written() -> None:
    """No arrival on the weekend, none in an hour without weight, twice as many in an hour of twice the weight."""
    period = {"first_day": FRIDAY, "last_day": FRIDAY.replace(day=8), "peak_last_day": FRIDAY}
    demand = {"visits_per_day": 3000, "hour_weights": {8: 1.0, 9: 2.0, 10: 0.0}}
    scenario = small_scenario(period=period, demand=demand)
    arrival = sample_workload(scenario, seed=1, replication=0).arrival
    day, hour = np.divmod(arrival // 3_600_000, 24)
    assert set(day.tolist()) == {0, 3, 4}
    assert set(hour.tolist()) == {8, 9}
    assert np.sum(hour == 9) == pytest.approx(2 * np.sum(hour == 8), rel=0.1)
    assert np.all(np.diff(arrival) >= 0)


def test_kinds_come_in_their_shares_with_their_own_work() -> None:
    """Of two kinds and one of share 0, each has its share; pages are whole, and their bits too."""
    kinds = {
        "none": procedure(share=0.0, page_mb=7),
        "short": procedure(share=0.25, intake_min={"law": "deterministic", "mean": 1}, page_mb=0.5),
        "long": procedure(share=0.75, intake_min={"law": "deterministic", "mean": 2}, page_mb=0.25),
    }
    kinds["short"]["pages"] = {"law": "exponential", "mean": 5}
    demand = {"visits_per_day": 3000, "hour_weights": {8: 1.0}}
    workload = sample_workload(small_scenario(procedures=kinds, demand=demand), seed=1, replication=0)
    short = workload.procedure == 1
    assert set(workload.procedure.tolist()) == {1, 2}
    assert short.mean() == pytest.approx(0.25, abs=0.03)
    assert np.array_equal(workload.intake_work, np.where(short, 60_000, 120_000))
    assert np.all(workload.upload_bit[short] % 4_000_000 == 0)
    assert np.all(workload.upload_bit[~short] == 5 * 2_000_000)
