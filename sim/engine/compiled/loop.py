"""The loop: the next event, and all that it causes, until the period ends.

In: the memory as it is laid out. Out: the memory, changed. Invariant: no Python object is touched, nothing is allocated
and Python's lock is not held.
"""

from collections.abc import Callable

from sim.engine.compiled import at, man, queue, rec
from sim.engine.compiled.arrivals import arrive, take_in
from sim.engine.compiled.counter import attend, end_hall_work, end_upload
from sim.engine.compiled.diary import STINT, note
from sim.engine.compiled.hall import close, lose_patience
from sim.engine.compiled.heaps import pop_due, soonest
from sim.engine.compiled.jit import bare, inner, outer, sources_digest, woven
from sim.engine.compiled.lines import best_line, first_server, first_taker, leave, wait_for_work
from sim.engine.compiled.link import step_link
from sim.engine.compiled.office import end_desk_work, put_down, sign, take_up
from sim.engine.compiled.pace import turn
from sim.engine.compiled.tables import FOREVER, Floats, Place, Whole
from sim.engine.order import Kind
from sim.timebase import NEVER
from sim.trace import State

START, END = 5, 2  # widths of the rows of what is known of shifts
_FIRST_KIND, _LAST_KIND = int(min(Kind)), int(max(Kind))


@woven
def next_kind(m: Whole) -> int:
    """Return the kind of the next event: of those at the earliest tick the first in order."""
    kind = _FIRST_KIND
    for other in range(_FIRST_KIND + 1, _LAST_KIND + 1):
        if m[at.DUE + other] < m[at.DUE + kind]:
            kind = other
    return kind


@inner
def dispatch(m: Whole) -> None:
    """Let free people take what they can, the lowest first.

    Before the event nobody free could take anything. So if no more than one thing has come about in it, a person who is
    free or a record in a line, nobody else can, and that person or record is all that must be looked at.
    """
    person, n_joined, line = m[at.FREED], m[at.N_JOINED], m[at.JOINED]
    m[at.FREED], m[at.N_JOINED] = NEVER, 0
    if person == NEVER and n_joined == 1:
        person = first_server(m, line)
        if person != NEVER:
            take(m, person, line)
    elif n_joined == 0 and not m[at.MADE_ROOM]:
        line = best_line(m, person)
        if line != NEVER:
            take(m, person, line)
        else:
            wait_for_work(m, person)
    else:
        if person != NEVER:
            wait_for_work(m, person)
        dispatch_all(m)


@inner
def dispatch_all(m: Whole) -> None:
    """Let free people take what they can, the lowest first, until nobody can take anything."""
    person = first_taker(m)
    while person != NEVER:
        take(m, person, best_line(m, person))
        person = first_taker(m)


@inner
def take(m: Whole, person: int, line: int) -> None:
    """Let a person take the first of a line."""
    record, stage, place = m[m[line + queue.HEAP] + 1], m[line + queue.STAGE], m[line + queue.PLACE]
    leave(m, record)
    m[person + man.RECORD] = record
    m[at.ROOM + place] -= 1
    if place >= Place.DESK:
        take_up(m, record, stage, person)
    else:
        attend(m, record, stage, person)


@inner
def start_shift(m: Whole) -> None:
    """Let a person's next shift begin."""
    row = m[at.NEXT_START]
    person = m[row + 1]
    m[person + man.END] = m[row + 2]
    m[person + man.HALL_END] = m[row + 3]
    m[person + man.DAY_START] = m[row + 4]
    m[at.NEXT_START] = row + START
    m[at.DUE + Kind.SHIFT_START] = m[row + START] if row + START < m[at.STARTS_END] else FOREVER
    if m[person + man.RECORD] == NEVER:  # else still with a visit of the shift before
        m[at.FREED], m[at.MADE_ROOM] = person, 0


