"""Lines and people: who waits where, who is free, and who takes what next."""

from typing import Final

from sim.engine.compiled.diary import enter, expect_leave
from sim.engine.compiled.heaps import ENTRY, pop, push, rise, take_out
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import At, Group, Kin, Line, Man, Place, Rec, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State

WAITING: Final = tuple(int(State[f"WAIT_{stage.name}"]) for stage in Stage)  # states of who waits for each stage
OFFER = 2  # width of a row (rank, line)


@inner
def join(m: Whole, record: int, stage: int, joined: int) -> None:
    """Let a record, or the visit that it leads, join the line of a stage with all its work before it."""
    enter(m, record, WAITING[stage], NEVER)
    m[record + Rec.NEED] = m[record + Rec.WORK + stage]
    m[record + Rec.KEY] = m[record + Rec.RANK_KEY] + joined
    line_up(m, record, stage)
    if m[m[record + Rec.LINE] + Line.PLACE] != Place.DESK:
        m[At.N_HALL] += 1
        if m[record + Rec.PATIENCE] != NEVER:
            expect_leave(m, record, m[At.NOW] + m[record + Rec.PATIENCE])


@inner
def line_up(m: Whole, record: int, stage: int) -> None:
    """Put a record into the heap of its line."""
    line = m[m[record + Rec.PROCEDURE] + Kin.LINE + stage]
    n, place = m[line + Line.SIZE], m[line + Line.PLACE]
    m[line + Line.SIZE] = n + 1
    m[record + Rec.LINE] = line
    rise(m, m[line + Line.HEAP], n, m[record + Rec.KEY], record)
    for k in range(m[line + Line.SERVERS], m[line + Line.SERVERS_END]):
        m[m[k] + Group.WANTED + place] += 1
    m[At.STIRRED] = 1


@inner
def leave(m: Whole, record: int) -> None:
    """Take a record out of its line."""
    line = m[record + Rec.LINE]
    n, place = m[line + Line.SIZE], m[line + Line.PLACE]
    m[line + Line.SIZE] = n - 1
    m[record + Rec.LINE] = NEVER
    take_out(m, m[line + Line.HEAP], n, m[record + Rec.PLACE])
    for k in range(m[line + Line.SERVERS], m[line + Line.SERVERS_END]):
        m[m[k] + Group.WANTED + place] -= 1
    if place != Place.DESK:
        m[At.N_HALL] -= 1


@inner
def set_free(m: Whole, person: int) -> None:
    """Let a person be free: they may take something, while their shift lasts."""
    now, group = m[At.NOW], m[person + Man.GROUP]
    m[person + Man.RECORD] = NEVER
    m[At.STIRRED] = 1
    if now < m[person + Man.HALL_END] and not m[person + Man.IN_HALL]:
        m[person + Man.IN_HALL] = 1
        push(m, m[group + Group.HALL], person)
    if now < m[person + Man.END] and not m[person + Man.IN_OFFICE]:
        m[person + Man.IN_OFFICE] = 1
        push(m, m[group + Group.OFFICE], person)


@inner
def lowest(m: Whole, heap: int, end: int, is_in: int) -> int:
    """Return the lowest person of a heap who is free and whose shift lasts; `NEVER` if there is none.

    Who was called away, or whose shift is over, is found here and taken out; when their work ends or a shift begins,
    they are put in again.
    """
    while m[heap]:
        person = m[heap + 1]
        if m[person + Man.RECORD] == NEVER and m[At.NOW] < m[person + end]:
            return int(person)
        pop(m, heap)
        m[person + is_in] = 0
    return NEVER


@inner
def first_taker(m: Whole) -> int:
    """Return the lowest free person who can take something; `NEVER` if there is none."""
    counter, desk = m[At.ROOM + Place.COUNTER] > 0, m[At.ROOM + Place.DESK] > 0
    for group in range(m[At.GROUPS], m[At.GROUPS_END], Group.WIDTH):
        person, other = NEVER, NEVER
        if m[group + Group.WANTED + Place.HALL] or (counter and m[group + Group.WANTED + Place.COUNTER]):
            person = lowest(m, m[group + Group.HALL], Man.HALL_END, Man.IN_HALL)
        if desk and m[group + Group.WANTED + Place.DESK]:
            other = lowest(m, m[group + Group.OFFICE], Man.END, Man.IN_OFFICE)
        if person == NEVER or (other != NEVER and other < person):
            person = other
        if person != NEVER:
            return person
    return NEVER


@inner
def best_line(m: Whole, person: int) -> int:
    """Return the line from which a person takes: of those that they can serve, the one with the best key first."""
    group, now = m[person + Man.GROUP], m[At.NOW]
    best, best_rank = NEVER, NEVER
    for row in range(m[group + Group.OFFERS], m[group + Group.OFFERS_END], OFFER):
        rank, line = m[row], m[row + 1]
        if best != NEVER and rank != best_rank:
            break
        place = m[line + Line.PLACE]
        end = m[person + Man.END] if place == Place.DESK else m[person + Man.HALL_END]
        is_served = m[line + Line.SIZE] > 0 and m[At.ROOM + place] > 0 and now < end
        if is_served and (best == NEVER or comes_before(m, m[line + Line.HEAP], m[best + Line.HEAP])):
            best, best_rank = line, rank
    return int(best)


@woven
def comes_before(m: Whole, heap: int, other: int) -> bool:
    """Return whether the first of a line's heap comes before the first of another's."""
    return bool(m[heap] < m[other] or (m[heap] == m[other] and m[heap + ENTRY - 1] < m[other + ENTRY - 1]))
