"""A run on a terminal: a table for each plan, and a bar while it is under way.

In: a `Table`. Out: lines of text. Invariant: the same text at any terminal width, so that documents can show it; what a
scenario calls things is shown as it is, brackets and all.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from sim.experiment import Table
from sim.language import plural, say
from sim.report.answer import answer
from sim.report.grid import WIDTH, Section, grids
from sim.report.kept_out import kept_out
from sim.report.leaders.paper import Paper, Sheet
from sim.report.rows import COLUMNS, Row, cells, figure, highest, peaks, rows, span_name
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

_TITLE_WIDTH = 34  # of the plans' titles above the tables, at least


class _Terminal(Console):
    """A console that leaves it to the command what to do when the reader of its output has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_table(table: Table, *, all_days: bool) -> None:
    """Print a table for each plan, what is left open, what was lost, what it costs, and the parts that were asked for.

    A plan's table has the days of the peak week (or all), every week, and the whole period.
    """
    console = _Terminal(width=WIDTH, highlight=False)
    case = table.cases[0]
    console.print(Text(case.scenario.question, style="bold"))
    console.print(Text(f"{case.scenario.title}. {_how_sure(table)}"))
    _print_answers(console, table)
    if warning := kept_out(table):
        console.print(Text(f"\n{warning}"))
    for _, of_plan in groupby(rows(table), key=lambda row: row.plan):
        shown = [row for row in of_plan if all_days or row.is_peak or row.span.kind != "day"]
        console.print()
        _print_grids(console, shown[0].title, tuple(map(say, COLUMNS)), _sections(shown))
    told = (open_table, result_table, breach_table, lost_table, cost_table)
    for text_table in (*(tell(table) for tell in told), *part_tables(table)):
        if text_table is not None:
            console.print()
            _print_text_table(console, text_table)
    console.print()
    for sentence in answer(table):
        console.print(Text(sentence, style="bold"))


def print_comparison(table: Table, told: TextTable) -> None:
    """Print a comparison of plans."""
    console = _Terminal(width=WIDTH, highlight=False)
    scenario = table.cases[0].scenario
    console.print(Text(scenario.question, style="bold"))
    console.print(Text(f"{scenario.title}.\n"))
    _print_text_table(console, told)


def print_paper(paper: Paper) -> None:
    """Print the answer of the leaders' report, and its tables."""
    console = _Terminal(width=WIDTH, highlight=False)
    console.print(Text(paper.question, style="bold"))
    console.print(Text(f"{paper.title}.\n"))
    console.print(Text(paper.answer, style="bold"))
    for each in paper.beside:
        console.print(Text(each))
    for section in paper.sections:
        if section.sheet:
            console.print()
            console.print(Text(section.title, style="bold"))
            for text in section.texts:
                console.print(Text(text))
            _print_sheet(console, section.sheet)


def _print_sheet(console: Console, sheet: Sheet) -> None:
    """Print a table of the report; what stands below a cell is on a line of its own."""
    rows = [tuple("\n".join(filter(None, (cell.text, cell.below))) for cell in row) for row in sheet.rows]
    head = ["\n".join(name.split(" ")) for name in sheet.head[1:]]
    _print_grids(console, "", head, [("", rows)])
    console.print(Text(f"\n{sheet.note}"))


def _how_sure(table: Table) -> str:
    """Return how many replications there are, and what that tells."""
    if table.n_replications == 1:
        return say("One replication, seed {seed}: what happens once; only several tell how it varies.", seed=table.seed)
    many = plural("{n} replication", "{n} replications", table.n_replications)
    return say(
        "{replications}, seed {seed}. Means; in brackets the band that holds 80 % of the replications; ± how far a "
        "mean may be off, 95 times in 100.",
        replications=many,
        seed=table.seed,
    )


def _print_answers(console: Console, table: Table) -> None:
    """Print, for each plan, what is open at the end of the peak week, and when it is most."""
    answers = peaks(table)
    day = span_name(answers[0].span)
    head = say("Not settled when {day} closes, the end of the peak week:", day=day)
    console.print(f"\n{head}\n")
    names = [row.title for row in answers]
    received, in_all = say("received"), say("in all that came")
    told = [
        (figure(row, "backlog_count"), figure(row, "unsettled_count"), known_to(table, row, "unsettled_count"))
        for row in answers
    ]
    width = max(_TITLE_WIDTH, *(len(name) + 2 for name in names))
    console.print(Text(f"  {'':<{width}}{received:<15}{in_all}"))
    for name, (of_received, of_all, within) in zip(names, told, strict=True):
        console.print(Text.assemble(f"  {name:<{width}}{of_received:<15}", (f"{of_all:<14}", "bold"), f"  {within}"))
    most = [highest(table, row.case) for row in answers]
    if any(high.span != row.span for high, row in zip(most, answers, strict=True)):
        head = say("Most is received and not settled at the close of:")
        console.print(f"\n{head}\n")
        for high in most:
            name = span_name(high.span)
            console.print(Text(f"  {high.title:<{width}}{name + ' ':<15}{figure(high, 'backlog_count')}"))


def _print_text_table(console: Console, text_table: TextTable) -> None:
    """Print a table, and below it how to read it."""
    _print_grids(console, text_table.title, text_table.columns, text_table.sections)
    console.print(Text(f"\n{text_table.note}"))


def _print_grids(console: Console, title: str, columns: Sequence[str], sections: Sequence[Section]) -> None:
    """Print a table, in parts where it is too wide."""
    for number, grid in enumerate(grids(title, columns, sections)):
        if number:
            console.print()
        console.print(grid)


def _sections(of_plan: list[Row]) -> list[Section]:
    """Return the days, the weeks and the period of a plan, each for themselves."""
    return [("", [cells(row) for row in of_kind]) for _, of_kind in groupby(of_plan, key=lambda row: row.span.kind)]


@contextmanager
def progress_bar(n_replications: int, told: str = "replications") -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many replications are done; silent where there is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(told), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=n_replications)
        yield lambda n_done: progress.update(task, completed=n_done)
