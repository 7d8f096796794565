"""Metrics: every family is declared once, in `FAMILIES`, and filled from one reading at each scrape.

Place in the pipeline: after the state. In: a function that gives the present `Reading`. Out: prometheus_client's
families. Invariant: a scrape does no I/O and changes nothing; a glossary and the tests are made from the same table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from platform import python_version
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.config import CentreConfig
from monitor.figures import Histogram, ProcedureFigures, QueueFigures, Snapshot, StoreFigures


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a scrape shows.

    Attributes:
        version: of the program.
        centre: which centre it is.
        waiting_limit_s: the promised limit; none where there is none.
        is_ready: whether the whole log is folded.
        n_duplicate: events offered again, since the service started.
        n_refused: requests refused, by reason, since the service started.
        snapshot: the centre now.
        store: how the log of events is doing.
    """

    version: str
    centre: CentreConfig
    waiting_limit_s: float | None
    is_ready: bool
    n_duplicate: int
    n_refused: Mapping[str, int]
    snapshot: Snapshot
    store: StoreFigures


Samples = Iterable[tuple[tuple[str, ...], float | Histogram]]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: as it is scraped.
        kind: counter, gauge or histogram.
        help: one sentence for whoever sees the number.
        labels: names of its labels.
        samples: label values and value of each of its samples in a reading; none where the value is not known.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...]
    samples: Callable[[Reading], Samples]


def _single(value: Callable[[Reading], float | None]) -> Callable[[Reading], Samples]:
    """Return the samples of a family without labels; an unknown value has no sample: absent is not zero."""

    def samples(reading: Reading) -> Samples:
        known = value(reading)
        return [] if known is None else [((), known)]

    return samples


def _by_queue(value: Callable[[QueueFigures], float | Histogram | None]) -> Callable[[Reading], Samples]:
    """Return one sample for each queue."""

    def samples(reading: Reading) -> Samples:
        known = ((name, value(figures)) for name, figures in reading.snapshot.queues.items())
        return [((name,), each) for name, each in known if each is not None]

    return samples


def _by_procedure(value: Callable[[ProcedureFigures], float]) -> Callable[[Reading], Samples]:
    """Return one sample for each procedure."""
    return lambda reading: [((name,), value(figures)) for name, figures in reading.snapshot.procedures.items()]


def _by_key(values: Callable[[Reading], Mapping[str, int]]) -> Callable[[Reading], Samples]:
    """Return one sample for each entry of a mapping."""
    return lambda reading: [((key,), value) for key, value in values(reading).items()]


def _timestamp_s(instant: datetime | None) -> float | None:
    """Return the seconds since 1970, as Prometheus wants instants."""
    return instant.timestamp() if instant else None


