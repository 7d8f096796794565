"""At the counter: the turns of a visit's records, from intake over scanning to upload, and handing results over."""

from sim.engine.compiled import at, kin, man, rec
from sim.engine.compiled.diary import depart, enter, expect_work
from sim.engine.compiled.hall import wait_for_intake
from sim.engine.compiled.heaps import due, pop_due, push
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.lines import set_free
from sim.engine.compiled.link import end_transfer, start_transfer
from sim.engine.compiled.office import expect_visit, is_incomplete, receive
from sim.engine.compiled.pace import duration, finish
from sim.engine.compiled.tables import PER_DAY, Floats, Place, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State
from sim.workload import PPM


@inner
def attend(m: Whole, record: int, stage: int, person: int) -> None:
    """Let a person serve a visit in the hall."""
    if stage == Stage.INTAKE:
        call(m, record, person)
        return
    takes = duration(m, person, stage, m[record + rec.WORK + stage])
    if stage == Stage.HANDOVER:
        enter(m, record, State.HANDOVER.value, person)
        expect_work(m, record, finish(m, takes))
    else:  # no machine holds up guidance
        enter(m, record, State.GUIDANCE.value, person)
        expect_work(m, record, m[at.NOW] + takes)


@woven
def call(m: Whole, record: int, person: int) -> None:
    """Let a visit come to a counter, at first perhaps to a wrong one."""
    wrong_ppm = m[m[record + rec.PROCEDURE] + kin.WRONG + PER_DAY * m[at.DAY]]
    if m[record + rec.WRONG_DRAW] >= wrong_ppm:
        begin_turn(m, record, person)
    else:
        m[record + rec.WRONG_DRAW] = PPM
        enter(m, record, State.WRONG_COUNTER.value, person)
        expect_work(m, record, finish(m, m[at.WRONG_WORK]))


@inner
def begin_turn(m: Whole, record: int, person: int) -> None:
    """Let the turn of a record begin."""
    enter(m, record, State.INTAKE.value, person)
    takes = duration(m, person, Stage.INTAKE.value, m[record + rec.WORK + Stage.INTAKE])
    expect_work(m, record, finish(m, takes))


@inner
def end_turn(m: Whole, record: int, person: int) -> None:
    """Let the next record of the visit have its turn; after the last, the officer is free."""
    following = m[record + rec.NEXT]
    m[record + rec.NEXT] = NEVER  # from now on each is by itself
    if following == NEVER:
        leave_counter(m, person)
    else:
        m[person + man.RECORD] = following
        begin_turn(m, following, person)


@inner
def leave_counter(m: Whole, person: int) -> None:
    """Let officer and counter be free."""
    m[at.ROOM + Place.COUNTER] += 1
    set_free(m, person)


@inner
def end_hall_work(m: Whole, x: Floats, record: int) -> None:
    """Let what is done for a visit in the hall be done."""
    state, person = m[record + rec.STATE], m[record + rec.BY]
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
        m[record + rec.WORK + Stage.GUIDANCE] = NEVER
        m[at.ROOM + Place.HALL] += 1
        set_free(m, person)
        wait_for_intake(m, record)


@woven
def end_intake(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record leave for what is missing, or be scanned."""
    if is_incomplete(m, record):
        enter(m, record, State.SUPPLEMENT.value, NEVER)
        expect_visit(m, record, m[record + rec.SUPPLEMENT_DELAY])
        end_turn(m, record, person)
    elif m[record + rec.SCAN_WORK] == 0:
        upload(m, x, record, person)
    elif m[at.SCANNERS] > 0:
        m[at.SCANNERS] -= 1
        scan(m, record, person)
    else:
        enter(m, record, State.WAIT_SCANNER.value, person)
        push(m, m[at.SCAN_DUE], due(m, m[at.NOW], record))


@inner
def scan(m: Whole, record: int, person: int) -> None:
    """Let the scanner that a record has got begin."""
    enter(m, record, State.SCAN.value, person)
    expect_work(m, record, finish(m, m[record + rec.SCAN_WORK]))


@woven
def end_scan(m: Whole, x: Floats, record: int, person: int) -> None:
    """Hand the scanner on, and let the record be uploaded."""
    if m[m[at.SCAN_DUE]]:
        following = pop_due(m, m[at.SCAN_DUE])
        scan(m, following, m[following + rec.BY])
    else:
        m[at.SCANNERS] += 1
    upload(m, x, record, person)


@inner
def upload(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record's files be uploaded, with the officer waiting or not, if there are any."""
    if m[record + rec.UPLOAD_BIT] == 0:
        receive(m, record)
        end_turn(m, record, person)
    elif m[at.HOLDS_COUNTER]:
        enter(m, record, State.UPLOAD.value, person)
        start_transfer(m, x, record)
    else:
        enter(m, record, State.UPLOAD.value, NEVER)
        start_transfer(m, x, record)
        end_turn(m, record, person)


@inner
def end_upload(m: Whole, x: Floats) -> None:
    """Let the record whose files are through be received."""
    record = end_transfer(m, x)
    person = m[record + rec.BY]
    receive(m, record)
    if person != NEVER:
        end_turn(m, record, person)
