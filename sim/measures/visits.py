"""The figures of visits: how long they wait for their call, and who comes in vain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import Facts
from sim.measures.records import PERCENTAGES
from sim.measures.sheet import Sheet
from sim.measures.spans import Floats, Ruler, ratio
from sim.timebase import NEVER, Ticks
from sim.trace import AWAY_STATES, State


@dataclass(frozen=True)
class Calls:
    """The calls of visits to intake.

    Attributes:
        record: ``int64[n]``, who was called: the leader of the visit.
        tick: ``int64[n]``, when each was called.
        wait: ``int64[n]``, ticks waited in the hall's lines for this call, over all days on which they came.
    """

    record: NDArray[np.int64]
    tick: Ticks
    wait: Ticks

    def where(self, chosen: NDArray[np.bool_]) -> "Calls":
        """Return some of them."""
        return Calls(self.record[chosen], self.tick[chosen], self.wait[chosen])


def calls_of(facts: Facts) -> Calls:
    """Return all calls to intake; a visit that brings a supplement is called once more."""
    record, state, start, end = (facts.trace.stints[:, column] for column in range(4))
    rows = np.flatnonzero(_IN_LINE_OR_CALLED[state])
    record, state, start, end = record[rows], state[rows], start[rows], end[rows]
    is_call = state == State.INTAKE
    is_first = np.ones(len(rows), dtype=bool)  # of the waiting for one call
    is_first[1:] = is_call[:-1] | (record[1:] != record[:-1])
    first = np.flatnonzero(is_first)
    wait = np.add.reduceat(np.where(is_call, 0, end - start), first) if len(first) else first
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    # Without waiting first, it is the turn of a record that came along with the one that was called.
    called = is_call[last] & (last > first)
    return Calls(record[last[called]], start[last[called]], wait[called])


_IN_LINE_OR_CALLED = np.zeros(len(State), dtype=bool)
_IN_LINE_OR_CALLED[[State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.INTAKE]] = True


def visit_figures(facts: Facts) -> dict[str, Floats]:
    """Return the figures of visits."""
    return wait_figures(facts, calls_of(facts)) | vain_figures(facts.ruler, facts.sheet)


def wait_figures(facts: Facts, calls: Calls) -> dict[str, Floats]:
    """Return the figures of how long some calls, or all, were waited for."""
    ruler = facts.ruler
    sample = ruler.sample(calls.tick, calls.wait, PERCENTAGES)
    ticks_per_s = facts.plan.hours.timebase.ticks_per_s
    p50, p90, p95 = sample.percentiles / ticks_per_s
    over_limit = np.full(len(ruler.spans), np.nan)
    if facts.plan.waiting_limit != NEVER:
        too_long = calls.tick[calls.wait > facts.plan.waiting_limit]
        over_limit = ratio(ruler.between(ruler.count(too_long)), sample.count)
    return {
        "wait_s_mean": sample.mean / ticks_per_s,
        "wait_s_p50": p50,
        "wait_s_p90": p90,
        "wait_s_p95": p95,
        "wait_over_limit_ratio": over_limit,
    }


def vain_figures(ruler: Ruler, sheet: Sheet) -> dict[str, Floats]:
    """Return how many visits came in vain, and how many papers were incomplete, in the stints of a sheet."""
    gone = sheet.of(State.GONE)
    # Who came along is gone with the leader, without having been away before: it was one visit.
    gave_up = sheet.start[gone][np.isin(sheet.previous_state[gone], AWAY_STATES)] if gone.start < gone.stop else _NONE
    away = sheet.load(AWAY_STATES[0], AWAY_STATES[-1])
    counts = {
        "sent_home_count": sheet.starts(State.SENT_HOME),
        "reneged_count": sheet.starts(State.RENEGED),
        "balked_count": sheet.starts(State.BALKED),
        "gone_count": gave_up,
        "wrong_counter_count": sheet.starts(State.WRONG_COUNTER),
        "supplement_count": sheet.starts(State.SUPPLEMENT),
    }
    before = np.stack([ruler.count(instants) for instants in counts.values()])
    unserved = away.n_before(ruler.midnights) + before[list(counts).index("gone_count")]
    return {
        **dict(zip(counts, ruler.between(before), strict=True)),
        "unserved_count": unserved[ruler.after].astype(np.float64),
    }


_NONE: NDArray[np.int64] = np.empty(0, dtype=np.int64)
