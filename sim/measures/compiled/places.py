"""When a place, and nothing else, kept work from being done: all counters or desks taken, and somebody idle."""

from typing import TypeAlias

from sim.compiler import inner, woven
from sim.measures.compiled.grid import Grid, Ticks, passed
from sim.measures.compiled.people import Gaps, find_parts
from sim.measures.compiled.sorting import Room, sort
from sim.measures.compiled.walk import AT_COUNTER, AT_DESK, WORK

Line: TypeAlias = tuple[Ticks, int]  # 1 for each group that can serve it, int64[n_groups]; and 1 if it is in the hall


@woven
def _tell(events: Ticks, n: int, start: int, end: int, change: tuple[int, int]) -> int:
    """Add that from start to end more, or fewer, people are idle, and places taken; return the number of events."""
    for what in range(2):
        if change[what]:
            events[0, n], events[1, n] = start, 2 * change[what] + what
            events[0, n + 1], events[1, n + 1] = end, -2 * change[what] + what
            n += 2
    return n


@inner
def tell_work(  # noqa: PLR0917 - all are arrays
    stints: Ticks, is_what: Ticks, line: Line, group: Ticks, gaps: Gaps, end_tick: int, parts: Ticks, events: Ticks
) -> int:
    """Fill in when people of a line's groups start and end work, and when places are taken; return how many events.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        is_what: ``int64[n_states]``.
        line: whose groups and places they are.
        group: ``int64[n_persons]``.
        gaps: when each person is off for such a line: work in them makes nobody less idle who could serve.
        end_tick: of the period.
        parts: ``int64[≥ n_gaps, 3]``, room.
        events: ``int64[2, …]``; then ticks, and what changes.
    """
    n, no_parts, place = 0, 0, AT_COUNTER if line[1] else AT_DESK
    for row in range(len(stints)):
        kind = is_what[stints[row, 1]]
        start, end, person = stints[row, 2], stints[row, 3] if stints[row, 3] >= 0 else end_tick, stints[row, 4]
        is_one = 1 if kind & WORK and line[0][group[person]] else 0
        n = _tell(events, n, start, end, (-is_one, 1 if kind & place else 0))
        if is_one:
            for part in range(find_parts(gaps, person, start, end, no_parts, parts)):
                n = _tell(events, n, parts[part, 1], parts[part, 2], (is_one, 0))
    return n


@inner
def tell_shifts(n_there: Ticks, edges: Ticks, n: int, events: Ticks) -> int:
    """Add when people of a line's groups come and go, ``int64[n_edges + 1]`` of whom are there; return the events."""
    last = 0
    for k in range(len(edges)):
        if n_there[k] != last:
            events[0, n], events[1, n] = edges[k], 2 * (n_there[k] - last)
            n += 1
        last = n_there[k]
    return n


@inner
def find_short(room: Room, n: int, n_places: int, pieces: Ticks) -> int:
    """Fill in when nothing but a place was missing, and return how many pieces of time there are.

    Args:
        room: for sorting; in the first of it, the events.
        n: how many events.
        n_places: how many places there are.
        pieces: ``int64[3, ≥ n + 1]``; then where each piece of time begins, for how long only a place had been missing
            by then, and whether it is missing from then on.
    """
    events, spare, counts = room
    sort(events, n, spare, counts)
    n_idle, n_taken, m = 0, 0, 0
    pieces[0, 0], pieces[1, 0], pieces[2, 0] = 0, 0, 0
    for k in range(n):
        change = events[1, k] >> 1
        if events[1, k] & 1:
            n_taken += change
        else:
            n_idle += change
        if k + 1 < n and events[0, k + 1] == events[0, k]:
            continue
        is_short = 1 if n_idle > 0 and n_taken >= n_places else 0
        if is_short != pieces[2, m]:
            total = pieces[1, m] + (events[0, k] - pieces[0, m] if pieces[2, m] else 0)
            m += 1
            pieces[0, m], pieces[1, m], pieces[2, m] = events[0, k], total, is_short
    return m + 1


@woven
def _short_by(pieces: Ticks, n: int, at: int) -> int:
    """Return for how long only a place had been missing by a tick."""
    first, after = 0, n
    while after - first > 1:  # the last that is not later
        middle = (first + after) // 2
        if pieces[0, middle] <= at:
            first = middle
        else:
            after = middle
    total: int = pieces[1, first]
    return total + (at - pieces[0, first] if pieces[2, first] and at > pieces[0, first] else 0)


@inner
def add_short(  # noqa: PLR0917 - all are arrays
    stints: Ticks, keys: Ticks, procedure: Ticks, key: int, pieces: Ticks, n: int, grid: Grid, days: Ticks, sums: Ticks
) -> None:
    """Note for how long what waits with a key waited for a place alone.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        keys: ``int64[n_states, n_procedures]``.
        procedure: ``int64[n_records]``.
        key: of the line.
        pieces: as `find_short` has filled them.
        n: how many pieces.
        grid: the edges.
        days: ``int64[n_edges + 1]``, midnights passed.
        sums: ``int64[2, n_midnights + 1]``, zeros; then noted by day.
    """
    end_tick = grid[0][grid[1] - 1]
    for row in range(len(stints)):
        if keys[stints[row, 1], procedure[stints[row, 0]]] != key:
            continue
        start, end = stints[row, 2], stints[row, 3] if stints[row, 3] >= 0 else end_tick
        first, last = days[passed(grid, start)], days[passed(grid, end)]
        sums[0, first] += 1
        sums[1, first] += _short_by(pieces, n, start)
        sums[0, last] -= 1
        sums[1, last] -= _short_by(pieces, n, end)


@inner
def add_up_short(sums: Ticks, edges: Ticks, midnights: Ticks, pieces: Ticks, n: int) -> None:
    """Put for how long what waits waited for a place alone, before each midnight, in the place of the first sums."""
    n_waiting, total = 0, 0
    for day in range(len(midnights)):
        n_waiting += sums[0, day]
        total += sums[1, day]
        sums[0, day] = n_waiting * _short_by(pieces, n, edges[midnights[day]]) - total
