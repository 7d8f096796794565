"""The passing of time: days, doors and portal, and how long work takes at the pace of the moment.

Each of these is a table in order of time and a row in it that only moves on; `turn` moves them.
"""

from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, At, Man, Whole
from sim.scenario.people import Stage

OPENING, LAST_ENTRY, DISPERSAL, DOOR = 1, 2, 3, 4  # columns of the doors, after midnight, and their width
PERMILLE, LOSES, PACE = 1, 2, 3  # columns of the paces, after the tick, and their width
PORTAL = 2  # width of a row (start, end)
_FULL = 1000  # permille
_LONGEST_DAY_H = 24


@inner
def turn(m: Whole) -> None:
    """Move on to the day, the pace, the doors and the time without portal that hold now."""
    now = m[At.NOW]
    while now >= m[m[At.MIDNIGHTS] + m[At.DAY] + 1]:
        m[At.DAY] += 1
    following = m[m[At.MIDNIGHTS] + m[At.DAY] + 1]
    pace = m[At.PACE] + PACE
    while pace < m[At.PACES_END] and now >= m[pace]:
        pace += PACE
    m[At.PACE] = pace - PACE
    if pace < m[At.PACES_END]:
        following = min(following, m[pace])
    door = m[At.DOOR] + DOOR
    while door < m[At.DOORS_END] and now >= m[door]:
        door += DOOR
    m[At.DOOR] = door - DOOR
    if door < m[At.DOORS_END]:
        following = min(following, m[door])
    portal = m[At.PORTAL]
    while portal < m[At.PORTALS_END] and now >= m[portal + 1]:
        portal += PORTAL
    m[At.PORTAL] = portal
    if portal < m[At.PORTALS_END]:
        following = min(following, m[portal + 1])
    m[At.TURNS] = following


@woven
def is_before(m: Whole, column: int) -> bool:
    """Return whether now is in the last day whose midnight has come, before one of the times of its doors."""
    return bool(m[At.DOOR] >= m[At.DOORS] and m[At.NOW] < m[m[At.DOOR] + column])


@inner
def first_opening(m: Whole, tick: int) -> int:
    """Return the row of the first doors that open at this tick or later; the end of the table if none do."""
    doors = m[At.DOORS]
    low, high = 0, (m[At.DOORS_END] - doors) // DOOR
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
    takes = work * m[person + Man.PERMILLE + m[At.DAY]] // _FULL
    if stage == Stage.INTAKE:
        takes = takes * m[m[At.INTAKE] + m[At.DAY]] // _FULL
    hours = min((m[At.NOW] - m[person + Man.DAY_START]) // m[At.TICKS_PER_H], _LONGEST_DAY_H)
    return int(takes * m[m[At.FATIGUE] + hours] // _FULL)


@inner
def finish(m: Whole, takes: int) -> int:
    """Return the tick at which work that takes so many ticks at full speed is done, taken up now."""
    at, pace = m[At.NOW], m[At.PACE]
    if takes == 0:
        return int(at)
    missing = takes * _FULL  # what must still pass, in thousandths of ticks
    while pace + PACE < m[At.PACES_END]:
        following = m[pace + PACE]
        passes = (following - at) * m[pace + PERMILLE]
        if missing <= passes:
            break
        missing = takes * _FULL if m[pace + PACE + LOSES] else missing - passes
        pace += PACE
        at = following
    if m[pace + PERMILLE] == 0:
        return FOREVER
    return int(at - (-missing // m[pace + PERMILLE]))


@inner
def progress(m: Whole, since: int) -> int:
    """Return how many ticks at full speed have passed from a tick, or the last loss of work after it, until now."""
    until, pace, passed = m[At.NOW], m[At.PACE], 0
    while m[pace] > since:
        passed += (until - m[pace]) * m[pace + PERMILLE]
        if m[pace + LOSES]:
            return int(passed // _FULL)
        until = m[pace]
        pace -= PACE
    return int((passed + (until - since) * m[pace + PERMILLE]) // _FULL)
