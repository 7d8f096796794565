"""The figures of visits: how long they wait for their call, and who comes in vain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import Facts
from sim.measures.passes import find_calls
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
    found = np.empty((3, facts.sheet.n_of(State.INTAKE)), dtype=np.int64)
    n = find_calls(facts.trace.stints, _ROLES, found)
    return Calls(*found[:, :n])


_ROLES = np.zeros(len(State), dtype=np.int64)  # of states in a visit's way to its call
_ROLES[[State.WAIT_GUIDANCE, State.WAIT_INTAKE]] = 1
_ROLES[State.INTAKE] = 2


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
