"""Heaps in the memory: of what is due, of free people, of who waits in a line, of what is under way on the link.

A heap of numbers has its size first and its entries after that. What is due is one number, the tick shifted left by
enough bits for a record, plus the record's number: comparing these compares (tick, record).
"""

from sim.engine.compiled import at, rec
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, Floats, Whole

ENTRY = 2  # width of an entry of a line's heap: key, record


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
    return int(tick << m[at.BITS] | m[record + rec.NUMBER])


@woven
def pop_due(m: Whole, heap: int) -> int:
    """Take away what is due first and return its record."""
    return int(m[at.RECORDS] + (pop(m, heap) & ((1 << m[at.BITS]) - 1)) * rec.WIDTH)


@woven
def soonest(m: Whole, heap: int) -> int:
    """Return the tick of what is due first."""
    return int(m[heap + 1] >> m[at.BITS]) if m[heap] else FOREVER


@woven
def is_less(m: Whole, entry: int, key: int, record: int) -> bool:
    """Return whether an entry of a line's heap comes before (key, record)."""
    return bool(m[entry] < key or (m[entry] == key and m[entry + 1] < record))


@woven
def move(m: Whole, heap: int, place: int, hole: int) -> None:
    """Move an entry of a line's heap; its record knows its place there, so that it can leave from the midst."""
    record = m[heap + ENTRY * place + 1]
    m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = m[heap + ENTRY * place], record
    m[record + rec.PLACE] = hole


@inner
def rise(m: Whole, heap: int, hole: int, key: int, record: int) -> None:
    """Put (key, record) into the hole at a place of a line's heap, from 0, or higher up."""
    while hole > 0:
        above = (hole - 1) >> 1
        if is_less(m, heap + ENTRY * above, key, record):
            break
        move(m, heap, above, hole)
        hole = above
    m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = key, record
    m[record + rec.PLACE] = hole


@inner
def take_out(m: Whole, heap: int, n: int, hole: int) -> None:
    """Take the entry at a place out of a line's heap of `n`, and let the last fill the hole, wherever it belongs."""
    n -= 1
    key, record = m[heap + ENTRY * n], m[heap + ENTRY * n + 1]
    if hole == n:
        return
    child = 2 * hole + 1
    while child < n:
        if child + 1 < n and is_less(
            m, heap + ENTRY * (child + 1), m[heap + ENTRY * child], m[heap + ENTRY * child + 1]
        ):
            child += 1
        move(m, heap, child, hole)
        hole, child = child, 2 * child + 1
    rise(m, heap, hole, key, record)


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
