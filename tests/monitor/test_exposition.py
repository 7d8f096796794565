"""The text of a centre's scrape: to the letter what the library writes, though it is written another way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from monitor.collector import Family, Reading
from monitor.collector.text import exposition
from monitor.config import CentreConfig
from monitor.figures import Histogram
from monitor.state import State

CloudEvent = Callable[..., dict[str, Any]]
FORMATS = [
    "",
    "text/plain; version=0.0.4",
    "application/openmetrics-text; version=1.0.0",
    "application/openmetrics-text",
]


@dataclass(eq=False)
class Fixed(Collector):
    """Always the same metrics."""

    metrics: list[Metric]

    def collect(self) -> Iterator[Metric]:
        """Yield them."""
        yield from self.metrics


@pytest.fixture
def reading() -> Reading:
    """Return the reading of a centre that has told nothing."""
    snapshot = State().snapshot(datetime(2025, 7, 1, tzinfo=UTC), None)
    return Reading("1", CentreConfig(), None, is_ready=True, n_duplicate=0, n_refused={}, snapshot=snapshot)


async def test_a_probe_is_packed_for_who_takes_it_so(service: Any) -> None:
    """With gzip and without it is the same text, and nothing is packed that was not asked to be."""
    told = []
    for asked, answered in (("gzip", "gzip"), ("identity", None)):
        async with service.session.get("/probe", headers={"Accept-Encoding": asked}) as answer:
            assert answer.headers.get("Content-Encoding") == answered
            told.append(await answer.text())
    assert len(set(told)) == 1
    assert told[0].startswith("# HELP centre_")


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("n_queues", [0, 7])
async def test_a_probe_is_what_the_library_writes(
    service: Any, cloud_event: CloudEvent, accept: str, n_queues: int
) -> None:
    """A centre's own scrape is the first part of the service's, which the library writes, in the same format."""
    for number in range(n_queues):
        await service.post(
            cloud_event(f"i{number}", "ticket.issued", ticket=f"A{number}", queue=f"Q.{number}"),
            cloud_event(f"j{number}", "ticket.issued", ticket=f"B{number}", queue=f"Q.{number}"),
            cloud_event(f"c{number}", "ticket.called", 21 + number, ticket=f"A{number}"),
            cloud_event(f"f{number}", "service.finished", 28.123456, ticket=f"A{number}"),
            cloud_event(f"r{number}", "record.received", record=f"R{number}", procedure=f"P{number}"),
            cloud_event(f"g{number}", "staff.signed_in", group="officers"),
        )
    service.clock.advance(12_345)
    texts, types = [], set()
    for path in ("/probe", "/metrics"):
        async with service.session.get(path, headers={"Accept": accept}) as answer:
            texts.append((await answer.text()).removesuffix("# EOF\n"))
            types.add(answer.headers["Content-Type"])
    assert len(types) == 1
    own, rest = texts[0], texts[1].removeprefix(texts[0])
    assert len(own) > 5_000
    assert rest.startswith("# HELP peakweek_monitor_ready ")


@pytest.mark.parametrize("accept", FORMATS)
def test_whatever_is_in_a_label_is_written_alike(reading: Reading, accept: str) -> None:
    """Quotes, backslashes, line ends and letters of all kinds, and numbers small and large, come out the same."""
    labels, said = ("b", "a"), 'A "help" of \\ two\nlines.'
    values = [(('q"\\\n', "Thọ Xuân"), 1.5e9), (("", "\t"), 0.1), (("x", "y"), float("nan")), (("z", "z"), -1e-9)]
    gauge = GaugeMetricFamily("x_level", said, labels=labels)
    for names, value in values:
        gauge.add_metric(names, value)
    times = Histogram((1, 60, 1_000_000), (1, 2, 2, 3), 1e6 + 0.1)
    histogram = HistogramMetricFamily("x_seconds", said, labels=labels)
    bounds = [("1.0", 1.0), ("60.0", 2.0), ("1000000.0", 2.0), ("+Inf", 3.0)]
    histogram.add_metric(("q", 'r"'), bounds, times.sum_s)
    families = [
        Family("x_level", "gauge", said, labels, lambda _: values),
        Family("x_seconds", "histogram", said, labels, lambda _: [(("q", 'r"'), times)]),
    ]
    registry = CollectorRegistry()
    registry.register(Fixed([gauge, histogram]))
    encode, content_type = choose_encoder(accept)
    assert exposition(families, reading, accept) == (encode(registry).decode(), content_type)
