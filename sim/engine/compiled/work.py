"""Ends of work: one at most for each person, and the first of them all.

They lie in the order of the people, padded to a multiple of eight, and beside them the first of every eight, padded
likewise. To find the first anew takes no guess: two handfuls of comparisons in a centre of up to 64.
"""

from sim.engine.compiled import at, man, rec
from sim.engine.compiled.heaps import due, foresee, record_of, tick_of
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import EIGHT, FOREVER, Whole
from sim.engine.order import Kind

_SHIFT = 3  # to tell which eight


@inner
def expect_work(m: Whole, record: int, person: int, tick: int) -> None:
    """Let a person's work at a record end at a tick, if that comes."""
    if tick < m[at.END_TICK]:
        value, number = due(m, tick, record), m[person + man.NUMBER]
        m[m[at.UNTIL] + number] = value
        first = m[at.FIRST_UNTIL] + (number >> _SHIFT)
        m[first] = min(m[first], value)
        if value < m[at.WORK_DUE]:
            m[at.WORK_DUE] = value
            foresee(m, Kind.WORK_END.value, tick)


@woven
def end_first(m: Whole) -> int:
    """Let the work end that is due first, and return its record."""
    record = record_of(m, m[at.WORK_DUE])
    number = m[m[record + rec.BY] + man.NUMBER]
    m[m[at.UNTIL] + number] = FOREVER
    m[m[at.FIRST_UNTIL] + (number >> _SHIFT)] = least_of_eight(m, m[at.UNTIL] + (number & -EIGHT))
    value = least_of_eight(m, m[at.FIRST_UNTIL])
    for eight in range(m[at.FIRST_UNTIL] + EIGHT, m[at.FIRST_UNTIL_END], EIGHT):
        value = min(value, least_of_eight(m, eight))
    m[at.WORK_DUE] = value
    if value == FOREVER:
        m[at.DUE + Kind.WORK_END] = FOREVER
    else:
        foresee(m, Kind.WORK_END.value, tick_of(m, value))
    return record


@inner
def least_of_eight(m: Whole, row: int) -> int:
    """Return the least of eight numbers."""
    first, second = min(m[row], m[row + 1]), min(m[row + 2], m[row + 3])
    third, fourth = min(m[row + 4], m[row + 5]), min(m[row + 6], m[row + 7])
    return int(min(min(first, second), min(third, fourth)))  # noqa: PLW3301 - so that two can be found at a time
