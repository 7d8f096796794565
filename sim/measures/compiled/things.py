"""The figures of things: how much of counters, scanners and link was in use, and how much slower transfers were."""

from typing import TypeAlias

from sim.compiler import inner, woven
from sim.measures.compiled.given import N_COUNTERS, N_SCANNERS
from sim.measures.compiled.grid import Floats, Grid, Ticks, passed
from sim.measures.compiled.keys import TRANSFER
from sim.measures.compiled.people import interpolate
from sim.measures.compiled.sorting import Room, sort
from sim.measures.compiled.spans import Spans, ratio
from sim.measures.compiled.walk import before, move
from sim.timebase import NEVER

UNLIMITED = 1 << 30  # places, where a scenario names no number
_LINE = 2  # row of the third kind of thing
Up: TypeAlias = tuple[Ticks, Floats, Floats, Ticks, int]
_NAN = float("nan")


@inner
def note_uploads(  # noqa: PLR0917 - all are arrays
    stints: Ticks, rows: Ticks, n: int, grid: Grid, room: Room, key: int, sums: Ticks
) -> None:
    """Note when at least one upload was under way; the uploads' pairs are left sorted by their ends.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        rows: ``int64[≥ n]``, those that are uploads.
        n: how many.
        grid: the edges.
        room: for sorting; then, in the first of it, end and row of each upload.
        key: of what is noted.
        sums: of the grid; more is noted.
    """
    pairs, spare, counts = room
    end_tick = grid[0][grid[1] - 1]
    for k in range(n):
        pairs[0, k], pairs[1, k] = stints[rows[k], 2], rows[k]
    sort(pairs, n, spare, counts)
    start, until = 0, 0
    for k in range(n):
        end = stints[pairs[1, k], 3] if stints[pairs[1, k], 3] >= 0 else end_tick
        if k == 0 or pairs[0, k] > until:
            start, until = pairs[0, k], end
        until = max(until, end)
        if k + 1 == n or pairs[0, k + 1] > until:
            move(sums, key, start, until, passed(grid, start), passed(grid, until))
    for k in range(n):
        pairs[0, k], pairs[1, k] = stints[rows[k], 3] if stints[rows[k], 3] >= 0 else end_tick, rows[k]
    sort(pairs, n, spare, counts)


@inner
def add_transfers(  # noqa: PLR0917 - all are arrays
    stints: Ticks,
    uploads: Ticks,
    n: int,
    lives: tuple[Ticks, Ticks],
    link: tuple[Floats, Floats, Floats],
    up: Up,
    edges: Ticks,
    midnights: Ticks,
    found: Floats,
) -> None:
    """Fill in how long the uploads took that ended before each midnight, and would have taken alone on the line.

    What outages held of them, or made vain, is left out.

    Args:
        stints: ``int64[n, 5]``, rows (record, state, start, end, person).
        uploads: ``int64[2, ≥ n]``, end and row of each, sorted.
        n: how many.
        lives: of each record, when it was received and how many bits it brings.
        link: of the line as planned ``float64[2, n_steps + 1]``, ticks and the bits that it can take by then; the same
            the other way round; and bits in a tick from each step on.
        up: steps of the line, ticks; for how long it has been up by each, and the part that outages take from each on;
            when they make uploads start anew, and how often that is.
        edges: ``int64[n_edges]``, ticks.
        midnights: ``int64[n_days + 1]``, which edges they are.
        found: ``float64[2, n_days + 1]``.
    """
    took, alone, place = 0.0, 0.0, 0
    for day in range(len(midnights)):
        while place < n and uploads[0, place] < edges[midnights[day]]:
            row = uploads[1, place]
            record, start = stints[row, 0], stints[row, 2]
            if lives[0][record] != NEVER:
                took += _time_up(up, start, uploads[0, place])
                alone += _time_alone(link, start, lives[1][record])
            place += 1
        found[0, day], found[1, day] = took, alone


@woven
def _time_up(up: Up, start: int, end: int) -> float:
    """Return for how long the line was up from a start, or the last loss after it, to an end."""
    ticks, _, _, losses, n_losses = up
    if len(ticks) == 1:
        return end - start
    for k in range(n_losses):
        if start < losses[k] < end:
            start = losses[k]
    return _up_by(up, end) - _up_by(up, start)


