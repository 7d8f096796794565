"""What time was lost to: every tick that records waited between arrival and settlement, by its cause.

Invariant: each tick of waiting has one cause, so that the causes add up to all waiting. They are defined in `Measures`.
"""

from sim.compiler import inner
from sim.measures.compiled.grid import Floats, Ticks
from sim.measures.compiled.walk import before

# Waiting for a person is lost at guidance, intake, check, back office or handover.
GUIDANCE, INTAKE, CHECK, BACK_OFFICE, HANDOVER, COUNTER, SCANNER, LINK, OUTAGE, SIGNATURE, CITIZEN, CLOSED = range(12)
N_CAUSES = 12


@inner
def lose(sums: Ticks, edges: Ticks, midnights: Ticks, keys: tuple[int, int], lost: Floats) -> None:
    """Add all the time of keys: to ``float64[n_days + 1]``, ticks before each midnight."""
    for day in range(len(midnights)):
        lost[day] += before(sums, edges, midnights[day], keys)


@inner
def lose_in_line(  # noqa: PLR0917 - all are arrays
    sums: Ticks,
    merged: Ticks,
    n_edges: int,
    line: Ticks,
    n_there: Ticks,
    without_place: Ticks,
    days: Ticks,
    lost: Floats,
) -> None:
    """Part the time in a line: nobody who could serve is on shift, no place is free for who is, or all are busy.

    Args:
        sums: of the grid.
        merged: ``int64[4, ≥ n_edges]``, the edges, and those of the plan.
        n_edges: how many.
        line: its key, set of groups, whether it is in the hall, and what busy people are lost to.
        n_there: ``int64[n_sets, 2, n_edges_of_plan + 1]``, how many people of a set are on shift.
        without_place: ``int64[n_days + 1]``, ticks in which only a place was missing, before each midnight.
        days: ``int64[n_edges + 1]``, midnights passed.
        lost: ``float64[12, n_days + 1]``, by cause; more is added.
    """
    key, which, is_hall, cause = line[0], line[1], line[2], line[3]
    closed, last = 0, 0
    for k in range(n_edges):
        whole = sums[k, 0, key] * merged[0, k] - sums[k, 1, key]
        if k and not n_there[which, is_hall, merged[1, k - 1]]:
            closed += whole - last
        last = whole
        if days[k + 1] > days[k]:
            day = days[k]
            lost[CLOSED, day] += closed
            lost[COUNTER, day] += without_place[day]
            lost[cause, day] += whole - closed - without_place[day]


@inner
def hold(  # noqa: PLR0917 - all are arrays
    sums: Ticks,
    merged: Ticks,
    n_edges: int,
    steps: int,
    taken: Floats,
    keys: tuple[int, int, int],
    days: Ticks,
    held: Floats,
) -> None:
    """Fill in the ticks of work, or of uploads, that outages held or made vain, before each midnight.

    In vain is all before the last step that lost it; of the rest, the part that the outages took.

    Args:
        sums: of the grid.
        merged: ``int64[4, ≥ n_edges]``, the edges, and the steps of line and pace.
        n_edges: how many.
        steps: 0 for those of the line, 1 for those of the pace.
        taken: ``float64[n_steps]``, the part that outages take from each step on.
        keys: the work, from the first up to the second; and what is in vain of it.
        days: ``int64[n_edges + 1]``, midnights passed.
        held: ``float64[n_days + 1]``.
    """
    passed, passed_vain, last, last_vain, row = 0.0, 0.0, 0, 0, 2 + steps
    for k in range(n_edges):
        is_midnight = days[k + 1] > days[k]
        if not is_midnight and merged[row, k] == merged[row, k - 1]:
            continue  # neither a midnight nor a step
        work = before(sums, merged[0], k, (keys[0], keys[1]))
        work_vain = before(sums, merged[0], k, (keys[2], keys[2] + 1))
        if k:
            passed += (work - last) * taken[merged[row, k - 1]]
            passed_vain += (work_vain - last_vain) * taken[merged[row, k - 1]]
        last, last_vain = work, work_vain
        if is_midnight:
            held[days[k]] = passed + work_vain - passed_vain
