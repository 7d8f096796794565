"""At the counter: the turns of a visit's records, from intake over scanning to upload, and handing results over."""

from sim.engine.compiled.diary import depart, enter, expect_work
from sim.engine.compiled.hall import wait_for_intake
from sim.engine.compiled.heaps import due, pop_due, push
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import set_free
from sim.engine.compiled.link import end_transfer, start_transfer
from sim.engine.compiled.office import expect_visit, is_incomplete, receive
from sim.engine.compiled.pace import duration, finish
from sim.engine.compiled.tables import PER_DAY, At, Floats, Kin, Man, Place, Rec, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State


@inner
def attend(m: Whole, record: int, stage: int, person: int) -> None:
    """Let a person serve a visit in the hall."""
    if stage == Stage.INTAKE:
        call(m, record, person)
        return
    takes = duration(m, person, stage, m[record + Rec.WORK + stage])
    if stage == Stage.HANDOVER:
        enter(m, record, State.HANDOVER, person)
        expect_work(m, record, finish(m, takes))
    else:  # no machine holds up guidance
        enter(m, record, State.GUIDANCE, person)
        expect_work(m, record, m[At.NOW] + takes)


@woven
def call(m: Whole, record: int, person: int) -> None:
    """Let a visit come to a counter, at first perhaps to a wrong one."""
    wrong_ppm = m[m[record + Rec.PROCEDURE] + Kin.WRONG + PER_DAY * m[At.DAY]]
    if m[record + Rec.WRONG] or m[record + Rec.WRONG_DRAW] >= wrong_ppm:
        begin_turn(m, record, person)
    else:
        m[record + Rec.WRONG] = 1
        enter(m, record, State.WRONG_COUNTER, person)
        expect_work(m, record, finish(m, m[At.WRONG_WORK]))


@inner
def begin_turn(m: Whole, record: int, person: int) -> None:
    """Let the turn of a record begin."""
    enter(m, record, State.INTAKE, person)
    takes = duration(m, person, Stage.INTAKE.value, m[record + Rec.WORK + Stage.INTAKE])
    expect_work(m, record, finish(m, takes))


@inner
def end_turn(m: Whole, record: int, person: int) -> None:
    """Let the next record of the visit have its turn; after the last, the officer is free."""
    following = m[record + Rec.NEXT]
    m[record + Rec.NEXT] = NEVER  # from now on each is by itself
    if following == NEVER:
        leave_counter(m, person)
    else:
        m[person + Man.RECORD] = following
        begin_turn(m, following, person)


@inner
def leave_counter(m: Whole, person: int) -> None:
    """Let officer and counter be free."""
    m[At.ROOM + Place.COUNTER] += 1
    set_free(m, person)


@inner
def end_hall_work(m: Whole, x: Floats, record: int) -> None:
    """Let what is done for a visit in the hall be done."""
    state, person = m[record + Rec.STATE], m[record + Rec.BY]
    if state == State.INTAKE:
        end_intake(m, x, record, person)
    elif state == State.SCAN:
        end_scan(m, x, record, person)
    elif state == State.HANDOVER:
        depart(m, record)
        leave_counter(m, person)
    elif state == State.WRONG_COUNTER:
        leave_counter(m, person)
        wait_for_intake(m, record)
    else:
        m[record + Rec.GUIDED] = 1
        m[At.ROOM + Place.HALL] += 1
        set_free(m, person)
        wait_for_intake(m, record)


@woven
def end_intake(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record leave for what is missing, or be scanned."""
    if is_incomplete(m, record):
        enter(m, record, State.SUPPLEMENT, NEVER)
        expect_visit(m, record, m[record + Rec.SUPPLEMENT_DELAY])
        end_turn(m, record, person)
    elif m[record + Rec.SCAN_WORK] == 0:
        upload(m, x, record, person)
    elif m[At.SCANNERS] > 0:
        m[At.SCANNERS] -= 1
        scan(m, record, person)
    else:
        enter(m, record, State.WAIT_SCANNER, person)
        push(m, m[At.SCAN_DUE], due(m, m[At.NOW], record))


@inner
def scan(m: Whole, record: int, person: int) -> None:
    """Let the scanner that a record has got begin."""
    enter(m, record, State.SCAN, person)
    expect_work(m, record, finish(m, m[record + Rec.SCAN_WORK]))


@woven
def end_scan(m: Whole, x: Floats, record: int, person: int) -> None:
    """Hand the scanner on, and let the record be uploaded."""
    if m[m[At.SCAN_DUE]]:
        following = pop_due(m, m[At.SCAN_DUE])
        scan(m, following, m[following + Rec.BY])
    else:
        m[At.SCANNERS] += 1
    upload(m, x, record, person)


@inner
def upload(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record's files be uploaded, with the officer waiting or not, if there are any."""
    if m[record + Rec.UPLOAD_BIT] == 0:
        receive(m, record)
        end_turn(m, record, person)
    elif m[At.HOLDS_COUNTER]:
        enter(m, record, State.UPLOAD, person)
        start_transfer(m, x, record)
    else:
        enter(m, record, State.UPLOAD, NEVER)
        start_transfer(m, x, record)
        end_turn(m, record, person)


@inner
def end_upload(m: Whole, x: Floats) -> None:
    """Let the record whose files are through be received."""
    record = end_transfer(m, x)
    person = m[record + Rec.BY]
    receive(m, record)
    if person != NEVER:
        end_turn(m, record, person)
