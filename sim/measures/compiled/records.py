"""The figures of records: received, settled, left over, on time, and how long they took."""

from sim.compiler import inner, woven
from sim.measures.compiled.grid import Floats, Grid, Ticks, passed
from sim.measures.compiled.spans import Spans, add_up_days, ratio
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State

FAR = 1 << 62  # later than any tick
N_KINDS = 10  # of what is counted by day
_SUBMITTED = 1 << State.WAIT_PORTAL | 1 << State.WAIT_CHECK
_AT_COUNTER = 1 << State.INTAKE


@inner
def find_due(lives: tuple[Ticks, Ticks, Ticks], procedure: Ticks, bounds: Ticks, steps: Ticks, due: Ticks) -> bool:
    """Fill in when what came in the period is due, where that is a step by day; return whether that was all.

    Args:
        lives: of each ``int64[n]``, arrival, receipt, and the stage at which it waited when the period began.
        procedure: ``int64[n]``, of each.
        bounds: ``int64[n_procedures + 1]``, where the steps of each begin; none for those with other deadlines.
        steps: ``int64[2, n_steps]``, ticks of receipt, and from then on when it is due.
        due: ``int64[2, ≥ n]``; then when each is due, `FAR` for what was not received; and when it would be, had it
            been received when it came.
    """
    arrival, received, entry = lives
    for k in range(len(received)):
        first, after = bounds[procedure[k]], bounds[procedure[k] + 1]
        if first == after or arrival[k] < 0:
            return False
        due[1, k] = _due(steps, first, after, arrival[k])
        due[0, k] = FAR
        if received[k] != NEVER or entry[k] > Stage.CHECK:
            due[0, k] = _due(steps, first, after, received[k])
    return True


@woven
def _due(steps: Ticks, first: int, after: int, at: int) -> int:
    while after - first > 1:  # the last step that is not later
        middle = (first + after) // 2
        if steps[0, middle] <= at:
            first = middle
        else:
            after = middle
    due: int = steps[1, first]
    return due


@inner
def count_records(  # noqa: PLR0917 - all are arrays
    lives: tuple[Ticks, Ticks, Ticks, Ticks, Ticks], seen: Ticks, grid: Grid, days: Ticks, before: Ticks, took: Ticks
) -> int:
    """Count what had become of records before each midnight, and return how many were settled.

    Args:
        lives: of each record ``int64[n]``, arrival, receipt, settlement, deadlines as `find_due` fills them in, and the
            stage at which it waited when the period began.
        seen: ``int64[n]``, the states in which each was.
        grid: the edges.
        days: ``int64[n_edges + 1]``, midnights passed.
        before: ``int64[≥ 10, n_midnights + 1]``, zeros; then how many were received, settled, settled late, are
            overdue, are submitted and not received, unsettled; the sum of the receipts of the backlog; how many were
            received that never were at a counter; and how many were settled late, and are overdue, of all that came.
        took: ``int64[2, ≥ n]``; then of each that was settled, how long it took, and the day.
    """
    n, n_there = 0, 0
    for k in range(len(lives[0])):
        arrival, received, settled = lives[0][k], lives[1][k], lives[2][k]
        was_there = lives[4][k] > Stage.CHECK
        if received == NEVER and not was_there:
            received = FAR
        if settled == NEVER:
            settled = FAR
        come, at_receipt = days[passed(grid, arrival)], days[passed(grid, received)]
        at_end = days[passed(grid, settled)]
        n_there += was_there
        before[0, at_receipt] += 1
        before[1, at_end] += 1
        for late in range(2):
            due = lives[3][late, k]
            kind = 8 * late if late else 2
            if settled > due:
                before[kind, at_end] += 1
            before[kind + 1, days[passed(grid, due)]] += 1
            before[kind + 1, days[passed(grid, max(settled, due))]] -= 1
        if seen[k] & _SUBMITTED:
            before[4, come] += 1
            before[4, at_receipt] -= 1
        before[5, come] += 1
        before[5, at_end] -= 1
        before[6, at_receipt] += received
        before[6, at_end] -= received
        if not (was_there or seen[k] & _AT_COUNTER):
            before[7, at_receipt] += 1
        if settled != FAR:
            took[0, n], took[1, n] = settled - arrival, at_end - 1
            n += 1
    add_up_days(before, N_KINDS)
    before[0, 0] = n_there  # also those received at tick 0 itself
    return n


@inner
def tell_records(  # noqa: PLR0917 - all are arrays
    before: Ticks, edges: Ticks, midnights: Ticks, spans: Spans, ticks_per_h: float, found: Floats
) -> None:
    """Fill in the figures of records, but for how long they took.

    Args:
        before: as `count_records` has filled it.
        edges: ``int64[n_edges]``, ticks.
        midnights: ``int64[n_days + 1]``, which edges they are.
        spans: of the period.
        ticks_per_h: ticks of an hour.
        found: ``float64[15, n_spans]``, in the order of `Measures`.
    """
    for span in range(found.shape[1]):
        first, after = spans[0][0, span], spans[0][1, span]
        received, settled = before[0, after] - before[0, first], before[1, after] - before[1, first]
        n_late_done = before[2, after] - before[2, first]
        carried_over, backlog, overdue = (
            before[0, first] - before[1, first],
            before[0, after] - before[1, after],
            before[3, after],
        )
        found[0, span] = received
        found[1, span] = settled
        found[2, span] = backlog
        found[3, span] = overdue
        found[4, span] = (edges[midnights[after]] - ratio(before[6, after], backlog)) / ticks_per_h
        found[5, span] = before[4, after]
        found[6, span] = before[5, after]
        found[7, span] = 1 - ratio(n_late_done + overdue, received + carried_over)
        found[8, span] = 1 - ratio(n_late_done, settled)
        unsettled, n_late_done = before[5, first], before[8, after] - before[8, first]
        came = before[5, after] + before[1, after] - (before[5, first] + before[1, first])
        found[9, span] = 1 - ratio(n_late_done + before[9, after], came + unsettled)
        found[14, span] = before[7, after] - before[7, first]