@woven
def _up_by(up: Up, at: int) -> float:
    first, after = 0, len(up[0])
    while after - first > 1:  # the last step that is not later
        middle = (first + after) // 2
        if up[0][middle] <= at:
            first = middle
        else:
            after = middle
    return float(up[1][first] + (at - up[0][first]) * (1 - up[2][first]))


@woven
def _time_alone(link: tuple[Floats, Floats, Floats], start: float, size_bit: float) -> float:
    by_tick, by_bit, rate = link
    if len(rate) == 1:
        return size_bit / float(rate[0])
    return interpolate(by_bit, interpolate(by_tick, float(start)) + size_bit) - start


@inner
def weigh(  # noqa: PLR0917 - all are arrays
    sums: Ticks, merged: Ticks, n_edges: int, weight: Ticks, keys: tuple[int, int], days: Ticks, found: Floats
) -> None:
    """Fill in for how long keys were under way before each midnight, where the edges of the plan have the weight 1.

    Args:
        sums: of the grid.
        merged: ``int64[4, ≥ n_edges]``, the edges, and those of the plan.
        n_edges: how many.
        weight: ``int64[n_edges_of_plan]``, 0 or 1 from each on.
        keys: from the first up to the second.
        days: ``int64[n_edges + 1]``, midnights passed.
        found: ``float64[n_days + 1]``.
    """
    total, last = 0, 0
    for k in range(n_edges):
        so_far = before(sums, merged[0], k, keys)
        if k and weight[merged[1, k - 1]]:
            total += so_far - last
        last = so_far
        if days[k + 1] > days[k]:
            found[days[k]] = total


@inner
def weigh_line(  # noqa: PLR0917 - all are arrays
    sums: Ticks, merged: Ticks, n_edges: int, is_open: Ticks, taken: Floats, days: Ticks, found: Floats
) -> None:
    """Fill in for how long the line was in use while the hall was open, without the part that outages took of it.

    Args:
        sums: of the grid.
        merged: ``int64[4, ≥ n_edges]``, the edges, those of the plan, and the steps of the line.
        n_edges: how many.
        is_open: ``int64[n_edges_of_plan]``, 0 or 1 from each on.
        taken: ``float64[n_steps]``, the part that outages take from each step on.
        days: ``int64[n_edges + 1]``, midnights passed.
        found: ``float64[n_days + 1]``, before each midnight.
    """
    total, last = 0.0, 0
    for k in range(n_edges):
        so_far = before(sums, merged[0], k, TRANSFER)
        if k and is_open[merged[1, k - 1]]:
            total += (so_far - last) * (1 - taken[merged[2, k - 1]])
        last = so_far
        if days[k + 1] > days[k]:
            found[days[k]] = total


@inner
def tell_use(used: Floats, numbers: Ticks, opening_ticks: Floats, spans: Spans, found: Floats) -> None:
    """Fill in the part of the opening hours in which counters, scanners and line were in use; NaN if without number."""
    for kind in range(3):
        n_things = numbers[N_COUNTERS if kind == 0 else N_SCANNERS] if kind < _LINE else 1
        for span in range(found.shape[1]):
            part = used[kind, spans[0][1, span]] - used[kind, spans[0][0, span]]
            found[kind, span] = ratio(part, n_things * opening_ticks[span]) if n_things != UNLIMITED else _NAN


@inner
def part_taken(
    link_step_tick: Ticks,
    link_bit_per_tick: Floats,
    planned: Floats,
    planned_bit_per_tick: Floats,
    found: tuple[Floats, Floats],
) -> None:
    """Fill in the part of the line that outages take from each step on, and for how long it has been up by then.

    Args:
        link_step_tick: ``int64[n_steps]``.
        link_bit_per_tick: ``float64[n_steps]``, what they leave.
        planned: ``float64[2, ≥ n]``, in its first row, steps of the line as planned, which are among these.
        planned_bit_per_tick: ``float64[n]``.
        found: ``float64[n_steps]`` both.
    """
    step = 0
    taken, left = found
    for k in range(len(link_step_tick)):
        while step + 1 < len(planned_bit_per_tick) and planned[0, step + 1] <= link_step_tick[k]:
            step += 1
        taken[k] = 1 - link_bit_per_tick[k] / planned_bit_per_tick[step]
        left[k] = left[k - 1] + (link_step_tick[k] - link_step_tick[k - 1]) * (1 - taken[k - 1]) if k else 0.0