FAMILIES: tuple[Family, ...] = (
    Family(
        "centre_queue_length",
        "gauge",
        "Visitors who wait: tickets issued in the last 12 hours that are neither called nor abandoned.",
        ("queue",),
        _by_queue(lambda queue: queue.n_waiting),
    ),
    Family(
        "centre_queue_longest_wait_seconds",
        "gauge",
        "How long the visitor has waited who has waited longest; 0 when nobody waits.",
        ("queue",),
        _by_queue(lambda queue: queue.longest_wait_s),
    ),
    Family(
        "centre_queue_over_limit",
        "gauge",
        "Visitors who have waited longer than centre_waiting_limit_seconds; absent without a limit.",
        ("queue",),
        _by_queue(lambda queue: queue.n_over_limit),
    ),
    Family(
        "centre_wait_seconds",
        "histogram",
        "Time from issue to call of the tickets that were called.",
        ("queue",),
        _by_queue(lambda queue: queue.waits),
    ),
    Family(
        "centre_service_seconds",
        "histogram",
        "Time from call to the end of service; only of tickets whose end was told.",
        ("queue",),
        _by_queue(lambda queue: queue.services),
    ),
    Family(
        "centre_tickets_issued_total",
        "counter",
        "Tickets issued to visitors.",
        ("queue",),
        _by_queue(lambda queue: queue.n_issued),
    ),
    Family(
        "centre_tickets_called_total",
        "counter",
        "Tickets called to a counter.",
        ("queue",),
        _by_queue(lambda queue: queue.n_called),
    ),
    Family(
        "centre_tickets_abandoned_total",
        "counter",
        "Visitors who took a ticket and left without being served.",
        ("queue",),
        _by_queue(lambda queue: queue.n_abandoned),
    ),
    Family(
        "centre_servers_open",
        "gauge",
        "Counters that are staffed; absent until the first event about a counter.",
        (),
        _single(lambda reading: reading.snapshot.n_servers_open),
    ),
    Family(
        "centre_records_received_total",
        "counter",
        "Records received from citizens.",
        ("procedure",),
        _by_procedure(lambda procedure: procedure.n_received),
    ),
    Family(
        "centre_records_settled_total",
        "counter",
        "Records settled, on time or late.",
        ("procedure",),
        _by_procedure(lambda procedure: procedure.n_settled),
    ),
    Family(
        "centre_records_settled_late_total",
        "counter",
        "Records settled after they were due; a record without a due date is never late.",
        ("procedure",),
        _by_procedure(lambda procedure: procedure.n_settled_late),
    ),
    Family(
        "centre_records_in_progress",
        "gauge",
        "The backlog: records received and not settled.",
        ("procedure",),
        _by_procedure(lambda procedure: procedure.n_in_progress),
    ),
    Family(
        "centre_records_overdue",
        "gauge",
        "Records of the backlog that are past due.",
        ("procedure",),
        _by_procedure(lambda procedure: procedure.n_overdue),
    ),
    Family(
        "centre_events_total",
        "counter",
        "Events in the log, by kind.",
        ("kind",),
        _by_key(lambda reading: reading.snapshot.n_events),
    ),
    Family(
        "centre_events_duplicate_total",
        "counter",
        "Events offered again that were stored before and counted once; since the service started.",
        (),
        _single(lambda reading: reading.n_duplicate),
    ),
    Family(
        "centre_requests_refused_total",
        "counter",
        "Requests with events of which nothing was stored, by reason; since the service started.",
        ("reason",),
        _by_key(lambda reading: reading.n_refused),
    ),
    Family(
        "centre_events_anomalous_total",
        "counter",
        "Events that contradict others or never met the event they belong to, by reason; counted for what they tell.",
        ("reason",),
        _by_key(lambda reading: reading.snapshot.n_anomalous),
    ),
    Family(
        "centre_last_event_timestamp_seconds",
        "gauge",
        "When the last event was received, by the service's clock; absent for an empty log.",
        (),
        _single(lambda reading: _timestamp_s(reading.snapshot.last_received)),
    ),
    Family(
        "centre_clock_timestamp_seconds",
        "gauge",
        "The service's clock; it differs from the scraper's in a replay or a demonstration.",
        (),
        _single(lambda reading: _timestamp_s(reading.snapshot.now)),
    ),
    Family(
        "centre_waiting_limit_seconds",
        "gauge",
        "The longest wait that the centre has promised; absent without a promise.",
        (),
        _single(lambda reading: reading.waiting_limit_s),
    ),
    Family(
        "centre_ready",
        "gauge",
        "1 when every event of the log is counted; 0 while the service starts.",
        (),
        _single(lambda reading: float(reading.is_ready)),
    ),
    Family(
        "centre_info",
        "gauge",
        "Which centre this is; always 1.",
        ("centre", "name"),
        lambda reading: [((reading.centre.id, reading.centre.name), 1)],
    ),
    Family(
        "peakweek_monitor_store_up",
        "gauge",
        "1 when the log of events can be written; 0 while events are answered with 503.",
        (),
        _single(lambda reading: float(reading.store.is_up)),
    ),
    Family(
        "peakweek_monitor_store_failures_total",
        "counter",
        "Attempts to write the log of events, or to find it, that failed; since the service started.",
        (),
        _single(lambda reading: reading.store.n_failures),
    ),
    Family(
        "peakweek_monitor_store_commits_total",
        "counter",
        "Transactions that were committed to the log of events, each for all who waited; since the service started.",
        (),
        _single(lambda reading: reading.store.n_commits),
    ),
    Family(
        "peakweek_monitor_store_commit_seconds_total",
        "counter",
        "Time that these transactions took until they were durable; since the service started.",
        (),
        _single(lambda reading: reading.store.commit_s),
    ),
    Family(
        "peakweek_monitor_store_size_bytes",
        "gauge",
        "Room that the log of events takes; absent until it was measured.",
        (),
        _single(lambda reading: reading.store.n_bytes or None),
    ),
    Family(
        "peakweek_monitor_build_info",
        "gauge",
        "Which program this is; always 1.",
        ("version", "python_version"),
        lambda reading: [((reading.version, python_version()), 1)],
    ),
)
"""Every metric of a centre."""


class CentreCollector(Collector):
    """The families of one centre.

    Args:
        read: gives the present reading.
    """

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Yield the families without samples, so that a registry finds names that clash."""
        return (_family(family, []) for family in FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of one reading."""
        reading = self._read()
        return (_family(family, family.samples(reading)) for family in FAMILIES)


def _family(family: Family, samples: Samples) -> Metric:
    """Return prometheus_client's family with the samples."""
    if family.kind == "histogram":
        filled = HistogramMetricFamily(family.name, family.help, labels=family.labels)
        for labels, value in samples:
            if isinstance(value, Histogram):
                filled.add_metric(labels, _buckets(value), value.sum_s)
        return filled
    make = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    plain = make(family.name, family.help, labels=family.labels)
    for labels, value in samples:
        if not isinstance(value, Histogram):
            plain.add_metric(labels, value)
    return plain


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Return the cumulative buckets with their bounds as text."""
    bounds = [*(str(float(bound)) for bound in histogram.bounds_s), "+Inf"]
    return list(zip(bounds, map(float, histogram.counts), strict=True))
