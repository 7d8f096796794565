"""Figures of people, counters, scanners and line: how much of them is in use, overtime, what uploads suffer."""

import numpy as np

from sim.measures.shifts import Hours
from sim.measures.spans import Floats, Over, ratio
from sim.plan import UNLIMITED, Plan
from sim.timebase import NEVER, Ticks
from sim.trace import COUNTER_STATES, State, Trace

_S_PER_H = 3600


def resource_figures(trace: Trace, plan: Plan, over: Over, hours: Hours) -> dict[str, Floats]:
    """Return the figures of people, counters, scanners and link by span."""
    ticks_per_h = plan.hours.timebase.ticks_per_s * _S_PER_H
    on_shift, worked = (over.time(rows[:, 1], rows[:, 2]) for rows in (hours.shifts, hours.work))
    overrun = over.time(hours.overruns[:, 1], hours.overruns[:, 2])
    lunch = hours.overtime[_is_lunch(plan, hours.overtime)]
    opening = over.time(plan.doors[:, 1], plan.doors[:, 2])
    stints = trace.stints
    at_counter = stints[np.isin(stints[:, 1], COUNTER_STATES) & (stints[:, 4] != NEVER)]
    return {
        "overtime_h": (over.time(hours.overtime[:, 1], hours.overtime[:, 2]) + overrun) / ticks_per_h,
        "lunch_h": over.time(lunch[:, 1], lunch[:, 2]) / ticks_per_h,
        "utilisation_ratio": ratio(worked, on_shift + overrun),
        "counter_utilisation_ratio": _use(over, at_counter, plan, opening, plan.n_counters),
        "scanner_utilisation_ratio": _use(over, trace.of(State.SCAN), plan, opening, plan.n_scanners),
        "link_utilisation_ratio": ratio(_link_time(trace, plan, over), opening),
        "transfer_slowdown_ratio": _slowdown(trace, plan, over),
    }


def _is_lunch(plan: Plan, overtime: Ticks) -> Ticks:
    """Return which overtime lies before the end of a working day: the lunch that somebody works through."""
    day = plan.hours.timebase.day_index(overtime[:, 1])
    closes = {
        index: plan.hours.normal_shifts(index)[-1][1] for index in set(day.tolist()) & set(plan.hours.working_days)
    }
    return np.array(
        [start < closes.get(index, 0) for start, index in zip(overtime[:, 1].tolist(), day.tolist(), strict=True)],
        dtype=bool,
    )


def _use(over: Over, stints: Ticks, plan: Plan, opening: Floats, n_places: int) -> Floats:
    """Return which part of these places' opening hours was in use; NaN where there are as many as needed."""
    if n_places in {0, UNLIMITED}:
        return np.full(len(opening), np.nan)
    end = np.where(stints[:, 3] == NEVER, plan.hours.timebase.end_tick, stints[:, 3])
    return ratio(over.time(stints[:, 2], end), opening * n_places)


def _link_time(trace: Trace, plan: Plan, over: Over) -> Floats:
    """Return for how many ticks of the opening hours an upload was under way, if only held by an outage."""
    start, end = _transfers(trace, plan)
    # Both are disjoint and in order, so an interval meets the days from that of its start to that of its end.
    first = np.searchsorted(plan.doors[:, 2], start, side="right")
    n_days = np.searchsorted(plan.doors[:, 1], end, side="left") - first
    n_days = np.maximum(n_days, 0)
    which = np.repeat(np.arange(len(start)), n_days)
    day = first[which] + np.arange(len(which)) - np.repeat(np.cumsum(n_days) - n_days, n_days)
    return over.time(np.maximum(start[which], plan.doors[day, 1]), np.minimum(end[which], plan.doors[day, 2]))


def _transfers(trace: Trace, plan: Plan) -> tuple[Ticks, Ticks]:
    """Return when the link carried at least one upload: disjoint intervals, their starts and ends."""
    uploads = trace.of(State.UPLOAD)
    start = uploads[:, 2]
    end = np.where(uploads[:, 3] == NEVER, plan.hours.timebase.end_tick, uploads[:, 3])
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.maximum.accumulate(end[order]) if len(start) else end
    is_first = np.ones(len(start), dtype=bool)
    is_first[1:] = start[1:] > end[:-1]
    last = np.flatnonzero(np.append(is_first[1:], True)) if len(start) else np.array([], dtype=np.int64)
    return start[is_first], end[last]


def _slowdown(trace: Trace, plan: Plan, over: Over) -> Floats:
    """Return how many times as long as alone on the free line the uploads that ended in each span took, together."""
    uploads = trace.of(State.UPLOAD)
    uploads = uploads[uploads[:, 3] != NEVER]
    alone = trace.workload.upload_bit[uploads[:, 0]] / plan.link_bit_per_tick.max()
    took = over.total(uploads[:, 3], (uploads[:, 3] - uploads[:, 2]).astype(np.float64))
    return ratio(took, over.total(uploads[:, 3], alone))
