"""The figures of people: how busy they are, how long they stay, what the Labour Code allows, and what it costs."""

from typing import TypeAlias

import numpy as np

from sim.compiler import inner, woven
from sim.measures.compiled.grid import Floats, Grid, Ticks, passed
from sim.measures.compiled.sorting import Room, sort
from sim.measures.compiled.spans import Spans, ratio
from sim.measures.compiled.walk import move

# When people are off: starts and ends, [2, n]; each person's first gap; and the one that was looked at last.
Gaps: TypeAlias = tuple[Ticks, Ticks, Ticks]


@inner
def find_present(rows: Ticks, people: Ticks, draws: Ticks, found: Ticks) -> int:
    """Fill in the rows of people who were there, and return how many rows there are.

    Args:
        rows: ``int64[n, m]``, rows (person, ..., day).
        people: ``int64[3, n_persons]``, group, number within it, and millionths of the days on which each is absent.
        draws: ``int64[n_groups, n_members, n_days]``, millionths; below a person's part, that person is absent.
        found: ``int64[n, m]``.
    """
    n, n_columns = 0, rows.shape[1]
    for k in range(len(rows)):
        person, day = rows[k, 0], rows[k, n_columns - 1]
        absence = people[2, person]
        if absence and draws[people[0, person], people[1, person], day] < absence:
            continue
        for column in range(n_columns):
            found[n, column] = rows[k, column]
        n += 1
    return n


@inner
def count_there(  # noqa: PLR0917 - all are arrays
    there: Ticks, n: int, people: Ticks, can: Ticks, n_edges: int, n_there: Ticks
) -> None:
    """Count who is on shift, of each set of groups, from each edge of the plan on.

    Args:
        there: ``int64[≥ n, 8]``, rows (person, start, end, hall_end, the edges of the plan that these are, day).
        n: how many.
        people: as in `find_present`.
        can: ``int64[n_sets, n_groups]``, 1 where a group is of the set.
        n_edges: of the plan.
        n_there: ``int64[n_sets, 2, n_edges + 1]``, zeros; then how many there are for work outside the hall, and in it.
    """
    for k in range(n):
        group = people[0, there[k, 0]]
        for kind in range(len(can)):
            if can[kind, group]:
                n_there[kind, 0, there[k, 4]] += 1
                n_there[kind, 0, there[k, 5]] -= 1
                n_there[kind, 1, there[k, 4]] += 1
                n_there[kind, 1, there[k, 6]] -= 1
    for kind in range(len(can)):
        for k in range(1, n_edges + 1):
            n_there[kind, 0, k] += n_there[kind, 0, k - 1]
            n_there[kind, 1, k] += n_there[kind, 1, k - 1]


@inner
def find_gaps(there: Ticks, n: int, is_hall: int, end_tick: int, gaps: Gaps) -> None:
    """Fill in when each person is off, from the end of each shift to the next.

    Args:
        there: ``int64[≥ n, 8]``, rows (person, start, end, hall_end, ...), sorted.
        n: how many.
        is_hall: 1 for their shifts in the hall, which may last longer.
        end_tick: of the period.
        gaps: starts and ends; the first gap of each person; the same, then which was looked at last.
    """
    when, firsts, near = gaps
    person, column = 0, 3 if is_hall else 2
    for k in range(n):
        while person <= there[k, 0]:
            firsts[person] = near[person] = k
            person += 1
        following = there[k + 1, 1] if k + 1 < n and there[k + 1, 0] == there[k, 0] else end_tick
        when[0, k], when[1, k] = there[k, column], max(there[k, column], following)
    while person < len(firsts):
        firsts[person] = near[person] = n
        person += 1


