"""The figures of things: how much of counters, scanners and link was in use, and how much slower transfers were."""

import numpy as np

from sim.measures.facts import FAR, Facts
from sim.measures.load import Load
from sim.measures.passes import add_up_by_end
from sim.measures.spans import Floats, ratio
from sim.plan import UNLIMITED
from sim.trace import NEVER, State


def thing_figures(facts: Facts) -> dict[str, Floats]:
    """Return the figures of counters, scanners and link."""
    plan, sheet = facts.plan, facts.sheet
    return {
        "counter_utilisation_ratio": _utilisation(facts, facts.counters, plan.n_counters),
        "scanner_utilisation_ratio": _utilisation(facts, sheet.load(State.SCAN), plan.n_scanners),
        "link_utilisation_ratio": _utilisation(facts, sheet.load(State.UPLOAD).union(), 1),
        "transfer_slowdown_ratio": _slowdown(facts),
    }


def _utilisation(facts: Facts, used: Load, n_things: int) -> Floats:
    """Return the part of the opening hours in which so many things were in use; of things without number, none."""
    if n_things == UNLIMITED:
        return np.full(len(facts.ruler.spans), np.nan)
    return ratio(facts.ruler.between(used.weighed(facts.basis.opening)), n_things * facts.basis.opening_ticks)


def _slowdown(facts: Facts) -> Floats:
    """Return the time of the uploads that ended, over the time that each would have taken alone."""
    rows = facts.sheet.of(State.UPLOAD)
    record, start, end = facts.sheet.record[rows], facts.sheet.start[rows], facts.sheet.end[rows]
    has_ended = facts.trace.received[record] != NEVER
    record, start, end = record[has_ended], start[has_ended], end[has_ended]
    alone = _time_alone(facts, start, facts.trace.workload.upload_bit[record])
    order = np.argsort(end, kind="stable")  # quick, for they are almost in order
    before = np.empty((2, len(facts.ruler.midnights)))
    add_up_by_end(order, end, np.stack([end - start, alone]), facts.ruler.midnights, before)
    return ratio(*facts.ruler.between(before))


def _time_alone(facts: Facts, start: Floats, size_bit: Floats) -> Floats:
    """Return the ticks that transfers would take which have the line as planned to themselves: ``float64[n]``."""
    tick, rate = facts.plan.link_step_tick, facts.plan.link_bit_per_tick
    if len(rate) == 1:
        return np.asarray(size_bit / rate[0], dtype=np.float64)
    ticks = np.append(tick, FAR).astype(np.float64)
    passed_bit = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * rate)])
    through = np.interp(np.interp(start, ticks, passed_bit) + size_bit, passed_bit, ticks)
    return np.asarray(through - start, dtype=np.float64)
