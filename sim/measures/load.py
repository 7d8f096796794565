"""How many of some things are under way, over time, and its integrals.

Place in the pipeline: below the figures that are times. Invariant: a stretch of time is counted once, however it is
cut.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.spans import Floats
from sim.timebase import Ticks


class Steps:
    """A weight for each instant of the period, constant between edges; every midnight is an edge."""

    def __init__(self, edges: Ticks, weight: NDArray[np.bool_] | Floats, midnights: Ticks) -> None:
        self.edges = edges
        self.weight = np.asarray(weight[:-1], dtype=np.float64)  # nothing is weighed after the last edge
        self.at_midnight = np.searchsorted(edges, midnights)

    @classmethod
    def within(cls, pieces: Ticks, midnights: Ticks) -> "Steps":
        """Return the weight 1 within some pieces ``int64[n, 2]``, which may overlap, and 0 outside."""
        edges = _edges(pieces, midnights)
        return cls(edges, Load(pieces[:, 0], pieces[:, 1]).at(edges) > 0, midnights)

    @classmethod
    def outside(cls, pieces: Ticks, midnights: Ticks) -> "Steps":
        """Return the weight 1 outside some pieces ``int64[n, 2]``, which may overlap, and 0 within."""
        edges = _edges(pieces, midnights)
        return cls(edges, Load(pieces[:, 0], pieces[:, 1]).at(edges) == 0, midnights)

    @classmethod
    def of(cls, tick: Ticks, weight: Floats, midnights: Ticks) -> "Steps":
        """Return the weights that hold from each tick on, increasing from 0."""
        edges = np.union1d(tick, midnights)
        return cls(edges, weight[np.searchsorted(tick, edges, side="right") - 1], midnights)

    @cached_property
    def is_nothing(self) -> bool:
        """Return whether the weight is 0 throughout."""
        return not self.weight.any()


class Load:
    """Intervals, as the number of them that is under way over time.

    Attributes:
        starts: ``int64[n]``, sorted.
        ends: ``int64[n]``, sorted: not in the order of the starts.
    """

    def __init__(self, start: Ticks, end: Ticks) -> None:
        """Take the intervals' starts and ends, ``int64[n]`` each."""
        self.starts, self.ends = start.copy(), end.copy()
        self.starts.sort()
        self.ends.sort()
        self._start_sums, self._end_sums = _sums(self.starts), _sums(self.ends)

    def at(self, tick: Ticks) -> NDArray[np.int64]:
        """Return how many intervals are under way from each tick on: ``int64[n]``."""
        return np.asarray(
            self.starts.searchsorted(tick, side="right") - self.ends.searchsorted(tick, side="right"), dtype=np.int64
        )

    def n_before(self, tick: Ticks) -> NDArray[np.int64]:
        """Return how many intervals are under way until each tick: ``int64[n]``."""
        return np.asarray(self.starts.searchsorted(tick) - self.ends.searchsorted(tick), dtype=np.int64)

    def before(self, tick: Ticks) -> Ticks:
        """Return for how long the intervals, all together, have been under way before each tick: ``int64[n]``."""
        if not len(self.starts):
            return np.zeros(len(tick), dtype=np.int64)
        n_started, n_ended = self.starts.searchsorted(tick), self.ends.searchsorted(tick)
        sums = self._start_sums[n_started] - self._end_sums[n_ended]
        return np.asarray((n_started - n_ended) * tick - sums, dtype=np.int64)

    def weighed(self, steps: Steps) -> Floats:
        """Return the same before each midnight, every instant with its weight: ``float64[n_days + 1]``."""
        if not len(self.starts):
            return np.zeros(len(steps.at_midnight))
        passed = np.zeros(len(steps.edges))
        before = self.before(steps.edges)
        ((before[1:] - before[:-1]) * steps.weight).cumsum(out=passed[1:])
        return np.asarray(passed[steps.at_midnight], dtype=np.float64)

    def union(self) -> "Load":
        """Return when at least one is under way, as intervals that do not overlap."""
        if not len(self.starts):
            return self
        is_gap = self.starts[1:] > self.ends[:-1]  # as many have ended as have started
        return Load(self.starts[np.append(True, is_gap)], self.ends[np.append(is_gap, True)])


def _sums(ticks: Ticks) -> Ticks:
    sums = np.zeros(len(ticks) + 1, dtype=np.int64)
    ticks.cumsum(out=sums[1:])
    return sums


def _edges(pieces: Ticks, midnights: Ticks) -> Ticks:
    edges = np.union1d(pieces, midnights)
    return np.asarray(edges[(edges >= midnights[0]) & (edges <= midnights[-1])], dtype=np.int64)


NOTHING = Load(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
