"""Lines and people: who waits where, who is free, and who takes what next."""

from typing import Final

from sim.engine.compiled import at, crew, kin, man, queue, rec
from sim.engine.compiled.diary import enter, expect_leave
from sim.engine.compiled.heaps import ENTRY, pop, push, rise, take_out
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import Place, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State

WAITING: Final = tuple(int(State[f"WAIT_{stage.name}"]) for stage in Stage)  # states of who waits for each stage
OFFER = 2  # width of a row (rank, line)


@inner
def join(m: Whole, record: int, stage: int, joined: int) -> None:
    """Let a record, or the visit that it leads, join the line of a stage with all its work before it."""
    enter(m, record, WAITING[stage], NEVER)
    m[record + rec.NEED] = m[record + rec.WORK + stage]
    m[record + rec.KEY] = m[record + rec.RANK_KEY] + joined
    line_up(m, record, stage)
    if m[m[record + rec.LINE] + queue.PLACE] < Place.DESK:
        m[at.N_HALL] += 1
        if m[record + rec.PATIENCE] != NEVER:
            expect_leave(m, record, m[at.NOW] + m[record + rec.PATIENCE])


@inner
def line_up(m: Whole, record: int, stage: int) -> None:
    """Put a record into the heap of its line."""
    line = m[m[record + rec.PROCEDURE] + kin.LINE + stage]
    n, place = m[line + queue.SIZE], m[line + queue.PLACE]
    m[line + queue.SIZE] = n + 1
    m[record + rec.LINE] = line
    rise(m, m[line + queue.HEAP], n, m[record + rec.KEY], record)
    for k in range(m[line + queue.SERVERS], m[line + queue.SERVERS_END]):
        m[m[k] + crew.WANTED + place] += 1
    m[at.N_JOINED] += 1
    m[at.JOINED] = line


@inner
def leave(m: Whole, record: int) -> None:
    """Take a record out of its line."""
    line = m[record + rec.LINE]
    n, place = m[line + queue.SIZE], m[line + queue.PLACE]
    m[line + queue.SIZE] = n - 1
    m[record + rec.LINE] = NEVER
    take_out(m, m[line + queue.HEAP], n, m[record + rec.PLACE])
    for k in range(m[line + queue.SERVERS], m[line + queue.SERVERS_END]):
        m[m[k] + crew.WANTED + place] -= 1
    if place < Place.DESK:
        m[at.N_HALL] -= 1


@inner
def set_free(m: Whole, person: int, place: int) -> None:
    """Let a person be free, and the place that they had."""
    m[person + man.RECORD] = NEVER
    m[at.FREED] = person
    m[at.MADE_ROOM] = m[at.ROOM + place] == 0
    m[at.ROOM + place] += 1


@inner
def wait_for_work(m: Whole, person: int) -> None:
    """Put a free person where those are looked for who could take something, for as long as their shift lasts."""
    group = m[person + man.GROUP]
    if m[at.NOW] < m[person + man.HALL_END] and not m[person + man.IN_HALL]:
        m[person + man.IN_HALL] = 1
        push(m, m[group + crew.HALL], person)
    if m[at.NOW] < m[person + man.END] and not m[person + man.IN_OFFICE]:
        m[person + man.IN_OFFICE] = 1
        push(m, m[group + crew.OFFICE], person)


@inner
def lowest(m: Whole, heap: int, end: int, is_in: int) -> int:
    """Return the lowest person of a heap who is free and whose shift lasts; `NEVER` if there is none.

    Who was called away, or whose shift is over, is found here and taken out; when their work ends or a shift begins,
    they are put in again.
    """
    while m[heap]:
        person = m[heap + 1]
        if m[person + man.RECORD] == NEVER and m[at.NOW] < m[person + end]:
            return int(person)
        pop(m, heap)
        m[person + is_in] = 0
    return NEVER


@inner
def first_taker(m: Whole) -> int:
    """Return the lowest free person who can take something; `NEVER` if there is none."""
    counter, desk = m[at.ROOM + Place.COUNTER] > 0, m[at.ROOM + Place.DESK] > 0
    for group in range(m[at.GROUPS], m[at.GROUPS_END], crew.WIDTH):
        person, other = NEVER, NEVER
        if m[group + crew.WANTED + Place.HALL] or (counter and m[group + crew.WANTED + Place.COUNTER]):
            person = lowest(m, m[group + crew.HALL], man.HALL_END, man.IN_HALL)
        if m[group + crew.WANTED + Place.OWN_DESK] or (desk and m[group + crew.WANTED + Place.DESK]):
            other = lowest(m, m[group + crew.OFFICE], man.END, man.IN_OFFICE)
        if person == NEVER or (other != NEVER and other < person):
            person = other
        if person != NEVER:
            return person
    return NEVER


@inner
def first_server(m: Whole, line: int) -> int:
    """Return the lowest free person who can serve a line; `NEVER` if there is none."""
    place = m[line + queue.PLACE]
    if m[at.ROOM + place] > 0:
        for k in range(m[line + queue.SERVERS], m[line + queue.SERVERS_END]):
            if place >= Place.DESK:
                person = lowest(m, m[m[k] + crew.OFFICE], man.END, man.IN_OFFICE)
            else:
                person = lowest(m, m[m[k] + crew.HALL], man.HALL_END, man.IN_HALL)
            if person != NEVER:
                return person
    return NEVER


@inner
def best_line(m: Whole, person: int) -> int:
    """Return the line from which a person takes: of those that they can serve, the one with the best key first."""
    group, now = m[person + man.GROUP], m[at.NOW]
    best, best_rank = NEVER, NEVER
    for row in range(m[group + crew.OFFERS], m[group + crew.OFFERS_END], OFFER):
        rank, line = m[row], m[row + 1]
        if best != NEVER and rank != best_rank:
            break
        place = m[line + queue.PLACE]
        end = m[person + man.END] if place >= Place.DESK else m[person + man.HALL_END]
        is_served = m[line + queue.SIZE] > 0 and m[at.ROOM + place] > 0 and now < end
        if is_served and (best == NEVER or comes_before(m, m[line + queue.HEAP], m[best + queue.HEAP])):
            best, best_rank = line, rank
    return int(best)


@woven
def comes_before(m: Whole, heap: int, other: int) -> bool:
    """Return whether the first of a line's heap comes before the first of another's."""
    return bool(m[heap] < m[other] or (m[heap] == m[other] and m[heap + ENTRY - 1] < m[other + ENTRY - 1]))
