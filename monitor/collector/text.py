"""A centre's metrics as the text of a scrape.

Place in the pipeline: beside the collector, from the same table. In: a reading. Out: text, to the letter what
prometheus_client writes of `CentreCollector`, in a quarter of the time: it looks at every letter of every label and
help again for each scrape, and a province's scrape is 166 of these. Invariant: the library decides the format, and
writes the head of each family; lines of samples are written here, and the tests compare.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from monitor.collector.family import Family, Reading
from monitor.figures import Histogram

_OPENMETRICS = "application/openmetrics-text"
_END = "# EOF\n"
_MADE = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}


def exposition(families: Iterable[Family], reading: Reading, accept: str) -> tuple[str, str]:
    """Return the families as text, and its content type, in the format that suits what a client accepts.

    Source: Prometheus, *Exposition formats*; OpenMetrics 1.0.
    """
    content_type = choose_encoder(accept)[1]
    is_openmetrics = content_type.startswith(_OPENMETRICS)
    lines: list[str] = []
    for family in families:
        lines.append(_head(family, is_openmetrics=is_openmetrics))
        write = _histogram if family.kind == "histogram" else _plain
        lines.extend(write(family, reading))
    return "".join((*lines, _END if is_openmetrics else "")), content_type


def _plain(family: Family, reading: Reading) -> list[str]:
    name = f"{family.name.removesuffix('_total')}_total" if family.kind == "counter" else family.name
    return [
        f"{_series(name, family.labels, values)} {_number(value)}\n"
        for values, value in family.samples(reading)
        if not isinstance(value, Histogram)
    ]


def _histogram(family: Family, reading: Reading) -> Iterator[str]:
    for values, value in family.samples(reading):
        if isinstance(value, Histogram):
            buckets = _buckets(family.name, family.labels, values, value.bounds_s)
            for bucket, count in zip(buckets, value.counts, strict=True):
                yield f"{bucket} {_number(count)}\n"
            yield f"{_series(f'{family.name}_count', family.labels, values)} {_number(value.counts[-1])}\n"
            yield f"{_series(f'{family.name}_sum', family.labels, values)} {_number(value.sum_s)}\n"


@lru_cache(maxsize=4_096)  # most are small counts
def _number(value: float) -> str:
    text: str = floatToGoString(value)  # type: ignore[no-untyped-call]  # the library's own
    return text


@lru_cache(maxsize=65_536)
def _series(name: str, labels: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return what stands before a sample's number: its name, and its labels in their order."""
    if not labels:
        return name
    pairs = sorted(zip(labels, values, strict=True))
    return name + "{" + ",".join(f'{label}="{_escaped(value)}"' for label, value in pairs) + "}"


@lru_cache(maxsize=4_096)
def _buckets(name: str, labels: tuple[str, ...], values: tuple[str, ...], bounds_s: tuple[float, ...]) -> list[str]:
    """Return what stands before the numbers of a histogram's buckets."""
    bounds = (*(str(float(bound_s)) for bound_s in bounds_s), "+Inf")
    return [_series(f"{name}_bucket", (*labels, "le"), (*values, bound)) for bound in bounds]


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


@lru_cache(maxsize=1_024)
def _head(family: Family, *, is_openmetrics: bool) -> str:
    """Return what stands above the samples of a family, as the library writes it."""
    encode = choose_encoder(f"{_OPENMETRICS}; version=1.0.0" if is_openmetrics else "")[0]
    metric = _MADE[family.kind](family.name, family.help, labels=family.labels)
    return encode(_Only(metric)).decode().removesuffix(_END)


class _Only(Collector):
    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        yield self._metric
