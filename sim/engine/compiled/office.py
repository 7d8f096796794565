"""The back office: from receipt, or from a submission online, to settlement."""

from typing import Final

from sim.engine.compiled.diary import depart, enter, expect_arrival, expect_work
from sim.engine.compiled.jit import inner
from sim.engine.compiled.lines import WAITING, join, line_up, set_free
from sim.engine.compiled.pace import DOOR, LAST_ENTRY, OPENING, duration, finish, first_opening, progress
from sim.engine.compiled.tables import FOREVER, PER_DAY, At, Kin, Man, Place, Rec, Whole
from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State

WORKING: Final = tuple(int(State[stage.name]) for stage in Stage)  # states of who is at each stage


@inner
def receive(m: Whole, record: int) -> None:
    """Let a record be received now."""
    m[record + Rec.RECEIVED] = m[At.NOW]
    go_on(m, record, Stage.BACK_OFFICE.value)


@inner
def go_on(m: Whole, record: int, stage: int) -> None:
    """Let a record go to the first stage of its route from this one on, or be settled."""
    if stage == Stage.BACK_OFFICE and m[record + Rec.WORK + Stage.BACK_OFFICE] >= 0:
        join(m, record, Stage.BACK_OFFICE.value, m[At.NOW])
    elif m[record + Rec.WORK + Stage.APPROVAL] < 0:
        settle(m, record)
    elif m[At.SIGNINGS_END] > m[At.SIGNINGS]:
        enter(m, record, State.WAIT_SIGNING, NEVER)
        m[m[At.SIGNING] + m[At.N_SIGNING]] = record
        m[At.N_SIGNING] += 1
    else:
        join(m, record, Stage.APPROVAL.value, m[At.NOW])


@inner
def sign(m: Whole) -> None:
    """Lay before the signatory all that waits for it."""
    for row in range(m[At.SIGNING], m[At.SIGNING] + m[At.N_SIGNING]):
        join(m, m[row], Stage.APPROVAL.value, m[At.NOW])
    m[At.N_SIGNING] = 0
    row = m[At.NEXT_SIGNING] + 1
    m[At.NEXT_SIGNING] = row
    m[At.DUE + Kind.SIGNING] = m[row] if row < m[At.SIGNINGS_END] else FOREVER


@inner
def settle(m: Whole, record: int) -> None:
    """Let a record be settled now: its result is collected, or all is told."""
    m[record + Rec.SETTLED] = m[At.NOW]
    if m[record + Rec.WORK + Stage.HANDOVER] >= 0:
        m[record + Rec.TRIES] = 0
        enter(m, record, State.COLLECT, NEVER)
        expect_visit(m, record, m[record + Rec.COLLECT_DELAY])
    else:
        depart(m, record)


@inner
def expect_visit(m: Whole, record: int, delay: int) -> None:
    """Let a record's visit come after a delay if one may enter then, otherwise after the next opening."""
    tick = m[At.NOW] + delay
    door = first_opening(m, tick + 1)  # the first that opens later; the one before it is of this tick, if any is
    before = door - DOOR
    if before >= m[At.DOORS] and tick < m[before + LAST_ENTRY]:
        expect_arrival(m, record, tick)
    elif before >= m[At.DOORS] and tick == m[before + OPENING]:  # doors that open and close at once
        expect_arrival(m, record, tick + m[record + Rec.RETURN_OFFSET])
    elif door < m[At.DOORS_END]:
        expect_arrival(m, record, m[door + OPENING] + m[record + Rec.RETURN_OFFSET])


@inner
def is_incomplete(m: Whole, record: int) -> bool:
    """Return whether papers are missing that nobody has missed before; once found, never again."""
    ppm = m[m[record + Rec.PROCEDURE] + Kin.INCOMPLETE + PER_DAY * m[At.DAY]]
    if m[record + Rec.FOUND] or m[record + Rec.INCOMPLETE_DRAW] >= ppm:
        return False
    m[record + Rec.FOUND] = 1
    return True


@inner
def take_up(m: Whole, record: int, stage: int, person: int) -> None:
    """Let a person take up a record at a desk, to finish it or to put it down when the shift ends."""
    enter(m, record, WORKING[stage], person)
    takes = duration(m, person, stage, m[record + Rec.NEED])
    done = finish(m, takes)
    m[person + Man.SINCE] = m[At.NOW]
    m[person + Man.TAKES] = takes
    m[person + Man.PUTS_DOWN] = done > m[person + Man.END]
    if done <= m[person + Man.END]:
        expect_work(m, record, done)


@inner
def put_down(m: Whole, person: int) -> None:
    """Let a person put down what is at hand: it keeps its place in the line, and less work is left."""
    record, takes = m[person + Man.RECORD], m[person + Man.TAKES]
    m[person + Man.PUTS_DOWN] = 0
    stage = Stage.CHECK.value
    if m[record + Rec.STATE] == State.BACK_OFFICE:
        stage = Stage.BACK_OFFICE.value
    elif m[record + Rec.STATE] == State.APPROVAL:
        stage = Stage.APPROVAL.value
    done = min(progress(m, m[person + Man.SINCE]), takes)
    # What remains, rounded up, is the work less what is done, rounded down: so no product exceeds 64 bits.
    m[record + Rec.NEED] -= m[record + Rec.NEED] * done // takes
    enter(m, record, WAITING[stage], NEVER)
    line_up(m, record, stage)
    m[At.ROOM + Place.DESK] += 1
    set_free(m, person)


@inner
def end_desk_work(m: Whole, record: int) -> None:
    """Let a record's check, back-office work or approval be done."""
    state = m[record + Rec.STATE]
    m[At.ROOM + Place.DESK] += 1
    set_free(m, m[record + Rec.BY])
    if state == State.BACK_OFFICE:
        go_on(m, record, Stage.APPROVAL.value)
    elif state == State.APPROVAL:
        settle(m, record)
    elif is_incomplete(m, record):
        enter(m, record, State.SUPPLEMENT, NEVER)
        expect_arrival(m, record, m[At.NOW] + m[record + Rec.SUPPLEMENT_DELAY])
    else:
        receive(m, record)
