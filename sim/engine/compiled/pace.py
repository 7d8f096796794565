"""The passing of time: days, doors and portal, and how long work takes at the pace of the moment.

Each of these is a table in order of time and a row in it that only moves on; `turn` moves them.
"""

from sim.engine.compiled import at, man
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, Whole
from sim.scenario.people import Stage

OPENING, LAST_ENTRY, DISPERSAL, DOOR = 1, 2, 3, 4  # columns of the doors, after midnight, and their width
PERMILLE, LOSES, PACE = 1, 2, 3  # columns of the paces, after the tick, and their width
PORTAL = 2  # width of a row (start, end)
FULL = 1000  # permille
_LONGEST_DAY_H = 24


@inner
def turn(m: Whole) -> None:
    """Move on to the day, the pace, the doors and the time without portal that hold now."""
    now = m[at.NOW]
    while now >= m[m[at.MIDNIGHTS] + m[at.DAY] + 1]:
        m[at.DAY] += 1
    following = m[m[at.MIDNIGHTS] + m[at.DAY] + 1]
    pace = m[at.PACE] + PACE
    while pace < m[at.PACES_END] and now >= m[pace]:
        pace += PACE
    m[at.PACE], m[at.SPEED] = pace - PACE, m[pace - PACE + PERMILLE]
    m[at.PACE_ENDS] = m[pace] if pace < m[at.PACES_END] else FOREVER
    following = min(following, m[at.PACE_ENDS])
    door = m[at.DOOR] + DOOR
    while door < m[at.DOORS_END] and now >= m[door]:
        door += DOOR
    m[at.DOOR] = door - DOOR
    if door < m[at.DOORS_END]:
        following = min(following, m[door])
    portal = m[at.PORTAL]
    while portal < m[at.PORTALS_END] and now >= m[portal + 1]:
        portal += PORTAL
    m[at.PORTAL] = portal
    if portal < m[at.PORTALS_END]:
        following = min(following, m[portal + 1])
    m[at.TURNS] = following


@woven
def is_before(m: Whole, column: int) -> bool:
    """Return whether now is in the last day whose midnight has come, before one of the times of its doors."""
    return bool(m[at.DOOR] >= m[at.DOORS] and m[at.NOW] < m[m[at.DOOR] + column])


@inner
def first_opening(m: Whole, tick: int) -> int:
    """Return the row of the first doors that open at this tick or later; the end of the table if none do."""
    doors = m[at.DOORS]
    low, high = 0, (m[at.DOORS_END] - doors) // DOOR
    while low < high:
        middle = (low + high) >> 1
        if m[doors + DOOR * middle + OPENING] < tick:
            low = middle + 1
        else:
            high = middle
    return int(doors + DOOR * low)


@woven
def duration(m: Whole, person: int, stage: int, work: int) -> int:
    """Return how many ticks at full speed this work takes when this person takes it up now."""
    takes = work * m[person + man.PERMILLE + m[at.DAY]] // FULL
    if stage == Stage.INTAKE:
        takes = takes * m[m[at.INTAKE] + m[at.DAY]] // FULL
    at_work = m[at.NOW] - m[person + man.DAY_START]
    if at_work < m[at.FRESH]:  # the factor is one
        return int(takes)
    return int(takes * m[m[at.FATIGUE] + min(at_work // m[at.TICKS_PER_H], _LONGEST_DAY_H)] // FULL)


@woven
def finish(m: Whole, takes: int) -> int:
    """Return the tick at which work that takes so many ticks at full speed is done, taken up now."""
    done = m[at.NOW] + takes
    if m[at.SPEED] == FULL and done <= m[at.PACE_ENDS]:
        return int(done)
    return finish_by_steps(m, takes)


@inner
def finish_by_steps(m: Whole, takes: int) -> int:
    """Return what `finish` does, also when speed is not full or changes on the way."""
    since, pace = m[at.NOW], m[at.PACE]
    if takes == 0:
        return int(since)
    missing = takes * FULL  # what must still pass, in thousandths of ticks
    while pace + PACE < m[at.PACES_END]:
        following = m[pace + PACE]
        passes = (following - since) * m[pace + PERMILLE]
        if missing <= passes:
            break
        missing = takes * FULL if m[pace + PACE + LOSES] else missing - passes
        pace += PACE
        since = following
    if m[pace + PERMILLE] == 0:
        return FOREVER
    return int(since - (-missing // m[pace + PERMILLE]))


@inner
def progress(m: Whole, since: int) -> int:
    """Return how many ticks at full speed have passed from a tick, or the last loss of work after it, until now."""
    until, pace, passed = m[at.NOW], m[at.PACE], 0
    while m[pace] > since:
        passed += (until - m[pace]) * m[pace + PERMILLE]
        if m[pace + LOSES]:
            return int(passed // FULL)
        until = m[pace]
        pace -= PACE
    return int((passed + (until - since) * m[pace + PERMILLE]) // FULL)
