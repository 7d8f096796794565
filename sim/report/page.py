"""A run as files: tables for a spreadsheet and one page that needs nothing else to be opened.

In: a `Table`. Out: files in a folder. Invariant: a file is there whole or as it was before; nobody ever finds half of
one.
"""

import os
import tempfile
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import jinja2

from sim.errors import OutputError
from sim.experiment import Table
from sim.measures import MEANINGS
from sim.report.charts import backlog_by_day, lost_by_cause, on_time_by_week, peak_backlog, waiting_by_hour
from sim.report.rows import COLUMNS, cells, parts_to_csv, peaks, rows, to_csv, to_json
from sim.report.tables import cost_table, lost_table, part_tables


def make_folder(folder: Path) -> None:
    """Make the folder for the files if it is not there; better before a long run than after it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(str(folder), problem.strerror or str(problem)) from problem


def write_files(table: Table, folder: Path) -> list[Path]:
    """Write the tables, the two main pictures and the page into a folder; return their paths.

    Each breakdown that was asked for is a table of its own, such as ``by-hour.csv``.

    Raises:
        OutputError: the folder cannot be written to.
    """
    texts = {
        "results.csv": to_csv(table),
        "results.json": to_json(table),
        **{f"by-{kind}.csv": parts_to_csv(table, kind) for kind in table.breakdowns},
        "backlog.svg": peak_backlog(table),
        "lost.svg": lost_by_cause(table),
        "index.html": page(table),
    }
    try:
        return [_write_whole(folder / name, text) for name, text in texts.items()]
    except OSError as problem:
        raise OutputError(str(folder), problem.strerror or str(problem)) from problem


def page(table: Table) -> str:
    """Return one self-contained HTML page: the question, the pictures, the tables, what the model does not know."""
    loader = jinja2.PackageLoader("sim.report", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    by_plan = [list(of_plan) for _, of_plan in groupby(rows(table), key=lambda row: row.plan)]
    return environment.get_template("page.html.j2").render(
        table=table,
        scenario=table.cases[0].scenario,
        plans=[[(row, cells(row)) for row in of_plan] for of_plan in by_plan],
        columns=COLUMNS,
        peaks=peaks(table),
        peak_chart=peak_backlog(table),
        backlog=backlog_by_day(table),
        on_time=on_time_by_week(table),
        lost_chart=lost_by_cause(table),
        lost=lost_table(table),
        cost=cost_table(table),
        parts=part_tables(table),
        by_hour=waiting_by_hour(table) if "hour" in table.breakdowns else None,
        meanings=MEANINGS,
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
