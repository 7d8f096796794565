"""What is told in the end: the life of each record, from what was noted of it."""

from typing import Final

from sim.compiler import fetch
from sim.engine.compiled import at, man, rec
from sim.engine.compiled.diary import PERSON_BITS, STATE_BITS, STINT, note
from sim.engine.compiled.jit import inner
from sim.engine.compiled.tables import IDLE, NOTHING, Whole
from sim.timebase import NEVER

TOLD: Final = 5  # width of a row (record, state, start, end, person)
CURSOR: Final = 2  # width of a row (place, start) of the stint that comes next, where two of the heaps were
_AHEAD: Final = 16 * STINT


@inner
def stop(m: Whole) -> None:
    """Note the stints that last when the period ends."""
    for record in range(m[at.RECORDS], m[at.RECORDS_END], rec.WIDTH):
        if m[record + rec.STATE] != IDLE:
            note(m, record, NEVER)


@inner
def write(m: Whole, received: Whole, settled: Whole, stints: Whole) -> None:
    """Write when each record was received and settled, and its stints, record by record in the order of their ends.

    Notes lie in the order of time, so the place of each stint is far from that of the one before: it is fetched ahead.

    Args:
        m: the memory, of which no heap is needed any more.
        received: ``int64[n_records]``, bare.
        settled: ``int64[n_records]``, bare.
        stints: ``int64[n_stints * 5]``, bare.
    """
    place, cursors, cursor = 0, m[at.LEAVE_DUE], m[at.LEAVE_DUE]
    for record in range(m[at.RECORDS], m[at.RECORDS_END], rec.WIDTH):
        number = (record - m[at.RECORDS]) >> rec.SHIFT
        received[number], settled[number] = m[record + rec.RECEIVED], m[record + rec.SETTLED]
        m[cursor], m[cursor + 1] = place, m[record + rec.BEGAN]  # of its next stint
        place += TOLD * m[record + rec.N_STINTS]
        cursor += CURSOR
    first, end = m[at.RECORDS] >> rec.SHIFT, m[at.NEXT_STINT]
    for row in range(m[at.STINTS], end, STINT):
        ahead = m[min(row + _AHEAD, end - STINT)]
        fetch(stints, m[cursors + CURSOR * ((ahead >> (STATE_BITS + PERSON_BITS)) - first)])
        who, number = m[row], (m[row] >> (STATE_BITS + PERSON_BITS)) - first
        person, cursor = (who >> STATE_BITS) & ((1 << PERSON_BITS) - 1), cursors + CURSOR * number
        place = m[cursor]
        stints[place] = number
        stints[place + 1] = who & ((1 << STATE_BITS) - 1)
        stints[place + 2] = m[cursor + 1]
        stints[place + 3] = m[row + 1]
        stints[place + 4] = m[person + man.NUMBER] if person != NOTHING else NEVER
        m[cursor], m[cursor + 1] = place + TOLD, m[row + 1]
