"""A run as files: tables for a spreadsheet and one page that needs nothing else to be opened.

In: a `Table`. Out: ``results.csv``, ``results.json``, ``index.html`` in a folder. Invariant: a file is there whole or
as it was before; nobody ever finds half of one.
"""

import os
import tempfile
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import jinja2

from sim.errors import PeakweekError
from sim.experiment import Table
from sim.report.charts import backlog_by_day, on_time_by_week, peak_backlog
from sim.report.rows import COLUMNS, cells, rows, to_csv, to_json


def write_files(table: Table, folder: Path) -> list[Path]:
    """Write the tables and the page into a folder, which is made if need be; return their paths.

    Raises:
        PeakweekError: the folder cannot be made or written to.
    """
    texts = {"results.csv": to_csv(table), "results.json": to_json(table), "index.html": page(table)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write_whole(folder / name, text) for name, text in texts.items()]
    except OSError as problem:
        raise PeakweekError(f"{folder}: cannot be written to: {problem.strerror}; choose another --out") from problem


def page(table: Table) -> str:
    """Return one self-contained HTML page: the question, the pictures, the tables, what the model does not know."""
    loader = jinja2.PackageLoader("sim.report", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    by_plan = [list(of_plan) for _, of_plan in groupby(rows(table), key=lambda row: row.plan)]
    peaks = [next(row for row in reversed(of_plan) if row.is_peak and row.span.kind == "day") for of_plan in by_plan]
    return environment.get_template("page.html.j2").render(
        table=table,
        scenario=table.cases[0].scenario,
        plans=[[(row, cells(row)) for row in of_plan] for of_plan in by_plan],
        columns=COLUMNS,
        peaks=peaks,
        peak_chart=peak_backlog(table),
        backlog=backlog_by_day(table),
        on_time=on_time_by_week(table),
        version=version("peakweek"),
    )


def _write_whole(path: Path, text: str) -> Path:
    """Write beside the file, then put it in its place at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
