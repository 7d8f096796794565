"""How many servers a day needs so that few must wait: rules that use a steady line for each step of the day.

In: the arrival rate over time. Out: servers in each step. Invariant: a rule knows nothing of what really happens then;
`sim.theory.varying` tells that.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

from sim.errors import require
from sim.theory.erlang import erlang_a, erlang_c

Floats = NDArray[np.float64]


def step_means(rate: Callable[[float], float], *, step: float, n_steps: int, lag: float = 0.0) -> list[float]:
    """Return the mean of a rate over each step of a day, as it was a `lag` earlier.

    >>> step_means(lambda hour: 2 * hour, step=1.0, n_steps=3, lag=0.5)
    [0.0, 2.0, 4.0]
    """
    starts = [index * step - lag for index in range(n_steps)]
    return [round(quad(rate, start, start + step)[0] / step, 12) for start in starts]


def sipp_staffing(step_rates: Sequence[float], *, mean_service: float, target_p_wait: float) -> list[int]:
    """Return the fewest servers for each step with which an M/M/c line with the step's rate keeps the target.

    This is the stationary independent period-by-period rule; with rates that lag by a mean service time
    (`step_means`), it is the lagged rule, which follows the peak of the line instead of the peak of the demand.
    Source: Green, Kolesar and Soares 2001.

    Args:
        step_rates: visits per unit of time in each step.
        mean_service: in that unit.
        target_p_wait: largest part of the visits that may have to wait, > 0.

    >>> sipp_staffing([30.0, 45.0], mean_service=8 / 60, target_p_wait=0.2)
    [7, 9]
    """
    require(target_p_wait > 0, "nobody ever waits with no number of servers", target=target_p_wait)
    return [_fewest(lambda n, rate=rate: erlang_c(rate * mean_service, n), target_p_wait) for rate in step_rates]  # type: ignore[misc]


def offered_load(step_rates: Sequence[float], *, step: float, mean_service: float, before: float = 0.0) -> list[float]:
    """Return how many would be in service at the end of each step if nobody ever had to wait (M_t/M/∞).

    Source: Eick, Massey and Whitt 1993.

    Args:
        step_rates: visits per unit of time in each step.
        step: its length.
        mean_service: of an exponential law, in that unit.
        before: how many are in service before the first step.

    >>> [round(load, 3) for load in offered_load([60.0, 60.0, 0.0], step=1.0, mean_service=0.5)]
    [25.94, 29.451, 3.986]
    """
    loads, left = [], math.exp(-step / mean_service)
    load = before
    for rate in step_rates:
        load = rate * mean_service + (load - rate * mean_service) * left
        loads.append(load)
    return loads


def modified_offered_load_staffing(
    loads: Sequence[float], *, target_p_wait: float, patience_by_service: float = math.inf
) -> list[int]:
    """Return the fewest servers for each load with which a steady line of that load keeps the target.

    Source: Jennings et al. 1996; with patience: Feldman et al. 2008.

    Args:
        loads: how many would be in service if nobody had to wait, from `offered_load`.
        target_p_wait: largest part of the visits that may have to wait, > 0.
        patience_by_service: mean patience divided by mean service time; without it all wait (Erlang C).

    >>> modified_offered_load_staffing([85.86, 114.14], target_p_wait=0.2, patience_by_service=1.0)
    [95, 124]
    """
    require(target_p_wait > 0, "nobody ever waits with no number of servers", target=target_p_wait)

    def p_wait(load: float, n: int) -> float:
        if load == 0 or n == 0:
            return float(load > 0)
        return (
            erlang_c(load, n) if math.isinf(patience_by_service) else erlang_a(load, 1, n, patience_by_service).p_wait
        )

    return [_fewest(lambda n, load=load: p_wait(load, n), target_p_wait) for load in loads]  # type: ignore[misc]


def _fewest(p_wait: Callable[[int], float], target: float) -> int:
    """Return the smallest number of servers with which no more than the target waits; more servers never mean more."""
    enough = 1
    while p_wait(enough) > target:
        enough *= 2
    return bisect_left(range(enough), -target, key=lambda n: -p_wait(n))
