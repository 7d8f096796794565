"""The formulas themselves: exact values from elsewhere, and identities that must hold between them."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad

from sim.errors import InvariantError
from sim.theory import (
    Course,
    Route,
    Station,
    Traffic,
    batch_wait,
    cobham,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_wait,
    erlang_c_wait_quantile,
    forward,
    infinite_servers_p,
    mm_c_k,
    modified_offered_load_staffing,
    offered_load,
    open_network,
    pollaczek_khinchine,
    processor_sharing_sojourn,
    sipp_staffing,
    step_means,
    vacation_wait,
)

loads = st.floats(0.01, 60)
servers = st.integers(1, 70)
times = st.floats(0.01, 100)


def morning_and_night(hour: float) -> float:
    """Return a demand of 30 + 15 sin visits an hour, with a period of nine hours."""
    return 30 + 15 * math.sin(2 * math.pi * hour / 9)


# --- exact values


@pytest.mark.parametrize(("n", "p_wait", "wait_min"), [(5, 0.55411, 4.43), (6, 0.28476, 1.14), (7, 0.13511, 0.36)])
def test_erlang_c_has_its_values(n: int, p_wait: float, wait_min: float) -> None:
    """At 30 visits an hour of 8 minutes, probability and mean of the wait are what tables say."""
    assert erlang_c(4, n) == pytest.approx(p_wait, abs=5e-6)
    assert erlang_c_wait(4, n, 8) == pytest.approx(wait_min, abs=5e-3)


def test_erlang_a_has_its_values() -> None:
    """At 48 calls a minute for 50 agents, patience turns 20.83 s of waiting into 3.71 s and 3.09 % who leave."""
    assert erlang_c_wait(48, 50, 60) == pytest.approx(20.83, abs=5e-3)
    figures = erlang_a(48, 1, 50, 2)
    assert figures.p_lost == pytest.approx(0.0309, abs=5e-5)
    assert figures.mean_wait * 60 == pytest.approx(3.71, abs=5e-3)
    assert figures.utilisation == pytest.approx(0.930, abs=5e-4)


def test_modified_offered_load_has_its_values() -> None:
    """For 100 + 20 sin t and patience like service, 95 to 124 servers keep the delay probability from .172 to .200."""
    step, n_steps = 2 * math.pi / 200, 200
    rates = step_means(lambda t: 100 + 20 * math.sin(t), step=step, n_steps=5 * n_steps)
    found = offered_load(rates, step=step, mean_service=1)
    last = found[-n_steps:]
    assert (min(last), max(last)) == (pytest.approx(85.86, abs=5e-3), pytest.approx(114.14, abs=5e-3))
    staff = modified_offered_load_staffing(last, target_p_wait=0.2, patience_by_service=1)
    assert (min(staff), max(staff)) == (95, 124)
    course = forward(rates, staff * 5, step=step, mean_service=1, mean_patience=1, n_points=3)
    realised = course.p_wait[-n_steps:, -1]  # at the ends of the steps, for which the rule gives the staff
    assert realised.min() == pytest.approx(0.172, abs=2e-3)
    assert realised.max() == pytest.approx(0.200, abs=5e-4)


@pytest.mark.parametrize(("lag_min", "staff_h", "worst"), [(0, 62.5, 0.2495), (8, 62.0, 0.2208)])
def test_rules_of_thumb_have_their_values(lag_min: float, staff_h: float, worst: float) -> None:
    """SIPP takes 62.5 hours of staff and misses its target by more than lagged SIPP, which takes 62.0."""
    fine = 300  # a step of half an hour in pieces of 6 s: demand glides, and is read so long after the staff changes
    rates = step_means(morning_and_night, step=0.5, n_steps=18, lag=lag_min / 60)
    staff = sipp_staffing(rates, mean_service=8 / 60, target_p_wait=0.2)
    assert sum(staff) / 2 == staff_h
    course = forward(
        step_means(morning_and_night, step=0.5 / fine, n_steps=18 * fine),
        [n for n in staff for _ in range(fine)],
        step=0.5 / fine,
        mean_service=8 / 60,
        n_points=3,
    )
    assert course.p_wait[:, -1].max() == pytest.approx(worst, abs=1e-4)


# --- identities


@given(loads, servers)
def test_erlang_b_and_c_are_birth_death_chains(load: float, n: int) -> None:
    """Erlang B is M/M/c/c, and Erlang C the limit of M/M/c/K, whose chain knows nothing of either formula."""
    assert mm_c_k(load, 1, n, n).p_lost == pytest.approx(erlang_b(load, n), rel=1e-9, abs=1e-12)
    if load < 0.9 * n:
        roomy = mm_c_k(load, 1, n, n + 600)
        assert roomy.p_wait == pytest.approx(erlang_c(load, n), rel=1e-9, abs=1e-12)
        assert roomy.mean_wait == pytest.approx(erlang_c_wait(load, n, 1), rel=1e-9, abs=1e-12)


@given(loads, servers, times, times)
def test_erlang_a_balances(load: float, n: int, service: float, patience: float) -> None:
    """With patience, who leaves the line leaves it at the rate of its length, and Little's law holds."""
    rate = load / service
    figures = erlang_a(rate, service, n, patience)
    assert figures.p_lost == pytest.approx(figures.mean_wait / patience, rel=1e-6, abs=1e-9)
    assert figures.mean_in_line == pytest.approx(rate * figures.mean_wait, rel=1e-9)
    assert figures.utilisation * n == pytest.approx(load * (1 - figures.p_lost), rel=1e-9)


