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
        oldest_since: since when the first of them has waited, in UTC; none when nobody waits.
        expected_wait_s: how long who comes now is likely to wait; 0 when nobody waits, none where nobody was called in
            the last hour.
        n_over_limit: how many of them have waited longer than the limit; none without a limit.
        n_called_last_hour: calls within the last 60 minutes.
        n_issued: tickets since the log began.
        n_called: calls since the log began.
        n_called_over_limit: those of them that ended a wait longer than the limit, to the minute; none without a limit.
        n_recalled: further calls for visitors who did not come, since the log began.
        n_transferred: visitors who were sent here from another queue, since the log began.
        n_abandoned: visitors who left, since the log began.
        waits: from issue to call.
        services: from call, or start where it was told, to finish.
    """

    n_waiting: int
    longest_wait_s: float
    oldest_since: datetime | None
    expected_wait_s: float | None
    n_over_limit: int | None
    n_called_last_hour: int
    n_issued: int
    n_called: int
    n_called_over_limit: int | None
    n_recalled: int
    n_transferred: int
    n_abandoned: int
    waits: Histogram
    services: Histogram


@dataclass(frozen=True, slots=True)
class ArrivalFigures:
    """Tickets issued in the last full hour, by the clock.

    Attributes:
        n_issued: how many; none before the first ticket.
        n_usual: the median of the same hour of the week in the four weeks before; none in the log's first week.
    """

    n_issued: int | None
    n_usual: float | None


@dataclass(frozen=True, slots=True)
class ProcedureFigures:
    """The records of one procedure.

    Attributes:
        n_received: since the log began.
        n_settled: since the log began.
        n_settled_late: settled after they were due, since the log began.
        n_withdrawn: ended without a result, since the log began.
        n_in_progress: received and neither settled nor withdrawn: the backlog.
        n_overdue: records of the backlog that are late.
    """

    n_received: int
    n_settled: int
    n_settled_late: int
    n_withdrawn: int
    n_in_progress: int
    n_overdue: int


@dataclass(frozen=True, slots=True)
class OnTimeFigures:
    """The share of records that were on time in the last 30 days; none where there were none.

    Attributes:
        of_received: 1 − (late in progress + late done) / (received + carried over), as the provinces publish it.
        of_settled: 1 − late done / done.
    """

    of_received: float | None
    of_settled: float | None


@dataclass(frozen=True, slots=True)
class BacklogFigures:
    """All records of the centre; what tells of the backlog is empty, or none, before the first receipt.

    Attributes:
        n_by_age: the backlog by how long ago it was received.
        n_by_field: the backlog by group of procedures.
        n_by_stage: the backlog by what it waits for.
        n_due_today: records of the backlog that are to be settled before the day ends.
        n_supplements_requested: since the log began.
        n_returned: results handed to citizens, since the log began.
        processings: from receipt to settlement, without the time for supplements.
        on_time: shares of the last 30 days.
    """

    n_by_age: Mapping[str, int]
    n_by_field: Mapping[str, int]
    n_by_stage: Mapping[str, int]
    n_due_today: int | None
    n_supplements_requested: int
    n_returned: int
    processings: Histogram
    on_time: OnTimeFigures


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """What can be out of order.

    Attributes:
        is_out: whether it is; none before the first event about it.
        n_outages: since the log began.
        lasted_s: how long those of them took that have ended.
    """

    is_out: bool | None
    n_outages: int
    lasted_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The centre at one instant.

    Attributes:
        now: the instant, in UTC.
        queues: figures by queue.
        arrivals: tickets of the last full hour.
        procedures: figures by procedure.
        backlog: figures of all records.
        n_on_duty: people on duty, by group of staff.
        outages: figures by what can be out of order.
        n_servers_open: staffed counters; none before the first event about a counter.
        n_events: events in the log by kind, for every kind that there is.
        n_anomalous: events that contradict others, by reason, for every reason that there is.
        lags: from an event to its receipt.
        ahead_s: by sender, how far its clock is ahead at least; negative: how late its promptest event was, or its
            clock behind.
        last_received: when the last event was received; none for an empty log.
    """

    now: datetime
    queues: Mapping[str, QueueFigures]
    arrivals: ArrivalFigures
    procedures: Mapping[str, ProcedureFigures]
    backlog: BacklogFigures
    n_on_duty: Mapping[str, int]
    outages: Mapping[str, OutageFigures]
    n_servers_open: int | None
    n_events: Mapping[str, int]
    n_anomalous: Mapping[str, int]
    lags: Histogram
    ahead_s: Mapping[str, float]
    last_received: datetime | None


@dataclass(frozen=True, slots=True)
class PlannedFigures:
    """Who should be at work at one instant, by the plan.

    Attributes:
        n_on_duty: people by group of staff.
        n_servers_open: staffed counters: one for each person on duty who can serve there, as far as there are counters.
    """

    n_on_duty: Mapping[str, int]
    n_servers_open: int


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
