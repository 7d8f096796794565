"""From what is known by day, or of each instant, to figures by span.

Place in the pipeline: the end of every pass. Invariant: a figure that has nothing to be taken from is NaN.
"""

from typing import TypeAlias

from sim.compiler import inner, woven
from sim.measures.compiled.grid import Floats, Ticks
from sim.measures.compiled.sorting import Room, sort

Spans: TypeAlias = tuple[Ticks, Ticks]  # first day and day after of each, [2, n_spans]; spans of each day, [3, n_days]
_PERCENTAGES = (50, 90, 95)
_PERCENT = 100
_NAN = float("nan")


@woven
def ratio(part: float, whole: float) -> float:
    """Return the quotient, NaN where the whole is nothing."""
    return part / whole if whole != 0 else _NAN


@inner
def between(before: Floats, spans: Spans, divisor: float, found: Floats) -> None:
    """Fill in what came about in each span, of what had come about before each midnight.

    Args:
        before: ``float64[n_days + 1]``.
        spans: first day, and day after.
        divisor: what it is measured in.
        found: ``float64[n_spans]``.
    """
    for span in range(len(found)):
        found[span] = (before[spans[0][1, span]] - before[spans[0][0, span]]) / divisor


@inner
def add_up_days(before: Ticks, n_kinds: int) -> None:
    """Add up what came about by day, so that it is all before each midnight: ``int64[≥ n_kinds, n_midnights + 1]``."""
    for kind in range(n_kinds):
        for k in range(1, before.shape[1]):
            before[kind, k] += before[kind, k - 1]


@inner
def sample(  # noqa: PLR0917 - all are arrays
    pairs: Room, n: int, spans: Spans, ticks_per_s: float, first: Ticks, slots: Ticks, found: Floats
) -> None:
    """Fill in, by span, mean and percentiles of values that belong to days, and how many values there are.

    A percentile is the smallest of the values that so many of a hundred do not exceed.

    Args:
        pairs: room for sorting, in the first of which are values ≥ 0 in ticks, and their days.
        n: how many there are.
        spans: of the period.
        ticks_per_s: ticks of a second, in which values are told.
        first: ``int64[n_spans + 2]``, zeros.
        slots: ``int64[≥ 3 * n]``, room.
        found: ``float64[5, n_spans]``; then mean, percentiles, and number.
    """
    values, spare, counts = pairs
    sort(values, n, spare, counts)
    of_day, n_spans = spans[1], found.shape[1]
    for k in range(n):
        for kind in range(3):
            first[of_day[kind, values[1, k]] + 1] += 1
    for span in range(n_spans + 1):
        first[span + 1] += first[span]
    for k in range(n):
        for kind in range(3):
            span = of_day[kind, values[1, k]]
            slots[first[span]] = values[0, k]
            first[span] += 1
    begin = 0
    for span in range(n_spans):  # each begins where the one before has ended
        size, total = first[span] - begin, 0
        for place in range(begin, first[span]):
            total += slots[place]
        found[0, span] = ratio(total, size) / ticks_per_s
        for k in range(len(_PERCENTAGES)):
            place = begin + max(0, -(-size * _PERCENTAGES[k] // _PERCENT) - 1)
            found[1 + k, span] = slots[place] / ticks_per_s if size else _NAN
        found[4, span] = size
        begin = first[span]
