"""Metrics of the service itself, whatever centres it serves.

Place in the pipeline: beside `collector`, for the same scrape. In: a function that gives the present `ServiceReading`.
Out: prometheus_client's families. Invariant: all of these count since the service started; nothing here is about a
centre.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.figures import StoreFigures


@dataclass(frozen=True, slots=True)
class ServiceReading:
    """All that a scrape shows of the service.

    Attributes:
        is_ready: whether the whole log is folded.
        n_centres: how many centres are served.
        is_reloaded: whether the configuration was right when it was read last.
        read: when it was read and right.
        n_answered: requests answered, by class of status such as ``2xx``.
        n_connections: connections that are open.
        n_streams: clients that follow the stream of events.
        n_dropped: clients of the stream that were too slow.
        store: how the log of events is doing.
    """

    is_ready: bool
    n_centres: int
    is_reloaded: bool
    read: datetime
    n_answered: Mapping[str, int]
    n_connections: int
    n_streams: int
    n_dropped: int
    store: StoreFigures


@dataclass(frozen=True, slots=True)
class ServiceFamily:
    """One metric.

    Attributes:
        name: as it is scraped.
        kind: counter or gauge.
        help: one sentence for whoever sees the number.
        labels: names of its labels.
        samples: value by label values.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    samples: Callable[[ServiceReading], Mapping[tuple[str, ...], float]]


SERVICE_FAMILIES: tuple[ServiceFamily, ...] = (
    ServiceFamily(
        "peakweek_monitor_ready",
        "gauge",
        "1 when every event of the log is counted; 0 while the service starts.",
        (),
        lambda reading: {(): float(reading.is_ready)},
    ),
    ServiceFamily(
        "peakweek_monitor_centres",
        "gauge",
        "Centres that the service is configured for.",
        (),
        lambda reading: {(): reading.n_centres},
    ),
    ServiceFamily(
        "peakweek_monitor_config_last_reload_successful",
        "gauge",
        "1 when the configuration was right when it was read last; 0 when the one before it still holds.",
        (),
        lambda reading: {(): float(reading.is_reloaded)},
    ),
    ServiceFamily(
        "peakweek_monitor_config_last_reload_success_timestamp_seconds",
        "gauge",
        "When the configuration that holds was read.",
        (),
        lambda reading: {(): reading.read.timestamp()},
    ),
    ServiceFamily(
        "peakweek_monitor_http_requests_total",
        "counter",
        "Requests answered, by class of status; since the service started.",
        ("code",),
        lambda reading: {(code,): n for code, n in reading.n_answered.items()},
    ),
    ServiceFamily(
        "peakweek_monitor_http_connections",
        "gauge",
        "Connections that are open.",
        (),
        lambda reading: {(): reading.n_connections},
    ),
    ServiceFamily(
        "peakweek_monitor_stream_clients",
        "gauge",
        "Clients that follow the stream of events.",
        (),
        lambda reading: {(): reading.n_streams},
    ),
    ServiceFamily(
        "peakweek_monitor_stream_clients_dropped_total",
        "counter",
        "Clients of the stream that read too slowly and were let go; since the service started.",
        (),
        lambda reading: {(): reading.n_dropped},
    ),
    ServiceFamily(
        "peakweek_monitor_store_up",
        "gauge",
        "1 when the log of events can be written; 0 while events are answered with 503.",
        (),
        lambda reading: {(): float(reading.store.is_up)},
    ),
    ServiceFamily(
        "peakweek_monitor_store_failures_total",
        "counter",
        "Attempts to write the log of events, or to find it, that failed; since the service started.",
        (),
        lambda reading: {(): reading.store.n_failures},
    ),
    ServiceFamily(
        "peakweek_monitor_store_commits_total",
        "counter",
        "Transactions that were committed to the log of events, each for all who waited; since the service started.",
        (),
        lambda reading: {(): reading.store.n_commits},
    ),
    ServiceFamily(
        "peakweek_monitor_store_commit_seconds_total",
        "counter",
        "Time that these transactions took until they were durable; since the service started.",
        (),
        lambda reading: {(): reading.store.commit_s},
    ),
    ServiceFamily(
        "peakweek_monitor_store_size_bytes",
        "gauge",
        "Room that the log of events takes; absent until it was measured.",
        (),
        lambda reading: {(): reading.store.n_bytes} if reading.store.n_bytes else {},
    ),
)
"""Every metric of the service itself."""


class ServiceCollector(Collector):
    """The families of the service.

    Args:
        read: gives the present reading.
    """

    def __init__(self, read: Callable[[], ServiceReading]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Yield the families without samples, so that a registry finds names that clash."""
        return (_made(family) for family in SERVICE_FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of one reading."""
        reading = self._read()
        for family in SERVICE_FAMILIES:
            made = _made(family)
            for labels, value in family.samples(reading).items():
                made.add_metric(labels, value)
            yield made


def _made(family: ServiceFamily) -> CounterMetricFamily | GaugeMetricFamily:
    make = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    return make(family.name, family.help, labels=family.labels)
