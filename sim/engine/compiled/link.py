"""The link: all transfers under way share it equally.

`x` holds the bits that each transfer has been given, the bits per tick, the latter of every step, and the heap of
targets: who starts is through when the bits given have grown by their size. The order of the operations in floating
point is that of `sim.engine.order`.
"""

import math

from sim.engine.compiled import at
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.heaps import foresee, foresee_row, rise_target, sink_target
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import FOREVER, Floats, Whole
from sim.engine.order import Kind

PASSED, RATE, RATES = 0, 1, 2  # places in `x`; after the rates come the targets
STEP = 2  # width of a row (tick, loses work)


@woven
def grow(m: Whole, x: Floats) -> None:
    """Count what has passed since the last change."""
    now, under_way = m[at.NOW], m[at.N_TRANSFERS]
    if under_way:
        x[PASSED] += (now - m[at.LINK_SINCE]) * x[RATE] / under_way
    else:
        x[PASSED] = 0.0
    m[at.LINK_SINCE] = now


@woven
def foresee_transfer(m: Whole, x: Floats) -> None:
    """Note when the next transfer ends, if nothing changes before."""
    now, under_way = m[at.NOW], m[at.N_TRANSFERS]
    m[at.DUE + Kind.TRANSFER_END] = FOREVER
    if under_way:
        missing = x[m[at.TARGETS]] - x[PASSED]
        if missing <= 0:
            foresee(m, Kind.TRANSFER_END.value, now)
        elif x[RATE] > 0:  # what would end later than the period does not end
            takes = math.ceil(min(missing * under_way / x[RATE], float(m[at.END_TICK])))
            foresee(m, Kind.TRANSFER_END.value, now + takes)


@inner
def start_transfer(m: Whole, x: Floats, record: int) -> None:
    """Begin to upload a record's files."""
    grow(m, x)
    under_way = m[at.N_TRANSFERS]
    rise_target(m, x, under_way, x[PASSED] + drawn(m, at.UPLOAD_BIT, record), record)
    m[at.N_TRANSFERS] = under_way + 1
    foresee_transfer(m, x)


@inner
def end_transfer(m: Whole, x: Floats) -> int:
    """End the transfer that is through and return its record."""
    grow(m, x)
    record, under_way = m[m[at.TRANSFERS]], m[at.N_TRANSFERS] - 1
    m[at.N_TRANSFERS] = under_way
    if under_way:
        sink_target(m, x, under_way)
    else:
        x[PASSED] = 0.0
    foresee_transfer(m, x)
    return int(record)


@inner
def step_link(m: Whole, x: Floats) -> None:
    """Change the link's speed, and begin anew what is under way if the step loses work."""
    grow(m, x)
    row = m[at.NEXT_STEP]
    x[RATE] = x[RATES + (row - m[at.STEPS]) // STEP]
    if m[row + 1]:
        for place in range(m[at.N_TRANSFERS]):  # the heap is built anew from its front, place by place
            record = m[m[at.TRANSFERS] + place]
            rise_target(m, x, place, x[PASSED] + drawn(m, at.UPLOAD_BIT, record), record)
    m[at.NEXT_STEP] = row + STEP
    foresee_row(m, Kind.LINK_STEP.value, row + STEP, m[at.STEPS_END])
    foresee_transfer(m, x)
