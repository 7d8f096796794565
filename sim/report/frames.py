"""Results as tidy frames of pandas or polars, whichever the user has, and each replication's own figures as a sheet.

In: a `Table`. Out: columns by name, frames, lines of CSV. Invariant: one row is one observation, one column one
variable; numbers are unrounded in frames and rounded to six digits in sheets.
"""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from sim.experiment import Table
from sim.measures import FIGURES, Span
from sim.report.rows import rows

_LIBRARIES: tuple[Literal["pandas", "polars"], ...] = ("pandas", "polars")
Columns = dict[str, list[Any]]


def band_columns(table: Table) -> Columns:
    """Return every band: a row for each plan, span and figure; None where no replication has the figure."""
    names = ("plan", "span", "first_day", "last_day", "figure", "mean", "low", "median", "high")
    found = [
        (row.plan, row.span.kind, row.span.first_day, row.span.last_day, figure)
        + ((band.mean, band.low, band.median, band.high) if band else (None,) * 4)
        for row in rows(table)
        for figure, band in row.bands.items()
    ]
    return dict(zip(names, map(list, zip(*found, strict=True)), strict=True))


def replication_columns(table: Table, kinds: Sequence[str] = ("week", "period")) -> Columns:
    """Return each replication's own figures: a row for each plan, span and replication, NaN where there is no value.

    Args:
        table: a run.
        kinds: of the spans: any of "day", "week" and "period".
    """
    columns: Columns = {name: [] for name in (*_NAMES, *FIGURES)}
    numbers = range(table.first, table.first + table.n_replications)
    for plan, span, values in _of_spans(table, kinds):
        for name, value in zip(_NAMES, (plan, span.kind, span.first_day, span.last_day), strict=False):
            columns[name] += [value] * table.n_replications
        columns["replication"] += numbers
        for place, figure in enumerate(FIGURES):
            columns[figure] += values[:, place].tolist()
    return columns


_NAMES = ("plan", "span", "first_day", "last_day", "replication")


def _of_spans(table: Table, kinds: Sequence[str]) -> Iterator[tuple[str, Span, np.ndarray[Any, np.dtype[np.float64]]]]:
    """Yield each plan and span with its figures: ``float64[n_replications, n_figures]``."""
    for case, each in enumerate(table.cases):
        for number, span in enumerate(table.spans[case]):
            if span.kind in kinds:
                yield each.plan, span, np.column_stack([table.figures[figure][case][:, number] for figure in FIGURES])


def band_frame(table: Table) -> Any:
    """Return `band_columns` as a frame of pandas or polars.

    Raises:
        ModuleNotFoundError: neither is installed.
    """
    return _frame(band_columns(table))


def replication_frame(table: Table, kinds: Sequence[str] = ("week", "period")) -> Any:
    """Return `replication_columns` as a frame of pandas or polars.

    Raises:
        ModuleNotFoundError: neither is installed.
    """
    return _frame(replication_columns(table, kinds))


def _frame(columns: Columns) -> Any:
    import narwhals as nw  # noqa: PLC0415 - comes with the chart library

    there = [name for name in _LIBRARIES if sys.modules.get(name)]  # what the user works with
    there += [name for name in _LIBRARIES if name not in sys.modules and find_spec(name)]
    if not there:
        raise ModuleNotFoundError("frames need pandas or polars; install one of them, or use the columns as they are")
    return nw.from_dict(columns, backend=there[0]).to_native()


def replications_to_csv(table: Table) -> Iterator[str]:
    """Yield each replication's own figures by week and for the period as CSV, a piece for each plan and span."""
    yield ",".join((*_NAMES, *FIGURES)) + "\n"
    for plan, span, values in _of_spans(table, ("week", "period")):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        days = (span.first_day.isoformat(), span.last_day.isoformat())
        for number, of_replication in enumerate(values.tolist(), start=table.first):
            told = ["" if value != value else round(value, 6) for value in of_replication]  # noqa: PLR0124 - NaN
            writer.writerow([plan, span.kind, *days, number, *told])
        yield out.getvalue()
