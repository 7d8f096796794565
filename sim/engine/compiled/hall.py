"""The hall: who comes in, turns away, loses patience, is sent home."""

from sim.engine.compiled import at, queue, rec
from sim.engine.compiled.diary import enter, expect_arrival, expect_leave
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.heaps import foresee_first, foresee_row, pop, record_of
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import join, leave
from sim.engine.compiled.pace import DISPERSAL, DOOR, LAST_ENTRY, OPENING, first_opening, is_before
from sim.engine.compiled.tables import NOTHING, Place, Whole
from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@inner
def arrive_in_hall(m: Whole, record: int) -> None:
    """Let a visit come through the doors, if it may and wants to."""
    if not is_before(m, LAST_ENTRY):
        come_in_vain(m, record, State.SENT_HOME.value)
    elif turns_around(m, drawn(m, at.BALK_AT, record)):
        come_in_vain(m, record, State.BALKED.value)
    else:
        stage = Stage.INTAKE.value
        if m[record + rec.SETTLED] != NEVER:
            stage = Stage.HANDOVER.value
        elif drawn(m, at.WORK + Stage.GUIDANCE, record) >= 0 and not m[record + rec.MARKS] & rec.GUIDED:
            stage = Stage.GUIDANCE.value
        join(m, record, stage, m[at.NOW])


@woven
def turns_around(m: Whole, balk_at: int) -> bool:
    """Return whether the line is too long for somebody."""
    return bool(balk_at != NEVER and m[at.N_HALL] >= balk_at)


@inner
def come_in_vain(m: Whole, record: int, state: int) -> None:
    """Let a visit leave without what it came for, to come again or not."""
    enter(m, record, state, NOTHING)
    m[record + rec.TRIES] += 1
    if m[record + rec.TRIES] >= drawn(m, at.N_TRIES, record):
        while record != NOTHING:  # with the leader go the followers
            enter(m, record, State.GONE.value, NOTHING)
            record = m[record + rec.NEXT]
    else:
        door = first_opening(m, m[at.NOW] + 1)
        if door < m[at.DOORS_END]:
            expect_arrival(m, record, m[door + OPENING] + drawn(m, at.RETURN_OFFSET, record))


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
    record = record_of(m, pop(m, m[at.LEAVE_DUE]))
    m[record + rec.MARKS] &= ~rec.AWAITED
    line = m[record + rec.LINE]
    if line != NOTHING and m[line + queue.PLACE] < Place.DESK:
        if m[record + rec.LEAVES] > m[at.NOW]:
            expect_leave(m, record, m[record + rec.LEAVES])
        else:
            leave(m, record)
            come_in_vain(m, record, State.RENEGED.value)
    foresee_first(m, Kind.RENEGE.value, m[at.LEAVE_DUE])


@inner
def close(m: Whole) -> None:
    """Send home all who wait in the hall."""
    for line in range(m[at.LINES], m[at.LINES_END], m[at.LINE_WIDTH]):
        if m[line + queue.PLACE] < Place.DESK:
            while m[line + queue.SIZE]:
                record = m[line + queue.FIRST]
                leave(m, record)
                come_in_vain(m, record, State.SENT_HOME.value)
    row = m[at.NEXT_CLOSING] + DOOR
    m[at.NEXT_CLOSING] = row
    foresee_row(m, Kind.CLOSING.value, row + DISPERSAL, m[at.DOORS_END])
