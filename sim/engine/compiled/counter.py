"""At the counter: the turns of a visit's records, from intake over scanning to upload, and handing results over."""

from sim.engine.compiled import at, kin, man, rec
from sim.engine.compiled.diary import depart, enter
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.hall import wait_for_intake
from sim.engine.compiled.heaps import due, pop, push, record_of
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.link import end_transfer, start_transfer
from sim.engine.compiled.office import expect_visit, is_incomplete, receive
from sim.engine.compiled.pace import duration, finish
from sim.engine.compiled.people import set_free
from sim.engine.compiled.tables import NOTHING, PER_DAY, Floats, Place, Whole
from sim.engine.compiled.work import expect_work
from sim.scenario.people import Stage
from sim.trace import State


@woven
def attend(m: Whole, record: int, stage: int, person: int) -> None:
    """Let a person serve a visit in the hall."""
    if stage == Stage.INTAKE:
        call(m, record, person)
        return
    takes = duration(m, person, stage, drawn(m, at.WORK + stage, record))
    if stage == Stage.HANDOVER:
        enter(m, record, State.HANDOVER.value, person)
        expect_work(m, record, person, finish(m, takes))
    else:  # no machine holds up guidance
        enter(m, record, State.GUIDANCE.value, person)
        expect_work(m, record, person, m[at.NOW] + takes)


@woven
def call(m: Whole, record: int, person: int) -> None:
    """Let a visit come to a counter, at first perhaps to a wrong one."""
    wrong_ppm = m[m[record + rec.KIND] + kin.WRONG + PER_DAY * m[at.DAY]]
    if drawn(m, at.WRONG_DRAW, record) >= wrong_ppm or m[record + rec.MARKS] & rec.WAS_WRONG:
        begin_turn(m, record, person)
    else:
        m[record + rec.MARKS] |= rec.WAS_WRONG
        enter(m, record, State.WRONG_COUNTER.value, person)
        expect_work(m, record, person, finish(m, m[at.WRONG_WORK]))


@inner
def begin_turn(m: Whole, record: int, person: int) -> None:
    """Let the turn of a record begin."""
    enter(m, record, State.INTAKE.value, person)
    takes = duration(m, person, Stage.INTAKE.value, drawn(m, at.WORK + Stage.INTAKE, record))
    expect_work(m, record, person, finish(m, takes))


@inner
def end_turn(m: Whole, record: int, person: int) -> None:
    """Let the next record of the visit have its turn; after the last, the officer is free."""
    following = m[record + rec.NEXT]
    m[record + rec.NEXT] = NOTHING  # from now on each is by itself
    if following == NOTHING:
        set_free(m, person, Place.COUNTER.value)
    else:
        m[person + man.RECORD] = following
        begin_turn(m, following, person)


@woven
def end_hall_work(m: Whole, x: Floats, record: int) -> None:
    """Let what is done for a visit in the hall be done."""
    state, person = m[record + rec.STATE], m[record + rec.BY]
    if state == State.INTAKE:
        end_intake(m, x, record, person)
    elif state == State.SCAN:
        end_scan(m, x, record, person)
    elif state == State.HANDOVER:
        depart(m, record)
        set_free(m, person, Place.COUNTER.value)
    elif state == State.WRONG_COUNTER:
        set_free(m, person, Place.COUNTER.value)
        wait_for_intake(m, record)
    else:
        m[record + rec.MARKS] |= rec.GUIDED
        set_free(m, person, Place.HALL.value)
        wait_for_intake(m, record)


@woven
def end_intake(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record leave for what is missing, or be scanned."""
    if is_incomplete(m, record):
        enter(m, record, State.SUPPLEMENT.value, NOTHING)
        expect_visit(m, record, drawn(m, at.SUPPLEMENT_DELAY, record))
        end_turn(m, record, person)
    elif drawn(m, at.SCAN_WORK, record) == 0:
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
    expect_work(m, record, person, finish(m, drawn(m, at.SCAN_WORK, record)))


@woven
def end_scan(m: Whole, x: Floats, record: int, person: int) -> None:
    """Hand the scanner on, and let the record be uploaded."""
    if m[m[at.SCAN_DUE]]:
        following = record_of(m, pop(m, m[at.SCAN_DUE]))
        scan(m, following, m[following + rec.BY])
    else:
        m[at.SCANNERS] += 1
    upload(m, x, record, person)


@inner
def upload(m: Whole, x: Floats, record: int, person: int) -> None:
    """Let a record's files be uploaded, with the officer waiting or not, if there are any."""
    if drawn(m, at.UPLOAD_BIT, record) == 0:
        receive(m, record)
        end_turn(m, record, person)
    elif m[at.HOLDS_COUNTER]:
        enter(m, record, State.UPLOAD.value, person)
        start_transfer(m, x, record)
    else:
        enter(m, record, State.UPLOAD.value, NOTHING)
        start_transfer(m, x, record)
        end_turn(m, record, person)


@woven
def end_upload(m: Whole, x: Floats) -> None:
    """Let the record whose files are through be received."""
    record = end_transfer(m, x)
    person = m[record + rec.BY]
    receive(m, record)
    if person != NOTHING:
        end_turn(m, record, person)
