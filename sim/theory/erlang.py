"""Many servers, one line, visits at random: Erlang's formulas and their kin.

In: rates and mean times, in any one unit of time. Out: probabilities and mean times in that unit. Invariant: nothing is
approximated but by rounding, and by leaving out states that are too rare to count.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import require

Floats = NDArray[np.float64]
_NEGLIGIBLE = math.log(1e-18)  # states that are so much rarer than the commonest one are left out


@dataclass(frozen=True)
class LineFigures:
    """What a line is like in the long run.

    Attributes:
        p_wait: part of all who come who find every server busy and join the line.
        p_lost: part of all who come who leave unserved: turned away, or out of patience.
        mean_wait: mean time in the line of those who join or are served at once, also if they leave it unserved.
        mean_in_line: mean number in the line.
        utilisation: part of the time that a server is busy.
    """

    p_wait: float
    p_lost: float
    mean_wait: float
    mean_in_line: float
    utilisation: float


def erlang_b(load: float, n_servers: int) -> float:
    """Return the part of visits that find all servers busy, where nobody waits (M/G/c/c).

    Source: Erlang 1917; the recursion in the number of servers is in Jagerman 1974.

    Args:
        load: arrival rate × mean service time, ≥ 0.
        n_servers: ≥ 0.

    >>> round(erlang_b(4, 5), 5)
    0.19907
    """
    require(load >= 0 and n_servers >= 0, "not a load and a number of servers", load=load, n_servers=n_servers)
    blocked = 1.0
    for n in range(1, n_servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, n_servers: int) -> float:
    """Return the part of visits that wait, where all who come wait as long as it takes (M/M/c); 1 under overload.

    Source: Erlang 1917.

    >>> [round(erlang_c(4, n), 5) for n in (5, 6, 7)]
    [0.55411, 0.28476, 0.13511]
    """
    if load >= n_servers:
        return 1.0
    blocked = erlang_b(load, n_servers)
    return blocked / (1 - load / n_servers * (1 - blocked))


def erlang_c_wait(load: float, n_servers: int, mean_service: float) -> float:
    """Return the mean wait of an M/M/c line, those who do not wait included; infinite under overload.

    Source: Erlang 1917.

    >>> [round(erlang_c_wait(4, n, 8), 2) for n in (5, 6, 7)]
    [4.43, 1.14, 0.36]
    """
    if load >= n_servers:
        return math.inf
    return erlang_c(load, n_servers) * mean_service / (n_servers - load)


def erlang_c_wait_quantile(load: float, n_servers: int, mean_service: float, part: float) -> float:
    """Return the wait that this part of the visits does not exceed (M/M/c, first come first served).

    A wait is longer than t with probability P(wait) · exp(−(c − load) · t / mean service).
    Source: Erlang 1917; Cooper 1981, section 3.4.

    Args:
        load: arrival rate × mean service time, < `n_servers`.
        n_servers: ≥ 1.
        mean_service: the result has its unit.
        part: 0 ≤ part < 1.

    >>> round(erlang_c_wait_quantile(4, 5, 8, 0.9), 2), erlang_c_wait_quantile(4, 5, 8, 0.4)
    (13.7, 0.0)
    """
    require(load < n_servers and 0 <= part < 1, "no such quantile", load=load, n_servers=n_servers, part=part)
    waiting = erlang_c(load, n_servers)
    if 1 - part >= waiting:
        return 0.0
    return math.log(waiting / (1 - part)) * mean_service / (n_servers - load)


def mm_c_k(arrival_rate: float, mean_service: float, n_servers: int, n_places: int) -> LineFigures:
    """Return the figures of an M/M/c/K line: who finds all places taken, at servers and in the line, turns around.

    Source: Gross and Harris 1998, section 2.5.

    Args:
        arrival_rate: visits per unit of time.
        mean_service: in that unit.
        n_servers: ≥ 1.
        n_places: servers and places in the line together, ≥ `n_servers`.

    >>> figures = mm_c_k(30, 8 / 60, 4, 6)
    >>> round(figures.p_lost, 4), round(figures.mean_wait * 60, 3)
    (0.1916, 1.422)
    """
    require(1 <= n_servers <= n_places, "more servers than places", n_servers=n_servers, n_places=n_places)
    ratios = [arrival_rate * mean_service / min(n, n_servers) for n in range(1, n_places + 1)]
    return _figures(_stationary(ratios), arrival_rate, mean_service, n_servers, n_places=n_places)


def erlang_a(arrival_rate: float, mean_service: float, n_servers: int, mean_patience: float) -> LineFigures:
    """Return the figures of an M/M/c line where each leaves it after an exponential patience (M/M/c+M).

    Source: Palm 1957; Garnett, Mandelbaum and Reiman 2002.

    Args:
        arrival_rate: visits per unit of time.
        mean_service: in that unit.
        n_servers: ≥ 1.
        mean_patience: in that unit.

    >>> figures = erlang_a(48, 1, 50, 2)  # per minute
    >>> round(figures.p_lost, 4), round(figures.mean_wait * 60, 2), round(figures.utilisation, 3)
    (0.0309, 3.71, 0.93)
    """
    require(n_servers >= 1 and mean_patience > 0, "not an Erlang A line", n_servers=n_servers, patience=mean_patience)
    ratios: list[float] = []
    height = top = 0.0  # logarithms: of the state at hand, and of the commonest so far, in proportion to the empty one
    while height > top + _NEGLIGIBLE:
        n = len(ratios) + 1
        rate = min(n, n_servers) / mean_service + max(0, n - n_servers) / mean_patience
        ratios.append(arrival_rate / rate)
        height += math.log(ratios[-1])
        top = max(top, height)
    return _figures(_stationary(ratios), arrival_rate, mean_service, n_servers, n_places=None)


def _stationary(ratios: list[float]) -> Floats:
    """Return the probabilities of the states of a birth-death chain, from the ratios of each to the one before."""
    heights = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    weights = np.exp(heights - heights.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _figures(
    p: Floats, arrival_rate: float, mean_service: float, n_servers: int, *, n_places: int | None
) -> LineFigures:
    """Return the figures of a line from the probabilities of the numbers present; `n_places` is None for no limit."""
    present = np.arange(len(p))
    turned_away = 0.0 if n_places is None else float(p[n_places])
    in_line = float(p @ np.maximum(0, present - n_servers))
    busy = float(p @ np.minimum(present, n_servers))
    return LineFigures(
        p_wait=float(p[n_servers:].sum()) - turned_away,
        p_lost=1 - busy / (arrival_rate * mean_service),
        mean_wait=in_line / (arrival_rate * (1 - turned_away)),
        mean_in_line=in_line,
        utilisation=busy / n_servers,
    )
