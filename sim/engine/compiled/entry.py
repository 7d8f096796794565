"""The way in: what is called from Python, compiled once and kept on disk.

In: what a replication is made of. Out: what happened. Invariant: Python's lock is not held; and an array whose bare
address is used is an argument, or is returned: numba gives back any other after it has been named for the last time.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.engine.compiled import at, rec
from sim.engine.compiled.diary import STINT, stints_of_an_event
from sim.engine.compiled.jit import bare, making, outer, sources_digest
from sim.engine.compiled.layout import (
    Draws,
    Tables,
    foresee_all,
    lay,
    lay_chains,
    lay_heaps,
    lay_records,
)
from sim.engine.compiled.link import PASSED, RATE, RATES, STEP
from sim.engine.compiled.pace import LOSES, PACE, PERMILLE
from sim.engine.compiled.queue import CHAIN
from sim.engine.compiled.tables import FOREVER, WORD, Floats, Whole
from sim.engine.compiled.told import TOLD, stop, write

N_HEAPS: Final = 4
_BYTES: Final = 8  # of a number

_stints_of_an_event = making(stints_of_an_event)
_Entries = tuple[
    Callable[[Tables, Draws, int, int, Whole], tuple[Whole, Floats]],
    Callable[[Whole], tuple[Whole, Whole, Whole]],
]


def enlarged(memory: Whole) -> Whole:
    """Return the memory with more room for stints, which are at its end."""
    more = memory[at.NEXT_STINT] - memory[at.STINTS]
    memory[at.LAST_STINT] += more
    larger = aligned(len(memory) + more)
    larger[: len(memory)] = memory
    return larger


def aligned(size: int) -> Whole:
    """Return room for so many numbers that begins with a line of the processor's cache."""
    room = np.empty(size + rec.LINE_OF_CACHE - 1, dtype=np.int64)
    skipped = -(room.ctypes.data // _BYTES) & (rec.LINE_OF_CACHE - 1)
    return room[skipped : skipped + size]


_aligned = making(aligned)


@making
def priorities_of(priorities: Whole) -> tuple[int, int]:
    """Return the lowest priority, and how many there are from it to the highest."""
    lowest, highest = FOREVER, -FOREVER
    for priority in priorities:
        lowest, highest = min(lowest, priority), max(highest, priority)
    return (lowest, highest - lowest + 1) if len(priorities) else (0, 1)


@making
def laid_out(tables: Tables, draws: Draws, bits: int, room: int, kept: Whole) -> Whole:
    """Return the memory before the first event, without what has been drawn; it is the kept one if that is enough."""
    front, starts, ends, ticks, permille, loses, steps, step_loses, rates, portal_down, leads = tables
    urgent, n_priorities = priorities_of(draws[at.PRIORITY - at.DRAWN])
    n_records, n_persons = len(leads), (front[at.IDLE_PEOPLE_END] - front[at.IDLE_PEOPLE]) << WORD
    n_lines = (front[at.LINES_END] - front[at.LINES]) // front[at.LINE_WIDTH]
    in_reserve = STINT * _stints_of_an_event(n_records, n_persons)
    size = len(front) + (rec.WIDTH + N_HEAPS) * n_records + N_HEAPS + CHAIN * n_priorities * n_lines
    size += len(starts) + len(ends) + PACE * len(ticks) + STEP * len(steps) + len(portal_down)
    size += STINT * room + in_reserve
    memory = kept if len(kept) >= size else _aligned(size)
    m = bare(memory)
    lay(m, 0, 1, front)
    m[at.BITS] = bits
    m[at.RECORDS_END] = m[at.RECORDS] + (n_records << rec.SHIFT)
    m[at.NEXT_START] = m[at.RECORDS_END]
    m[at.NEXT_END] = m[at.STARTS_END] = lay(m, m[at.NEXT_START], 1, starts)
    m[at.PACE] = m[at.ENDS_END] = lay(m, m[at.NEXT_END], 1, ends)
    m[at.PACES_END] = m[at.STEPS] = m[at.NEXT_STEP] = lay(m, m[at.PACE], PACE, ticks)
    lay(m, m[at.PACE] + PERMILLE, PACE, permille)
    lay(m, m[at.PACE] + LOSES, PACE, loses)
    m[at.STEPS_END] = m[at.PORTAL] = lay(m, m[at.STEPS], STEP, steps)
    lay(m, m[at.STEPS] + 1, STEP, step_loses)
    m[at.PORTALS_END] = lay(m, m[at.PORTAL], 1, portal_down)
    m[at.TARGETS] = RATES + len(rates)
    m[at.STINTS] = lay_chains(m, lay_heaps(m, m[at.PORTALS_END], n_records), urgent, n_priorities)
    m[at.NEXT_STINT] = m[at.STINTS]
    m[at.LAST_STINT] = len(memory) - in_reserve
    return memory


def _entries(digest: int) -> _Entries:
    @outer
    def lay_out(tables: Tables, draws: Draws, bits: int, room: int, kept: Whole) -> tuple[Whole, Floats]:
        memory, rates, leads = laid_out(tables, draws, bits, room, kept), tables[-3], tables[-1]
        m = bare(memory)
        m[at.DIGEST] = digest  # so that what is kept on disk is of these very sources
        for column in range(len(draws)):
            m[at.DRAWN + column] = draws[column].ctypes.data - _BYTES * (m[at.RECORDS] >> rec.SHIFT)
        lay_records(m, leads, len(leads))
        foresee_all(m)
        x = np.empty(m[at.TARGETS] + len(leads), dtype=np.float64)
        x[PASSED] = x[RATE] = 0.0
        for step in range(len(rates)):
            x[RATES + step] = rates[step]
        return memory, x

    @outer
    def tell(memory: Whole) -> tuple[Whole, Whole, Whole]:
        m = bare(memory)
        m[at.DIGEST] = digest
        stop(m)
        n_records = (m[at.RECORDS_END] - m[at.RECORDS]) >> rec.SHIFT
        received, settled = np.empty(n_records, dtype=np.int64), np.empty(n_records, dtype=np.int64)
        n_stints = (m[at.NEXT_STINT] - m[at.STINTS]) // STINT
        stints = np.empty(n_stints * TOLD, dtype=np.int64)
        write(m, bare(received), bare(settled), bare(stints))
        return received, settled, stints.reshape((n_stints, TOLD))

    return lay_out, tell


lay_out, tell = _entries(sources_digest())
