"""Figures of records: received, settled, in progress, late.

The rate as a province publishes it: late % = (late in progress + late done) / (received + carried over).
"""

import numpy as np
from numpy.typing import NDArray

from sim.measures.spans import Floats, Over, ratio
from sim.plan import Plan
from sim.timebase import NEVER, Ticks
from sim.trace import State, Trace

_S_PER_H = 3600
_QUANTILES = (0.5, 0.9, 0.95)
_AFTER_ALL = 1 << 61  # later than any tick


def due_ticks(trace: Trace, plan: Plan) -> Ticks:
    """Return when each record is due: ``int64[n_records]``, `NEVER` where it has not been received."""
    due = np.full(trace.workload.n_records, NEVER, dtype=np.int64)
    for index, deadline in enumerate(plan.deadlines):
        of_kind = (trace.workload.procedure == index) & (trace.received != NEVER)
        due[of_kind] = plan.hours.due_ticks(
            trace.received[of_kind],
            working_days=deadline.working_days,
            working_hours=deadline.working_hours,
            cutoff=deadline.cutoff,
        )
    return due


def record_figures(trace: Trace, plan: Plan, over: Over, due: Ticks, of: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return the figures of these records by span."""
    received = np.where(trace.received == NEVER, _AFTER_ALL, trace.received)[of]
    settled, due = np.where(trace.settled == NEVER, _AFTER_ALL, trace.settled)[of], due[of]
    n_received, n_settled = over.count(received), over.count(settled)
    late_from = np.where(received < _AFTER_ALL, np.maximum(received, due), _AFTER_ALL)
    n_late_done = over.count(np.where(settled > due, settled, NEVER))
    overdue = _before(late_from, over.end) - _before(np.maximum(late_from, settled), over.end)
    carried_over = _before(received, over.start) - _before(settled, over.start)
    backlog = _before(received, over.end) - _before(settled, over.end)
    ticks_per_h = plan.hours.timebase.ticks_per_s * _S_PER_H
    age = over.end * backlog - (_sum_before(received, received, over.end) - _sum_before(received, settled, over.end))
    return {
        "received_count": n_received,
        "settled_count": n_settled,
        "backlog_count": backlog,
        "backlog_overdue_count": overdue,
        "backlog_age_h_mean": ratio(age / ticks_per_h, backlog),
        "on_time_ratio": 1 - ratio(n_late_done + overdue, n_received + carried_over),
        "on_time_completed_ratio": 1 - ratio(n_late_done, n_settled),
    } | _sojourns(trace, plan, over, of)


def _before(instants: Ticks, at: Ticks) -> Floats:
    return np.searchsorted(np.sort(instants), at).astype(np.float64)


def _sum_before(amounts: Ticks, instants: Ticks, at: Ticks) -> Floats:
    """Return the sum of the amounts whose instants lie before each of these ticks."""
    order = np.argsort(instants, kind="stable")
    amounts = np.where(instants < _AFTER_ALL, amounts, 0)[order]
    sums = np.concatenate([[0], np.cumsum(amounts)])
    return np.asarray(sums[np.searchsorted(instants[order], at)], dtype=np.float64)


def _sojourns(trace: Trace, plan: Plan, over: Over, of: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return how long the records settled in each span took from their arrival on."""
    is_settled = of & (trace.settled != NEVER)
    took_s = (trace.settled - trace.workload.arrival)[is_settled] / plan.hours.timebase.ticks_per_s
    mean, p50, p90, p95 = over.quantiles(trace.settled[is_settled], took_s, _QUANTILES)
    return {"sojourn_s_mean": mean, "sojourn_s_p50": p50, "sojourn_s_p90": p90, "sojourn_s_p95": p95}


def supplement_count(trace: Trace, over: Over) -> Floats:
    """Return how often papers were found incomplete in each span."""
    return over.count(trace.of(State.SUPPLEMENT)[:, 2])
