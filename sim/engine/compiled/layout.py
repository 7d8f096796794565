"""Lays out the memory of a replication.

In: a workload, a plan and conditions. Out: `m` and `x` as `sim.engine.compiled.tables` describes them. Invariant: all
that a replication needs, but for more stints than usual, is allocated here.
"""

from itertools import accumulate

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled import at, queue, rec
from sim.engine.compiled.diary import STINT, stints_of_an_event
from sim.engine.compiled.front import front_of
from sim.engine.compiled.heaps import ENTRY
from sim.engine.compiled.link import PASSED, RATE, RATES
from sim.engine.compiled.tables import Floats, Whole
from sim.engine.order import Kind
from sim.errors import require
from sim.plan import Plan
from sim.workload import Workload

_BITS = 62  # of a number that is compared
_CACHE_LINE = 8  # whole numbers
_STINTS = 24  # room for so many of each record, to begin with; what is not used costs next to nothing


def lay_out(workload: Workload, plan: Plan, conditions: Conditions) -> tuple[Whole, Floats]:
    """Return a fresh memory."""
    front, n_records, end_tick = front_of(plan), workload.n_records, plan.hours.timebase.end_tick
    paces = np.column_stack([conditions.pace_step_tick, conditions.pace_permille, conditions.pace_loses])
    steps = np.column_stack([conditions.link_step_tick, conditions.link_loses])
    in_line = front.has_procedure @ np.bincount(workload.procedure, minlength=front.has_procedure.shape[1])
    sizes = (
        len(front.numbers),
        paces.size,
        steps.size,
        conditions.portal_down.size,
        1 + n_records,
        1 + n_records,
        n_records,
        n_records,
        rec.WIDTH * n_records,
        ENTRY * int(in_line.sum()),  # room for all that can ever wait in each line
        max(len(rec.DRAWN) * n_records, STINT * (_STINTS * n_records + stints_of_an_event(n_records, plan.n_persons))),
    )
    pace, step, portal, leaves, returns, signing, transfers, records, heaps, stints, end = accumulate(sizes)
    m = _empty(end, records)
    m[:pace] = front.numbers
    m[pace:step], m[step:portal], m[portal:leaves] = paces.ravel(), steps.ravel(), conditions.portal_down.ravel()
    m[at.PACE], m[at.PACES_END] = pace, step
    m[at.STEPS], m[at.STEPS_END], m[at.NEXT_STEP] = step, portal, step
    m[at.PORTAL], m[at.PORTALS_END] = portal, leaves
    m[at.LEAVE_DUE], m[at.RETURN_DUE], m[leaves], m[returns] = leaves, returns, 0, 0
    m[at.SIGNING], m[at.TRANSFERS], m[at.RECORDS], m[at.RECORDS_END] = signing, transfers, records, heaps
    m[at.STINTS], m[at.NEXT_STINT] = stints, stints
    m[at.LAST_STINT] = end - STINT * stints_of_an_event(n_records, plan.n_persons)
    m[at.DUE + Kind.LINK_STEP] = conditions.link_step_tick[0]
    m[at.BITS] = bits = n_records.bit_length()
    require(end_tick < 1 << (_BITS - bits), "too many records and ticks for one number", bits=bits)
    front.shifts.leave_out(m, workload.absence_draw)
    lines = m[m[at.LINES] : m[at.LINES_END]].reshape(-1, queue.WIDTH)
    lines[:, queue.HEAP] = heaps + ENTRY * (np.cumsum(in_line) - in_line)
    _lay_draws(m[stints:], workload, end_tick)
    rates = conditions.link_bit_per_tick
    m[at.TARGETS] = RATES + len(rates)
    x = np.empty(RATES + len(rates) + n_records, dtype=np.float64)
    x[PASSED], x[RATE], x[RATES : RATES + len(rates)] = 0, 0, rates
    return m, x


def _empty(size: int, records: int) -> Whole:
    """Return new memory in which the records' rows begin where lines of the processor's cache do."""
    m = np.empty(size + _CACHE_LINE, dtype=np.int64)
    before = -(m.ctypes.data // m.itemsize + records) % _CACHE_LINE
    return m[before : before + size]


def _lay_draws(m: Whole, workload: Workload, end_tick: int) -> None:
    """Lay the draws one after the other, in the order of `rec.DRAWN`."""
    lowest = min(0, int(workload.arrival.min(initial=0)))
    priority = workload.priority - workload.priority.min(initial=0)
    span = end_tick - lowest
    require(span * (int(priority.max(initial=0)) + 1) < 1 << _BITS, "too many priorities and ticks for one number")
    columns = (
        workload.follower,
        workload.procedure,
        priority * span - lowest,
        *workload.work,
        workload.scan_work,
        workload.upload_bit,
        workload.incomplete_draw,
        workload.wrong_draw,
        workload.patience,
        workload.balk_at,
        workload.channel_draw,
        workload.arrival,
        workload.leads,
        workload.entry,
        workload.n_tries,
        workload.return_offset,
        workload.supplement_delay,
        workload.collect_delay,
    )
    np.concatenate(columns, out=m[: len(columns) * workload.n_records])
