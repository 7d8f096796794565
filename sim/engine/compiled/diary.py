"""What is noted: the life of each record as stints, and what is due."""

from sim.engine.compiled import at, man, rec
from sim.engine.compiled.heaps import due, push, soonest
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import IDLE, Whole
from sim.engine.order import Kind
from sim.timebase import NEVER

STINT = 5  # width of a row
_FEW = 16  # stints that an event ends at most beside those that it is about


@inner
def enter(m: Whole, record: int, state: int, person: int) -> None:
    """Let a record's state end now and another begin."""
    note(m, record, m[at.NOW])
    m[record + rec.STATE] = state
    m[record + rec.SINCE] = m[at.NOW]
    m[record + rec.BY] = person


@inner
def depart(m: Whole, record: int) -> None:
    """Let a record's last state end now: all is told. What is submitted online and needs nothing had none."""
    if m[record + rec.STATE] != IDLE:
        note(m, record, m[at.NOW])
    m[record + rec.STATE] = IDLE


@woven
def note(m: Whole, record: int, end: int) -> None:
    """Note the stint that a record is in, if it is in one."""
    if m[record + rec.STATE] == IDLE:
        return
    row, person = m[at.NEXT_STINT], m[record + rec.BY]
    m[row] = m[record + rec.NUMBER]
    m[row + 1] = m[record + rec.STATE]
    m[row + 2] = m[record + rec.SINCE]
    m[row + 3] = end
    m[row + 4] = NEVER if person == NEVER else m[person + man.NUMBER]
    m[at.NEXT_STINT] = row + STINT


@inner
def expect_work(m: Whole, record: int, tick: int) -> None:
    """Let the work at a record end at a tick, if that comes."""
    if tick < m[at.END_TICK]:
        push(m, m[at.WORK_DUE], due(m, tick, record))
        m[at.DUE + Kind.WORK_END] = soonest(m, m[at.WORK_DUE])


@inner
def expect_leave(m: Whole, record: int, tick: int) -> None:
    """Let a record's patience end at a tick, if that comes.

    A record has at most one entry in the heap. One that stands for an earlier wait stays, as it comes first anyway, and
    is put off when its tick comes.
    """
    m[record + rec.LEAVES] = tick
    if tick < m[at.END_TICK] and not m[record + rec.AWAITED]:
        m[record + rec.AWAITED] = 1
        push(m, m[at.LEAVE_DUE], due(m, tick, record))
        m[at.DUE + Kind.RENEGE] = soonest(m, m[at.LEAVE_DUE])


@inner
def expect_arrival(m: Whole, record: int, tick: int) -> None:
    """Let a record arrive again at a tick, if that comes."""
    if tick < m[at.END_TICK]:
        push(m, m[at.RETURN_DUE], due(m, tick, record))
        foresee_arrival(m)


@woven
def foresee_arrival(m: Whole) -> None:
    """Note when the next record arrives, one known beforehand or one that comes again."""
    record, tick = m[at.NEXT_RECORD], soonest(m, m[at.RETURN_DUE])
    if record < m[at.RECORDS_END]:
        tick = min(tick, max(0, m[record + rec.ARRIVAL]))
    m[at.DUE + Kind.ARRIVAL] = tick


def stints_of_an_event(n_records: int, n_persons: int) -> int:
    """Return how many stints can be noted at most for one event with its dispatch, and when the period ends.

    The event that ends most is CLOSING: two of each leader and one of each follower. Dispatch ends one for each person.
    """
    return 3 * n_records + n_persons + _FEW
