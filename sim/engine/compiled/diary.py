"""What is noted: the life of each record as stints, and what is due."""

from sim.engine.compiled.heaps import due, push, soonest
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import IDLE, At, Man, Rec, Whole
from sim.engine.order import Kind
from sim.timebase import NEVER

STINT = 5  # width of a row
_FEW = 16  # stints that an event ends at most beside those that it is about


@inner
def enter(m: Whole, record: int, state: int, person: int) -> None:
    """Let a record's state end now and another begin."""
    if m[record + Rec.STATE] != IDLE:
        note(m, record, m[At.NOW])
    m[record + Rec.STATE] = state
    m[record + Rec.SINCE] = m[At.NOW]
    m[record + Rec.BY] = person


@inner
def depart(m: Whole, record: int) -> None:
    """Let a record's last state end now: all is told."""
    note(m, record, m[At.NOW])
    m[record + Rec.STATE] = IDLE


@woven
def note(m: Whole, record: int, end: int) -> None:
    """Note the stint that a record is in."""
    row, person = m[At.NEXT_STINT], m[record + Rec.BY]
    m[row] = m[record + Rec.NUMBER]
    m[row + 1] = m[record + Rec.STATE]
    m[row + 2] = m[record + Rec.SINCE]
    m[row + 3] = end
    m[row + 4] = NEVER if person == NEVER else m[person + Man.NUMBER]
    m[At.NEXT_STINT] = row + STINT


@inner
def expect_work(m: Whole, record: int, tick: int) -> None:
    """Let the work at a record end at a tick, if that comes."""
    if tick < m[At.END_TICK]:
        push(m, m[At.WORK_DUE], due(m, tick, record))
        m[At.DUE + Kind.WORK_END] = soonest(m, m[At.WORK_DUE])


@inner
def expect_leave(m: Whole, record: int, tick: int) -> None:
    """Let a record's patience end at a tick, if that comes.

    A record has at most one entry in the heap. One that stands for an earlier wait stays, as it comes first anyway, and
    is put off when its tick comes.
    """
    m[record + Rec.LEAVES] = tick
    if tick < m[At.END_TICK] and not m[record + Rec.AWAITED]:
        m[record + Rec.AWAITED] = 1
        push(m, m[At.LEAVE_DUE], due(m, tick, record))
        m[At.DUE + Kind.RENEGE] = soonest(m, m[At.LEAVE_DUE])


@inner
def expect_arrival(m: Whole, record: int, tick: int) -> None:
    """Let a record arrive again at a tick, if that comes."""
    if tick < m[At.END_TICK]:
        push(m, m[At.RETURN_DUE], due(m, tick, record))
        foresee_arrival(m)


@woven
def foresee_arrival(m: Whole) -> None:
    """Note when the next record arrives, one known beforehand or one that comes again."""
    row, tick = m[At.NEXT_COMING], soonest(m, m[At.RETURN_DUE])
    if row < m[At.COMINGS_END]:
        tick = min(tick, max(0, m[m[row] + Rec.ARRIVAL]))
    m[At.DUE + Kind.ARRIVAL] = tick


def stints_of_an_event(n_records: int, n_persons: int) -> int:
    """Return how many stints can be noted at most for one event with its dispatch, and when the period ends.

    The event that ends most is CLOSING: two of each leader and one of each follower. Dispatch ends one for each person.
    """
    return 3 * n_records + n_persons + _FEW
