"""The figures of records: received, settled, on time, how long they took."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.measures.facts import FAR, Facts
from sim.measures.passes import count_records
from sim.measures.spans import Floats, ratio
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
        due_from_arrival: ``int64[n]``, what it would be, had they been received when they came.
        was_there: ``bool[n]``, whether they had been received when the period began.
        is_submitted: ``bool[n]``, whether they came in online and had to wait before they were received.
    """

    arrival: Ticks
    received: Ticks
    settled: Ticks
    due: Ticks
    due_from_arrival: Ticks
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
    due = facts.due, facts.due_from_arrival
    return Records(workload.arrival, facts.received, facts.settled, *due, was_there, is_submitted)


def count_figures(records: Records, facts: Facts) -> dict[str, Floats]:
    """Return how many were received, settled, left over and for how long, and how many of them on time."""
    ruler, ticks_per_h = facts.ruler, facts.basis.ticks_per_h
    lives = (records.arrival, records.received, records.settled, records.due, records.due_from_arrival)
    instants = np.stack(lives)
    before = np.zeros((9, len(ruler.midnights) + 1), dtype=np.int64)
    count_records(instants, records.is_submitted, ruler.midnights, before)
    before = before[:, :-1]
    before[0, 0] = records.was_there.sum()  # also those received at tick 0 itself
    received, settled, n_late_done = ruler.between(before[:3])
    came, n_late_of_all = ruler.between(np.stack([before[5] + before[1], before[7]]))
    backlog = before[0] - before[1]
    overdue, submitted, unsettled = before[3:6, ruler.after].astype(np.float64)
    received_on_average = ratio(before[6, ruler.after], backlog[ruler.after])
    return {
        "received_count": received,
        "settled_count": settled,
        "backlog_count": backlog[ruler.after].astype(np.float64),
        "backlog_overdue_count": overdue,
        "backlog_age_h_mean": (ruler.midnights[ruler.after] - received_on_average) / ticks_per_h,
        "on_time_ratio": 1 - ratio(n_late_done + overdue, received + backlog[ruler.first]),
        "on_time_completed_ratio": 1 - ratio(n_late_done, settled),
        "on_time_all_ratio": 1 - ratio(n_late_of_all + before[8, ruler.after], came + before[5, ruler.first]),
        "submitted_count": submitted,
        "unsettled_count": unsettled,
    }


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
