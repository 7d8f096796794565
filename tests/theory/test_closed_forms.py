"""The ordinary pipeline against the closed forms of queueing theory.

Each case makes a centre that is a textbook queue: one day without a break, demand at a constant rate, one procedure.
Time is a hundred times as fast as in the textbook's case (a minute is 0.6 s), which gives a day tens of thousands of
visits and changes no probability. The seed is fixed; a mean must lie in the 99.9 % interval of its replications, and
the interval must be narrow, so that a wrong formula or engine cannot hide in it.
"""

import math
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.engine import simulate
from sim.plan import build_plan
from sim.scenario import Scenario
from sim.trace import NEVER, Trace
from sim.workload import sample_workload
from tests.laws.strategies import constant, procedure, small_scenario

Floats = NDArray[np.float64]

SPEED = 100
N_REPLICATIONS = 16
WARM_UP = 0.1  # of the records: the queue starts empty
DAY = date(2025, 7, 1)
ALL_DAY = {
    "period": {"first_day": DAY, "last_day": DAY, "peak_last_day": DAY},
    "hours": {"morning": ("00:00", "12:00"), "afternoon": ("12:01", "23:59")},
    "return_offset_min": constant(1),
    "counters": 1000,
}


def queue(*, per_hour: float, n_officers: int, visits: int, **parts: Any) -> Scenario:
    """Return a centre open around the clock at which so many visits arrive an hour, for as long as these many take."""
    hours = list(range(max(1, math.ceil(visits / (per_hour * SPEED)))))
    lunch = {"first_day": DAY, "last_day": DAY, "intake": n_officers, "back_office": 0}
    return small_scenario(
        **ALL_DAY,
        demand={"visits_per_day": per_hour * SPEED * len(hours), "hour_weights": dict.fromkeys(hours, 1.0)},
        procedures={"only": procedure(**(QUICK | parts))},
        staff={"intake": n_officers, "back_office": 0},
        link={"mbit_per_s": LINK_MBIT_PER_S},
        plans={"p": {"title": "P", "lunch": (lunch,)}},
    )


LINK_MBIT_PER_S = 100
QUICK = {"intake_min": constant(1e-9), "pages": constant(1e-9), "page_mb": 0, "back_office_min": constant(1)}


def traces(scenario: Scenario) -> list[Trace]:
    """Return the replications."""
    plan = build_plan(scenario, "p")
    return [
        simulate(sample_workload(scenario, seed=1, replication=replication), plan)
        for replication in range(N_REPLICATIONS)
    ]


def assert_mean(values: list[float], expected: float, *, within: float) -> None:
    """Raise AssertionError unless the 99.9 % interval holds what is expected and is narrower than a part of it."""
    half = float(stdtrit(len(values) - 1, 0.9995)) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert half < within * expected, f"the interval ±{half:.4g} is too wide to judge {expected:.4g}"
    assert abs(np.mean(values) - expected) < half, f"{np.mean(values):.4g} ± {half:.4g} is not {expected:.4g}"


def after_warm_up(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the records that arrive once the queue has filled."""
    return column[int(WARM_UP * len(column)) :]


def waits_min(trace: Trace) -> Floats:
    """Return the waits in the hall, in the textbook's minutes."""
    assert np.all(trace.called != NEVER)
    return np.asarray(after_warm_up(trace.wait_ticks) * SPEED / 60_000, dtype=np.float64)


@cache
def erlang(n_officers: int) -> tuple[float, float]:
    """Return P(wait) and mean wait in minutes at 30 an hour and 8 minutes. Source: Erlang 1917 (the delay formula)."""
    load = 30 * 8 / 60
    blocking = 1.0
    for n in range(1, n_officers + 1):
        blocking = load * blocking / (n + load * blocking)
    p_wait = blocking / (1 - load / n_officers * (1 - blocking))
    return p_wait, p_wait * 8 / (n_officers - load)


@pytest.mark.parametrize(
    ("n_officers", "p_wait", "wait_min"), [(5, 0.55411, 4.43), (6, 0.28476, 1.14), (7, 0.13511, 0.36)]
)
def test_the_hall_is_an_erlang_queue(n_officers: int, p_wait: float, wait_min: float) -> None:
    """M/M/5, 6 and 7 at 30 visits an hour of 8 minutes: the part of visits that wait, and the mean wait."""
    assert erlang(n_officers) == (pytest.approx(p_wait, abs=5e-6), pytest.approx(wait_min, abs=5e-3))
    law = {"law": "exponential", "mean": 8 / SPEED}
    waits = [
        waits_min(trace) for trace in traces(queue(per_hour=30, n_officers=n_officers, visits=6_000, intake_min=law))
    ]
    assert_mean([float(np.mean(wait > 0)) for wait in waits], erlang(n_officers)[0], within=0.15)
    assert_mean([float(wait.mean()) for wait in waits], erlang(n_officers)[1], within=0.4)


@pytest.mark.parametrize(
    ("law", "second_moment"),
    [
        (constant(8 / SPEED), 1.0),
        ({"law": "exponential", "mean": 8 / SPEED}, 2.0),
        ({"law": "lognormal", "mean": 8 / SPEED, "cv": 1.2}, 1 + 1.2**2),
    ],
    ids=["deterministic", "exponential", "lognormal"],
)
def test_one_officer_is_a_pollaczek_khinchine_queue(law: dict[str, Any], second_moment: float) -> None:
    """M/G/1: the mean wait is λ·E[S²] / (2·(1 − load))."""
    # Source: Pollaczek 1930, Khinchine 1932.
    per_hour, mean_min = 4.5, 8
    load = per_hour * mean_min / 60
    expected = per_hour / 60 * mean_min**2 * second_moment / (2 * (1 - load))
    scenario = queue(per_hour=per_hour, n_officers=1, visits=6_000, intake_min=law)
    assert_mean([float(waits_min(trace).mean()) for trace in traces(scenario)], expected, within=0.3)


@pytest.mark.parametrize(
    "law",
    [constant(1000), {"law": "exponential", "mean": 1000}, {"law": "lognormal", "mean": 1000, "cv": 1.5}],
    ids=["deterministic", "exponential", "lognormal"],
)
def test_the_link_is_shared_like_a_processor(law: dict[str, Any]) -> None:
    """Processor sharing: an upload takes E[S] / (1 − load) on average, whatever the law."""
    # Source: Kleinrock 1967.
    load, per_hour = 0.6, 30
    mean_s = load * 3600 / (per_hour * SPEED)
    page_mb = mean_s * LINK_MBIT_PER_S / 8 / 1000
    scenario = queue(per_hour=per_hour, n_officers=200, visits=4_000, pages=law, page_mb=page_mb)
    uploads_s = []
    for trace in traces(scenario):
        assert not trace.wait_ticks.any(), "an officer was missing: the link was not the only queue"
        uploads_s.append(float(after_warm_up(trace.received - trace.upload_start).mean() / 1000))
    assert_mean(uploads_s, mean_s / (1 - load), within=0.25)
