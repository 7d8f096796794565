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
    while hole > 1 and value < m[heap + (hole >> 1)]:
        m[heap + hole] = m[heap + (hole >> 1)]
        hole >>= 1
    m[heap + hole] = value


@inner
def pop(m: Whole, heap: int) -> int:
    """Take the least number away and return it; there must be one."""
    least, n = m[heap + 1], m[heap] - 1
    m[heap] = n
    value, hole = m[heap + n + 1], 1
    while 2 * hole <= n:
        child = 2 * hole
        if child < n and m[heap + child + 1] < m[heap + child]:
            child += 1
        if value <= m[heap + child]:
            break
        m[heap + hole] = m[heap + child]
        hole = child
    m[heap + hole] = value
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


@inner
def rise(m: Whole, heap: int, hole: int, key: int, record: int) -> None:
    """Put (key, record) into the hole at a place of a line's heap, or higher up.

    A record knows its place there, so that it can leave from the midst.
    """
    while hole > 0:
        above = (hole - 1) >> 1
        its_key, its_record = m[heap + ENTRY * above], m[heap + ENTRY * above + 1]
        if its_key < key or (its_key == key and its_record < record):
            break
        m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = its_key, its_record
        m[its_record + rec.PLACE] = hole
        hole = above
    m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = key, record
    m[record + rec.PLACE] = hole


@inner
def sink(m: Whole, heap: int, n: int, hole: int) -> None:
    """Put the entry that follows a line's heap of `n` into the hole at a place of it, or further down."""
    key, record = m[heap + ENTRY * n], m[heap + ENTRY * n + 1]
    while 2 * hole + 1 < n:
        child = 2 * hole + 1
        its_key, its_record = m[heap + ENTRY * child], m[heap + ENTRY * child + 1]
        if child + 1 < n:
            next_key, next_record = m[heap + ENTRY * child + ENTRY], m[heap + ENTRY * child + ENTRY + 1]
            if next_key < its_key or (next_key == its_key and next_record < its_record):
                child, its_key, its_record = child + 1, next_key, next_record
        if key < its_key or (key == its_key and record < its_record):
            break
        m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = its_key, its_record
        m[its_record + rec.PLACE] = hole
        hole = child
    m[heap + ENTRY * hole], m[heap + ENTRY * hole + 1] = key, record
    m[record + rec.PLACE] = hole


@inner
def take_out(m: Whole, heap: int, n: int, hole: int) -> None:
    """Take the entry at a place out of a line's heap of `n`."""
    if hole == n - 1:
        return
    # The last fills the hole; unless the hole is the first, it may belong above it.
    last, above = heap + ENTRY * (n - 1), heap + ENTRY * ((hole - 1) >> 1)
    if hole > 0 and (m[last] < m[above] or (m[last] == m[above] and m[last + 1] < m[above + 1])):
        rise(m, heap, hole, m[last], m[last + 1])
    else:
        sink(m, heap, n - 1, hole)


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