@inner
def find_parts(  # noqa: PLR0917 - plain numbers
    gaps: Gaps, person: int, start: int, end: int, n: int, parts: Ticks
) -> int:
    """Add the parts of a person's interval that lie within the person's gaps, and return how many parts there are now.

    Args:
        gaps: of all people.
        person: whose interval it is.
        start: tick.
        end: tick.
        n: how many parts there were.
        parts: ``int64[≥ n, 3]``, rows (person, start, end).
    """
    when, firsts, near = gaps
    first, after = firsts[person], firsts[person + 1]
    gap = near[person]
    while gap > first and when[0, gap] > start:
        gap -= 1
    while gap < after and when[1, gap] <= start:
        gap += 1
    near[person] = max(first, min(gap, after - 1))
    while gap < after and when[0, gap] < end:
        if when[1, gap] > start:
            parts[n, 0], parts[n, 1], parts[n, 2] = person, max(start, when[0, gap]), min(end, when[1, gap])
            n += 1
        gap += 1
    return n


@inner
def find_overruns(  # noqa: PLR0917 - all are arrays
    stints: Ticks, rows: Ticks, n_rows: int, gaps: Gaps, end_tick: int, n: int, extra: Ticks
) -> int:
    """Add to overtime the parts of visits in which the person who attends them is off; return how many rows it has.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        rows: ``int64[≥ n_rows]``, those in which somebody attends a visit.
        n_rows: how many.
        gaps: when people are off.
        end_tick: of the period.
        n: how many rows of overtime there are.
        extra: ``int64[≥ n, 3]``, rows (person, start, end).
    """
    for k in range(n_rows):
        row = rows[k]
        end = stints[row, 3] if stints[row, 3] >= 0 else end_tick
        n = find_parts(gaps, stints[row, 4], stints[row, 2], end, n, extra)
    return n


@inner
def note_rows(rows: Ticks, which: tuple[int, int], key: int, grid: Grid, sums: Ticks) -> None:
    """Note that what rows (person, start, end, ...) tell is under way, from the first of `which` up to the second."""
    for k in range(which[0], which[1]):
        start, end = rows[k, 1], rows[k, 2]
        move(sums, key, start, end, passed(grid, start), passed(grid, end))


@inner
def add_hours(rows: Ticks, n: int, grid: Grid, days: Ticks, ticks: Floats) -> None:
    """Add up the ticks of rows (person, start, end, ...) by the day they begin on: ``float64[n_persons, n_days]``."""
    for k in range(n):
        ticks[rows[k, 0], days[passed(grid, rows[k, 1])] - 1] += rows[k, 2] - rows[k, 1]


@inner
def tell_labour(  # noqa: PLR0917 - all are arrays
    hours: Floats, n_persons: int, firsts: Ticks, prices: Floats, by_day: Floats, running: Floats
) -> None:
    """Fill in what one person comes to at most on each day, and how often somebody comes to exceed a limit.

    Args:
        hours: ``float64[3, n_persons, n_days]``, ticks on shift, planned overtime and all overtime.
        n_persons: how many people.
        firsts: ``int64[2, n_days]``, the first day of each day's month, and year.
        prices: ticks of an hour; then hours of a day, overtime for each normal hour of a day, overtime of a month, of a
            year; and the least that counts.
        by_day: ``float64[5, n_days]``; then the longest day, the most overtime of a day, of the month, of the year by
            then, and the number of breaches.
        running: ``float64[n_days + 1]``, room; the first is 0.
    """
    n_days = firsts.shape[1]
    for day in range(n_days):
        by_day[4, day] = 0
        for kind in range(4):
            by_day[kind, day] = -np.inf if n_persons else np.nan
    for person in range(n_persons):
        for day in range(n_days):
            normal_h = hours[0, person, day] / prices[0] - hours[1, person, day] / prices[0]
            extra_h = hours[2, person, day] / prices[0]
            running[day + 1] = running[day] + extra_h
            _limit_day(normal_h, extra_h, prices, by_day, day)
            for kind in range(2):
                total = running[day + 1] - running[firsts[kind, day]]
                by_day[2 + kind, day] = max(by_day[2 + kind, day], total)
                limit = prices[3 + kind] + prices[5]
                if total > limit and not total - extra_h > limit:
                    by_day[4, day] += 1


@woven
def _limit_day(normal_h: float, extra_h: float, prices: Floats, by_day: Floats, day: int) -> None:
    total_h = normal_h + extra_h
    by_day[0, day] = max(by_day[0, day], total_h)
    by_day[1, day] = max(by_day[1, day], extra_h)
    if total_h > prices[1] + prices[5] or (normal_h > prices[5] and extra_h > prices[2] * normal_h + prices[5]):
        by_day[4, day] += 1