@inner
def end_shift(m: Whole) -> None:
    """Let a person's shift end, and with it the work at a desk that is at hand."""
    row = m[at.NEXT_END]
    person = m[row + 1]
    m[at.NEXT_END] = row + END
    m[at.DUE + Kind.SHIFT_END] = m[row + END] if row + END < m[at.ENDS_END] else FOREVER
    if m[person + man.PUTS_DOWN]:
        put_down(m, person)


@inner
def end_work(m: Whole, x: Floats) -> None:
    """Let the work end that is due."""
    record = pop_due(m, m[at.WORK_DUE])
    m[at.DUE + Kind.WORK_END] = soonest(m, m[at.WORK_DUE])
    state = m[record + rec.STATE]
    if state in (State.CHECK, State.BACK_OFFICE, State.APPROVAL):
        end_desk_work(m, record)
    else:
        end_hall_work(m, x, record)


@inner
def happen_as_told(m: Whole, x: Floats, kind: int) -> None:
    """Let one of the events happen that plan and conditions tell beforehand."""
    if kind == Kind.SHIFT_START:
        start_shift(m)
    elif kind == Kind.SHIFT_END:
        end_shift(m)
    elif kind == Kind.LINK_STEP:
        step_link(m, x)
    elif kind == Kind.CLOSING:
        close(m)
    else:
        sign(m)


@inner
def go(m: Whole, x: Floats) -> bool:
    """Let events happen until the period ends; return whether it has, or else there must be more room for stints."""
    while True:
        kind = next_kind(m)
        if m[at.DUE + kind] >= m[at.END_TICK]:
            return True
        if m[at.NEXT_STINT] > m[at.LAST_STINT]:
            return False
        m[at.NOW] = m[at.DUE + kind]
        if m[at.NOW] >= m[at.TURNS]:
            turn(m)
        if kind == Kind.WORK_END:
            end_work(m, x)
        elif kind == Kind.TRANSFER_END:
            end_upload(m, x)
        elif kind == Kind.ARRIVAL:
            arrive(m)
        elif kind == Kind.RENEGE:
            lose_patience(m)
        else:
            happen_as_told(m, x, kind)
        if m[at.FREED] != NEVER or m[at.N_JOINED]:
            dispatch(m)


@inner
def stop(m: Whole) -> None:
    """Note the stints that last when the period ends."""
    for record in range(m[at.RECORDS], m[at.RECORDS_END], rec.WIDTH):
        note(m, record, NEVER)


@inner
def sort(m: Whole, found: Whole) -> None:
    """Write the stints, record by record, each record's in the order of their ends."""
    places = m[at.LEAVE_DUE]  # a heap that is no longer needed, with one number for each record and one more
    n_records = (m[at.RECORDS_END] - m[at.RECORDS]) // rec.WIDTH
    for number in range(n_records + 1):
        m[places + number] = 0
    for row in range(m[at.STINTS], m[at.NEXT_STINT], STINT):
        m[places + m[row] + 1] += STINT
    for number in range(n_records):
        m[places + number + 1] += m[places + number]
    for row in range(m[at.STINTS], m[at.NEXT_STINT], STINT):
        place = m[places + m[row]]
        m[places + m[row]] = place + STINT
        for column in range(STINT):
            found[place + column] = m[row + column]


def _entries(digest: int) -> tuple[Callable[[Whole, Floats], bool], Callable[[Whole, Whole], None]]:
    @outer
    def run(memory: Whole, x: Floats) -> bool:
        m = bare(memory)
        m[at.DIGEST] = digest  # so that what is kept on disk is of these very sources
        if not m[at.NEXT_RECORD]:
            take_in(m)
        is_over = go(m, bare(x))
        if is_over:
            stop(m)
        return is_over

    @outer
    def sort_stints(memory: Whole, found: Whole) -> None:
        m = bare(memory)
        m[at.DIGEST] = digest
        sort(m, bare(found))

    return run, sort_stints


run, sort_stints = _entries(sources_digest())
