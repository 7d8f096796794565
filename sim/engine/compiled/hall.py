"""The hall: who comes in, turns away, loses patience, is sent home."""

from sim.engine.compiled import at, queue, rec
from sim.engine.compiled.diary import enter, expect_arrival, expect_leave
from sim.engine.compiled.heaps import ENTRY, pop_due, soonest
from sim.engine.compiled.jit import inner
from sim.engine.compiled.lines import join, leave
from sim.engine.compiled.pace import DISPERSAL, DOOR, LAST_ENTRY, OPENING, first_opening, is_before
from sim.engine.compiled.tables import FOREVER, Place, Whole
from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@inner
def arrive_in_hall(m: Whole, record: int) -> None:
    """Let a visit come through the doors, if it may and wants to."""
    if not is_before(m, LAST_ENTRY):
        come_in_vain(m, record, State.SENT_HOME.value)
    elif m[record + rec.BALK_AT] != NEVER and m[at.N_HALL] >= m[record + rec.BALK_AT]:
        come_in_vain(m, record, State.BALKED.value)
    else:
        stage = Stage.INTAKE.value
        if m[record + rec.SETTLED] != NEVER:
            stage = Stage.HANDOVER.value
        elif m[record + rec.WORK + Stage.GUIDANCE] >= 0:
            stage = Stage.GUIDANCE.value
        join(m, record, stage, m[at.NOW])


@inner
def come_in_vain(m: Whole, record: int, state: int) -> None:
    """Let a visit leave without what it came for, to come again or not."""
    enter(m, record, state, NEVER)
    m[record + rec.TRIES] += 1
    if m[record + rec.TRIES] >= m[record + rec.N_TRIES]:
        while record != NEVER:  # with the leader go the followers
            enter(m, record, State.GONE.value, NEVER)
            record = m[record + rec.NEXT]
    else:
        door = first_opening(m, m[at.NOW] + 1)
        if door < m[at.DOORS_END]:
            expect_arrival(m, record, m[door + OPENING] + m[record + rec.RETURN_OFFSET])


@inner
def wait_for_intake(m: Whole, record: int) -> None:
    """Let a visit that was in the hall, but not at its counter, join the line of intake."""
    if is_before(m, DISPERSAL):
        join(m, record, Stage.INTAKE.value, m[at.NOW])
    else:
        come_in_vain(m, record, State.SENT_HOME.value)


@inner
def lose_patience(m: Whole) -> None:
    """Let who is due leave the hall, if they still wait and do not wait anew."""
    record = pop_due(m, m[at.LEAVE_DUE])
    m[record + rec.AWAITED] = 0
    line = m[record + rec.LINE]
    if line != NEVER and m[line + queue.PLACE] < Place.DESK:
        if m[record + rec.LEAVES] > m[at.NOW]:
            expect_leave(m, record, m[record + rec.LEAVES])
        else:
            leave(m, record)
            come_in_vain(m, record, State.RENEGED.value)
    m[at.DUE + Kind.RENEGE] = soonest(m, m[at.LEAVE_DUE])


@inner
def close(m: Whole) -> None:
    """Send home all who wait in the hall."""
    for line in range(m[at.LINES], m[at.LINES_END], queue.WIDTH):
        if m[line + queue.PLACE] < Place.DESK:
            while m[line + queue.SIZE]:
                record = m[m[line + queue.HEAP] + ENTRY * m[line + queue.SIZE] - 1]  # the last is taken out at once
                leave(m, record)
                come_in_vain(m, record, State.SENT_HOME.value)
    row = m[at.NEXT_CLOSING] + DOOR
    m[at.NEXT_CLOSING] = row
    m[at.DUE + Kind.CLOSING] = m[row + DISPERSAL] if row < m[at.DOORS_END] else FOREVER