@inner
def earn(  # noqa: PLR0917 - all are arrays
    extra: Ticks, n: int, column: int, wage: Floats, curve: Floats, paid: Floats, room: Room, found: Floats
) -> None:
    """Fill in what people have earned by each midnight who have worked overtime since some ticks, all together.

    Args:
        extra: ``int64[≥ n, 3]``, rows (person, start, end), in the order in which people are added up at the same tick.
        n: how many.
        column: that of the ticks.
        wage: ``float64[n_persons]``, of an hour.
        curve: ``float64[2, m]``, for how many hours overtime from tick 0 on is paid by some ticks.
        paid: ``float64[n_days + 1]``, the same by midnights.
        room: for sorting.
        found: ``float64[n_days + 1]``.
    """
    pairs, spare, counts = room
    for k in range(n):
        pairs[0, k], pairs[1, k] = extra[k, column], k
    sort(pairs, n, spare, counts)
    wages, total, place = 0.0, 0.0, 0
    for day in range(len(paid)):
        while place < n:
            since = interpolate(curve, float(pairs[0, place]))
            if not since < paid[day]:
                break
            wages += wage[extra[pairs[1, place], 0]]
            total += wage[extra[pairs[1, place], 0]] * since
            place += 1
        found[day] = wages * paid[day] - total


@inner
def order_by_person(extra: Ticks, n_planned: int, n: int, room: Room, ordered: Ticks) -> None:
    """Fill in rows of overtime, what was planned first, the others by person.

    Args:
        extra: ``int64[≥ n, 3]``, rows (person, start, end).
        n_planned: how many of them were planned.
        n: how many they are.
        room: for sorting.
        ordered: ``int64[≥ n, 3]``.
    """
    pairs, spare, counts = room
    for k in range(n):
        pairs[0, k], pairs[1, k] = extra[k, 0] + 1 if k >= n_planned else 0, k
    sort(pairs, n, spare, counts)
    for k in range(n):
        for column in range(3):
            ordered[k, column] = extra[pairs[1, k], column]


@woven
def interpolate(curve: Floats, at: float) -> float:
    """Return the value of a curve ``float64[2, n]``, places and values, at a place; it is level beyond its ends.

    It is what `numpy.interp` gives, to the last bit.
    """
    last = curve.shape[1] - 1
    first, after = 0, last + 1
    while after - first > 1:  # the last that is not later
        middle = (first + after) // 2
        if curve[0, middle] <= at:
            first = middle
        else:
            after = middle
    value: float = curve[1, first]
    if first < last and curve[0, first] < at:
        slope = (curve[1, first + 1] - curve[1, first]) / (curve[0, first + 1] - curve[0, first])
        value = slope * (at - curve[0, first]) + curve[1, first]
    return value


@inner
def tell_people(before: Floats, by_day: Floats, spans: Spans, ticks_per_h: float, found: Floats) -> None:
    """Fill in the figures of people.

    Args:
        before: ``float64[5, n_days + 1]``, ticks before each midnight: worked, on shift, of overruns, of overtime, and
            of overtime at lunch.
        by_day: as `tell_labour` has filled it.
        spans: of the period.
        ticks_per_h: ticks of an hour.
        found: ``float64[8, n_spans]``, in the order of `Measures`.
    """
    for span in range(found.shape[1]):
        first, after = spans[0][0, span], spans[0][1, span]
        there = before[1, after] + before[2, after] - (before[1, first] + before[2, first])
        found[0, span] = ratio(before[0, after] - before[0, first], there)
        found[1, span] = (before[3, after] - before[3, first]) / ticks_per_h
        found[2, span] = (before[4, after] - before[4, first]) / ticks_per_h
        for kind in range(5):
            found[3 + kind, span] = by_day[kind, first]
        for day in range(first + 1, after):
            for kind in range(4):
                found[3 + kind, span] = max(found[3 + kind, span], by_day[kind, day])
            found[7, span] += by_day[4, day]
