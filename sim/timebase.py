"""Local time and ticks: the one module that knows what a day, an hour and a time zone are.

In: dates and times of day as people write them. Out: `int64` ticks since midnight of the first day, which is all that
the engines know. Invariant: ticks grow with the instants they stand for, also across a change to summer time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.errors import require

Ticks = NDArray[np.int64]
NEVER = -1  # an instant that does not come


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


@dataclass(frozen=True)
class OfficeHours:
    """When the office works: its working days and, on them, a morning and an afternoon with lunch between.

    Attributes:
        timebase: the period.
        working_weekdays: days of the week that are worked, Monday is 0.
        holidays: days off that would otherwise be worked.
        morning: opening and closing time of day.
        afternoon: opening and closing time of day, later than the morning.
    """

    timebase: Timebase
    working_weekdays: frozenset[int]
    holidays: frozenset[date]
    morning: tuple[time, time]
    afternoon: tuple[time, time]

    def __post_init__(self) -> None:
        """Check the order of the day once; everything below relies on it."""
        edges = (*self.morning, *self.afternoon)
        require(list(edges) == sorted(set(edges)), "office hours out of order", edges=edges)

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
        """Return the morning and the afternoon of a working day as half-open tick intervals."""
        day = self.timebase.day(day_index)
        return [(self.timebase.tick(day, a), self.timebase.tick(day, b)) for a, b in (self.morning, self.afternoon)]

    def due_ticks(self, received: Ticks, *, working_days: int, cutoff: time) -> Ticks:
        """Return when records received at these ticks are due: the end of a working day.

        Args:
            received: ``int64[n]``, ticks of receipt; they may lie before the period.
            working_days: how many working days after the day of receipt; 0 is the same day.
            cutoff: from this time of day on, a record counts as received on the next working day.

        Returns:
            ``int64[n]``; the deadline may lie beyond the period.
        """
        return self.due_ticks_by_kind(received, np.zeros(len(received), dtype=np.int64), ((working_days, cutoff),))

    def due_ticks_by_kind(self, received: Ticks, kind: NDArray[np.int64], rules: tuple[tuple[int, time], ...]) -> Ticks:
        """Return the same for records of several kinds: ``int64[n]``, each an index of `rules`."""
        table = _due_tables(self, self._days_before(received), rules)
        day = np.searchsorted(table[0, :, 0], received, side="right") - 1
        row = table[kind, day]
        return np.asarray(np.where(received >= row[:, 1], row[:, 3], row[:, 2]), dtype=np.int64)

    def due_ticks_by_hours(self, received: Ticks, *, duration: int) -> Ticks:
        """Return when records received at these ticks are due: so many ticks of normal office time later.

        What is received outside office hours counts from the next opening. A deadline at the end of a morning is that
        instant, not the opening after it.

        Args:
            received: ``int64[n]``, ticks of receipt; they may lie before the period.
            duration: ticks of office time, at least 1.

        Returns:
            ``int64[n]``; the deadline may lie beyond the period.
        """
        parts = _office_time(self, self._days_before(received), duration)
        start, end, before = parts[:, 0], parts[:, 1], parts[:, 2]
        current = np.searchsorted(end, received, side="right")
        target = before[current] + np.maximum(0, received - start[current]) + duration
        last = np.searchsorted(before + (end - start), target, side="left")
        return np.asarray(start[last] + target - before[last], dtype=np.int64)

    def _days_before(self, ticks: Ticks) -> int:
        """Return so many days that all ticks lie after the midnight that many days before the period.

        It is a power of two, so that the tables for it are seldom made anew.
        """
        first, n_days = int(ticks.min(initial=0)), 1
        if first >= 0:
            return 0
        while self.timebase.tick(self.timebase.day(-n_days), time()) > first:
            n_days *= 2
        return n_days


@lru_cache(maxsize=64)
def _due_tables(hours: OfficeHours, n_before: int, rules: tuple[tuple[int, time], ...]) -> Ticks:
    """Return each day's midnight, cut-off, and deadlines of what is received before and after it, by rule.

    The days are those of the period and so many before it: ``int64[n_rules, n_days, 4]``.
    """
    timebase, rows = hours.timebase, []
    for working_days, cutoff in rules:
        require(cutoff <= hours.afternoon[1], "the cut-off lies after the end of the day", cutoff=cutoff)
        for index in range(-n_before, timebase.n_days):
            day = timebase.day(index)
            due = [_end_of_working_day(hours, first, working_days) for first in (day, day + timedelta(days=1))]
            rows.append((timebase.tick(day, time()), timebase.tick(day, cutoff), *due))
    return np.array(rows, dtype=np.int64).reshape(len(rules), -1, 4)


@lru_cache(maxsize=256)
def _office_time(hours: OfficeHours, n_before: int, duration: int) -> Ticks:
    """Return mornings and afternoons as (start, end, office time before), from so many days before the period on.

    They reach so far beyond the period that what is received at its end is due within them.
    """
    rows, passed, index, left = [], 0, -n_before, duration
    while left > 0:
        if hours.is_working(hours.timebase.day(index)):
            for start, end in hours.normal_shifts(index):
                rows.append((start, end, passed))
                passed += end - start
                left -= end - start if index >= hours.timebase.n_days else 0
        index += 1
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _end_of_working_day(hours: OfficeHours, day: date, working_days: int) -> int:
    """Return when the office closes so many working days after this day, or after the first working day from it on."""
    while not hours.is_working(day):
        day += timedelta(days=1)
    for _ in range(working_days):
        day += timedelta(days=1)
        while not hours.is_working(day):
            day += timedelta(days=1)
    return hours.timebase.tick(day, hours.afternoon[1])
