"""How many of some things are under way, over time, and its integrals.

Place in the pipeline: below the figures that are times. Invariant: a stretch of time is counted once, however it is
cut.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.passes import cover, under_way, weigh
from sim.measures.spans import Floats
from sim.timebase import Ticks


class Steps:
    """A weight for each instant of the period, constant between edges; every midnight is an edge."""

    def __init__(self, edges: Ticks, weight: Ticks | Floats, at_midnight: Ticks) -> None:
        """Take the edges, the weight from each on, and which of them are midnights."""
        self.edges, self.at_midnight = edges, at_midnight
        self.weight = np.asarray(weight[:-1], dtype=np.float64)  # nothing is weighed after the last edge

    @classmethod
    def within(cls, pieces: Ticks, midnights: Ticks) -> "Steps":
        """Return the weight 1 within some pieces ``int64[n, 2]``, which may overlap, and 0 outside."""
        edges, is_within, at_midnight = _cover(pieces, midnights)
        return cls(edges, is_within, at_midnight)

    @classmethod
    def outside(cls, pieces: Ticks, midnights: Ticks) -> "Steps":
        """Return the weight 1 outside some pieces ``int64[n, 2]``, which may overlap, and 0 within."""
        edges, is_within, at_midnight = _cover(pieces, midnights)
        return cls(edges, 1 - is_within, at_midnight)

    @classmethod
    def of(cls, tick: Ticks, weight: Floats, midnights: Ticks) -> "Steps":
        """Return the weights that hold from each tick on, increasing from 0."""
        edges = np.concatenate([tick, midnights])
        edges.sort()
        return cls(edges, weight[np.searchsorted(tick, edges, side="right") - 1], np.searchsorted(edges, midnights))

    @cached_property
    def is_nothing(self) -> bool:
        """Return whether the weight is 0 throughout."""
        return not self.weight.any()


class Load:
    """Intervals, as the number of them that is under way over time.

    Attributes:
        start: ``int64[n]``.
        end: ``int64[n]``.
    """

    def __init__(self, start: Ticks, end: Ticks) -> None:
        """Take the intervals' starts and ends."""
        self.start, self.end = np.ascontiguousarray(start), np.ascontiguousarray(end)

    @cached_property
    def starts(self) -> Ticks:
        """Return the starts, sorted: ``int64[n]``."""
        return np.sort(self.start)

    @cached_property
    def ends(self) -> Ticks:
        """Return the ends, sorted, and so not in the order of the starts: ``int64[n]``."""
        return np.sort(self.end)

    def at(self, tick: Ticks) -> NDArray[np.int64]:
        """Return how many intervals are under way from each tick on: ``int64[n]``."""
        return np.asarray(
            self.starts.searchsorted(tick, side="right") - self.ends.searchsorted(tick, side="right"), dtype=np.int64
        )

    def n_before(self, tick: Ticks) -> NDArray[np.int64]:
        """Return how many intervals are under way until each tick: ``int64[n]``."""
        return np.asarray(self.starts.searchsorted(tick) - self.ends.searchsorted(tick), dtype=np.int64)

    def before(self, tick: Ticks) -> Ticks:
        """Return for how long the intervals, all together, have been under way before each of the sorted ticks."""
        before = np.zeros((2, len(tick) + 1), dtype=np.int64)
        if len(self.start):
            under_way(self.start, self.end, tick, before)
        return before[0, :-1]

    def weighed(self, steps: Steps) -> Floats:
        """Return the same before each midnight, every instant with its weight: ``float64[n_days + 1]``."""
        return self.parted(steps)[1] if len(self.start) else np.zeros(len(steps.at_midnight))

    def parted(self, steps: Steps) -> tuple[Ticks, Floats]:
        """Return both before each midnight: for how long, and the same weighed."""
        weighed = np.zeros(len(steps.at_midnight))
        before = np.zeros((2, len(steps.edges) + 1), dtype=np.int64)
        weigh(self.start, self.end, steps.edges, steps.weight, steps.at_midnight, before, weighed)
        return before[0, steps.at_midnight], weighed

    def union(self) -> "Load":
        """Return when at least one is under way, as intervals that do not overlap."""
        if not len(self.start):
            return self
        is_gap = self.starts[1:] > self.ends[:-1]  # as many have ended as have started
        return Load(self.starts[np.append(True, is_gap)], self.ends[np.append(is_gap, True)])


def _cover(pieces: Ticks, midnights: Ticks) -> tuple[Ticks, Ticks, Ticks]:
    """Return edges, whether any piece is under way from each on, and which of the edges are midnights."""
    bounds = np.clip(np.ascontiguousarray(pieces.T), midnights[0], midnights[-1])
    bounds.sort()
    candidates = np.concatenate([bounds.ravel(), midnights])
    candidates.sort()
    edges, at_midnight = np.empty((2, len(candidates)), dtype=np.int64), np.empty(len(midnights), dtype=np.int64)
    n = cover(bounds, candidates, midnights, edges, at_midnight)
    return edges[0, :n], edges[1, :n], at_midnight


NOTHING = Load(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
