"""A line whose demand and staff change during the day: the forward equations, solved step by step.

In: rates and numbers of servers, constant within each step of the day. Out: a `Course`, figures at instants within each
step. Invariant: the only error is that of rounding, of Simpson's rule, and of a tail of states whose probability stays
below `_TAIL`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import simpson

from sim.errors import require

Floats = NDArray[np.float64]
_TAIL = 1e-10  # what the largest number present that is reckoned with may at most have of probability
_ROUNDING = 1e-17
_MOST_JUMPS = 500.0  # in one go; exp(−x) of much more is 0


@dataclass(frozen=True)
class Course:
    """How a line goes through the steps of a day.

    Attributes:
        time: ``float64[n_steps, n_points]``, instants from the first to the last of each step, evenly spaced. The last
            of one is the first of the next: there the staff may differ, and so may the figures.
        arrival_rate: ``float64[n_steps]``.
        p_wait: ``float64[n_steps, n_points]``, probability that who comes at this instant finds all servers busy.
        mean_in_line: ``float64[n_steps, n_points]``, mean number in the line.
        mean_busy: ``float64[n_steps, n_points]``, mean number of busy servers.
        p_present: ``float64[n_states]``, probabilities of the numbers present at the end.
    """

    time: Floats
    arrival_rate: Floats
    p_wait: Floats
    mean_in_line: Floats
    mean_busy: Floats
    p_present: Floats

    @property
    def mean_arrivals(self) -> Floats:
        """Return how many come in each step: ``float64[n_steps]``."""
        return np.asarray(self.arrival_rate * (self.time[:, -1] - self.time[:, 0]), dtype=np.float64)

    @property
    def mean_waiting(self) -> Floats:
        """Return how many of those who come in each step wait: ``float64[n_steps]``."""
        return np.asarray(self.arrival_rate * simpson(self.p_wait, x=self.time, axis=1), dtype=np.float64)

    @property
    def time_in_line(self) -> Floats:
        """Return the time that all together spend in the line in each step: ``float64[n_steps]``."""
        return np.asarray(simpson(self.mean_in_line, x=self.time, axis=1), dtype=np.float64)


def forward(
    arrival_rates: Sequence[float],
    n_servers: Sequence[int],
    *,
    step: float,
    mean_service: float,
    mean_patience: float = math.inf,
    n_points: int = 21,
    present: Floats | None = None,
) -> Course:
    """Return the course of an M_t/M/s_t line, or with patience M_t/M/s_t+M, by integrating its forward equations.

    Where there are fewer servers than before, those who were being served and have none are the first in the line.
    Source: Kolmogorov 1931; the solution for each step is by uniformisation (Jensen 1953, Grassmann 1977).

    Args:
        arrival_rates: visits per unit of time, in each step.
        n_servers: how many serve in each step, ≥ 0.
        step: length of a step.
        mean_service: of an exponential law.
        mean_patience: of an exponential law.
        n_points: instants of each step at which figures are wanted, odd (Simpson's rule integrates them), ≥ 3.
        present: ``float64[n_states]``, probabilities of the numbers present at the start; nobody, if not given.

    >>> course = forward([30.0] * 24, [5] * 24, step=1.0, mean_service=8 / 60)  # hours; until it has settled
    >>> round(float(course.p_wait[-1, -1]), 5)
    0.55411
    """
    require(len(arrival_rates) == len(n_servers) > 0, "each step has a rate and a number of servers")
    require(n_points >= 3 and n_points % 2 == 1, "an odd number of instants", n_points=n_points)  # noqa: PLR2004
    start = np.array([1.0]) if present is None else present
    n_states = max(len(start), 2 * max(n_servers) + 50)
    while True:
        chain = _Chain(n_states, 1 / mean_service, 1 / mean_patience)
        padded = np.concatenate([start, np.zeros(n_states - len(start))])
        states = np.array(list(chain.run(padded, arrival_rates, n_servers, step / (n_points - 1), n_points)))
        if states[..., -1].max() < _TAIL:
            return _course(states, arrival_rates, n_servers, step)
        n_states *= 2


def _course(states: Floats, arrival_rates: Sequence[float], n_servers: Sequence[int], step: float) -> Course:
    """Return the figures of the probabilities ``float64[n_steps, n_points, n_states]``."""
    n_steps, n_points, n_states = states.shape
    servers = np.array(n_servers)[:, np.newaxis]
    number = np.arange(n_states)
    return Course(
        time=step * (np.arange(n_steps)[:, np.newaxis] + np.linspace(0, 1, n_points)),
        arrival_rate=np.array(arrival_rates, dtype=np.float64),
        p_wait=np.einsum("tpn,tn->tp", states, number >= servers),
        mean_in_line=np.einsum("tpn,tn->tp", states, np.maximum(0, number - servers)),
        mean_busy=np.einsum("tpn,tn->tp", states, np.minimum(number, servers)),
        p_present=states[-1, -1],
    )


class _Chain:
    """The birth-death chain of the number present, for one size of its state space."""

    def __init__(self, n_states: int, service_rate: float, renege_rate: float) -> None:
        self._number = np.arange(n_states)
        self._service_rate, self._renege_rate = service_rate, renege_rate

    def run(
        self, p: Floats, arrival_rates: Sequence[float], n_servers: Sequence[int], length: float, n_points: int
    ) -> Iterator[Floats]:
        """Yield for each step the probabilities at its instants: ``float64[n_points, n_states]``."""
        for arrival_rate, servers in zip(arrival_rates, n_servers, strict=True):
            rows = [p]
            for _ in range(n_points - 1):
                rows.append(self._after(rows[-1], arrival_rate, servers, length))
            p = rows[-1]
            yield np.array(rows)

    def _after(self, p: Floats, arrival_rate: float, n_servers: int, length: float) -> Floats:
        """Return the probabilities after a stretch of time.

        The chain is seen as one that jumps at the instants of a Poisson process of a rate that is large enough for all
        states, and after that many jumps with Poisson probabilities. All terms are positive: nothing cancels.
        """
        served = np.minimum(self._number, n_servers) * self._service_rate
        down = served + np.maximum(0, self._number - n_servers) * self._renege_rate
        up = np.where(self._number < len(p) - 1, arrival_rate, 0.0)  # the tail is checked by `forward`
        jumps = float((up + down).max()) * length
        if jumps == 0:
            return p
        if jumps > _MOST_JUMPS:
            half = self._after(p, arrival_rate, n_servers, length / 2)
            return self._after(half, arrival_rate, n_servers, length / 2)
        stay, up, down = 1 - (up + down) * length / jumps, up * length / jumps, down * length / jumps
        total, term, weight, n_jumps = np.zeros_like(p), p, math.exp(-jumps), 0
        while n_jumps < jumps or weight > _ROUNDING:
            total += weight * term
            n_jumps += 1
            weight *= jumps / n_jumps
            term = _jump(term, stay, up, down)
        return np.asarray(total / total.sum(), dtype=np.float64)


def _jump(p: Floats, stay: Floats, up: Floats, down: Floats) -> Floats:
    after = p * stay
    after[1:] += p[:-1] * up[:-1]
    after[:-1] += p[1:] * down[1:]
    return np.asarray(after, dtype=np.float64)
