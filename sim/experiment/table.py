"""What an experiment has found so far, and how it is spread.

Place in the pipeline: between the replications and everything that shows them. Invariant: a table does not change; one
of more replications is another table. Its figures are read when they are asked for, so that it holds little itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.experiment.lazy import LazyMapping, LazySequence
from sim.measures import Breakdown, Span
from sim.scenario import Scenario

Floats = NDArray[np.float64]
LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9  # the band holds 80 % of the replications


@dataclass(frozen=True)
class Case:
    """A scenario under one of its plans."""

    scenario: Scenario
    plan: str


@dataclass(frozen=True)
class Band:
    """How a figure is spread over the replications that have it.

    Attributes:
        mean: their mean.
        low: 10 % of them lie at or below.
        median: half of them do.
        high: 90 % do.
    """

    mean: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Table:
    """The measures of an experiment.

    Attributes:
        cases: what was simulated.
        seed: root seed.
        first: number of the first replication.
        n_replications: how many there are.
        spans: the spans of each case's figures.
        figures: by name of the figure and case, ``float64[n_replications, n_spans]``; NaN where there is no value.
        breakdowns: those that were asked for, by kind and case; their figures are
            ``float64[n_replications, n_spans, n_names]``.
    """

    cases: tuple[Case, ...]
    seed: int
    first: int
    n_replications: int
    spans: tuple[tuple[Span, ...], ...]
    figures: Mapping[str, Sequence[Floats]]
    breakdowns: Mapping[str, Sequence[Breakdown]] = field(default_factory=dict)
    _bands: dict[tuple[str, int], list[Band | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def band(self, figure: str, case: int, span: int) -> Band | None:
        """Return the spread of a figure, or None when no replication has it."""
        return self.bands(figure, case)[span]

    def bands(self, figure: str, case: int) -> list[Band | None]:
        """Return the spread of a figure in every span."""
        if (figure, case) not in self._bands:  # a report asks many times
            self._bands[figure, case] = bands_of(self.figures[figure][case])
        return self._bands[figure, case]

    def part_bands(self, kind: str, figure: str, case: int, span: int) -> list[Band | None]:
        """Return the spread of a figure of every part of a breakdown."""
        return bands_of(self.breakdowns[kind][case].figures[figure][:, span])

    def head(self, n_replications: int) -> "Table":
        """Return the table of the first replications alone."""

        def first_of(values: Sequence[Floats]) -> Sequence[Floats]:
            return LazySequence(len(self.cases), lambda case: values[case][:n_replications])

        def first_parts(parts: Sequence[Breakdown]) -> Sequence[Breakdown]:
            def cut(case: int) -> Breakdown:
                whole = parts[case].figures
                return replace(parts[case], figures={name: whole[name][:n_replications] for name in whole})

            return LazySequence(len(self.cases), cut)

        return replace(
            self,
            n_replications=n_replications,
            figures=LazyMapping(tuple(self.figures), lambda name: first_of(self.figures[name])),
            breakdowns=LazyMapping(tuple(self.breakdowns), lambda kind: first_parts(self.breakdowns[kind])),
        )

    def peak_week(self, case: int) -> int:
        """Return which of a case's spans is the (last) week of the peak."""
        period = self.cases[case].scenario.world(self.cases[case].plan).period
        found = [
            number
            for number, span in enumerate(self.spans[case])
            if span.kind == "week" and span.first_day <= period.peak_last_day
        ]
        return found[-1]


def bands_of(values: Floats) -> list[Band | None]:
    """Return the spread of each column over the rows that have a value: of ``float64[n, n_columns]``."""
    ordered = np.sort(values, axis=0)  # NaN comes last
    n = np.sum(~np.isnan(values), axis=0)
    columns = np.arange(values.shape[1])
    # In whole numbers: a product with 0.9 may come out a little too large, and then be rounded up.
    places = [np.maximum(0, -(-n * round(100 * part) // 100) - 1) for part in (LOW, MEDIAN, HIGH)]
    low, median, high = (ordered[place, columns].tolist() for place in places)
    means = (np.nansum(values, axis=0) / np.maximum(n, 1)).tolist()
    found = zip(n.tolist(), means, low, median, high, strict=True)
    return [Band(*band) if count else None for count, *band in found]
