"""Figures of visits: waits, and those who came in vain."""

import numpy as np
from numpy.typing import NDArray

from sim.measures.spans import Floats, Over, ratio
from sim.plan import Plan
from sim.timebase import NEVER, Ticks
from sim.trace import AWAY_STATES, State, Trace

_QUANTILES = (0.5, 0.9, 0.95)
_IN_LINE = (State.WAIT_GUIDANCE, State.WAIT_INTAKE)


def calls(trace: Trace) -> tuple[Ticks, Ticks]:
    """Return when visits were called to the right counter, and how long each had waited in the hall's lines until then.

    Returns:
        ``int64[n_calls]`` twice: tick, and ticks waited, on all days on which one came for it.
    """
    record, state, start, end, _ = trace.stints.T
    in_line = np.isin(state, _IN_LINE) & (end != NEVER)
    waited = np.concatenate([[0], np.cumsum(np.where(in_line, end - start, 0))])[:-1]  # before each stint
    is_call = np.zeros(len(state), dtype=bool)
    is_call[1:] = (state[1:] == State.INTAKE) & (state[:-1] == State.WAIT_INTAKE) & (record[1:] == record[:-1])
    at = np.flatnonzero(is_call)
    first = np.searchsorted(record, record[at])  # where the life of the record begins
    before = waited[first]
    again = np.zeros(len(at), dtype=bool)
    again[1:] = record[at][1:] == record[at][:-1]
    before[again] = waited[at[:-1]][again[1:]]
    return start[at], waited[at] - before


def visit_figures(trace: Trace, plan: Plan, over: Over) -> dict[str, Floats]:
    """Return the figures of visits by span."""
    called, waits = calls(trace)
    waits_s = waits / plan.hours.timebase.ticks_per_s
    mean, p50, p90, p95 = over.quantiles(called, waits_s, _QUANTILES)
    n_called = over.count(called)
    limit = plan.waiting_limit
    too_long = np.full(len(n_called), np.nan) if limit == NEVER else ratio(over.count(called[waits > limit]), n_called)
    return {
        "wait_s_mean": mean,
        "wait_s_p50": p50,
        "wait_s_p90": p90,
        "wait_s_p95": p95,
        "wait_over_limit_ratio": too_long,
        "sent_home_count": over.count(trace.of(State.SENT_HOME)[:, 2]),
        "reneged_count": over.count(trace.of(State.RENEGED)[:, 2]),
        "balked_count": over.count(trace.of(State.BALKED)[:, 2]),
        "gone_count": over.count(_gone(trace)),
        "unserved_count": _unserved(trace, over),
        "wrong_counter_count": over.count(trace.of(State.WRONG_COUNTER)[:, 2]),
        "supplement_count": over.count(trace.of(State.SUPPLEMENT)[:, 2]),
    }


def _gone(trace: Trace) -> Ticks:
    """Return when visits left for good; who came along leaves with the visit and is not counted."""
    return trace.stints[_leads_away(trace) & (trace.stints[:, 1] == State.GONE), 2]


def _leads_away(trace: Trace) -> NDArray[np.bool_]:
    before = np.append(NEVER, trace.stints[:-1, 1])
    return np.asarray(before != State.PARTY)


def _unserved(trace: Trace, over: Over) -> Floats:
    """Return how many visits are away in vain, for now or for good, when each span ends."""
    away = np.isin(trace.stints[:, 1], (*AWAY_STATES, State.GONE)) & _leads_away(trace)
    start, end = trace.stints[away, 2], trace.stints[away, 3]
    n_left = np.searchsorted(np.sort(start), over.end)
    n_back = np.searchsorted(np.sort(end[end != NEVER]), over.end)
    return (n_left - n_back).astype(np.float64)
