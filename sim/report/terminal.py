"""A run on a terminal: a table for each plan, and a bar while it is under way.

In: a `Table`. Out: lines of text. Invariant: the same text at any terminal width, so that documents can show it; what a
scenario calls things is shown as it is, brackets and all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text

from sim.experiment import Table
from sim.report.kept_out import kept_out
from sim.report.rows import COLUMNS, Row, cells, figure, peaks, rows, span_name
from sim.report.tables import (
    TextTable,
    breach_table,
    cost_table,
    known_to,
    lost_table,
    open_table,
    part_tables,
    result_table,
)

_WIDTH = 120
_TITLE_WIDTH = 44  # of the plans' titles above the tables, at least
_NAME_WIDTH = 36  # of a plan's name, in a table that compares plans


class _Terminal(Console):
    """A console that leaves it to the command what to do when the reader of its output has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_table(table: Table, *, all_days: bool) -> None:
    """Print a table for each plan, what is left open, what was lost, what it costs, and the parts that were asked for.

    A plan's table has the days of the peak week (or all), every week, and the whole period.
    """
    console = _Terminal(width=_WIDTH, highlight=False)
    case = table.cases[0]
    console.print(Text(case.scenario.question, style="bold"))
    console.print(
        Text(
            f"{case.scenario.title}. {table.n_replications} replications, seed {table.seed}. Means; "
            "in brackets the band that holds 80 % of the replications; ± how far a mean may be off, 95 times in 100."
        )
    )
    console.print(f"\nNot settled when {span_name(peaks(table)[0].span)} closes, the end of the peak week:\n")
    answers = peaks(table)
    width = max(_TITLE_WIDTH, *(len(row.title) + 2 for row in answers))
    console.print(Text(f"  {'':<{width}}{'received':<16}in all that came"))
    for row in answers:
        received, in_all = figure(row, "backlog_count"), figure(row, "unsettled_count")
        within = known_to(table, row, "unsettled_count")
        console.print(Text.assemble(f"  {row.title:<{width}}{received:<16}", (f"{in_all:<14}", "bold"), f"  {within}"))
    if warning := kept_out(table):
        console.print(Text(f"\n{warning}"))
    for _, of_plan in groupby(rows(table), key=lambda row: row.plan):
        console.print()
        console.print(_grid([row for row in of_plan if all_days or row.is_peak or row.span.kind != "day"]))
    told = (open_table, result_table, breach_table, lost_table, cost_table)
    for text_table in (*(tell(table) for tell in told), *part_tables(table)):
        if text_table is not None:
            console.print()
            _print_text_table(console, text_table)


def print_comparison(table: Table, told: TextTable) -> None:
    """Print a comparison of plans."""
    console = _Terminal(width=_WIDTH, highlight=False)
    scenario = table.cases[0].scenario
    console.print(Text(scenario.question, style="bold"))
    console.print(Text(f"{scenario.title}.\n"))
    _print_text_table(console, told)


def _print_text_table(console: Console, text_table: TextTable) -> None:
    """Print a table with a row for each section's name."""
    grid = _empty_grid(text_table.title, text_table.columns, width=_NAME_WIDTH)
    for name, lines in text_table.sections:
        grid.add_row(Text(name, style="bold"))
        for number, cells_of_line in enumerate(lines, start=1):
            grid.add_row(*map(Text, cells_of_line), end_section=number == len(lines))
    console.print(grid)
    console.print(Text(f" {text_table.note}"))


def _empty_grid(title: str, columns: tuple[str, ...], *, width: int | None = None) -> Grid:
    grid = Grid(title=Text(title), box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", collapse_padding=True)
    grid.add_column("", no_wrap=width is None, overflow="fold", max_width=width)
    for column in columns:
        grid.add_column(column, justify="right", no_wrap=True)
    return grid


def _grid(of_plan: list[Row]) -> Grid:
    grid = _empty_grid(of_plan[0].title, COLUMNS)
    for row, following in zip(of_plan, [*of_plan[1:], None], strict=True):
        grid.add_row(*map(Text, cells(row)), end_section=following is None or following.span.kind != row.span.kind)
    return grid


@contextmanager
def progress_bar(n_replications: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many replications are done; silent where there is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=n_replications)
        yield lambda n_done: progress.update(task, completed=n_done)
