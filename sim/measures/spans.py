"""Stretches of days that figures are taken over, and how counts and times are taken over them.

Place in the pipeline: below the measures. Invariant: a span is half-open in ticks; what happens at its end belongs to
the next.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.timebase import NEVER, OfficeHours, Ticks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """A stretch of days that figures are taken over.

    Attributes:
        kind: "day", "week" (Monday to Sunday, cut at the period's ends) or "period".
        first_day: its first day.
        last_day: its last day, included.
        start: tick of the first midnight.
        end: tick after the last midnight.
    """

    kind: str
    first_day: date
    last_day: date
    start: int
    end: int


def spans(hours: OfficeHours) -> list[Span]:
    """Return the working days, the weeks and the period, in that order."""
    timebase = hours.timebase

    def span(kind: str, first: int, last: int) -> Span:
        start, end = timebase.midnights[[first, last + 1]].tolist()
        return Span(kind, timebase.day(first), timebase.day(last), start, end)

    days = [span("day", index, index) for index in hours.working_days]
    mondays = [index for index, day in enumerate(timebase.days) if index == 0 or day.weekday() == 0]
    ends = [*(monday - 1 for monday in mondays[1:]), timebase.n_days - 1]
    weeks = [span("week", first, last) for first, last in zip(mondays, ends, strict=True)]
    return [*days, *weeks, span("period", 0, timebase.n_days - 1)]


@dataclass(frozen=True)
class Over:
    """Ways to take figures over many spans at once, each from sorted arrays, without a loop over what is counted.

    Attributes:
        start: ``int64[n_spans]``, first tick of each span.
        end: ``int64[n_spans]``, the tick after the last.
    """

    start: Ticks
    end: Ticks

    @classmethod
    def of(cls, spans: list[Span]) -> "Over":
        """Return the ways for these spans."""
        return cls(np.array([span.start for span in spans]), np.array([span.end for span in spans]))

    def count(self, instants: Ticks) -> Floats:
        """Return how many instants lie in each span: ``float64[n_spans]``; `NEVER` is none."""
        ordered = np.sort(instants[instants != NEVER])
        inside = np.searchsorted(ordered, self.end) - np.searchsorted(ordered, self.start)
        return inside.astype(np.float64)

    def time(self, start: Ticks, end: Ticks) -> Floats:
        """Return for how many ticks these intervals run within each span, each for itself: ``float64[n_spans]``."""
        return _time_until(start, end, self.end) - _time_until(start, end, self.start)

    def total(self, instants: Ticks, amounts: Floats) -> Floats:
        """Return the sum of the amounts whose instants lie in each span: ``float64[n_spans]``."""
        order = np.argsort(instants, kind="stable")
        sums = np.concatenate([[0.0], np.cumsum(amounts[order])])
        ordered = instants[order]
        return np.asarray(sums[np.searchsorted(ordered, self.end)] - sums[np.searchsorted(ordered, self.start)])

    def quantiles(self, instants: Ticks, values: Floats, parts: tuple[float, ...]) -> list[Floats]:
        """Return mean and quantiles of the values whose instants lie in each span; NaN where there are none.

        A quantile is the smallest value that such a part of them does not exceed.
        """
        order = np.argsort(instants, kind="stable")
        ordered, values = instants[order], values[order]
        first, last = np.searchsorted(ordered, self.start), np.searchsorted(ordered, self.end)
        found = np.full((1 + len(parts), len(self.start)), np.nan)
        for span, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
            if low < high:
                inside = np.sort(values[low:high])
                found[0, span] = inside.mean()
                found[1:, span] = [inside[int(np.ceil(part * len(inside))) - 1] for part in parts]
        return list(found)


def _time_until(start: Ticks, end: Ticks, at: Ticks) -> Floats:
    """Return for how many ticks these intervals have run by each of these ticks."""
    return _elapsed(start, at) - _elapsed(end, at)


def _elapsed(since: Ticks, at: Ticks) -> Floats:
    """Return the sum of what has passed since each instant, by each of these ticks."""
    ordered = np.sort(since)
    sums = np.concatenate([[0], np.cumsum(ordered)])
    before = np.searchsorted(ordered, at)
    return (before * at - sums[before]).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole; NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) != 0)
