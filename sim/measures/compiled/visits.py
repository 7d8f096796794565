"""The figures of visits: how long they wait for their call, and who comes in vain."""

from sim.compiler import inner
from sim.measures.compiled import keys
from sim.measures.compiled.grid import Floats, Grid, Ticks, passed
from sim.measures.compiled.spans import Spans, add_up_days, ratio
from sim.measures.compiled.walk import n_before
from sim.trace import State

_NAN = float("nan")
_N_KINDS, _GONE = 7, 4  # of what is counted by day: calls that came late, and six states
_AWAY = (State.SENT_HOME, State.RENEGED, State.BALKED)


@inner
def find_calls(stints: Ticks, rows: Ticks, n_rows: int, called: int, calls: Ticks) -> int:
    """Fill in the calls of visits to a state, and return how many there are.

    Without waiting first, it is the turn of a record that came along with the one that was called.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        rows: ``int64[≥ n_rows]``, those in which visits wait for their call, or have been called.
        n_rows: how many.
        called: what they are called to.
        calls: ``int64[2, ≥ n_rows]``; then of each call ticks waited, and its tick.
    """
    n, record, waited, has_waited = 0, -1, 0, False
    for k in range(n_rows):
        row = rows[k]
        if stints[row, 0] != record:
            record, waited, has_waited = stints[row, 0], 0, False
        if stints[row, 1] != called:
            waited += stints[row, 3] - stints[row, 2]
            has_waited = True
            continue
        if has_waited:
            calls[0, n], calls[1, n] = waited, stints[row, 2]
            n += 1
        waited, has_waited = 0, False
    return n


@inner
def count_uncollected(  # noqa: PLR0917 - all are arrays
    settled: Ticks, seen: Ticks, handovers: tuple[Ticks, Ticks, int], grid: Grid, days: Ticks, counted: Ticks
) -> None:
    """Fill in how many records were settled before each midnight whose citizen had not got the result.

    Args:
        settled: ``int64[n_records]``, when each was.
        seen: ``int64[≥ n_records]``, the states in which each was.
        handovers: all stints, rows of those among them in which visits wait for the result, or get it; how many.
        grid: the edges.
        days: ``int64[n_edges + 1]``, midnights passed.
        counted: ``int64[1, n_midnights + 1]``, zeros; then the numbers.
    """
    for k in range(len(settled)):
        if seen[k] & 1 << State.COLLECT:
            counted[0, days[passed(grid, settled[k])]] += 1
    stints, rows, n_rows = handovers
    for k in range(n_rows):
        if stints[rows[k], 1] == State.HANDOVER and stints[rows[k], 3] >= 0:
            counted[0, days[passed(grid, stints[rows[k], 3])]] -= 1
    add_up_days(counted, 1)


@inner
def count_late_calls(  # noqa: PLR0917 - all are arrays
    calls: Ticks, n: int, limit: int, grid: Grid, days: Ticks, counted: Ticks
) -> None:
    """Put days in the place of the calls' ticks, and count those that were waited for too long.

    Args:
        calls: ``int64[2, ≥ n]``, ticks waited and tick; then ticks waited and day.
        n: how many calls.
        limit: ticks of a wait that is not yet too long; < 0 if there is none.
        grid: the edges.
        days: ``int64[n_edges + 1]``, midnights passed.
        counted: ``int64[7, n_midnights + 1]``, zeros; then, in its first row, the number on each day.
    """
    for k in range(n):
        n_passed = days[passed(grid, calls[1, k])]
        if 0 <= limit < calls[0, k]:
            counted[0, n_passed] += 1
        calls[1, k] = n_passed - 1


@inner
def count_vain(  # noqa: PLR0917 - all are arrays
    stints: Ticks, rows: Ticks, n_rows: int, places: Ticks, grid: Grid, days: Ticks, counted: Ticks
) -> None:
    """Count stints that are told by their number, by state and day.

    Who came along is gone with the leader, without having been away before: it was one visit.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        rows: ``int64[≥ n_rows]``, those that may count.
        n_rows: how many.
        places: ``int64[n_states]``, row of each state.
        grid: the edges.
        days: ``int64[n_edges + 1]``, midnights passed.
        counted: ``int64[7, n_midnights + 1]``, as `count_late_calls` has filled it; then the numbers before midnights.
    """
    for k in range(n_rows):
        row = rows[k]
        state = stints[row, 1]
        was_away = row > 0 and stints[row - 1, 0] == stints[row, 0] and stints[row - 1, 1] in _AWAY
        if state == State.GONE and not was_away:
            continue
        counted[places[state], days[passed(grid, stints[row, 2])]] += 1
    add_up_days(counted, _N_KINDS)


@inner
def tell_visits(  # noqa: PLR0917 - all are arrays
    sums: Ticks, midnights: Ticks, limit: int, counted: Ticks, spans: Spans, found: Floats
) -> None:
    """Fill in the figures of visits from their limit on; the sample of waits is there.

    Args:
        sums: of the grid.
        midnights: ``int64[n_days + 1]``, which edges they are.
        limit: ticks of a wait that is not yet too long; < 0 if there is none.
        counted: as `count_vain` has filled it.
        spans: of the period.
        found: ``float64[12, n_spans]``, in the order of `Measures`.
    """
    for span in range(found.shape[1]):
        first, after = spans[0][0, span], spans[0][1, span]
        found[4, span] = ratio(counted[0, after] - counted[0, first], found[4, span]) if limit >= 0 else _NAN
        for kind in range(1, 5):
            found[4 + kind, span] = counted[kind, after] - counted[kind, first]
        found[9, span] = n_before(sums, midnights[after], keys.AWAY) + counted[_GONE, after]
        for kind in range(5, _N_KINDS):
            found[5 + kind, span] = counted[kind, after] - counted[kind, first]