@given(loads, servers)
def test_erlang_a_has_poisson_and_erlang_c_at_its_ends(load: float, n: int) -> None:
    """With patience like service the number present is Poisson distributed; with endless patience it is Erlang C."""
    assert erlang_a(load, 1, n, 1).p_wait == pytest.approx(infinite_servers_p(load, n), rel=1e-6, abs=1e-12)
    if load < 0.9 * n:
        assert erlang_a(load, 1, n, 1e9).p_wait == pytest.approx(erlang_c(load, n), rel=1e-3, abs=1e-9)


@given(loads, servers, st.floats(0, 0.9999))
def test_quantile_inverts_the_tail(load: float, n: int, part: float) -> None:
    """Of the visits, the part that waits longer than a quantile is what the quantile leaves."""
    if load < n:
        wait = erlang_c_wait_quantile(load, n, 1, part)
        assert erlang_c(load, n) * math.exp(-(n - load) * wait) == pytest.approx(min(1 - part, erlang_c(load, n)))


def test_overload_is_told() -> None:
    """More load than servers: all wait, for ever; what has no answer is refused."""
    assert (erlang_c(5, 5), erlang_c_wait(5, 5, 1)) == (1, math.inf)
    assert pollaczek_khinchine(Traffic(1, 1)) == math.inf
    assert batch_wait(Traffic(1, 0.5), {2: 1}) == math.inf
    assert cobham([Traffic(0.5, 1), Traffic(0.5, 1)]) == [2.0, math.inf]
    network = open_network({"desk": Station(1, 1)}, {"all": Route(1, ("desk",))})
    assert network.mean_number["desk"] == network.mean_sojourn["all"] == math.inf
    with pytest.raises(InvariantError, match="overloaded"):
        processor_sharing_sojourn(1, 1)
    with pytest.raises(InvariantError, match="quantile"):
        erlang_c_wait_quantile(5, 5, 1, 0.5)


@given(st.lists(st.tuples(st.floats(0.01, 0.3), st.floats(0, 3)), min_size=1, max_size=3))
def test_priorities_conserve_work(told: list[tuple[float, float]]) -> None:
    """Whoever comes first, the waits weighted by load sum to those of a line without priorities."""
    # Source: Kleinrock 1965, the conservation law.
    kinds = [Traffic(load / mean, mean, cv) for mean, (load, cv) in enumerate(told, start=1)]
    load = sum(traffic.load for traffic in kinds)
    weighted = sum(traffic.load * wait for traffic, wait in zip(kinds, cobham(kinds), strict=True))
    residual = sum(traffic.residual for traffic in kinds)
    assert weighted == pytest.approx(load * residual / (1 - load))
    assert all(a < b for a, b in pairwise(cobham(kinds)))


@given(st.floats(0.01, 0.95), st.floats(0, 3), st.floats(0.01, 10))
def test_single_server_formulas_meet(load: float, cv: float, mean: float) -> None:
    """One kind, one record a visit, no vacation: all formulas for one server are Pollaczek–Khinchine's."""
    traffic = Traffic(load / mean, mean, cv)
    wait = pollaczek_khinchine(traffic)
    assert cobham([traffic]) == [pytest.approx(wait)]
    assert batch_wait(traffic, {1: 1}) == pytest.approx(wait)
    assert vacation_wait(traffic, 0, 1) == pytest.approx(wait)
    assert erlang_c_wait(load, 1, mean) == pytest.approx(pollaczek_khinchine(Traffic(load / mean, mean, 1)))
    assert processor_sharing_sojourn(mean, load) == pytest.approx(erlang_c_wait(load, 1, mean) + mean)


def test_batches_are_a_line_of_visits() -> None:
    """A record of a batch waits for its visit's turn, as in M/G/1 of whole visits, and for its fellows before it."""
    visit = Traffic(0.2, 3 * 0.9, cv_service=0.6 / math.sqrt(3))  # three records, each of cv 0.6
    expected = pollaczek_khinchine(visit) + 0.9
    assert batch_wait(Traffic(0.2, 0.9, 0.6), {3: 1}) == pytest.approx(expected)


@given(st.floats(0, 100), st.integers(0, 120))
def test_poisson_tail_is_that_of_its_terms(load: float, n: int) -> None:
    """The part of time with n or more at work is one less the terms below n."""
    below = sum(math.exp(k * math.log(load) - load - math.lgamma(k + 1)) if load else float(k == 0) for k in range(n))
    assert infinite_servers_p(load, n) == pytest.approx(1 - below, abs=1e-9)


