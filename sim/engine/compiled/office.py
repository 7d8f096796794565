"""The back office: from receipt, or from a submission online, to settlement."""

from typing import Final

from sim.engine.compiled import at, kin, man, rec
from sim.engine.compiled.diary import depart, enter, expect_arrival
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.heaps import foresee_row, pop, push
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import WAITING, join, rejoin
from sim.engine.compiled.pace import DOOR, LAST_ENTRY, OPENING, duration, finish, first_opening, progress
from sim.engine.compiled.people import set_free
from sim.engine.compiled.tables import NOTHING, PER_DAY, Place, Whole
from sim.engine.compiled.work import expect_work
from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.trace import State

WORKING: Final = tuple(int(State[stage.name]) for stage in Stage)  # states of who is at each stage


@inner
def receive(m: Whole, record: int) -> None:
    """Let a record be received now."""
    m[record + rec.RECEIVED] = m[at.NOW]
    go_on(m, record, Stage.BACK_OFFICE.value)


@inner
def go_on(m: Whole, record: int, stage: int) -> None:
    """Let a record go to the first stage of its route from this one on, or be settled."""
    if stage == Stage.BACK_OFFICE and drawn(m, at.WORK + Stage.BACK_OFFICE, record) >= 0:
        join(m, record, Stage.BACK_OFFICE.value, m[at.NOW])
    elif drawn(m, at.WORK + Stage.APPROVAL, record) < 0:
        settle(m, record)
    elif m[at.SIGNINGS_END] > m[at.SIGNINGS]:
        enter(m, record, State.WAIT_SIGNING.value, NOTHING)
        push(m, m[at.SIGNING], record)
    else:
        join(m, record, Stage.APPROVAL.value, m[at.NOW])


@inner
def sign(m: Whole) -> None:
    """Lay before the signatory all that waits for it."""
    while m[m[at.SIGNING]]:
        join(m, pop(m, m[at.SIGNING]), Stage.APPROVAL.value, m[at.NOW])
    row = m[at.NEXT_SIGNING] + 1
    m[at.NEXT_SIGNING] = row
    foresee_row(m, Kind.SIGNING.value, row, m[at.SIGNINGS_END])


@inner
def settle(m: Whole, record: int) -> None:
    """Let a record be settled now: its result is collected, or all is told."""
    m[record + rec.SETTLED] = m[at.NOW]
    if drawn(m, at.WORK + Stage.HANDOVER, record) >= 0:
        m[record + rec.TRIES] = 0
        enter(m, record, State.COLLECT.value, NOTHING)
        expect_visit(m, record, drawn(m, at.COLLECT_DELAY, record))
    else:
        depart(m, record)


@inner
def expect_visit(m: Whole, record: int, delay: int) -> None:
    """Let a record's visit come after a delay if one may enter then, otherwise after the next opening."""
    tick = m[at.NOW] + delay
    door = first_opening(m, tick + 1)  # the first that opens later; the one before it is of this tick, if any is
    before = door - DOOR
    if before >= m[at.DOORS] and tick < m[before + LAST_ENTRY]:
        expect_arrival(m, record, tick)
    elif before >= m[at.DOORS] and tick == m[before + OPENING]:  # doors that open and close at once
        expect_arrival(m, record, tick + drawn(m, at.RETURN_OFFSET, record))
    elif door < m[at.DOORS_END]:
        expect_arrival(m, record, m[door + OPENING] + drawn(m, at.RETURN_OFFSET, record))


@inner
def is_incomplete(m: Whole, record: int) -> bool:
    """Return whether papers are missing that nobody has missed before; once found, never again."""
    ppm = m[m[record + rec.KIND] + kin.INCOMPLETE + PER_DAY * m[at.DAY]]
    if drawn(m, at.INCOMPLETE_DRAW, record) >= ppm or m[record + rec.MARKS] & rec.WAS_INCOMPLETE:
        return False
    m[record + rec.MARKS] |= rec.WAS_INCOMPLETE
    return True


@woven
def take_up(m: Whole, record: int, stage: int, person: int) -> None:
    """Let a person take up a record at a desk, to finish it or to put it down when the shift ends."""
    enter(m, record, WORKING[stage], person)
    takes = duration(m, person, stage, m[record + rec.NEED])
    done = finish(m, takes)
    m[person + man.SINCE] = m[at.NOW]
    m[person + man.TAKES] = takes
    m[person + man.PUTS_DOWN] = done > m[person + man.END]
    if done <= m[person + man.END]:
        expect_work(m, record, person, done)


@inner
def put_down(m: Whole, person: int) -> None:
    """Let a person put down what is at hand: it keeps its place in the line, and less work is left."""
    record, takes = m[person + man.RECORD], m[person + man.TAKES]
    m[person + man.PUTS_DOWN] = 0
    stage = Stage.CHECK.value
    if m[record + rec.STATE] == State.BACK_OFFICE:
        stage = Stage.BACK_OFFICE.value
    elif m[record + rec.STATE] == State.APPROVAL:
        stage = Stage.APPROVAL.value
    done = min(progress(m, m[person + man.SINCE]), takes)
    # What remains, rounded up, is the work less what is done, rounded down: so no product exceeds 64 bits.
    m[record + rec.NEED] -= m[record + rec.NEED] * done // takes
    enter(m, record, WAITING[stage], NOTHING)
    rejoin(m, record, stage)
    set_free(m, person, Place.OWN_DESK.value if stage == Stage.APPROVAL else Place.DESK.value)


@woven
def end_desk_work(m: Whole, record: int) -> None:
    """Let a record's check, back-office work or approval be done."""
    state, person = m[record + rec.STATE], m[record + rec.BY]
    set_free(m, person, Place.OWN_DESK.value if state == State.APPROVAL else Place.DESK.value)
    if state == State.BACK_OFFICE:
        go_on(m, record, Stage.APPROVAL.value)
    elif state == State.APPROVAL:
        settle(m, record)
    elif is_incomplete(m, record):
        enter(m, record, State.SUPPLEMENT.value, NOTHING)
        expect_arrival(m, record, m[at.NOW] + drawn(m, at.SUPPLEMENT_DELAY, record))
    else:
        receive(m, record)
