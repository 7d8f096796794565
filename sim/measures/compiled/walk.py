"""The walk over the stints of a trace: how long records are in which states, and where the stints lie that count.

Place in the pipeline: the first pass over a trace. In: stints. Out: sums at the edges of a grid, and lists of stints.
Invariant: what is counted and summed is whole, so that its order does not matter.

How many are under way, and for how long, follows at each edge from two sums over those that have begun, and those that
have ended: of ones, and of ticks.
"""

from sim.compiler import inner, woven
from sim.measures.compiled.grid import Flags, Grid, Ticks, passed
from sim.trace import State

VISIT, HALL, UPLOAD, COUNTED, RESULT = range(5)  # lists of stints
N_LISTS = 5
# What a state is, one bit for each: of which lists it is, and whether people work, at a counter, or at a desk.
WORK, AT_COUNTER, AT_DESK = (1 << bit for bit in range(N_LISTS, N_LISTS + 3))
_LISTED = (1 << N_LISTS) - 1


@woven
def move(  # noqa: PLR0917 - plain numbers
    sums: Ticks, key: int, start: int, end: int, first: int, last: int
) -> None:
    """Note that something is under way.

    Args:
        sums: ``int64[n_edges + 1, 2, n_keys]``.
        key: what it is.
        start: tick.
        end: tick.
        first: how many edges have passed by `start`.
        last: how many edges have passed by `end`.
    """
    sums[first, 0, key] += 1
    sums[first, 1, key] += start
    sums[last, 0, key] -= 1
    sums[last, 1, key] -= end


@inner
def clear(sums: Ticks, n: int) -> None:
    """Make zeros of the first sums."""
    for k in range(n):
        for key in range(sums.shape[2]):
            sums[k, 0, key] = sums[k, 1, key] = 0


@woven
def enlist(lists: Ticks, sizes: Ticks, which: int, row: int) -> None:
    """Put a stint at the end of a list."""
    lists[which, sizes[which]] = row
    sizes[which] += 1


@inner
def walk(  # noqa: PLR0917 - all are arrays
    stints: Ticks,
    procedure: Ticks,
    kinds: tuple[Ticks, Ticks],
    grid: Grid,
    sums: Ticks,
    seen: Ticks,
    lists: Ticks,
    sizes: Ticks,
) -> None:
    """Note how long records are in which states, and list the stints that count for more.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        procedure: ``int64[n_records]``, of each record.
        kinds: keys of states, ``int64[n_states, n_procedures]``; and, in the first row of ``int64[4, n_states]``, what
            they are.
        grid: the edges.
        sums: ``int64[≥ n_edges + 1, 2, n_keys]``; then what was noted between the edges.
        seen: ``int64[≥ n_records]``; then the states in which each record ever was, one bit for each.
        lists: ``int64[n_lists, n]``; then rows of stints.
        sizes: ``int64[n_lists]``, zeros; then how many rows each has.
    """
    keys, states = kinds
    end_tick = grid[0][grid[1] - 1]
    clear(sums, grid[1] + 1)
    for record in range(len(procedure)):
        seen[record] = 0
    last, end = 0, -1
    for row in range(len(stints)):
        record, state, start = stints[row, 0], stints[row, 1], stints[row, 2]
        first = last if start == end else passed(grid, start)
        end = stints[row, 3] if stints[row, 3] >= 0 else end_tick
        last = passed(grid, end)
        move(sums, keys[state, procedure[record]], start, end, first, last)
        seen[record] |= 1 << state
        if states[0, state] & _LISTED:
            for which in range(N_LISTS):
                if states[0, state] >> which & 1:
                    enlist(lists, sizes, which, row)


@inner
def add_vain(  # noqa: PLR0917 - all are arrays
    stints: Ticks, states: Ticks, losses: Ticks, n_losses: tuple[int, int], grid: Grid, sums: Ticks
) -> None:
    """Note the work that outages made vain: all before the last step that lost it.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        states: ``int64[4, n_states]``; the last two rows are the key of what is in vain in each, -1 where nothing can
            be, and the line to which its record goes if it is put down.
        losses: ``int64[2, n]``, ticks at which uploads, and at which other work starts anew, each increasing.
        n_losses: how many of each there are.
        grid: the edges; all losses are among them.
        sums: as `walk` has filled it; more is noted.
    """
    end_tick = grid[0][grid[1] - 1]
    for row in range(len(stints)):
        record, state, start = stints[row, 0], stints[row, 1], stints[row, 2]
        if states[2, state] < 0:
            continue
        kind = 0 if state == State.UPLOAD else 1
        until = stints[row, 3] if stints[row, 3] >= 0 else end_tick
        # What is put down at the very tick of a loss is lost; what is done at it is not.
        is_last = row + 1 == len(stints) or stints[row + 1, 0] != record
        if not is_last and stints[row + 1, 1] == states[3, state]:
            until += 1
        n = 0
        while n < n_losses[kind] and losses[kind, n] < until:
            n += 1
        if n and losses[kind, n - 1] > start:
            vain = losses[kind, n - 1]
            move(sums, states[2, state], start, vain, passed(grid, start), passed(grid, vain))


@inner
def find_losses(tick: Ticks, loses: Flags, losses: Ticks) -> int:
    """Fill in at which of the ticks work starts anew, and return how many they are."""
    n = 0
    for k in range(len(tick)):
        if loses[k]:
            losses[n] = tick[k]
            n += 1
    return n


@inner
def add_up(sums: Ticks, n_edges: int) -> None:
    """Add up what was noted between the edges, so that it is all that was noted before each."""
    for k in range(1, n_edges):
        for key in range(sums.shape[2]):
            sums[k, 0, key] += sums[k - 1, 0, key]
            sums[k, 1, key] += sums[k - 1, 1, key]


@woven
def before(sums: Ticks, edges: Ticks, k: int, keys: tuple[int, int]) -> int:
    """Return for how long these keys, from the first up to the second, were under way before an edge, all together."""
    total = 0
    for key in range(keys[0], keys[1]):
        total += sums[k, 0, key] * edges[k] - sums[k, 1, key]
    return total


@woven
def n_before(sums: Ticks, k: int, keys: tuple[int, int]) -> int:
    """Return how many of these keys, from the first up to the second, were under way until an edge."""
    n = 0
    for key in range(keys[0], keys[1]):
        n += sums[k, 0, key]
    return n
