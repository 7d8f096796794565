"""Replications until the means are precise enough.

In: tables that grow. Out: the first that is precise enough. Invariant: how many replications that takes depends on the
numbers alone: it is looked at after every `BATCH` of them, whatever has finished besides.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.experiment.sure import half_width
from sim.experiment.table import Table

BATCH = 40


@dataclass(frozen=True)
class Reach:
    """How precise the mean of a figure is: of the plan where it is least so, in the peak week.

    Attributes:
        figure: its name.
        half_width: of the 95 % interval.
        wanted: what was asked for.
        n_needed: about how many replications that takes.
    """

    figure: str
    half_width: float
    wanted: float
    n_needed: float

    @property
    def is_reached(self) -> bool:
        """Tell whether the mean is as precise as was asked for."""
        return self.half_width <= self.wanted


def until_precise(tables: Iterable[Table], wanted: Mapping[str, float]) -> Table:
    """Return the first of the tables of 40, 80, 120 … replications in which the means are precise enough, or the last.

    Args:
        tables: such as `stream_experiment` yields; at least one.
        wanted: by figure, half the width that the 95 % interval of its mean in the peak week may have, in every plan.
    """
    checked = 0
    for table in tables:
        while checked + BATCH <= table.n_replications:
            checked += BATCH
            head = table.head(checked)
            if all(each.is_reached for each in reaches(head, wanted)):
                return head
    return table


def reaches(table: Table, wanted: Mapping[str, float]) -> list[Reach]:
    """Return how precise each figure is by now. A figure that no replication of a plan has asks for nothing there."""
    found = []
    for figure, aim in wanted.items():
        columns = [table.figures[figure][case][:, table.peak_week(case)] for case in range(len(table.cases))]
        present = [column[~np.isnan(column)] for column in columns]
        half = max((half_width(values) for values in present if len(values)), default=0.0)
        needed = table.n_replications * (half / aim) ** 2 if half > aim else table.n_replications
        found.append(Reach(figure, half, aim, needed if math.isinf(needed) else math.ceil(needed)))
    return found
