"""What is noted: the life of each record as stints, and what is due.

A stint is noted when it ends, as two numbers: whose it is with state and person, and when it ends. It began when the
one before it ended.
"""

from sim.engine.compiled import at, rec
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.heaps import due, foresee, foresee_first, push
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import IDLE, Whole
from sim.engine.order import Kind

STINT = 2  # width of a row
STATE_BITS, PERSON_BITS = 5, 28  # of a stint's first number: state, above it the person, above that the record
_FEW = 16  # stints that an event ends at most beside those that it is about


@inner
def enter(m: Whole, record: int, state: int, person: int) -> None:
    """Let a record's state end now and another begin."""
    if m[record + rec.STATE] == IDLE:
        m[record + rec.BEGAN] = m[at.NOW]
    else:
        note(m, record, m[at.NOW])
    m[record + rec.STATE] = state
    m[record + rec.BY] = person


@inner
def depart(m: Whole, record: int) -> None:
    """Let a record's last state end now: all is told. What is submitted online and needs nothing had none."""
    if m[record + rec.STATE] != IDLE:
        note(m, record, m[at.NOW])
    m[record + rec.STATE] = IDLE


@woven
def note(m: Whole, record: int, end: int) -> None:
    """Note the stint that a record is in."""
    row, who = m[at.NEXT_STINT], (record >> rec.SHIFT) << PERSON_BITS | m[record + rec.BY]
    m[row] = who << STATE_BITS | m[record + rec.STATE]
    m[row + 1] = end
    m[at.NEXT_STINT] = row + STINT
    m[record + rec.N_STINTS] += 1


@inner
def expect_leave(m: Whole, record: int, tick: int) -> None:
    """Let a record's patience end at a tick, if that comes.

    A record has at most one entry in the heap. One that stands for an earlier wait stays, as it comes first anyway, and
    is put off when its tick comes.
    """
    m[record + rec.LEAVES] = tick
    if tick < m[at.END_TICK] and not m[record + rec.MARKS] & rec.AWAITED:
        m[record + rec.MARKS] |= rec.AWAITED
        push(m, m[at.LEAVE_DUE], due(m, tick, record))
        foresee_first(m, Kind.RENEGE.value, m[at.LEAVE_DUE])


@inner
def expect_arrival(m: Whole, record: int, tick: int) -> None:
    """Let a record arrive again at a tick, if that comes."""
    if tick < m[at.END_TICK]:
        push(m, m[at.RETURN_DUE], due(m, tick, record))
        foresee_arrival(m)


@woven
def foresee_arrival(m: Whole) -> None:
    """Note when the next record arrives, one known beforehand or one that comes again."""
    foresee_first(m, Kind.ARRIVAL.value, m[at.RETURN_DUE])
    record = m[at.NEXT_RECORD]
    if record < m[at.RECORDS_END]:
        again = m[at.DUE + Kind.ARRIVAL]
        foresee(m, Kind.ARRIVAL.value, first_tick(m, record))
        m[at.DUE + Kind.ARRIVAL] = min(m[at.DUE + Kind.ARRIVAL], again)


@woven
def first_tick(m: Whole, record: int) -> int:
    """Return when a record arrives by itself."""
    return max(0, drawn(m, at.ARRIVAL, record))


def stints_of_an_event(n_records: int, n_persons: int) -> int:
    """Return how many stints can be noted at most for one event with its dispatch, and when the period ends.

    The event that ends most is CLOSING: two of each leader and one of each follower. Dispatch ends one for each person.
    """
    return 3 * n_records + n_persons + _FEW
