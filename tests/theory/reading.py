"""What one replication shows, in the words of queueing theory.

In: a `Trace` and the scenario that it is of. Out: times in the textbook's unit, numbers, parts. Invariant: judged is
who comes from outside while demand lasts, without the first tenth of that time, in which the line fills; where the
closed form knows the filling, too, everybody is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.trace import NEVER, State, Trace

Floats = NDArray[np.float64]
Reading = Callable[["Seen"], float]
WARM_UP = 0.1
MS_PER_MIN = 60_000
DAY = (0, 24)


@dataclass(frozen=True)
class Seen:
    """One replication.

    Attributes:
        scenario: the world.
        trace: what happened.
        units_per_min: how many of the textbook's units of time a minute of the scenario stands for.
        from_start: whether everybody is judged, or who comes once the line has filled.
    """

    scenario: Scenario
    trace: Trace
    units_per_min: float = 1
    from_start: bool = False

    @cached_property
    def window(self) -> tuple[int, int]:
        """Return the ticks from and to which is judged: all, or the first day's demand less its first tenth."""
        if self.from_start:
            return 0, self.scenario.timebase.end_tick
        hours = sorted(hour for hour, weight in self.scenario.demand.hour_weights.items() if weight)
        start, last = (int(self.scenario.timebase.hours[hour]) for hour in (hours[0], hours[-1]))
        end = last + int(self.scenario.timebase.hours[1])
        return start + int(WARM_UP * (end - start)), end

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """Return which records are judged: ``bool[n_records]``."""
        start, end = self.window
        workload = self.trace.workload
        return (workload.entry == NEVER) & (start <= workload.arrival) & (workload.arrival < end)

    def kind(self, procedure: str) -> NDArray[np.bool_]:
        """Return which judged records are of a procedure: ``bool[n_records]``."""
        return self.is_judged & (self.trace.workload.procedure == list(self.scenario.procedures).index(procedure))

    @property
    def units_per_tick(self) -> float:
        """Return how many of the textbook's units of time a tick stands for."""
        return self.scenario.period.tick_ms / MS_PER_MIN * self.units_per_min

    def times(self, *states: State) -> Floats:
        """Return how long each record was in these states altogether: ``float64[n_records]``, NaN if it never was."""
        stints = self.trace.of(*states)
        assert np.all(stints[self.is_judged[stints[:, 0]], 3] != NEVER), "the day ended before all was done"
        n_records = self.trace.workload.n_records
        ticks = np.bincount(stints[:, 0], stints[:, 3] - stints[:, 2], minlength=n_records)
        has_been = np.bincount(stints[:, 0], minlength=n_records) > 0
        return np.where(has_been, ticks * self.units_per_tick, np.nan)

    def was(self, *states: State) -> NDArray[np.bool_]:
        """Return which records ever were in one of these states: ``bool[n_records]``."""
        found = np.zeros(self.trace.workload.n_records, dtype=bool)
        found[self.trace.of(*states)[:, 0]] = True
        return found

    def first_waits(self, state: State) -> Floats:
        """Return how long each record was in this state for the first time: ``float64[n_records]``, NaN if never."""
        stints = self.trace.of(state)
        record, first = np.unique(stints[:, 0], return_index=True)
        found = np.full(self.trace.workload.n_records, np.nan)
        found[record] = (stints[first, 3] - stints[first, 2]) * self.units_per_tick
        return found

    def in_hours(self, first: int, after: int) -> NDArray[np.bool_]:
        """Return which judged records arrive from one full hour of a day to another: ``bool[n_records]``."""
        arrival, timebase = self.trace.workload.arrival, self.scenario.timebase
        hour = (np.searchsorted(timebase.hours, arrival, side="right") - 1) % 24
        return self.is_judged & (first <= hour) & (hour < after)

    def numbers(self, *states: State) -> tuple[NDArray[np.int64], Floats]:
        """Return how many records are in these states one after the other, and which part of the time each lasts.

        Returns:
            ``int64[n]`` and ``float64[n]``, the parts of the judged time; they sum to 1.
        """
        start, end = self.window
        stints = self.trace.of(*states)
        ends = np.where(stints[:, 3] == NEVER, end, stints[:, 3])
        edges = np.clip(np.concatenate([[start], stints[:, 2], ends, [end]]), start, end)
        steps = np.repeat([0, 1, -1, 0], [1, len(ends), len(ends), 1])
        order = np.argsort(edges, kind="stable")
        number = np.cumsum(steps[order])[:-1]
        return number, np.diff(edges[order]) / (end - start)


def _judged(seen: Seen, kind: str | None, hours: tuple[int, int]) -> NDArray[np.bool_]:
    return seen.in_hours(*hours) & (seen.is_judged if kind is None else seen.kind(kind))


def mean_time(*states: State, kind: str | None = None) -> Reading:
    """Return the reading: mean time of a judged record in these states, of those who were ever in one."""
    return lambda seen: float(np.nanmean(seen.times(*states)[_judged(seen, kind, DAY)]))


def part_waiting(state: State, longer_than: float = 0, hours: tuple[int, int] = DAY) -> Reading:
    """Return the reading: part of those who join this line who are not called at once, or not within some time."""

    def read(seen: Seen) -> float:
        waits = seen.first_waits(state)[_judged(seen, None, hours)]
        return float(np.mean(waits[~np.isnan(waits)] > longer_than))

    return read


def part_who(state: State, kind: str | None = None) -> Reading:
    """Return the reading: part of the judged records that ever were in this state."""
    return lambda seen: float(seen.was(state)[_judged(seen, kind, DAY)].mean())


def number_in(*states: State) -> Reading:
    """Return the reading: mean number of records in these states."""

    def read(seen: Seen) -> float:
        number, part = seen.numbers(*states)
        return float(number @ part)

    return read


def part_of_time(state: State, n_or_more: int) -> Reading:
    """Return the reading: part of the time in which at least so many records are in this state."""

    def read(seen: Seen) -> float:
        number, part = seen.numbers(state)
        return float(part[number >= n_or_more].sum())

    return read


def number_in_hours(state: State, first: int, after: int) -> Reading:
    """Return the reading: mean number of records in this state from one full hour to another, over all days."""

    def read(seen: Seen) -> float:
        hours = seen.scenario.timebase.hours.reshape(-1, 24)
        stints = seen.trace.of(state)[:, 2:4, np.newaxis]
        overlap = np.minimum(stints[:, 1], hours[:, after]) - np.maximum(stints[:, 0], hours[:, first])
        return float(np.maximum(0, overlap).sum() / (hours[:, after] - hours[:, first]).sum())

    return read


def done_per_time_after_first_day(seen: Seen) -> float:
    """Read how many records are settled for each unit of time that somebody is at work on one, from the second day."""
    start = int(seen.scenario.timebase.midnights[1])
    stints = seen.trace.of(State.BACK_OFFICE)
    stints = stints[stints[:, 2] >= start]
    worked = float((stints[:, 3] - stints[:, 2]).sum()) * seen.units_per_tick
    return float((seen.trace.settled >= start).sum()) / worked
