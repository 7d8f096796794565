"""Local time and ticks: the one module that knows what a day, an hour and a time zone are.

In: dates and times of day as people write them. Out: `int64` ticks since midnight of the first day, which is all that
the engines know. Invariant: ticks grow with the instants they stand for, also across a change to summer time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.errors import require

Ticks = NDArray[np.int64]
NEVER = -1  # an instant that does not come

_S_PER_H = 3600
_SPAN_STEP = 64  # days


@dataclass(frozen=True)
class Timebase:
    """The simulated period and its clock.

    Attributes:
        first_day: the day whose midnight is tick 0.
        n_days: number of calendar days.
        time_zone: IANA name of the centre's time zone.
        tick_ms: length of a tick in milliseconds.
    """

    first_day: date
    n_days: int
    time_zone: str
    tick_ms: int = 1

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _origin(self) -> datetime:
        return datetime.combine(self.first_day, time(), self._zone).astimezone(UTC)

    @property
    def days(self) -> Sequence[date]:
        """Return every calendar day of the period."""
        return [self.day(index) for index in range(self.n_days)]

    def day(self, index: int) -> date:
        """Return the calendar day with this index, from 0."""
        return self.first_day + timedelta(days=index)

    @cached_property
    def midnights(self) -> Ticks:
        """Return the tick of every midnight, the closing one too: ``int64[n_days + 1]``, increasing."""
        return np.array([self.tick(self.day(index), time()) for index in range(self.n_days + 1)], dtype=np.int64)

    @cached_property
    def hours(self) -> Ticks:
        """Return the tick of every full hour of local time: ``int64[n_days * 24]``, non-decreasing."""
        return np.array([self.tick(day, time(hour)) for day in self.days for hour in range(24)], dtype=np.int64)

    @property
    def end_tick(self) -> int:
        """Return the tick after the last one."""
        return int(self.midnights[-1])

    def tick(self, day: date, at: time) -> int:
        """Return the tick of a local time of day; within a repeated hour of autumn, the first of the two."""
        elapsed = datetime.combine(day, at, self._zone).astimezone(UTC) - self._origin
        return elapsed // timedelta(milliseconds=self.tick_ms)

    def instant(self, tick: int) -> datetime:
        """Return the instant of a tick, aware, in local time."""
        return (self._origin + timedelta(milliseconds=self.tick_ms) * int(tick)).astimezone(self._zone)

    def day_index(self, tick: Ticks) -> Ticks:
        """Return the day that each tick falls on: ``int64``, same shape; −1 before the first day."""
        return np.asarray(np.searchsorted(self.midnights, tick, side="right"), dtype=np.int64) - 1

    def ticks(self, *, seconds: float) -> int:
        """Return a duration in whole ticks, rounded to the nearest."""
        return round(seconds * 1000 / self.tick_ms)

    @property
    def ticks_per_s(self) -> float:
        """Return how many ticks a second has."""
        return 1000 / self.tick_ms


def in_order(parts: Sequence[tuple[time, time]]) -> bool:
    """Return whether parts of a day follow each other, each ending after it starts; two may touch."""
    return all(start < end for start, end in parts) and all(a[1] <= b[0] for a, b in pairwise(parts))


def has_break(parts: Sequence[tuple[time, time]]) -> bool:
    """Return whether two parts of a day do not touch."""
    return any(a[1] < b[0] for a, b in pairwise(parts))


@dataclass(frozen=True)
class OfficeHours:
    """When the office works: its working days and, on them, one session or more, with a break where two do not touch.

    Attributes:
        timebase: the period.
        working_weekdays: days of the week that are worked, Monday is 0.
        holidays: days off that would otherwise be worked.
        sessions: opening and closing time of day of each, in the order of the day.
    """

    timebase: Timebase
    working_weekdays: frozenset[int]
    holidays: frozenset[date]
    sessions: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        """Check the order of the day once; everything below relies on it."""
        require(len(self.sessions) > 0 and in_order(self.sessions), "office hours out of order", sessions=self.sessions)

    @property
    def closes(self) -> time:
        """Return when the last session of the day ends."""
        return self.sessions[-1][1]

    def is_working(self, day: date) -> bool:
        """Return whether the office works on this day."""
        return day.weekday() in self.working_weekdays and day not in self.holidays

    @cached_property
    def working_days(self) -> list[int]:
        """Return the indices of the working days of the period."""
        return [index for index, day in enumerate(self.timebase.days) if self.is_working(day)]

    @cached_property
    def experience_days(self) -> Ticks:
        """Return how many working days lie before each day: ``int64[n_days]``."""
        worked = np.array([self.is_working(day) for day in self.timebase.days], dtype=np.int64)
        return np.asarray(np.cumsum(worked) - worked, dtype=np.int64)

    def normal_shifts(self, day_index: int) -> list[tuple[int, int]]:
        """Return the sessions of a working day as half-open tick intervals."""
        day = self.timebase.day(day_index)
        return [(self.timebase.tick(day, a), self.timebase.tick(day, b)) for a, b in self.sessions]

    @cached_property
    def breaks(self) -> Ticks:
        """Return the time between sessions, on working days: ``int64[n, 2]``, rows (start, end)."""
        found = [(a[1], b[0]) for day in self.working_days for a, b in pairwise(self.normal_shifts(day))]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def due_ticks(
        self,
        received: Ticks,
        *,
        working_days: int | None = None,
        working_hours: float | None = None,
        cutoff: time = time(15),
    ) -> Ticks:
        """Return when records received at these ticks are due: the end of a working day, or so many hours later.

        Args:
            received: ``int64[n]``, ticks of receipt, also before the period.
            working_days: how many working days after the day of receipt; 0 is the same day.
            working_hours: instead of days, how many hours of normal office time must pass after receipt.
            cutoff: with days: from this time of day on, a record counts as received on the next working day.

        Returns:
            ``int64[n]``; the deadline may lie beyond the period.
        """
        require((working_days is None) != (working_hours is None), "a deadline in either days or hours")
        if not received.size:
            return received.copy()
        first, last = self._span(int(received.min()), int(received.max()))
        if working_hours is None:
            require(cutoff <= self.closes, "the cut-off lies after the end of the day", cutoff=cutoff)
            midnight, cutoffs, due = _day_ends(self, first, last, working_days or 0, cutoff)
            day = midnight.searchsorted(received, side="right") - 1
            return np.asarray(due[day + (received >= cutoffs[day])], dtype=np.int64)
        n_ticks = max(1, self.timebase.ticks(seconds=_S_PER_H * working_hours))
        start, passed = _office_time(self, first, last, n_ticks)
        part = start.searchsorted(received, side="right") - 1
        target = passed[part] + np.minimum(received - start[part], np.diff(passed)[part]) + n_ticks
        part = passed.searchsorted(target, side="left") - 1
        return np.asarray(start[part] + target - passed[part], dtype=np.int64)

    def _span(self, earliest: int, latest: int) -> tuple[int, int]:
        """Return indices of the first and the last day of a span that has the period and both ticks in it."""
        if earliest >= 0 and latest < self.timebase.end_tick:
            return 0, self.timebase.n_days - 1
        first, last = (
            (self.timebase.instant(tick).date() - self.timebase.first_day).days for tick in (earliest, latest)
        )
        # To whole steps, so that replications whose oldest records differ share the tables of the span.
        return min(0, first // _SPAN_STEP * _SPAN_STEP), max(self.timebase.n_days - 1, last)


@lru_cache(maxsize=256)
def _day_ends(hours: OfficeHours, first: int, last: int, working_days: int, cutoff: time) -> tuple[Ticks, Ticks, Ticks]:
    """Return midnight and cut-off of each day of a span and, for one day more, when what is received then is due."""
    days = [hours.timebase.day(index) for index in range(first, last + 2)]
    due = np.busday_offset(
        np.array(days, dtype="datetime64[D]"),
        working_days,
        roll="forward",
        weekmask=[weekday in hours.working_weekdays for weekday in range(7)],
        holidays=np.array(sorted(hours.holidays), dtype="datetime64[D]"),
    )
    midnights, cutoffs, ends = (
        np.array([hours.timebase.tick(day, at) for day in of_days], dtype=np.int64)
        for of_days, at in ((days[:-1], time()), (days[:-1], cutoff), (due.tolist(), hours.closes))
    )
    return midnights, cutoffs, ends


@lru_cache(maxsize=256)
def _office_time(hours: OfficeHours, first: int, last: int, n_ticks: int) -> tuple[Ticks, Ticks]:
    """Return when each part of a day's work starts, and how much office time has passed before each, and in all.

    The first part is the span's first midnight, of no length; after the span's last day there are `n_ticks` and more.
    """
    start, passed, day = [hours.timebase.tick(hours.timebase.day(first), time())], [0, 0], first
    enough = None
    while enough is None or passed[-1] < enough:
        if hours.is_working(hours.timebase.day(day)):
            for begin, end in hours.normal_shifts(day):
                start.append(begin)
                passed.append(passed[-1] + max(0, end - begin))
        if day == last:
            enough = passed[-1] + n_ticks
        day += 1
    return np.array(start, dtype=np.int64), np.array(passed, dtype=np.int64)
