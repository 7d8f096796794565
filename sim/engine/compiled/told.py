"""What is told in the end: the life of each record, from what was noted of it."""

from typing import Final

from sim.engine.compiled import at, man, rec
from sim.engine.compiled.diary import PERSON_BITS, STATE_BITS, STINT, note
from sim.engine.compiled.jit import inner
from sim.engine.compiled.tables import IDLE, NOTHING, Whole
from sim.timebase import NEVER

TOLD: Final = 5  # width of a row (record, state, start, end, person)


@inner
def stop(m: Whole) -> None:
    """Note the stints that last when the period ends."""
    for record in range(m[at.RECORDS], m[at.RECORDS_END], rec.WIDTH):
        if m[record + rec.STATE] != IDLE:
            note(m, record, NEVER)


@inner
def write(m: Whole, received: Whole, settled: Whole, stints: Whole) -> None:
    """Write when each record was received and settled, and its stints, record by record in the order of their ends."""
    place = 0
    for record in range(m[at.RECORDS], m[at.RECORDS_END], rec.WIDTH):
        number = (record - m[at.RECORDS]) >> rec.SHIFT
        received[number], settled[number] = m[record + rec.RECEIVED], m[record + rec.SETTLED]
        n_stints = m[record + rec.N_STINTS]
        m[record + rec.N_STINTS] = place  # of its next stint
        place += n_stints
    for row in range(m[at.STINTS], m[at.NEXT_STINT], STINT):
        who, end = m[row], m[row + 1]
        record = (who >> (STATE_BITS + PERSON_BITS)) << rec.SHIFT
        person = (who >> STATE_BITS) & ((1 << PERSON_BITS) - 1)
        place = m[record + rec.N_STINTS]
        stints[place, 0] = (record - m[at.RECORDS]) >> rec.SHIFT
        stints[place, 1] = who & ((1 << STATE_BITS) - 1)
        stints[place, 2] = m[record + rec.BEGAN]
        stints[place, 3] = end
        stints[place, 4] = m[person + man.NUMBER] if person != NOTHING else NEVER
        m[record + rec.N_STINTS] = place + 1
        m[record + rec.BEGAN] = end
