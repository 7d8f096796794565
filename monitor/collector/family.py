"""What a metric is: its declaration, and how its samples are taken from a reading.

Place in the pipeline: under the tables of metrics. Out: `Family` and the functions that fill it. Invariant: an unknown
value has no sample, for absent is not zero.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.config import CentreConfig
from monitor.figures import Histogram, OutageFigures, PlannedFigures, ProcedureFigures, QueueFigures, Snapshot


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
        planned: who should be at work now; none without a plan, or outside its days.
    """

    version: str
    centre: CentreConfig
    waiting_limit_s: float | None
    is_ready: bool
    n_duplicate: int
    n_refused: Mapping[str, int]
    snapshot: Snapshot
    planned: PlannedFigures | None = None


Samples = Iterable[tuple[tuple[str, ...], float | Histogram]]


@dataclass(frozen=True, slots=True, eq=False)  # what is remembered of each is found by which it is
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


def single(value: Callable[[Reading], float | None]) -> Callable[[Reading], Samples]:
    """Return the samples of a family without labels; an unknown value has no sample: absent is not zero."""

    def samples(reading: Reading) -> Samples:
        known = value(reading)
        return [] if known is None else [((), known)]

    return samples


def by_queue(value: Callable[[QueueFigures], float | Histogram | None]) -> Callable[[Reading], Samples]:
    """Return one sample for each queue."""

    def samples(reading: Reading) -> Samples:
        known = ((name, value(figures)) for name, figures in reading.snapshot.queues.items())
        return [((name,), each) for name, each in known if each is not None]

    return samples


def by_procedure(value: Callable[[ProcedureFigures], float]) -> Callable[[Reading], Samples]:
    """Return one sample for each procedure."""
    return lambda reading: [((name,), value(figures)) for name, figures in reading.snapshot.procedures.items()]


def by_outage(value: Callable[[OutageFigures], float | None]) -> Callable[[Reading], Samples]:
    """Return one sample for each thing that can be out of order, where its value is known."""

    def samples(reading: Reading) -> Samples:
        known = ((what, value(figures)) for what, figures in reading.snapshot.outages.items())
        return [((what,), each) for what, each in known if each is not None]

    return samples


def by_key(values: Callable[[Reading], Mapping[str, float]]) -> Callable[[Reading], Samples]:
    """Return one sample for each entry of a mapping."""
    return lambda reading: [((key,), value) for key, value in values(reading).items()]


def timestamp_s(instant: datetime | None) -> float | None:
    """Return the seconds since 1970, as Prometheus wants instants."""
    return instant.timestamp() if instant else None