# --- the forward equations


def steady(rate: float, n: int, patience: float) -> Course:
    """Return the course of a line that has long settled."""
    return forward([rate] * 150, [n] * 150, step=2, mean_service=1, mean_patience=patience, n_points=3)


@pytest.mark.parametrize(("rate", "n", "patience"), [(4, 5, math.inf), (4, 3, 0.5), (20, 18, 2.0)])
def test_forward_settles_to_the_steady_line(rate: float, n: int, patience: float) -> None:
    """Under constant rates the forward equations end where Erlang C and Erlang A are."""
    course = steady(rate, n, patience)
    if math.isinf(patience):
        expected = (erlang_c(rate, n), rate * erlang_c_wait(rate, n, 1), float(rate))
    else:
        figures = erlang_a(rate, 1, n, patience)
        expected = (figures.p_wait, figures.mean_in_line, figures.utilisation * n)
    found = (course.p_wait[-1, -1], course.mean_in_line[-1, -1], course.mean_busy[-1, -1])
    assert found == pytest.approx(expected, rel=1e-6)


def test_forward_is_poisson_with_patience_like_service() -> None:
    """With patience like service, whatever the staff, the number present is Poisson with the offered load as mean."""
    rates, staff = [30.0, 80.0, 10.0, 50.0], [40, 0, 20, 60]
    course = forward(rates, staff, step=0.7, mean_service=0.5, mean_patience=0.5)
    expected = offered_load(rates, step=0.7, mean_service=0.5)
    found = course.mean_busy[:, -1] + course.mean_in_line[:, -1]
    assert found == pytest.approx(expected, rel=1e-9)
    assert course.p_wait[:, -1] == pytest.approx(
        [infinite_servers_p(load, n) for load, n in zip(expected, staff, strict=True)], rel=1e-6
    )


def generator(rate: float, n: int, service: float, n_states: int) -> NDArray[np.float64]:
    """Return the generator of an M/M/n line with so many states."""
    matrix = np.diag(np.full(n_states - 1, rate), 1)
    matrix += np.diag(np.minimum(np.arange(1, n_states), n) / service, -1)
    return matrix - np.diag(matrix.sum(axis=1))


def test_forward_is_the_matrix_exponential() -> None:
    """A step of the forward equations is the exponential of the chain's generator, from any start."""
    values, vectors = np.linalg.eig(generator(5.0, 3, 0.5, 80))
    exponential = (vectors * np.exp(0.9 * values)) @ np.linalg.inv(vectors)
    start = np.zeros(80)
    start[:6] = [0.1, 0.2, 0.0, 0.3, 0.0, 0.4]
    course = forward([5.0], [3], step=0.9, mean_service=0.5, present=start[:6])
    found = course.p_present[:40]
    assert found == pytest.approx((start @ exponential.real)[:40], abs=1e-9)


def test_forward_counts_what_waits() -> None:
    """Arrivals, those of them that wait, and time in line of a step are integrals of its course."""
    course = forward([30.0, 10.0], [4, 2], step=0.5, mean_service=0.1, n_points=41)
    assert course.mean_arrivals.tolist() == [15, 5]
    for step in range(2):
        at, width = course.time[step], 0.5 / 40
        trapezoid = [
            np.sum((curve[step, 1:] + curve[step, :-1]) / 2) * width for curve in (course.p_wait, course.mean_in_line)
        ]
        assert at[-1] - at[0] == pytest.approx(0.5)
        assert course.mean_waiting[step] == pytest.approx(course.arrival_rate[step] * trapezoid[0], rel=0.02)
        assert course.time_in_line[step] == pytest.approx(trapezoid[1], rel=0.02)


def test_step_means_lag_behind() -> None:
    """A step's mean is the rate's integral over it, taken so much earlier."""
    found = step_means(morning_and_night, step=0.5, n_steps=3, lag=0.2)
    expected = [quad(morning_and_night, start - 0.2, start + 0.3)[0] / 0.5 for start in (0, 0.5, 1)]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("target", [0.1, 0.5])
def test_staffing_is_the_least_that_keeps_the_target(target: float) -> None:
    """One server fewer would miss the target, with and without patience."""
    for load in (0.3, 4, 35):
        (n,) = sipp_staffing([load], mean_service=1, target_p_wait=target)
        assert erlang_c(load, n) <= target < erlang_c(load, n - 1)
        assert modified_offered_load_staffing([load], target_p_wait=target) == [n]
        (m,) = modified_offered_load_staffing([load], target_p_wait=target, patience_by_service=2)
        assert m <= n
        assert m == 1 or erlang_a(load, 1, m - 1, 2).p_wait > target
    assert modified_offered_load_staffing([0], target_p_wait=target, patience_by_service=2) == [0]
