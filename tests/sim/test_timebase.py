"""Local time and ticks: summer time, and deadlines in working days."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from sim.errors import InvariantError
from sim.timebase import OfficeHours, Timebase

H = 3_600_000
FRIDAY = date(2025, 7, 4)
WORKDAYS = frozenset(range(5))


def days(first_day: date, n_days: int, zone: str = "Europe/Warsaw", tick_ms: int = 1) -> Timebase:
    """Return a timebase."""
    return Timebase(first_day, n_days, zone, tick_ms)


def hours(timebase: Timebase, *holidays: date) -> OfficeHours:
    """Return the usual hours of a working week."""
    sessions = (time(7, 30), time(11, 30)), (time(13, 30), time(17))
    return OfficeHours(timebase, WORKDAYS, frozenset(holidays), sessions)


def test_a_day_has_23_hours_when_summer_time_begins_and_25_when_it_ends() -> None:
    """Midnights are as far apart as they are in the world."""
    assert np.diff(days(date(2025, 3, 29), 3).midnights).tolist() == [24 * H, 23 * H, 24 * H]
    assert np.diff(days(date(2025, 10, 25), 3).midnights).tolist() == [24 * H, 25 * H, 24 * H]
    assert np.diff(days(date(2025, 3, 29), 3, "Asia/Ho_Chi_Minh").midnights).tolist() == [24 * H] * 3


def test_hours_never_go_back_and_the_missing_one_is_empty() -> None:
    """Across the change to summer time the hour that is left out starts where the next one does."""
    spring = days(date(2025, 3, 30), 1).hours
    assert (np.diff(spring) // H).tolist() == [1, 1, 0] + [1] * 20
    autumn = days(date(2025, 10, 26), 1).hours
    assert (np.diff(autumn) // H).tolist() == [1, 1, 2] + [1] * 20


@pytest.mark.parametrize("first_day", [date(2025, 3, 28), date(2025, 10, 24), FRIDAY])
@pytest.mark.parametrize("tick_ms", [1, 1000, 60_000])
def test_an_instant_and_its_tick_belong_together(first_day: date, tick_ms: int) -> None:
    """From tick to instant and back is the same tick; instants are as far apart as their ticks."""
    timebase = days(first_day, 5, tick_ms=tick_ms)
    for tick in range(0, timebase.end_tick, 7 * H // tick_ms // 3):
        instant = timebase.instant(tick)
        assert instant.astimezone(UTC) - timebase.instant(0).astimezone(UTC) == timedelta(milliseconds=tick * tick_ms)
        if not instant.fold:
            assert timebase.tick(instant.date(), instant.time()) == tick


def test_the_day_index_of_a_tick() -> None:
    """A day begins at its midnight, included."""
    timebase = days(date(2025, 3, 29), 3)
    edges = timebase.midnights[1:3]
    assert timebase.day_index(np.concatenate([edges - 1, edges, [-1]])).tolist() == [0, 1, 1, 2, -1]


def test_durations_are_rounded_to_ticks() -> None:
    """A duration is the nearest whole number of ticks."""
    timebase = days(FRIDAY, 1, tick_ms=60_000)
    assert [timebase.ticks(seconds=seconds) for seconds in (29, 31, 3600)] == [0, 1, 60]
    assert timebase.ticks_per_s == 1 / 60


def due(office: OfficeHours, received: datetime, working_days: int, cutoff: time = time(15)) -> datetime:
    """Return the local time at which what is received then is due."""
    tick = np.array([office.timebase.tick(received.date(), received.time())])
    (found,) = office.due_ticks(tick, working_days=working_days, cutoff=cutoff)
    return office.timebase.instant(int(found)).replace(tzinfo=None)


FRI, SAT, MON, TUE = (datetime(2025, 7, day, 17) for day in (4, 5, 7, 8))  # noqa: DTZ001 - local times


@pytest.mark.parametrize(
    ("received", "working_days", "expected"),
    [
        (FRI.replace(hour=8), 0, FRI),
        (FRI.replace(hour=14, minute=59), 0, FRI),
        (FRI.replace(hour=15), 0, MON),  # at the cut-off: as if received on the next working day
        (FRI.replace(hour=23), 0, MON),
        (FRI.replace(hour=8), 1, MON),
        (FRI.replace(hour=15), 1, TUE),
        (SAT.replace(hour=8), 0, MON),
        (SAT.replace(hour=20), 0, MON),
        (SAT.replace(hour=8), 1, TUE),
        (MON.replace(hour=15), 3, datetime(2025, 7, 11, 17)),  # noqa: DTZ001 - beyond the period
    ],
)
def test_records_are_due_at_the_end_of_a_working_day(received: datetime, working_days: int, expected: datetime) -> None:
    """Weekends do not count, and a deadline may lie beyond the period."""
    assert due(hours(days(FRIDAY, 4)), received, working_days) == expected


def test_holidays_are_no_working_days() -> None:
    """With Monday off, what is received on Friday afternoon is due on Tuesday."""
    office = hours(days(FRIDAY, 5), MON.date())
    assert office.working_days == [0, 4]
    assert office.experience_days.tolist() == [0, 1, 1, 1, 1]
    assert due(office, FRI.replace(hour=16), 0) == TUE
    assert due(office, FRI.replace(hour=8), 1) == TUE


def test_a_deadline_across_summer_time_is_at_the_same_time_of_day() -> None:
    """Received on Friday, due on Monday at 17:00, although that is an hour earlier in ticks."""
    office = hours(days(date(2025, 3, 28), 4))
    (tick,) = office.due_ticks(np.array([16 * H]), working_days=0, cutoff=time(15))
    assert tick == (3 * 24 + 17 - 1) * H
    assert office.normal_shifts(3)[1][1] == tick


def test_office_hours_out_of_order_are_a_programmers_error() -> None:
    """The scenario has checked the order; whoever builds office hours otherwise is told."""
    with pytest.raises(InvariantError, match="out of order"):
        OfficeHours(days(FRIDAY, 1), WORKDAYS, frozenset(), ((time(7), time(11)), (time(10), time(17))))


MAY_2 = datetime(2025, 5, 2, 14)  # noqa: DTZ001 - a Friday, two months before the period


@pytest.mark.parametrize(
    ("received", "working_days", "expected"),
    [
        (MAY_2, 0, MAY_2.replace(hour=17)),
        (MAY_2.replace(hour=15), 0, MAY_2.replace(day=5, hour=17)),
        (MAY_2.replace(day=3), 1, MAY_2.replace(day=6, hour=17)),
        (MAY_2, 45, FRI),
        (MAY_2.replace(year=2015), 0, datetime(2015, 5, 4, 17)),  # noqa: DTZ001 - that was a Saturday
        (FRI.replace(day=3, hour=23), 0, FRI),
    ],
)
def test_records_of_before_the_period_are_due_as_all_others(
    received: datetime, working_days: int, expected: datetime
) -> None:
    """Days before the period count like those within it, however long ago."""
    assert due(hours(days(FRIDAY, 4)), received, working_days) == expected


def test_records_old_and_new_are_due_together() -> None:
    """Each record has its own deadline, in whatever order and from whatever time they come."""
    office = hours(days(FRIDAY, 4))
    received = [FRI.replace(hour=16), MAY_2, FRI.replace(hour=9), SAT, MAY_2.replace(hour=16)]
    ticks = np.array([office.timebase.tick(each.date(), each.time()) for each in received])
    for deadline in ({"working_days": 2}, {"working_hours": 9.25}):
        alone = [int(office.due_ticks(ticks[[k]], **deadline)[0]) for k in range(len(ticks))]
        assert office.due_ticks(ticks, **deadline).tolist() == alone
        assert office.due_ticks(ticks[:0], **deadline).shape == (0,)


def due_after(office: OfficeHours, received: datetime, working_hours: float) -> datetime:
    """Return the local time at which what is received then is due, so many hours of office time later."""
    tick = np.array([office.timebase.tick(received.date(), received.time())])
    (found,) = office.due_ticks(tick, working_hours=working_hours)
    return office.timebase.instant(int(found)).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("received", "working_hours", "expected"),
    [
        (FRI.replace(hour=8), 2, FRI.replace(hour=10)),
        (FRI.replace(hour=8), 3.5, FRI.replace(hour=11, minute=30)),
        (FRI.replace(hour=8), 4, FRI.replace(hour=14)),  # lunch does not count
        (FRI.replace(hour=12), 1, FRI.replace(hour=14, minute=30)),
        (FRI.replace(hour=6), 7.5, FRI),
        (FRI.replace(hour=16), 1.5, MON.replace(hour=8)),  # nor does the weekend
        (SAT.replace(hour=9), 0.25, MON.replace(hour=7, minute=45)),
        (FRI.replace(hour=8), 7.5 * 10, datetime(2025, 7, 18, 8)),  # noqa: DTZ001 - beyond the period
        (FRI.replace(hour=20), 2000, datetime(2026, 7, 14, 14, 30)),  # noqa: DTZ001
        (FRI.replace(hour=8), 1e-9, FRI.replace(hour=8, microsecond=1000)),  # a tick at least
        (MAY_2.replace(hour=16), 2, MAY_2.replace(day=5, hour=8, minute=30)),
    ],
)
def test_records_are_due_after_hours_of_office_time(
    received: datetime, working_hours: float, expected: datetime
) -> None:
    """Only time of normal shifts counts, before the period, within it and beyond."""
    assert due_after(hours(days(FRIDAY, 4)), received, working_hours) == expected


@pytest.mark.parametrize("first_day", [date(2025, 3, 27), date(2025, 10, 23)])
def test_hours_of_office_time_pass_one_by_one(first_day: date) -> None:
    """Across a change of the clocks and a holiday, counting the office's ticks gives the same deadlines."""
    office = hours(days(first_day, 12, tick_ms=600_000), first_day + timedelta(days=4))
    open_ticks = [
        tick for day in office.working_days for start, end in office.normal_shifts(day) for tick in range(start, end)
    ]
    received = np.arange(5 * 24 * 6)
    for n_ticks in (1, 20, 45, 46):
        left = np.searchsorted(open_ticks, received, side="left")
        expected = np.array(open_ticks)[left + n_ticks - 1] + 1
        assert np.array_equal(office.due_ticks(received, working_hours=n_ticks / 6), expected), n_ticks


def test_holidays_beyond_the_period_are_no_office_time() -> None:
    """A holiday after the last day puts a deadline off, in days and in hours."""
    office = hours(days(FRIDAY, 1), MON.date())
    assert due(office, FRI.replace(hour=8), 1) == TUE
    assert due_after(office, FRI.replace(hour=16), 1.5) == TUE.replace(hour=8)


def test_records_of_after_the_period_are_due_as_all_others() -> None:
    """Days after the period count like those within it."""
    office = hours(days(FRIDAY, 1))
    assert due(office, MON.replace(hour=8), 0) == MON
    assert due(office, MON.replace(hour=15), 1) == datetime(2025, 7, 9, 17)  # noqa: DTZ001 - a Wednesday
    assert due_after(office, MON.replace(hour=16), 1.5) == TUE.replace(hour=8)


def test_a_deadline_in_both_or_neither_is_a_programmers_error() -> None:
    """Days or hours, and a cut-off before the end of the day."""
    office = hours(days(FRIDAY, 1))
    tick = np.array([9 * H])
    for deadline in ({}, {"working_days": 1, "working_hours": 1.0}, {"working_days": 1, "cutoff": time(18)}):
        with pytest.raises(InvariantError):
            office.due_ticks(tick, **deadline)
