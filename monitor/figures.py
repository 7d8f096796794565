"""What the service knows about its centre at one instant, as frozen values.

Place in the pipeline: `state` makes a `Snapshot`; metrics, page and API only read it. Invariant: nothing here changes
after it is made, so every reader of one snapshot sees the same instant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Histogram:
    """A tally of durations in buckets.

    Attributes:
        bounds_s: upper bounds of the buckets, increasing, without infinity.
        counts: for each bound, and last for infinity, how many durations are at most that long (cumulative).
        sum_s: sum of all durations.
    """

    bounds_s: tuple[int, ...]
    counts: tuple[int, ...]
    sum_s: float


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue.

    Attributes:
        n_waiting: tickets issued and not called.
        longest_wait_s: how long the first of them has waited; 0 when nobody waits.
        n_over_limit: how many of them have waited longer than the limit; none without a limit.
        n_called_last_hour: calls within the last 60 minutes.
        n_issued: tickets since the log began.
        n_called: calls since the log began.
        n_abandoned: visitors who left, since the log began.
        waits: from issue to call.
        services: from call to finish.
    """

    n_waiting: int
    longest_wait_s: float
    n_over_limit: int | None
    n_called_last_hour: int
    n_issued: int
    n_called: int
    n_abandoned: int
    waits: Histogram
    services: Histogram


@dataclass(frozen=True, slots=True)
class ProcedureFigures:
    """The records of one procedure.

    Attributes:
        n_received: since the log began.
        n_settled: since the log began.
        n_settled_late: settled after they were due, since the log began.
        n_in_progress: received and not settled: the backlog.
        n_overdue: records of the backlog that are past due.
    """

    n_received: int
    n_settled: int
    n_settled_late: int
    n_in_progress: int
    n_overdue: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The centre at one instant.

    Attributes:
        now: the instant, in UTC.
        queues: figures by queue.
        procedures: figures by procedure.
        n_servers_open: staffed counters; none before the first event about a counter.
        n_events: events in the log by kind, for every kind that there is.
        n_anomalous: events that contradict others, by reason, for every reason that there is.
        last_received: when the last event was received; none for an empty log.
    """

    now: datetime
    queues: Mapping[str, QueueFigures]
    procedures: Mapping[str, ProcedureFigures]
    n_servers_open: int | None
    n_events: Mapping[str, int]
    n_anomalous: Mapping[str, int]
    last_received: datetime | None


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """How the log of events is doing.

    Attributes:
        is_up: whether the last attempt to write or to find it succeeded.
        n_failures: attempts that failed, since the service started.
        n_commits: transactions that were committed, since the service started.
        commit_s: the time that they took, from the first statement until they were durable.
        n_bytes: the room that it takes; 0 before it was measured.
    """

    is_up: bool
    n_failures: int
    n_commits: int
    commit_s: float
    n_bytes: int
