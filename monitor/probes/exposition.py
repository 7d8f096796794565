"""Results as metrics: one attempt for itself, or all scheduled targets beside each other.

Place in the pipeline: after the results. In: results. Out: prometheus_client's families. Invariant: a family of the
table that nobody has a sample of is not shown by an attempt of another kind.
"""

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.probes.families import FAMILY_BY_NAME, ProbeFamily
from monitor.probes.result import ProbeResult, Sample


def samples_of(result: ProbeResult) -> tuple[Sample, ...]:
    """Return all samples of an attempt, with what every attempt tells."""
    why = () if result.success else (Sample("peakweek_probe_failure_info", (result.reason,), 1),)
    return (
        Sample("probe_success", (), float(result.success)),
        Sample("probe_duration_seconds", (), result.duration_s),
        *why,
        *result.samples,
    )


def families(told: Iterable[tuple[tuple[str, ...], Sample]], labels: tuple[str, ...] = ()) -> Iterator[Metric]:
    """Yield the families of samples, by name.

    Args:
        told: samples, each with values of the further labels.
        labels: names of the further labels.
    """
    made: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for values, sample in told:
        family = FAMILY_BY_NAME[sample.name]
        if family.name not in made:
            made[family.name] = _made(family, labels)
        made[family.name].add_metric((*values, *sample.labels), sample.value)
    return (made[name] for name in sorted(made))


def _made(family: ProbeFamily, labels: tuple[str, ...]) -> GaugeMetricFamily | CounterMetricFamily:
    names = (*labels, *family.labels)
    # The library writes `_total` after the name of each counter; IF-MIB's names have none, and dashboards know them so.
    if family.kind == "counter" and family.name.endswith("_total"):
        return CounterMetricFamily(family.name, family.help, labels=names)
    return GaugeMetricFamily(family.name, family.help, labels=names)


class OneResult(Collector):
    """The families of one attempt.

    Args:
        result: what it told.
        timeout_s: how long it might have taken.
    """

    def __init__(self, result: ProbeResult, timeout_s: float) -> None:
        self._result = result
        self._timeout_s = timeout_s

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        samples = (*samples_of(self._result), Sample("probe_timeout_seconds", (), self._timeout_s))
        return families(((), sample) for sample in samples)
