"""The stretches of days that figures are taken over, and how what is known day by day becomes figures of them.

Place in the pipeline: below all figures. Invariant: a span is a number of whole calendar days; what happens at a
midnight belongs to the day that begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.passes import count, pack, sample
from sim.timebase import OfficeHours, Ticks

Floats = NDArray[np.float64]
Amounts = NDArray[np.int64] | Floats


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


def spans(hours: OfficeHours, session_days: Sequence[int] = ()) -> list[Span]:
    """Return the days on which somebody may work, the weeks and the period, in that order.

    Args:
        hours: whose working days.
        session_days: indices of days off that have a session.
    """
    timebase = hours.timebase

    def span(kind: str, first: int, last: int) -> Span:
        start, end = timebase.midnights[[first, last + 1]].tolist()
        return Span(kind, timebase.day(first), timebase.day(last), start, end)

    days = [span("day", index, index) for index in sorted({*hours.working_days, *session_days})]
    mondays = [index for index, day in enumerate(timebase.days) if index == 0 or day.weekday() == 0]
    ends = [*(monday - 1 for monday in mondays[1:]), timebase.n_days - 1]
    weeks = [span("week", first, last) for first, last in zip(mondays, ends, strict=True)]
    return [*days, *weeks, span("period", 0, timebase.n_days - 1)]


@dataclass(frozen=True)
class Sample:
    """Values by span.

    Attributes:
        count: ``float64[n_spans]``, how many values each span has.
        mean: ``float64[n_spans]``, NaN where it has none.
        percentiles: ``float64[n_percentages, n_spans]``, NaN where it has none.
    """

    count: Floats
    mean: Floats
    percentiles: Floats


class Ruler:
    """The spans of a period, and its midnights."""

    def __init__(self, hours: OfficeHours, session_days: Sequence[int] = ()) -> None:
        self.spans = tuple(spans(hours, session_days))
        self.midnights = hours.timebase.midnights
        self.n_days = hours.timebase.n_days
        self.first = np.searchsorted(self.midnights, [span.start for span in self.spans])
        self.after = np.searchsorted(self.midnights, [span.end for span in self.spans])

    @cached_property
    def spans_of_day(self) -> NDArray[np.int64]:
        """Return the spans that each day belongs to: ``int64[3, n_days]``; beyond the last, if it has none."""
        kinds = ("day", "week", "period")
        table = np.full((len(kinds), self.n_days), len(self.spans), dtype=np.int64)
        for number, span in enumerate(self.spans):
            table[kinds.index(span.kind), self.first[number] : self.after[number]] = number
        return table

    @cached_property
    def _edges(self) -> NDArray[np.intp]:
        return np.column_stack([self.first, self.after]).ravel()

    def between(self, before: Amounts) -> Floats:
        """Return what came about in each span, of what had come about before each midnight.

        In: ``[..., n_days + 1]``. Out: ``float64[..., n_spans]``.
        """
        return np.asarray(before.take(self.after, axis=-1) - before.take(self.first, axis=-1), dtype=np.float64)

    def total(self, by_day: Amounts) -> Floats:
        """Return the sums over each span's days: of ``[..., n_days]``, ``float64[..., n_spans]``."""
        before = np.zeros((*by_day.shape[:-1], self.n_days + 1))
        np.cumsum(by_day, axis=-1, out=before[..., 1:])
        return self.between(before)

    def most(self, by_day: Floats) -> Floats:
        """Return the largest of each span's days: of ``[n, n_days]``, ``float64[n, n_spans]``."""
        padded = np.column_stack([by_day, np.full(len(by_day), -np.inf)])
        return np.asarray(np.maximum.reduceat(padded, self._edges, axis=-1)[:, ::2], dtype=np.float64)

    def count(self, instants: Ticks) -> Ticks:
        """Return how many instants lie before each midnight: ``int64[n_days + 1]``."""
        before = np.zeros(len(self.midnights) + 1, dtype=np.int64)
        count(np.ascontiguousarray(instants), self.midnights, before)
        return before[:-1]

    def sample(self, instants: Ticks, values: Ticks, percentages: Sequence[int] = ()) -> Sample:
        """Return means and percentiles, by span, of values that belong to instants in the period.

        A percentile is the smallest of the values that so many of a hundred do not exceed.

        Args:
            instants: ``int64[n]``, ticks.
            values: ``int64[n]``, ≥ 0.
            percentages: from 1 to 100.
        """
        n, n_spans = len(instants), len(self.spans)
        packed, slots = np.empty(n, dtype=np.int64), np.empty(len(self.spans_of_day) * n, dtype=np.int64)
        pack(instants, values, self.midnights, packed)
        packed.sort()
        found = np.empty((2 + len(percentages), n_spans))
        first = np.zeros(n_spans + 2, dtype=np.int64)
        sample(packed, self.spans_of_day, np.array(percentages, dtype=np.int64), first, slots, found)
        return Sample(found[0], found[1], found[2:])


def ratio(part: Amounts, whole: Amounts) -> Floats:
    """Return the quotient, NaN where the whole is nothing."""
    return np.asarray(part / np.where(whole == 0, np.nan, whole), dtype=np.float64)
