"""What the commands that simulate have in common: their arguments, and how replications are run and kept."""

import argparse
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.language import LANGUAGES

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.experiment import Case, Table
    from sim.scenario import Scenario

_SEEDS = 2**63
_MOST = 1_000_000
_PLENTY = 10_000  # replications, if a precision is asked for and no number
_LANGUAGE = "PEAKWEEK_LANGUAGE"
FEW = 40  # replications, if nobody says how many
KEPT = "finished.replications"  # of a run with --out, until its results are written


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add the argument that chooses the language of what people read; it may stand before or after the command."""
    parser.add_argument(
        "--language",
        choices=tuple(LANGUAGES),
        default=argparse.SUPPRESS,
        help=f"of what people read (default: {_LANGUAGE} of the environment, or en)",
    )


def language(options: argparse.Namespace) -> str:
    """Return the tag of the language that was chosen.

    The system's own language chooses nothing: what is printed is also read by programs, and shown in documents.

    Raises:
        InputError: the environment chooses one that there is not.
    """
    tag: str = getattr(options, "language", "") or os.environ.get(_LANGUAGE, "") or "en"
    if tag not in LANGUAGES:
        raise InputError(_LANGUAGE, "", repr(tag), f"one of {', '.join(LANGUAGES)}")
    return tag


def add_simulation(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command that simulates plans and tells of them."""
    add_language(parser)
    add_replications(
        parser, f"runs of each plan (default {FEW}); with --precision, at most so many (default {_PLENTY})"
    )
    parser.add_argument(
        "--precision",
        action="append",
        type=_precision,
        default=[],
        metavar="FIGURE=HALF",
        help="run until the 95 %% interval of the mean is so precise in the peak week, in every plan, such as "
        "on_time_ratio=0.01 (may be repeated)",
    )
    parser.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="what to print (default table)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="also write tables and a page with charts to this folder"
    )


def add_replications(parser: argparse.ArgumentParser, told: str = f"runs of each plan (default {FEW})") -> None:
    """Add what says which replications are run, and how; `told` explains how many."""
    parser.add_argument("--seed", type=whole_number(0, _SEEDS), default=1, help="root of all random draws (default 1)")
    parser.add_argument("--replications", type=whole_number(1, _MOST), help=told)
    parser.add_argument(
        "--first", type=whole_number(0, _SEEDS), default=0, help="number of the first replication (default 0)"
    )
    parser.add_argument(
        "--engine",
        choices=("compiled", "reference"),
        default="compiled",
        help="which engine simulates: the same numbers; the reference is slow and easy to read (default compiled)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, 1024),
        help="threads, or processes for the reference engine (default: one for each processor)",
    )
    parser.add_argument(
        "--resume", type=Path, metavar="FILE", help="keep finished replications in this file, and go on from it"
    )


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"found {text!r}; expected a whole number from {low} to {high}")
        return number

    return parse


def _precision(text: str) -> tuple[str, float]:
    from sim.measures import FIGURES  # noqa: PLC0415

    figure, _, half = text.partition("=")
    try:
        wanted = float(half)
    except ValueError:
        wanted = 0.0
    if figure not in FIGURES or not 0 < wanted < float("inf"):
        raise argparse.ArgumentTypeError(
            f"found {text!r}; expected a figure and a number above 0, such as on_time_ratio=0.01; "
            f"figures are {', '.join(FIGURES)}"
        )
    return figure, wanted


@contextmanager
def replicated(
    options: argparse.Namespace,
    scenario: "Scenario",
    names: Sequence[str],
    on_stop: "Callable[[Table], None]" = lambda _: None,
) -> "Iterator[Table]":
    """Yield the table of these plans, while the folder for its files is there; what has finished survives a stop.

    Args:
        options: the arguments of `add_simulation`.
        scenario: as read.
        names: of its plans.
        on_stop: called with what is finished when the user stops it.
    """
    from sim.experiment import Case, until_precise  # noqa: PLC0415
    from sim.report.folder import output_folder  # noqa: PLC0415

    warn_of_doubts(options, scenario, names)
    with output_folder(options.out) if options.out else nullcontext():
        kept = options.resume or (options.out and options.out / KEPT)
        wanted = dict(options.precision)
        most = options.replications or (_PLENTY if wanted else FEW)
        cases, by = [Case(scenario, name) for name in names], tuple(dict.fromkeys(getattr(options, "by", ())))
        until = partial(until_precise, wanted=wanted) if wanted else None
        table = simulated(options, cases, most, kept, breakdowns=by, until=until, on_stop=on_stop)
        _tell_of_precision(table, wanted, most)
        yield table
        if kept and not options.resume:
            kept.unlink()


