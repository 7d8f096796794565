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


def _plain(family: Family, reading: Reading) -> Iterator[str]:
    name = f"{family.name.removesuffix('_total')}_total" if family.kind == "counter" else family.name
    for values, value in family.samples(reading):
        if not isinstance(value, Histogram):
            yield f"{name}{_labels(family.labels, values)} {_number(value)}\n"


def _histogram(family: Family, reading: Reading) -> Iterator[str]:
    for values, value in family.samples(reading):
        if isinstance(value, Histogram):
            for bound, count in zip(
                (*(str(float(each)) for each in value.bounds_s), "+Inf"), value.counts, strict=True
            ):
                labels = _labels((*family.labels, "le"), (*values, bound))
                yield f"{family.name}_bucket{labels} {_number(count)}\n"
            labels = _labels(family.labels, values)
            yield f"{family.name}_count{labels} {_number(value.counts[-1])}\n"
            yield f"{family.name}_sum{labels} {_number(value.sum_s)}\n"


def _number(value: float) -> str:
    text: str = floatToGoString(value)  # type: ignore[no-untyped-call]  # the library's own
    return text


@lru_cache(maxsize=65_536)
def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return the labels of a sample, by name."""
    if not names:
        return ""
    pairs = sorted(zip(names, values, strict=True))
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs) + "}"


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
