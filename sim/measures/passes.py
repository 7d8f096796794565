"""The passes over stints and records that figures are made of, compiled; each goes once over its numbers.

Place in the pipeline: below all figures. In: arrays of ticks. Out: the arrays given for it, filled. Invariant: what is
counted and summed is whole, so that its order does not matter. Python's lock is not held.

Nothing that is compiled here comes from another file but the compiler's options, so that what is kept on disk is
current as long as this file is.
"""

import numpy as np
from numpy.typing import NDArray

from sim.compiler import outer, woven

Ticks = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_DAY_BITS = 18  # of a packed (value, day): more days than any period has
_PERCENT = 100
_NAN = float("nan")


@woven
def _passed(tick: Ticks, at: int, near: int) -> int:
    """Return how many of the sorted ticks are not later than `at`, looking from `near` on: neighbours are alike."""
    while near < len(tick) and tick[near] <= at:
        near += 1
    while near > 0 and tick[near - 1] > at:
        near -= 1
    return near


@woven
def _days_passed(midnights: Ticks, at: int, near: int) -> int:
    """Return what `_passed` does, at once also for instants after the period."""
    return len(midnights) if at >= midnights[-1] else _passed(midnights, at, near)


@outer
def sort_by_state(stints: Ticks, place: Ticks, end_tick: int, bounds: Ticks, columns: Ticks) -> None:
    """Sort stints by the place of their state, keeping their order within it.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        place: ``int64[n_states]``, of each state.
        end_tick: where stints end that last when the period ends.
        bounds: ``int64[n_states + 1]``, zeros; then where each place begins.
        columns: ``int64[5, n]``; then row in `stints`, record, start, end, person.
    """
    for row in range(len(stints)):
        bounds[place[stints[row, 1]] + 1] += 1
    for k in range(len(place)):
        bounds[k + 1] += bounds[k]
    for row in range(len(stints)):
        k = place[stints[row, 1]]
        to = bounds[k]
        bounds[k] = to + 1
        columns[0, to] = row
    for to in range(len(stints)):
        row = columns[0, to]
        columns[1, to] = stints[row, 0]
        columns[2, to] = stints[row, 2]
        columns[3, to] = stints[row, 3] if stints[row, 3] >= 0 else end_tick
        columns[4, to] = stints[row, 4]
    for k in range(len(place), 0, -1):
        bounds[k] = bounds[k - 1]
    bounds[0] = 0


@outer
def under_way(start: Ticks, end: Ticks, tick: Ticks, before: Ticks) -> None:
    """Fill in for how long intervals, all together, have been under way before each tick.

    Args:
        start: ``int64[n]``.
        end: ``int64[n]``.
        tick: ``int64[n_ticks]``, sorted.
        before: ``int64[2, n_ticks + 1]``, zeros; then its first row holds the answer, but for the last place.
    """
    _add_up(start, end, tick, before)


@woven
def _add_up(start: Ticks, end: Ticks, tick: Ticks, before: Ticks) -> None:
    near = 0
    for k in range(len(start)):
        near = _passed(tick, start[k], near)
        before[0, near] += 1
        before[1, near] += start[k]
        there = _passed(tick, end[k], near)
        before[0, there] -= 1
        before[1, there] -= end[k]
    n, sums = 0, 0
    for k in range(len(tick)):
        n += before[0, k]
        sums += before[1, k]
        before[0, k] = n * tick[k] - sums


@outer
def weigh(  # noqa: PLR0917 - all are arrays
    start: Ticks, end: Ticks, edges: Ticks, weight: Floats, chosen: Ticks, before: Ticks, weighed: Floats
) -> None:
    """Fill in what `under_way` does, and the same with every instant weighed, before some of the edges.

    Args:
        start: ``int64[n]``.
        end: ``int64[n]``.
        edges: ``int64[n_edges]``, sorted.
        weight: ``float64[n_edges - 1]``, between each edge and the next.
        chosen: ``int64[m]``, which edges.
        before: ``int64[2, n_edges + 1]``, zeros; then as with `under_way`.
        weighed: ``float64[m]``.
    """
    _add_up(start, end, edges, before)
    passed, place = 0.0, 0
    for k in range(len(edges)):
        if k:
            passed += (before[0, k] - before[0, k - 1]) * weight[k - 1]
        while place < len(chosen) and chosen[place] == k:
            weighed[place] = passed
            place += 1


@outer
def count(instants: Ticks, tick: Ticks, before: Ticks) -> None:
    """Fill in how many instants lie before each tick: ``int64[n_ticks + 1]``, zeros; the last counts the rest."""
    near, last = 0, len(tick)
    for k in range(len(instants)):
        if instants[k] >= tick[last - 1]:
            before[last] += 1
        else:
            near = _passed(tick, instants[k], near)
            before[near] += 1
    for k in range(1, last):
        before[k] += before[k - 1]


@outer
def pack(instants: Ticks, values: Ticks, midnights: Ticks, packed: Ticks) -> None:
    """Fill in each value with the day of its instant, in one number, to be sorted."""
    near = 0
    for k in range(len(instants)):
        near = _passed(midnights, instants[k], near)
        packed[k] = (values[k] << _DAY_BITS) + near - 1


