"""Arrivals: by the doors, online, and of what is there on the first day."""

from sim.engine.compiled import at, kin, rec
from sim.engine.compiled.diary import enter, expect_arrival, first_tick, foresee_arrival
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.hall import arrive_in_hall
from sim.engine.compiled.heaps import due, pop, record_of
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import join
from sim.engine.compiled.office import receive
from sim.engine.compiled.tables import IDLE, NOTHING, PER_DAY, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@woven
def arrive(m: Whole) -> None:
    """Let the next record arrive."""
    record = next_arrival(m)
    if m[record + rec.STATE] == IDLE:
        arrive_first(m, record)
    elif m[record + rec.MARKS] & rec.ONLINE and m[record + rec.SETTLED] == NEVER:
        submit(m, record)
    else:
        arrive_in_hall(m, record)


@woven
def next_arrival(m: Whole) -> int:
    """Return the record that arrives now, the lowest, and look for the next."""
    record, again = m[at.NEXT_RECORD], m[at.RETURN_DUE]
    is_new = record < m[at.RECORDS_END]
    if is_new and (not m[again] or due(m, first_tick(m, record), record) < m[again + 1]):
        m[at.NEXT_RECORD] = next_new(m, record + rec.WIDTH)
    else:
        record = record_of(m, pop(m, again))
    foresee_arrival(m)
    return int(record)


@woven
def next_new(m: Whole, record: int) -> int:
    """Return the first record, from this one on, that arrives by itself: not as a follower."""
    while record < m[at.RECORDS_END] and not m[record + rec.MARKS] & rec.COMES:
        record += rec.WIDTH
    return record


@woven
def arrive_first(m: Whole, record: int) -> None:
    """Let a record begin its life, with those that it leads."""
    if drawn(m, at.ENTRY, record) != NEVER:
        begin_inside(m, record)
    elif drawn(m, at.CHANNEL_DRAW, record) < m[m[record + rec.KIND] + kin.ONLINE + PER_DAY * m[at.DAY]]:
        while record != NOTHING:
            following = m[record + rec.NEXT]
            m[record + rec.NEXT] = NOTHING
            m[record + rec.MARKS] |= rec.ONLINE
            submit(m, record)
            record = following
    else:
        follower = m[record + rec.NEXT]
        while follower != NOTHING:
            enter(m, follower, State.PARTY.value, NOTHING)
            follower = m[follower + rec.NEXT]
        arrive_in_hall(m, record)


@inner
def begin_inside(m: Whole, record: int) -> None:
    """Let a record of the first day be in the line where it has been since its arrival."""
    stage, arrival = drawn(m, at.ENTRY, record), drawn(m, at.ARRIVAL, record)
    if stage == Stage.CHECK:
        m[record + rec.MARKS] |= rec.ONLINE
    else:
        m[record + rec.RECEIVED] = arrival
    join(m, record, stage, arrival)
    m[record + rec.BEGAN] = arrival


@inner
def submit(m: Whole, record: int) -> None:
    """Let a record be submitted online, as soon as the portal is up."""
    row, now = m[at.PORTAL], m[at.NOW]
    if row < m[at.PORTALS_END] and m[row] <= now:
        enter(m, record, State.WAIT_PORTAL.value, NOTHING)
        expect_arrival(m, record, m[row + 1])
    elif drawn(m, at.WORK + Stage.CHECK, record) >= 0:
        join(m, record, Stage.CHECK.value, now)
    else:
        receive(m, record)
