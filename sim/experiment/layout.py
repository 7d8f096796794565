"""Where each figure of a replication stands in a row of numbers.

In: the measures of a replication's cases. Out: a `Layout`, and rows of it. Invariant: the same cases and breakdowns
have the same layout in every replication.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, NamedTuple, Self

import numpy as np

from sim.experiment.table import Floats
from sim.measures import FIGURES, Measures

MAIN = ""  # kind of the figures that are no breakdown's
Key = tuple[int, str, str]  # case, kind of breakdown, figure


class Place(NamedTuple):
    """Where a figure begins, and its shape."""

    start: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Return how many numbers it has."""
        return prod(self.shape)


@dataclass(frozen=True)
class Layout:
    """The figures of a row, one after the other.

    Attributes:
        figures: key and shape of each.
        names: of the parts of each breakdown, by kind and case.
    """

    figures: tuple[tuple[Key, tuple[int, ...]], ...]
    names: dict[str, list[tuple[str, ...]]]

    @classmethod
    def of(cls, of_cases: Sequence[Measures]) -> Self:
        """Return the layout of rows that are like this replication's, one measure for each case."""
        kinds = of_cases[0].breakdowns
        keys = [
            (case, kind, figure)
            for case in range(len(of_cases))
            for kind, figures in [(MAIN, FIGURES), *((kind, kinds[kind].figures) for kind in kinds)]
            for figure in figures
        ]
        names = {kind: [measures.breakdowns[kind].names for measures in of_cases] for kind in kinds}
        return cls(tuple((key, _value(of_cases, key).shape) for key in keys), names)

    @classmethod
    def read(cls, figures: Iterable[Sequence[Any]], names: dict[str, list[Sequence[str]]]) -> Self:
        """Return the layout that was written as JSON."""
        keys = tuple(((case, kind, figure), tuple(shape)) for case, kind, figure, shape in figures)
        return cls(keys, {kind: [tuple(each) for each in of_cases] for kind, of_cases in names.items()})

    def row(self, of_cases: Sequence[Measures]) -> Floats:
        """Return a replication's figures: ``float64[width]``."""
        found = []
        for measures in of_cases:
            found.append(measures.rows.ravel())  # all main figures at once, in their order
            for parts in measures.breakdowns.values():
                found += [figure.ravel() for figure in parts.figures.values()]
        return np.concatenate(found)

    @cached_property
    def places(self) -> dict[Key, Place]:
        """Return where each figure stands."""
        found, start = {}, 0
        for key, shape in self.figures:
            found[key] = Place(start, shape)
            start += found[key].size
        return found

    @property
    def width(self) -> int:
        """Return how many numbers a row has."""
        return sum(place.size for place in self.places.values())

    def part_figures(self, kind: str) -> tuple[str, ...]:
        """Return the names of the figures of a kind of breakdown."""
        return tuple(figure for (case, its_kind, figure), _ in self.figures if case == 0 and its_kind == kind)


def _value(of_cases: Sequence[Measures], key: Key) -> Floats:
    case, kind, figure = key
    measures = of_cases[case]
    value: Floats = measures.breakdowns[kind].figures[figure] if kind else getattr(measures, figure)
    return value
