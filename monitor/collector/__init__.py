"""Metrics: every family is declared once, in `FAMILIES`, and filled from one reading at each scrape.

Place in the pipeline: after the state. In: a function that gives the present `Reading`. Out: prometheus_client's
families. Invariant: a scrape does no I/O and changes nothing; a glossary and the tests are made from the same table.
"""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.collector.family import Family, Reading, Samples
from monitor.collector.hall import HALL
from monitor.collector.records import RECORDS
from monitor.collector.service import SERVICE
from monitor.figures import Histogram

__all__ = ["FAMILIES", "CentreCollector", "Family", "Reading", "families_of"]

FAMILIES: tuple[Family, ...] = (*HALL, *RECORDS, *SERVICE)
"""Every metric of a centre."""
_ALWAYS = "centre_ready"


def families_of(reading: Reading) -> tuple[Family, ...]:
    """Return the families that a reading has: while the log is read, only whether it was.

    Counters that are not yet what they were would look like a reset to whoever scrapes.
    """
    return FAMILIES if reading.is_ready else tuple(family for family in FAMILIES if family.name == _ALWAYS)


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
        return (_family(family, family.samples(reading)) for family in families_of(reading))


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
