"""The figures of records: received, settled, on time, how long they took."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import FAR, Facts
from sim.measures.spans import Floats, Ruler, ratio
from sim.scenario.people import Stage
from sim.timebase import Ticks
from sim.trace import State

PERCENTAGES = (50, 90, 95)


@dataclass(frozen=True)
class Records:
    """Some records, or all.

    Attributes:
        arrival: ``int64[n]``.
        received: ``int64[n]``, `FAR` where they are not.
        settled: ``int64[n]``, `FAR` where they are not.
        due: ``int64[n]``, `FAR` where they are not received.
        was_there: ``bool[n]``, whether they had been received when the period began.
        is_submitted: ``bool[n]``, whether they came in online and had to wait before they were received.
    """

    arrival: Ticks
    received: Ticks
    settled: Ticks
    due: Ticks
    was_there: NDArray[np.bool_]
    is_submitted: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> "Records":
        """Return some of them."""
        return Records(*(getattr(self, field.name)[chosen] for field in fields(self)))


def records_of(facts: Facts) -> Records:
    """Return all records of a trace."""
    workload, sheet = facts.trace.workload, facts.sheet
    is_submitted = np.zeros(workload.n_records, dtype=bool)
    is_submitted[sheet.record[sheet.of(State.WAIT_PORTAL, State.WAIT_CHECK)]] = True
    was_there = workload.entry > Stage.CHECK
    return Records(workload.arrival, facts.received, facts.settled, facts.due, was_there, is_submitted)


def record_figures(facts: Facts) -> dict[str, Floats]:
    """Return the figures of all records."""
    n_stints = facts.sheet.of(State.INTAKE)
    is_online = np.ones(facts.trace.workload.n_records, dtype=bool)
    is_online[facts.sheet.record[n_stints]] = False
    records = records_of(facts)
    online = facts.ruler.count(records.received[is_online & ~records.was_there])
    return {
        **count_figures(records, facts.ruler),
        **age_figures(records, facts),
        **sojourn_figures(records, facts),
        "online_received_count": facts.ruler.between(online),
    }


def count_figures(records: Records, ruler: Ruler) -> dict[str, Floats]:
    """Return how many were received, settled, left over, and how many of them on time."""
    is_late = records.settled > records.due
    until = np.maximum(records.settled, records.due)
    before = np.stack(
        [
            ruler.count(records.received),
            ruler.count(records.settled),
            ruler.count(records.settled[is_late]),
            ruler.count(records.due) - ruler.count(until),  # overdue at each midnight
            ruler.count(records.arrival[records.is_submitted]) - ruler.count(records.received[records.is_submitted]),
            ruler.count(records.arrival) - ruler.count(records.settled),
        ]
    )
    before[0, 0] = records.was_there.sum()  # also those received at tick 0 itself
    received, settled, n_late_done = ruler.between(before[:3])
    backlog = before[0] - before[1]
    overdue, submitted, unsettled = before[3:, ruler.after].astype(np.float64)
    return {
        "received_count": received,
        "settled_count": settled,
        "backlog_count": backlog[ruler.after].astype(np.float64),
        "backlog_overdue_count": overdue,
        "on_time_ratio": 1 - ratio(n_late_done + overdue, received + backlog[ruler.first]),
        "on_time_completed_ratio": 1 - ratio(n_late_done, settled),
        "submitted_count": submitted,
        "unsettled_count": unsettled,
    }


def age_figures(records: Records, facts: Facts) -> dict[str, Floats]:
    """Return how old the backlog is: at each span's end, the mean time since receipt."""
    was_received = records.received != FAR
    backlog = _Ages(records.received[was_received], records.settled[was_received])
    ends = facts.ruler.midnights[facts.ruler.after]
    return {"backlog_age_h_mean": backlog.mean(ends) / facts.basis.ticks_per_h}


class _Ages:
    """The records that are open at an instant, and when they were received."""

    def __init__(self, received: Ticks, settled: Ticks) -> None:
        by_settled = np.argsort(settled, kind="stable")  # quick, for they are almost in order
        self._received, self._settled = np.sort(received), settled[by_settled]
        self._sums = np.concatenate([[0], np.cumsum(self._received)])
        self._settled_sums = np.concatenate([[0], np.cumsum(received[by_settled])])

    def mean(self, tick: Ticks) -> Floats:
        """Return the mean age of what is open just before each tick, NaN where nothing is."""
        n_in, n_out = np.searchsorted(self._received, tick), np.searchsorted(self._settled, tick)
        received = ratio(self._sums[n_in] - self._settled_sums[n_out], n_in - n_out)
        return np.asarray(tick - received, dtype=np.float64)


def sojourn_figures(records: Records, facts: Facts) -> dict[str, Floats]:
    """Return how long the records settled in a span have taken since they arrived."""
    done = records.settled != FAR
    settled = records.settled[done]
    sample = facts.ruler.sample(settled, settled - records.arrival[done], PERCENTAGES)
    ticks_per_s = facts.plan.hours.timebase.ticks_per_s
    p50, p90, p95 = sample.percentiles / ticks_per_s
    return {
        "sojourn_s_mean": sample.mean / ticks_per_s,
        "sojourn_s_p50": p50,
        "sojourn_s_p90": p90,
        "sojourn_s_p95": p95,
    }
