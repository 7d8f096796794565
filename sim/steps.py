"""The steps that outages make of a speed, found by compiled code: every replication has its own.

In: a replication's outages, in ticks. Out: the steps of each kind of speed. Invariant: whole numbers only, rounded down
as `Conditions` says; with `NUMBA_DISABLE_JIT=1` the same functions run in Python.
"""

import numpy as np
from numpy.typing import NDArray

from sim.compiler import inner, outer_of

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
FULL = 1000  # permille
_SYSTEM, _START, _END, _LEFT, _LOSES = range(5)  # columns of outages


@inner
def place_of(tick: Whole, at: int) -> int:
    """Return the first place of a tick that is there."""
    first, after = 0, len(tick)
    while first < after:
        middle = (first + after) // 2
        if tick[middle] < at:
            first = middle + 1
        else:
            after = middle
    return first


@inner
def slow_down(outages: Whole, system: int, end: int, tick: Whole, room: Whole) -> None:
    """Let the outages of a system leave what they leave of a speed, and note where they start, end and lose work.

    Args:
        outages: as `find_steps` has them.
        system: its number.
        end: of the period.
        tick: ``int64[n]``.
        room: ``int64[4, n]``: the speed so far, whether there is a step, whether it loses work, and room.
    """
    speed, is_step, loses, left = room[0], room[1], room[2], room[3]
    for k in range(len(tick)):
        left[k] = FULL
    for row in range(len(outages)):
        start, until = outages[row, _START], outages[row, _END]
        if outages[row, _SYSTEM] == system and start < until and until > 0 and start < end:
            first, last = place_of(tick, max(start, 0)), place_of(tick, until)
            is_step[first] = is_step[last] = 1
            if outages[row, _LOSES] and start >= 0:
                loses[first] = 1
            for k in range(first, last):
                left[k] = min(left[k], outages[row, _LEFT])
    for k in range(len(tick)):
        speed[k] = speed[k] * left[k] // FULL


@outer_of(allocates=False)
def find_steps(
    outages: Whole, uses: Flags, planned: Whole, end: int, found: tuple[Whole, Whole, Whole, Flags, Whole]
) -> None:
    """Fill in the steps of each kind of speed.

    Args:
        outages: ``int64[n_outages, 5]``, rows (system, start, end, permille left, whether work is lost).
        uses: ``bool[n_kinds, n_systems]``, the systems that each kind of speed needs.
        planned: ``int64[m]``, ticks that are steps of the first kind in any case; the first of them is one of each.
        end: of the period.
        found: ``int64[n]``, sorted, all ticks that may be steps, some of them twice; then room, ``int64[4, n]``; and
            what is filled in: ``int64[n_kinds, 2, n]``, tick and permille, ``bool[n_kinds, n]``, whether work is lost,
            and ``int64[n_kinds]``, how many steps there are.
    """
    tick, room, steps, is_lost, sizes = found
    speed, is_step, loses = room[0], room[1], room[2]
    for kind in range(len(uses)):
        for k in range(len(tick)):
            speed[k], is_step[k], loses[k] = FULL, 0, 0
        for k in range(len(planned) if kind == 0 else 1):
            is_step[place_of(tick, planned[k])] = 1
        for system in range(uses.shape[1]):
            if uses[kind, system]:
                slow_down(outages, system, end, tick, room)
        n = 0
        for k in range(len(tick)):
            if is_step[k]:
                steps[kind, 0, n], steps[kind, 1, n], is_lost[kind, n] = tick[k], speed[k], loses[k] == 1
                n += 1
        sizes[kind] = n
