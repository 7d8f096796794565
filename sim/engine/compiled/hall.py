"""The hall: who comes in, turns away, loses patience, is sent home."""

from sim.engine.compiled.diary import enter, expect_arrival, expect_leave
from sim.engine.compiled.heaps import ENTRY, pop_due, soonest
from sim.engine.compiled.jit import inner
from sim.engine.compiled.lines import join, leave
from sim.engine.compiled.pace import DISPERSAL, DOOR, LAST_ENTRY, OPENING, first_opening, is_before
from sim.engine.compiled.tables import FOREVER, At, Line, Place, Rec, Whole
from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@inner
def arrive_in_hall(m: Whole, record: int) -> None:
    """Let a visit come through the doors, if it may and wants to."""
    if not is_before(m, LAST_ENTRY):
        come_in_vain(m, record, State.SENT_HOME)
    elif m[record + Rec.BALK_AT] != NEVER and m[At.N_HALL] >= m[record + Rec.BALK_AT]:
        come_in_vain(m, record, State.BALKED)
    else:
        stage = Stage.INTAKE.value
        if m[record + Rec.SETTLED] != NEVER:
            stage = Stage.HANDOVER.value
        elif m[record + Rec.WORK + Stage.GUIDANCE] >= 0 and not m[record + Rec.GUIDED]:
            stage = Stage.GUIDANCE.value
        join(m, record, stage, m[At.NOW])


@inner
def come_in_vain(m: Whole, record: int, state: int) -> None:
    """Let a visit leave without what it came for, to come again or not."""
    enter(m, record, state, NEVER)
    m[record + Rec.TRIES] += 1
    if m[record + Rec.TRIES] >= m[record + Rec.N_TRIES]:
        while record != NEVER:  # with the leader go the followers
            enter(m, record, State.GONE, NEVER)
            record = m[record + Rec.NEXT]
    else:
        door = first_opening(m, m[At.NOW] + 1)
        if door < m[At.DOORS_END]:
            expect_arrival(m, record, m[door + OPENING] + m[record + Rec.RETURN_OFFSET])


@inner
def wait_for_intake(m: Whole, record: int) -> None:
    """Let a visit that was in the hall, but not at its counter, join the line of intake."""
    if is_before(m, DISPERSAL):
        join(m, record, Stage.INTAKE.value, m[At.NOW])
    else:
        come_in_vain(m, record, State.SENT_HOME)


@inner
def lose_patience(m: Whole) -> None:
    """Let who is due leave the hall, if they still wait and do not wait anew."""
    record = pop_due(m, m[At.LEAVE_DUE])
    m[record + Rec.AWAITED] = 0
    line = m[record + Rec.LINE]
    if line != NEVER and m[line + Line.PLACE] != Place.DESK:
        if m[record + Rec.LEAVES] > m[At.NOW]:
            expect_leave(m, record, m[record + Rec.LEAVES])
        else:
            leave(m, record)
            come_in_vain(m, record, State.RENEGED)
    m[At.DUE + Kind.RENEGE] = soonest(m, m[At.LEAVE_DUE])


@inner
def close(m: Whole) -> None:
    """Send home all who wait in the hall."""
    for line in range(m[At.LINES], m[At.LINES_END], Line.WIDTH):
        if m[line + Line.PLACE] != Place.DESK:
            while m[line + Line.SIZE]:
                record = m[m[line + Line.HEAP] + ENTRY * m[line + Line.SIZE] - 1]  # the last is taken out at once
                leave(m, record)
                come_in_vain(m, record, State.SENT_HOME)
    row = m[At.NEXT_CLOSING] + DOOR
    m[At.NEXT_CLOSING] = row
    m[At.DUE + Kind.CLOSING] = m[row + DISPERSAL] if row < m[At.DOORS_END] else FOREVER