def warn_of_doubts(options: argparse.Namespace, scenario: "Scenario", names: Sequence[str]) -> None:
    """Say on standard error what was probably not meant in these plans.

    Raises:
        ScenarioError: some work can never be done, or the Labour Code forbids a plan; with file and line.
    """
    from sim.plan.doubts import find_doubts  # noqa: PLC0415
    from sim.scenario import told_by  # noqa: PLC0415

    with told_by(options.scenario):
        for doubt in find_doubts(scenario, list(names)):
            print(f"peakweek: {warning(options.scenario, doubt)}", file=sys.stderr)


def warning(scenario: str, doubt: str) -> str:
    """Return a line that warns of what was probably not meant, with file and line.

    Args:
        scenario: the file.
        doubt: what is odd in it, as ``field: words``.
    """
    from sim.scenario import place_in  # noqa: PLC0415

    name, line = place_in(scenario, doubt.partition(": ")[0])
    return f"warning: {name}:{line}: {doubt}"


def simulated(
    options: argparse.Namespace,
    cases: "Sequence[Case]",
    n_replications: int,
    kept: Path | None,
    *,
    breakdowns: Sequence[str] = (),
    until: "Callable[[Iterator[Table]], Table] | None" = None,
    on_stop: "Callable[[Table], None]" = lambda _: None,
    told: str = "replications",
) -> "Table":
    """Return the table of some cases, with a bar on a terminal while it grows.

    Args:
        options: the arguments of `add_replications`.
        cases: what to simulate.
        n_replications: of each, at most.
        kept: a file that keeps what is finished.
        breakdowns: which of them to make.
        until: takes growing tables, and returns the one that is enough; default: the last.
        on_stop: called with what is finished when the user stops it.
        told: what the bar counts.
    """
    from sim.experiment import stream_experiment  # noqa: PLC0415
    from sim.report.terminal import progress_bar  # noqa: PLC0415

    seen: list[Table] = []  # the last one
    with ExitStack() as stack:
        executor = stack.enter_context(_executor(options, cases[0].scenario, cases[0].plan))
        on_done = stack.enter_context(progress_bar(n_replications, told))
        growing = stream_experiment(
            cases,
            seed=options.seed,
            n_replications=n_replications,
            first=options.first,
            executor=executor,
            engine=options.engine,
            breakdowns=breakdowns,
            kept_in=kept,
        )
        tables = stack.enter_context(closing(growing))
        try:
            shown = _shown(tables, seen, on_done)
            return until(shown) if until else deque(shown, maxlen=1)[0]
        except BaseException as stop:
            if seen and kept:
                stop.add_note(
                    f"{seen[0].n_replications} of {n_replications} {told} are kept in {kept}; "
                    "the same command goes on from there"
                )
            if seen and isinstance(stop, KeyboardInterrupt):
                stack.close()
                on_stop(seen[0])
            raise


def _shown(tables: "Iterator[Table]", seen: "list[Table]", on_done: Callable[[int], None]) -> "Iterator[Table]":
    """Yield tables as they are, with the last one in `seen`."""
    for table in tables:
        seen[:] = [table]
        on_done(table.n_replications)
        yield table


def _executor(options: argparse.Namespace, scenario: "Scenario", plan: str) -> "Executor":
    from sim.workers import Threads, Workers  # noqa: PLC0415

    if options.engine == "reference":
        return Workers(options.workers)
    from sim.compiler import on_compiling  # noqa: PLC0415
    from sim.precompile import precompile  # noqa: PLC0415

    threads = Threads(options.workers)

    def wait(*, is_kept: bool) -> None:
        print("peakweek: compiling the engine; this takes about a minute, once ...", file=sys.stderr, flush=True)
        if is_kept and threads.n_workers > 1:
            precompile(scenario, plan)

    on_compiling(wait)
    return threads


def _tell_of_precision(table: "Table", wanted: "Mapping[str, float]", most: int) -> None:
    from sim.experiment.precision import reaches  # noqa: PLC0415

    for each in reaches(table, wanted):
        found = f"{each.figure} is known to ± {each.half_width:.3g} after {table.n_replications} replications"
        more = f"that takes about {each.n_needed:,}; allow more than {most:,} with --replications"
        told = found if each.is_reached else f"{found}, not to ± {each.wanted:g}: {more}"
        print(f"peakweek: {told}", file=sys.stderr)
