"""Heaps in the memory: of what is due, of what waits to be signed, of what is under way on the link.

A heap of numbers has its size first and its entries after that. What is due is one number, the tick shifted left by
enough bits for a record, plus the record's number: comparing these compares (tick, record). The next event of a kind
is one number, too, of which the kind takes the lower bits: the least of them is what happens next.
"""

from sim.engine.compiled import at, rec
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, Floats, Whole

KIND_BITS = 4


@inner
def push(m: Whole, heap: int, value: int) -> None:
    """Add a number."""
    hole = m[heap] + 1
    m[heap] = hole
    climb(m, heap, hole, value)


@woven
def climb(m: Whole, heap: int, hole: int, value: int) -> None:
    """Put a number into the hole at a place, from 1, or higher up."""
    while hole > 1 and value < m[heap + (hole >> 1)]:
        m[heap + hole] = m[heap + (hole >> 1)]
        hole >>= 1
    m[heap + hole] = value


@inner
def pop(m: Whole, heap: int) -> int:
    """Take the least number away and return it; there must be one.

    The hole sinks to the bottom, where the last number, that fills it, belongs most often.
    """
    least, n = m[heap + 1], m[heap] - 1
    value = m[heap + n + 1]
    m[heap] = n
    hole, child = 1, 2
    while child < n:
        if m[heap + child + 1] < m[heap + child]:
            child += 1
        m[heap + hole] = m[heap + child]
        hole, child = child, 2 * child
    if child == n:
        m[heap + hole] = m[heap + child]
        hole = child
    climb(m, heap, hole, value)
    return int(least)


@woven
def due(m: Whole, tick: int, record: int) -> int:
    """Return the number that stands for something due."""
    return int(tick << m[at.BITS] | record >> rec.SHIFT)


@woven
def tick_of(m: Whole, value: int) -> int:
    """Return when that is due for which a number stands."""
    return int(value >> m[at.BITS])


@woven
def record_of(m: Whole, value: int) -> int:
    """Return the record of which that is due for which a number stands."""
    return int((value & ((1 << m[at.BITS]) - 1)) << rec.SHIFT)


@woven
def foresee(m: Whole, kind: int, tick: int) -> None:
    """Note the tick of the next event of a kind."""
    m[at.DUE + kind] = tick << KIND_BITS | kind


@woven
def foresee_row(m: Whole, kind: int, row: int, end: int) -> None:
    """Note that the next event of a kind is what a row of a table begins with, unless the table has ended."""
    if row < end:
        foresee(m, kind, m[row])
    else:
        m[at.DUE + kind] = FOREVER


@woven
def foresee_first(m: Whole, kind: int, heap: int) -> None:
    """Note that the next event of a kind is what is due first of a heap."""
    if m[heap]:
        foresee(m, kind, tick_of(m, m[heap + 1]))
    else:
        m[at.DUE + kind] = FOREVER


@inner
def rise_target(m: Whole, x: Floats, hole: int, target: float, record: int) -> None:
    """Put (target, record) into the hole at a place of the link's heap, or higher up; targets are in `x`."""
    targets, records = m[at.TARGETS], m[at.TRANSFERS]
    while hole > 0:
        above = (hole - 1) >> 1
        if x[targets + above] < target or (x[targets + above] == target and m[records + above] < record):
            break
        x[targets + hole], m[records + hole] = x[targets + above], m[records + above]
        hole = above
    x[targets + hole], m[records + hole] = target, record


@inner
def sink_target(m: Whole, x: Floats, n: int) -> None:
    """Put the entry that follows the link's heap of `n` into the hole at its first place, or further down."""
    targets, records, hole = m[at.TARGETS], m[at.TRANSFERS], 0
    target, record = x[targets + n], m[records + n]
    while 2 * hole + 1 < n:
        child = 2 * hole + 1
        low, its_record = x[targets + child], m[records + child]
        if child + 1 < n:
            next_low, next_record = x[targets + child + 1], m[records + child + 1]
            if next_low < low or (next_low == low and next_record < its_record):
                child, low, its_record = child + 1, next_low, next_record
        if target < low or (target == low and record < its_record):
            break
        x[targets + hole], m[records + hole] = low, its_record
        hole = child
    x[targets + hole], m[records + hole] = target, record
