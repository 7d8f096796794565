"""The loop: the next event, and all that it causes, until the period ends.

In: the memory as it is laid out. Out: the memory, changed. Invariant: no Python object is touched, nothing is allocated
and Python's lock is not held.
"""

from collections.abc import Callable

from sim.engine.compiled import at, man, queue, rec
from sim.engine.compiled.arrivals import arrive
from sim.engine.compiled.counter import attend, end_hall_work, end_upload
from sim.engine.compiled.hall import close, lose_patience
from sim.engine.compiled.heaps import KIND_BITS, foresee_row
from sim.engine.compiled.jit import bare, inner, outer, sources_digest, woven
from sim.engine.compiled.lines import leave
from sim.engine.compiled.link import step_link
from sim.engine.compiled.office import end_desk_work, put_down, sign, take_up
from sim.engine.compiled.pace import turn
from sim.engine.compiled.people import (
    become_busy,
    become_idle,
    best_line,
    concerned,
    idler,
    is_alone,
    is_there,
    wanted,
    words_concerned,
)
from sim.engine.compiled.tables import NOTHING, Floats, Place, Whole
from sim.engine.compiled.work import end_first
from sim.engine.order import Kind
from sim.trace import State

START, END = 5, 2  # widths of the rows of what is known of shifts


@woven
def next_event(m: Whole) -> int:
    """Return the number of the next event: at the earliest tick the first kind in order."""
    of_work = min(m[at.DUE + Kind.WORK_END], m[at.DUE + Kind.TRANSFER_END])
    of_citizens = min(m[at.DUE + Kind.RENEGE], m[at.DUE + Kind.ARRIVAL])
    return int(min(of_work, of_citizens, m[at.TOLD]))


@woven
def foretell(m: Whole) -> None:
    """Note the first of the events that plan and conditions tell beforehand."""
    of_people = min(m[at.DUE + Kind.SHIFT_END], m[at.DUE + Kind.SHIFT_START])
    of_centre = min(m[at.DUE + Kind.CLOSING], m[at.DUE + Kind.SIGNING])
    m[at.TOLD] = min(of_people, of_centre, m[at.DUE + Kind.LINK_STEP])


@woven
def dispatch(m: Whole) -> None:
    """Let each free person, the lowest first, take what they can: what one takes gives nobody else a chance.

    Before the event nobody free could take anything. So if it has brought one record into a line, only that can be
    taken; and if it has made one person free, only they can take anything else, unless a place has come free as well
    and others are idle.
    """
    freed, joined, n_joined = m[at.FREED], m[at.JOINED], m[at.N_JOINED]
    m[at.FREED], m[at.JOINED], m[at.N_JOINED] = NOTHING, NOTHING, 0
    concerns_all = n_joined > 1 or (freed != NOTHING and m[at.MADE_ROOM] and not is_alone(m, freed))
    first, end = (m[at.IDLE_PEOPLE], m[at.IDLE_PEOPLE_END]) if concerns_all else words_concerned(m, freed, joined)
    for word in range(first, end):
        bits = m[word] & (wanted(m, word) if concerns_all else concerned(m, word, freed, joined))
        while bits:
            person = idler(m, word, bits)
            bits &= bits - 1
            knows_line = not concerns_all and person != freed
            line = (joined if is_there(m, person, joined) else NOTHING) if knows_line else best_line(m, person)
            if line != NOTHING:
                take(m, person, line)
            if line != NOTHING and bits:
                bits &= wanted(m, word) if concerns_all else concerned(m, word, freed, joined)


@woven
def take(m: Whole, person: int, line: int) -> None:
    """Let a person take the first of a line."""
    record, stage, place = m[line + queue.FIRST], m[line + queue.STAGE], m[line + queue.PLACE]
    leave(m, record)
    become_busy(m, person, record)
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
    foresee_row(m, Kind.SHIFT_START.value, row + START, m[at.STARTS_END])
    if m[person + man.RECORD] == NOTHING:  # else still with a visit of the shift before
        become_idle(m, person)


@inner
def end_shift(m: Whole) -> None:
    """Let a person's shift end, and with it the work at a desk that is at hand."""
    row = m[at.NEXT_END]
    person = m[row + 1]
    m[at.NEXT_END] = row + END
    foresee_row(m, Kind.SHIFT_END.value, row + END, m[at.ENDS_END])
    if m[person + man.PUTS_DOWN]:
        put_down(m, person)


@woven
def end_work(m: Whole, x: Floats) -> None:
    """Let the work end that is due."""
    record = end_first(m)
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
    foretell(m)


def _entry(digest: int) -> Callable[[Whole, Floats], bool]:
    @outer
    def happen(memory: Whole, x_memory: Floats) -> bool:
        """Let events happen until the period ends; return whether it has, or must have more room for stints."""
        m, x = bare(memory), bare(x_memory)
        m[at.DIGEST] = digest  # so that what is kept on disk is of these very sources
        while m[at.NEXT_STINT] <= m[at.LAST_STINT]:
            event = next_event(m)
            if event >= m[at.END]:
                return True
            kind, m[at.NOW] = event & ((1 << KIND_BITS) - 1), event >> KIND_BITS
            if m[at.NOW] >= m[at.TURNS]:
                turn(m)
            if kind == Kind.WORK_END:
                end_work(m, x)
            elif kind == Kind.ARRIVAL:
                arrive(m)
            elif kind == Kind.TRANSFER_END:
                end_upload(m, x)
            elif kind == Kind.RENEGE:
                lose_patience(m)
            else:
                happen_as_told(m, x, kind)
            if m[at.FREED] != NOTHING or m[at.N_JOINED]:
                dispatch(m)
        return False

    return happen


happen = _entry(sources_digest())
