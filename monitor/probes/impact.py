"""What the line and the portal cost the queue: records delayed, and staff time lost.

Place in the pipeline: after events and probes. In: minutes, each with what was done and whether something was out of
order. Out: an estimate with its interval. Invariant: a pure function; minutes in which nobody waited or no counter was
open count on neither side, for then nothing was lost.

The records that intake takes in a minute are taken for Poisson's. The mean rate of good minutes, less that of bad ones,
times the bad minutes, is what was delayed. The interval holds it 95 times in 100 if nothing but the outage differed
between the two; it says nothing of other causes that came together with it.

Source: Breslow and Day, *Statistical Methods in Cancer Research* II, 1987, for Byar's limits of one rate; Zou and
Donner, *Construction of confidence limits about effect measures*, 2008, for those of a difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_Z = 1.959964
_FEWEST_GOOD = 10
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of the centre's day.

    Attributes:
        at_s: its beginning, in seconds since 1970.
        n_done: records received in it.
        n_waiting: visitors who waited at its end.
        n_servers: counters that were open at its end.
        bad: what was out of order in it.
    """

    at_s: float
    n_done: int
    n_waiting: int
    n_servers: int
    bad: frozenset[str]

    @property
    def is_busy(self) -> bool:
        """Return whether intake could have gone on."""
        return self.n_waiting > 0 and self.n_servers > 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the interval that holds it.

    Attributes:
        value: the estimate.
        lower: the lower limit; not below 0.
        upper: the upper limit.
    """

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Impact:
    """What one cause cost.

    Attributes:
        bad_s: busy time while it was out of order, in seconds.
        good_s: busy time while nothing was.
        n_delayed: records that would have been received in that time; none where there were too few good minutes, or
            no busy minute at all.
        staff_s: time of open counters in which nothing came of it, in seconds; none as above.
    """

    bad_s: float
    good_s: float
    n_delayed: Estimate | None
    staff_s: Estimate | None


def impact(minutes: Iterable[Minute], what: str) -> Impact:
    """Return what it cost that this was out of order.

    Args:
        minutes: all that are looked at.
        what: the cause; minutes in which only something else was out of order count on neither side.
    """
    busy = [minute for minute in minutes if minute.is_busy]
    bad, good = [each for each in busy if what in each.bad], [each for each in busy if not each.bad]
    bad_s, good_s = len(bad) * _MINUTE_S, len(good) * _MINUTE_S
    if good and not bad:
        nothing = Estimate(0.0, 0.0, 0.0)
        return Impact(bad_s, good_s, nothing, nothing)
    n_good = sum(each.n_done for each in good)
    if len(good) < _FEWEST_GOOD or not n_good:
        return Impact(bad_s, good_s, None, None)
    delayed = _lost(sum(each.n_done for each in bad), len(bad), n_good, len(good))
    # So much of the counters' time in bad minutes is lost as of the records that good minutes would have brought.
    per_record_s = sum(each.n_servers for each in bad) * _MINUTE_S / (n_good / len(good) * len(bad))
    most_s = sum(each.n_servers for each in bad) * _MINUTE_S
    lost_s = Estimate(*(min(most_s, each * per_record_s) for each in (delayed.value, delayed.lower, delayed.upper)))
    return Impact(bad_s, good_s, delayed, lost_s)


def _lost(n_bad: int, bad: int, n_good: int, good: int) -> Estimate:
    """Return how many more there would have been in the bad minutes at the rate of the good ones."""
    rate_bad, rate_good = n_bad / bad, n_good / good
    low_bad, high_bad = (limit / bad for limit in byar(n_bad))
    low_good, high_good = (limit / good for limit in byar(n_good))
    difference = rate_good - rate_bad
    lower = difference - sqrt((rate_good - low_good) ** 2 + (high_bad - rate_bad) ** 2)
    upper = difference + sqrt((high_good - rate_good) ** 2 + (rate_bad - low_bad) ** 2)
    return Estimate(*(max(0.0, each * bad) for each in (difference, lower, upper)))


def byar(n: int) -> tuple[float, float]:
    """Return the limits that hold the mean of a Poisson count 95 times in 100.

    >>> [round(limit, 2) for limit in byar(10)]
    [4.79, 18.39]
    """
    more = n + 1
    upper = more * (1 - 1 / (9 * more) + _Z / (3 * sqrt(more))) ** 3
    lower = n * (1 - 1 / (9 * n) - _Z / (3 * sqrt(n))) ** 3 if n else 0.0
    return max(0.0, lower), upper
