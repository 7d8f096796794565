"""Heaps in the memory: of what is due, of free people, of who waits in a line, of what is under way on the link.

A heap of numbers has its size first and its entries after that. What is due is one number, the tick shifted left by
enough bits for a record, plus the record's number: comparing these compares (tick, record).
"""

from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, At, Floats, Rec, Whole

ENTRY = 2  # width of an entry of a line's heap: key, record


@inner
def push(m: Whole, heap: int, value: int) -> None:
    """Add a number."""
    at = m[heap] + 1
    m[heap] = at
    while at > 1 and value < m[heap + (at >> 1)]:
        m[heap + at] = m[heap + (at >> 1)]
        at >>= 1
    m[heap + at] = value


@inner
def pop(m: Whole, heap: int) -> int:
    """Take the least number away and return it; there must be one."""
    least, n = m[heap + 1], m[heap] - 1
    m[heap] = n
    value, at = m[heap + n + 1], 1
    while 2 * at <= n:
        child = 2 * at
        if child < n and m[heap + child + 1] < m[heap + child]:
            child += 1
        if value <= m[heap + child]:
            break
        m[heap + at] = m[heap + child]
        at = child
    m[heap + at] = value
    return int(least)


@woven
def due(m: Whole, tick: int, record: int) -> int:
    """Return the number that stands for something due."""
    return int(tick << m[At.BITS] | m[record + Rec.NUMBER])


@woven
def pop_due(m: Whole, heap: int) -> int:
    """Take away what is due first and return its record."""
    return int(m[At.RECORDS] + (pop(m, heap) & ((1 << m[At.BITS]) - 1)) * Rec.WIDTH)


@woven
def soonest(m: Whole, heap: int) -> int:
    """Return the tick of what is due first."""
    return int(m[heap + 1] >> m[At.BITS]) if m[heap] else FOREVER


@inner
def rise(m: Whole, heap: int, at: int, key: int, record: int) -> None:
    """Put (key, record) into the hole at a place of a line's heap, or higher up.

    A record knows its place there, so that it can leave from the midst.
    """
    while at > 0:
        above = (at - 1) >> 1
        its_key, its_record = m[heap + ENTRY * above], m[heap + ENTRY * above + 1]
        if its_key < key or (its_key == key and its_record < record):
            break
        m[heap + ENTRY * at], m[heap + ENTRY * at + 1] = its_key, its_record
        m[its_record + Rec.PLACE] = at
        at = above
    m[heap + ENTRY * at], m[heap + ENTRY * at + 1] = key, record
    m[record + Rec.PLACE] = at


@inner
def sink(m: Whole, heap: int, n: int, at: int, key: int, record: int) -> None:
    """Put (key, record) into the hole at a place of a line's heap of `n`, or further down."""
    while 2 * at + 1 < n:
        child = 2 * at + 1
        its_key, its_record = m[heap + ENTRY * child], m[heap + ENTRY * child + 1]
        if child + 1 < n:
            next_key, next_record = m[heap + ENTRY * child + ENTRY], m[heap + ENTRY * child + ENTRY + 1]
            if next_key < its_key or (next_key == its_key and next_record < its_record):
                child, its_key, its_record = child + 1, next_key, next_record
        if key < its_key or (key == its_key and record < its_record):
            break
        m[heap + ENTRY * at], m[heap + ENTRY * at + 1] = its_key, its_record
        m[its_record + Rec.PLACE] = at
        at = child
    m[heap + ENTRY * at], m[heap + ENTRY * at + 1] = key, record
    m[record + Rec.PLACE] = at


@inner
def take_out(m: Whole, heap: int, n: int, at: int) -> None:
    """Take the entry at a place out of a line's heap of `n`."""
    key, record = m[heap + ENTRY * (n - 1)], m[heap + ENTRY * (n - 1) + 1]
    if at == n - 1:
        return
    # The last fills the hole; unless the hole is the first, it may belong above it.
    above = heap + ENTRY * ((at - 1) >> 1)
    if at > 0 and (key < m[above] or (key == m[above] and record < m[above + 1])):
        rise(m, heap, at, key, record)
    else:
        sink(m, heap, n - 1, at, key, record)


@inner
def rise_target(m: Whole, x: Floats, targets: int, at: int, target: float, record: int) -> None:
    """Put (target, record) into the hole at a place of the link's heap, or higher up; targets are in `x`."""
    records = m[At.TRANSFERS]
    while at > 0:
        above = (at - 1) >> 1
        if x[targets + above] < target or (x[targets + above] == target and m[records + above] < record):
            break
        x[targets + at], m[records + at] = x[targets + above], m[records + above]
        at = above
    x[targets + at], m[records + at] = target, record


@inner
def sink_target(m: Whole, x: Floats, targets: int, n: int, target: float, record: int) -> None:
    """Put (target, record) into the hole at the first place of the link's heap of `n`, or further down."""
    records, at = m[At.TRANSFERS], 0
    while 2 * at + 1 < n:
        child = 2 * at + 1
        low, its_record = x[targets + child], m[records + child]
        if child + 1 < n:
            next_low, next_record = x[targets + child + 1], m[records + child + 1]
            if next_low < low or (next_low == low and next_record < its_record):
                child, low, its_record = child + 1, next_low, next_record
        if target < low or (target == low and record < its_record):
            break
        x[targets + at], m[records + at] = low, its_record
        at = child
    x[targets + at], m[records + at] = target, record
