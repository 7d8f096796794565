"""A run as files: tables for a spreadsheet and one page that needs nothing else to be opened.

In: a `Table`. Out: files in a folder. Invariant: the page shows what the tables say, and loads nothing.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import jinja2

from sim.experiment import Difference, Table
from sim.language import WORDS, say
from sim.measures import MEANINGS
from sim.report.answer import answer
from sim.report.breaches import breaches_to_csv
from sim.report.charts import backlog_by_day, differences, lost_by_cause, on_time_by_week, peak_backlog, waiting_by_hour
from sim.report.comparison import comparison_csv, comparison_json, comparison_table
from sim.report.folder import write_texts
from sim.report.frames import replications_to_csv
from sim.report.kept_out import kept_out
from sim.report.rows import COLUMNS, cells, parts_to_csv, peaks, rows, to_csv, to_json
from sim.report.tables import breach_table, cost_table, known_to, lost_table, open_table, part_tables, result_table


def write_files(table: Table, folder: Path) -> list[Path]:
    """Write the tables, the two main pictures and the page into a folder; return their paths.

    Each breakdown that was asked for is a table of its own, such as ``by-hour.csv``.

    Raises:
        OutputError: the folder cannot be written to.
    """
    texts: dict[str, str | Iterable[str]] = {
        "results.csv": to_csv(table),
        "results.json": to_json(table),
        "replications.csv": replications_to_csv(table),
        "breaches.csv": breaches_to_csv(table),
        **{f"by-{kind}.csv": parts_to_csv(table, kind) for kind in table.breakdowns},
        "backlog.svg": peak_backlog(table),
        "lost.svg": lost_by_cause(table),
        "index.html": page(table),
    }
    return write_texts(folder, texts)


def page(table: Table) -> str:
    """Return one self-contained HTML page: the question, the pictures, the tables, what the model does not know."""
    by_plan = [list(of_plan) for _, of_plan in groupby(rows(table), key=lambda row: row.plan)]
    return _template("page.html.j2").render(
        table=table,
        scenario=table.cases[0].scenario,
        answer=answer(table),
        plans=[[(row, cells(row)) for row in of_plan] for of_plan in by_plan],
        columns=tuple(map(say, COLUMNS)),
        peaks=[(row, known_to(table, row, "unsettled_count")) for row in peaks(table)],
        peak_chart=peak_backlog(table),
        backlog=backlog_by_day(table),
        on_time=on_time_by_week(table),
        lost_chart=lost_by_cause(table),
        kept_out=kept_out(table),
        unsettled=open_table(table),
        result=result_table(table),
        breach=breach_table(table),
        lost=lost_table(table),
        cost=cost_table(table),
        parts=part_tables(table),
        by_hour=waiting_by_hour(table) if "hour" in table.breakdowns else None,
        meanings=MEANINGS,
        version=version("peakweek"),
    )


def write_comparison(table: Table, found: Sequence[Difference], baseline: int, folder: Path) -> list[Path]:
    """Write a comparison's tables, its picture and its page into a folder; return their paths.

    Raises:
        OutputError: the folder cannot be written to.
    """
    picture = differences(table, found)
    text = _template("comparison.html.j2").render(
        table=table,
        scenario=table.cases[0].scenario,
        told=comparison_table(table, found, baseline),
        chart=picture,
        version=version("peakweek"),
    )
    texts = {
        "comparison.csv": comparison_csv(table, found, baseline),
        "comparison.json": comparison_json(table, found, baseline),
        "comparison.svg": picture,
        "comparison.html": text,
    }
    return write_texts(folder, texts)


def _template(name: str) -> jinja2.Template:
    loader = jinja2.PackageLoader("sim.report", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(WORDS)
    return environment.get_template(name)
