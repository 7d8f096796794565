"""Local time and ticks: the one module that knows what a day, an hour and a time zone are.

In: dates and times of day as people write them. Out: `int64` ticks since midnight of the first day, which is all that
the engines know. Invariant: ticks grow with the instants they stand for, also across a change to summer time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
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

    def due_ticks(
        self, received: Ticks, *, working_days: int | None, working_hours: float | None = None, cutoff: time
    ) -> Ticks:
        """Return when records received at these ticks are due: the end of a working day, or so many hours later.

        Args:
            received: ``int64[n]``, ticks of receipt; before the period they are negative.
            working_days: how many working days after the day of receipt; 0 is the same day.
            working_hours: instead of days, how many hours of normal office time after receipt.
            cutoff: with days: from this time of day on, a record counts as received on the next working day.

        Returns:
            ``int64[n]``; the deadline may lie beyond the period.
        """
        if working_hours is not None:
            return self._after_hours(received, self.timebase.ticks(seconds=3600 * working_hours))
        require(working_days is not None, "a deadline in neither days nor hours")
        first, table, cutoffs = self._due_table(min(0, int(received.min(initial=0))), working_days or 0, cutoff)
        day = np.searchsorted(first, received, side="right") - 1
        return np.asarray(np.where(received >= cutoffs[day], table[day, 1], table[day, 0]), dtype=np.int64)

    def _due_table(self, earliest: int, working_days: int, cutoff: time) -> tuple[Ticks, Ticks, Ticks]:
        """Return for each day from that of the earliest tick on: midnight, both deadlines, and the cut-off."""
        key = (self.timebase.instant(earliest).date(), working_days, cutoff)
        if key not in self._due_tables:
            n_before = (self.timebase.first_day - key[0]).days
            indices = range(-n_before, self.timebase.n_days)
            days = [self.timebase.day(index) for index in indices]
            self._due_tables[key] = (
                np.array([self.timebase.tick(day, time()) for day in days], dtype=np.int64),
                np.array([self._due_tick(day, working_days, cutoff) for day in days], dtype=np.int64),
                np.array([self.timebase.tick(day, cutoff) for day in days], dtype=np.int64),
            )
        return self._due_tables[key]

    @cached_property
    def _due_tables(self) -> dict[tuple[date, int, time], tuple[Ticks, Ticks, Ticks]]:
        return {}

    def _after_hours(self, received: Ticks, work_ticks: int) -> Ticks:
        """Return the tick at which so much normal office time has passed since each receipt."""
        day = self.timebase.instant(min(0, int(received.min(initial=0)))).date()
        enough = int(received.max(initial=0))
        edges: list[tuple[int, int]] = []
        passed_after = 0
        while passed_after <= work_ticks:
            if self.is_working(day):
                parts = [
                    (self.timebase.tick(day, a), self.timebase.tick(day, b)) for a, b in (self.morning, self.afternoon)
                ]
                edges += parts
                passed_after += sum(b - a for a, b in parts if a >= enough)
            day += timedelta(days=1)
        start, end = np.array(edges, dtype=np.int64).T
        passed = np.concatenate([[0], np.cumsum(end - start)])
        place = np.searchsorted(start, received, side="right") - 1
        into = np.where(place >= 0, np.minimum(received, end[place]) - start[place], 0)
        target = passed[np.maximum(place, 0)] + into + work_ticks
        last = np.searchsorted(passed, target, side="left") - 1
        return np.asarray(start[last] + target - passed[last], dtype=np.int64)

    def _due_tick(self, day: date, working_days: int, cutoff: time) -> tuple[int, int]:
        """Return the deadline of what arrives on a day before and after the cut-off."""
        require(cutoff <= self.afternoon[1], "the cut-off lies after the end of the day", cutoff=cutoff)
        before = self._after(self._first_working(day), working_days)
        late_start = day + timedelta(days=1)
        after = self._after(self._first_working(late_start), working_days)
        end = self.afternoon[1]
        return self.timebase.tick(before, end), self.timebase.tick(after, end)

    def _first_working(self, day: date) -> date:
        """Return this day, or the first working day after it."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def _after(self, day: date, working_days: int) -> date:
        for _ in range(working_days):
            day = self._first_working(day + timedelta(days=1))
        return day