@outer
def sample(  # noqa: PLR0917 - all are arrays
    packed: Ticks, spans_of_day: Ticks, percentages: Ticks, first: Ticks, slots: Ticks, found: Floats
) -> None:
    """Fill in how many values each span has, their mean, and percentiles, NaN where there are none.

    Args:
        packed: ``int64[n]``, values with their days, sorted.
        spans_of_day: ``int64[3, n_days]``, the spans of each day; `n_spans` for none.
        percentages: ``int64[m]``.
        first: ``int64[n_spans + 2]``, zeros.
        slots: ``int64[3 * n]``, room.
        found: ``float64[2 + m, n_spans]``.
    """
    n_spans = found.shape[1]
    for k in range(len(packed)):
        for kind in range(len(spans_of_day)):
            first[spans_of_day[kind, packed[k] & ((1 << _DAY_BITS) - 1)] + 1] += 1
    for span in range(n_spans + 1):
        first[span + 1] += first[span]
    for k in range(len(packed)):
        for kind in range(len(spans_of_day)):
            span = spans_of_day[kind, packed[k] & ((1 << _DAY_BITS) - 1)]
            slots[first[span]] = packed[k] >> _DAY_BITS
            first[span] += 1
    begin = 0
    for span in range(n_spans):  # each begins where the one before has ended
        n, total = first[span] - begin, 0
        for place in range(begin, first[span]):
            total += slots[place]
        found[0, span] = n
        found[1, span] = total / n if n else _NAN
        for k in range(len(percentages)):
            place = begin + max(0, -(-n * percentages[k] // _PERCENT) - 1)
            found[2 + k, span] = slots[place] if n else _NAN
        begin = first[span]


@outer
def find_calls(stints: Ticks, role: Ticks, calls: Ticks) -> int:
    """Fill in the calls of visits to intake, and return how many there are.

    Without waiting first, it is the turn of a record that came along with the one that was called.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        role: ``int64[n_states]``, 1 for waiting for the call, 2 for intake, 0 for others.
        calls: ``int64[3, n]``; then record, tick and ticks waited of each call.
    """
    n, record, waited, has_waited = 0, -1, 0, False
    for row in range(len(stints)):
        if stints[row, 0] != record:
            record, waited, has_waited = stints[row, 0], 0, False
        if role[stints[row, 1]] == 1:
            waited += stints[row, 3] - stints[row, 2]
            has_waited = True
        elif role[stints[row, 1]] == 2:  # noqa: PLR2004 - as told above
            if has_waited:
                calls[0, n], calls[1, n], calls[2, n] = record, stints[row, 2], waited
                n += 1
            waited, has_waited = 0, False
    return n


@outer
def count_records(instants: Ticks, is_submitted: Flags, midnights: Ticks, before: Ticks) -> None:
    """Fill in what had become of records before each midnight.

    Args:
        instants: ``int64[5, n]``, arrival, receipt, settlement and deadline of each, and what the deadline would be had
            it been received when it came.
        is_submitted: ``bool[n]``, whether they came in online and had to wait for receipt.
        midnights: ``int64[n_days + 1]``.
        before: ``int64[9, n_days + 2]``, zeros; then, but for the last place, how many were received, settled, settled
            late, are overdue, are submitted and not received, unsettled; the sum of the receipts of the backlog; and
            how many were settled late, and are overdue, of all that came.
    """
    near = 0
    for k in range(instants.shape[1]):
        arrival, received, settled = instants[0, k], instants[1, k], instants[2, k]
        near = _passed(midnights, arrival, near)
        at_receipt = _days_passed(midnights, received, near)
        at_end = _days_passed(midnights, settled, near)
        before[0, at_receipt] += 1
        before[1, at_end] += 1
        for late in range(2):
            due, kind = instants[3 + late, k], 2 + 5 * late
            if settled > due:
                before[kind, at_end] += 1
            before[kind + 1, _days_passed(midnights, due, near)] += 1
            before[kind + 1, _days_passed(midnights, max(settled, due), near)] -= 1
        if is_submitted[k]:
            before[4, near] += 1
            before[4, at_receipt] -= 1
        before[5, near] += 1
        before[5, at_end] -= 1
        before[6, at_receipt] += received
        before[6, at_end] -= received
    for row in range(len(before)):
        for k in range(1, len(midnights)):
            before[row, k] += before[row, k - 1]


@outer
def cover(bounds: Ticks, candidates: Ticks, midnights: Ticks, edges: Ticks, at_midnight: Ticks) -> int:
    """Fill in where it begins and ceases that one interval or more is under way, and return how many edges there are.

    Args:
        bounds: ``int64[2, n]``, starts and ends, each sorted.
        candidates: ``int64[m]``, all of these and the midnights, sorted.
        midnights: ``int64[n_days + 1]``.
        edges: ``int64[2, m]``; then the edges, midnights among them, and whether an interval is under way from each on.
        at_midnight: ``int64[n_days + 1]``; then which of the edges are midnights.
    """
    n, day, n_started, n_ended, was_within = 0, 0, 0, 0, 0
    for k in range(len(candidates)):
        at = candidates[k]
        n_started = _passed(bounds[0], at, n_started)
        n_ended = _passed(bounds[1], at, n_ended)
        is_within = 1 if n_started > n_ended else 0
        is_midnight = day < len(midnights) and midnights[day] == at
        if is_midnight:
            at_midnight[day] = n
            day += 1
        if is_midnight or is_within != was_within:
            edges[0, n], edges[1, n] = at, is_within
            n += 1
            was_within = is_within
    return n


@outer
def within_gaps(stints: Ticks, gaps: Ticks, first: Ticks, near: Ticks, found: Ticks) -> int:
    """Fill in the parts of people's intervals that lie within gaps, and return how many there are.

    Args:
        stints: ``int64[3, n]``, person, start and end.
        gaps: ``int64[n_gaps, 3]``, rows (person, start, end), sorted; those of a person do not overlap.
        first: ``int64[n_persons + 1]``, the first gap of each person.
        near: ``int64[n_persons]``, the same; then the gap that was looked at last.
        found: ``int64[5, n + n_gaps]``; then person, start and end of each part, gap, and start of the interval.
    """
    n = 0
    for k in range(stints.shape[1]):
        person, start, end = stints[0, k], stints[1, k], stints[2, k]
        gap = near[person]
        while gap > first[person] and gaps[gap, 1] > start:
            gap -= 1
        while gap < first[person + 1] and gaps[gap, 2] <= start:
            gap += 1
        near[person] = min(gap, first[person + 1] - 1)
        while gap < first[person + 1] and gaps[gap, 1] < end:
            if gaps[gap, 2] > start:
                found[0, n], found[3, n], found[4, n] = person, gap, start
                found[1, n], found[2, n] = max(start, gaps[gap, 1]), min(end, gaps[gap, 2])
                n += 1
            gap += 1
    return n


@outer
def find_due(received: Ticks, kind: Ticks, bounds: Ticks, steps: Ticks, due: Ticks) -> bool:
    """Fill in when what was received in the period is due, where that is a step by day; return whether that was all.

    Args:
        received: ``int64[n]``, where `due` is later than any tick; left alone if it is that, too.
        kind: ``int64[n]``, of each.
        bounds: ``int64[n_kinds + 1]``, where the steps of each kind begin; none for those with other deadlines.
        steps: ``int64[2, n_steps]``, ticks of receipt, and from then on when it is due.
        due: ``int64[n]``.
    """
    is_all = True
    for k in range(len(received)):
        first, after = bounds[kind[k]], bounds[kind[k] + 1]
        if received[k] == due[k]:
            continue
        if first == after or received[k] < 0:
            is_all = False
            continue
        while after - first > 1:  # the last step that is not later
            middle = (first + after) // 2
            if steps[0, middle] <= received[k]:
                first = middle
            else:
                after = middle
        due[k] = steps[1, first]
    return is_all


@outer
def ticks_by_day(rows: Ticks, midnights: Ticks, found: Floats) -> None:
    """Add up the ticks of rows (person, start, end) by the day that they begin on: ``float64[n_persons, n_days]``."""
    near = 0
    for k in range(len(rows)):
        near = _passed(midnights, rows[k, 1], near)
        found[rows[k, 0], near - 1] += rows[k, 2] - rows[k, 1]


@outer
def hours_of_people(normal_h: Floats, overtime_h: Floats, first_days: Ticks, limits: Floats, found: Floats) -> None:
    """Fill in what one person comes to at most on each day, and how often somebody comes to exceed a limit.

    Args:
        normal_h: ``float64[n, n_days]``, normal hours by person and day.
        overtime_h: ``float64[n, n_days]``, overtime.
        first_days: ``int64[2, n_days]``, the first day of each day's month, and year.
        limits: ``float64[5]``, hours of a day, overtime for each normal hour of a day, overtime of a month, of a year;
            and the least that counts.
        found: ``float64[5, n_days]``; then the longest day, the most overtime of a day, of the month, of the year by
            then, and the number of breaches.
    """
    n_days = normal_h.shape[1]
    before = np.zeros(n_days + 1)
    for day in range(n_days):
        found[4, day] = 0
        for kind in range(4):
            found[kind, day] = -np.inf if len(normal_h) else np.nan
    for person in range(len(normal_h)):
        for day in range(n_days):
            normal, extra = normal_h[person, day], overtime_h[person, day]
            before[day + 1] = before[day] + extra
            total = normal + extra
            found[0, day] = max(found[0, day], total)
            found[1, day] = max(found[1, day], extra)
            if total > limits[0] + limits[4] or (normal > limits[4] and extra > limits[1] * normal + limits[4]):
                found[4, day] += 1
            for kind in range(2):
                running = before[day + 1] - before[first_days[kind, day]]
                found[2 + kind, day] = max(found[2 + kind, day], running)
                limit = limits[2 + kind] + limits[4]
                if running > limit and not running - extra > limit:
                    found[4, day] += 1
