"""Arrivals: by the doors, online, and of what is there on the first day."""

from sim.engine.compiled import at, kin, rec
from sim.engine.compiled.diary import enter, expect_arrival, foresee_arrival
from sim.engine.compiled.hall import arrive_in_hall
from sim.engine.compiled.heaps import due, pop_due
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import join
from sim.engine.compiled.office import receive
from sim.engine.compiled.rec import DRAWN
from sim.engine.compiled.tables import IDLE, PER_DAY, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@inner
def arrive(m: Whole) -> None:
    """Let the next record arrive."""
    record = next_arrival(m)
    if m[record + rec.STATE] == IDLE:
        arrive_first(m, record)
    elif m[record + rec.ONLINE] and m[record + rec.SETTLED] == NEVER:
        submit(m, record)
    else:
        arrive_in_hall(m, record)


@woven
def next_arrival(m: Whole) -> int:
    """Return the record that arrives now, the lowest, and look for the next."""
    record, again = m[at.NEXT_RECORD], m[at.RETURN_DUE]
    is_new = record < m[at.RECORDS_END]
    if is_new and (not m[again] or due(m, max(0, m[record + rec.ARRIVAL]), record) < m[again + 1]):
        m[at.NEXT_RECORD] = next_new(m, record + rec.WIDTH)
    else:
        record = pop_due(m, again)
    foresee_arrival(m)
    return int(record)


@inner
def next_new(m: Whole, record: int) -> int:
    """Return the first record, from this one on, that arrives by itself: not as a follower."""
    while record < m[at.RECORDS_END] and not m[record + rec.LEADS] and m[record + rec.ENTRY] == NEVER:
        record += rec.WIDTH
    return record


@inner
def take_in(m: Whole) -> None:
    """Write the records' rows, from draws that lie one after the other where later the stints are."""
    draws, n_records = m[at.STINTS], (m[at.RECORDS_END] - m[at.RECORDS]) // rec.WIDTH
    for number in range(n_records):
        record = m[at.RECORDS] + number * rec.WIDTH
        for column in range(rec.WIDTH):
            m[record + column] = 0
        for k in range(len(DRAWN)):
            m[record + DRAWN[k]] = m[draws + k * n_records + number]
        m[record + rec.NUMBER] = number
        m[record + rec.STATE] = IDLE
        m[record + rec.LINE] = m[record + rec.RECEIVED] = m[record + rec.SETTLED] = NEVER
        m[record + rec.PROCEDURE] = m[at.KINDS] + m[record + rec.PROCEDURE] * m[at.KIND_WIDTH]
        if m[record + rec.NEXT] != NEVER:
            m[record + rec.NEXT] = m[at.RECORDS] + m[record + rec.NEXT] * rec.WIDTH
    m[at.NEXT_RECORD] = next_new(m, m[at.RECORDS])
    foresee_arrival(m)


@woven
def arrive_first(m: Whole, record: int) -> None:
    """Let a record begin its life, with those that it leads."""
    if m[record + rec.ENTRY] != NEVER:
        begin_inside(m, record)
    elif m[record + rec.CHANNEL_DRAW] < m[m[record + rec.PROCEDURE] + kin.ONLINE + PER_DAY * m[at.DAY]]:
        while record != NEVER:
            following = m[record + rec.NEXT]
            m[record + rec.NEXT] = NEVER
            m[record + rec.ONLINE] = 1
            submit(m, record)
            record = following
    else:
        follower = m[record + rec.NEXT]
        while follower != NEVER:
            enter(m, follower, State.PARTY.value, NEVER)
            follower = m[follower + rec.NEXT]
        arrive_in_hall(m, record)


@inner
def begin_inside(m: Whole, record: int) -> None:
    """Let a record of the first day be in the line where it has been since its arrival."""
    if m[record + rec.ENTRY] == Stage.CHECK:
        m[record + rec.ONLINE] = 1
    else:
        m[record + rec.RECEIVED] = m[record + rec.ARRIVAL]
    join(m, record, m[record + rec.ENTRY], m[record + rec.ARRIVAL])
    m[record + rec.SINCE] = m[record + rec.ARRIVAL]


@inner
def submit(m: Whole, record: int) -> None:
    """Let a record be submitted online, as soon as the portal is up."""
    row, now = m[at.PORTAL], m[at.NOW]
    if row < m[at.PORTALS_END] and m[row] <= now:
        enter(m, record, State.WAIT_PORTAL.value, NEVER)
        expect_arrival(m, record, m[row + 1])
    elif m[record + rec.WORK + Stage.CHECK] >= 0:
        join(m, record, Stage.CHECK.value, now)
    else:
        receive(m, record)
