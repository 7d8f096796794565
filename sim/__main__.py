"""The planner's command, `peakweek`.

In: arguments. Out: text on standard output, files in a folder. Invariant: exit status 0 for done, 1 for a run that
failed, 2 for wrong input, 128 + n for a stop by signal n (130 for Ctrl-C); an error is one line on standard error, and
nothing is left half-written. A reader that has seen enough, such as `head`, is no error: files were written before.
"""

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from sim.errors import EngineError, PeakweekError, ScenarioError, WorkerError
from sim.signals import Stopped, stoppable

_DONE, _FAILED, _WRONG_INPUT, _SIGNALLED = 0, 1, 2, 128
_SEEDS = 2**63


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Vietnamese names, also where the system's encoding lacks them
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], None] = options.run
        with stoppable():
            run(options)
            sys.stdout.flush()
    except EngineError as error:
        # The command that replays the failure needs the file, which only this door knows; so does the error below.
        print(f"peakweek: {replace(error, scenario=options.scenario)}", file=sys.stderr)
        return _FAILED
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try to flush once more
        return _DONE
    except ScenarioError as error:
        print(f"peakweek: {replace(error, path=options.scenario)}", file=sys.stderr)
        return _WRONG_INPUT
    except PeakweekError as error:
        print(f"peakweek: {error}", file=sys.stderr)
        return _FAILED if isinstance(error, WorkerError) else _WRONG_INPUT
    except (KeyboardInterrupt, Stopped) as stop:
        print("peakweek: interrupted; nothing is left half-written", file=sys.stderr)
        return _SIGNALLED + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="peakweek",
        description="How large will the peak week's backlog be under this staffing, these counters and this line?",
    )
    parser.add_argument("--version", action="version", version=f"peakweek {version('peakweek')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="simulate a scenario's plans", description="Simulate a scenario's plans.")
    run.set_defaults(run=_run)
    run.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    run.add_argument("--plan", action="append", metavar="NAME", help="only this plan (may be repeated; default: all)")
    run.add_argument("--seed", type=_whole_number(0, _SEEDS), default=1, help="root of all random draws (default 1)")
    run.add_argument(
        "--replications", type=_whole_number(1, 1_000_000), default=40, help="runs of each plan (default 40)"
    )
    run.add_argument(
        "--first", type=_whole_number(0, _SEEDS), default=0, help="number of the first replication (default 0)"
    )
    run.add_argument("--workers", type=_whole_number(1, 1024), help="processes (default: one for each processor)")
    run.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="what to print (default table)"
    )
    run.add_argument(
        "--by",
        action="append",
        choices=("hour", "stage", "procedure", "group"),
        default=[],
        help="also by hour of the day, stage, procedure or group of people (may be repeated); as csv, that alone",
    )
    run.add_argument("--all-days", action="store_true", help="show every day in the table, not only the peak week's")
    run.add_argument("--out", type=Path, metavar="DIR", help="also write tables and a page with charts to this folder")
    _add_scenario(commands.add_parser("scenario", help="check a scenario file; what one may say"))
    return parser


def _add_scenario(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check a scenario file, and say in words what it says")
    check.set_defaults(run=_check)
    check.add_argument("scenario", metavar="SCENARIO", help="a scenario file")
    schema = commands.add_parser("schema", help="print the JSON Schema of scenario files, for editors")
    schema.set_defaults(run=_print_schema)
    fields = commands.add_parser("fields", help="print every field of a scenario file, as Markdown")
    fields.set_defaults(run=_print_fields)


def _check(options: argparse.Namespace) -> None:
    from sim.explain import explain  # noqa: PLC0415
    from sim.scenario import read_scenario  # noqa: PLC0415

    told = explain(read_scenario(options.scenario))
    print(f"{options.scenario}: ok\n{told}", end="")


def _print_schema(_: argparse.Namespace) -> None:
    from sim.schema import json_schema  # noqa: PLC0415

    print(json_schema(), end="")


def _print_fields(_: argparse.Namespace) -> None:
    from sim.schema import fields_page  # noqa: PLC0415

    print(fields_page(), end="")


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"found {text!r}; expected a whole number from {low} to {high}")
        return number

    return parse


def _run(options: argparse.Namespace) -> None:
    # Loaded here, so that --help and --version answer at once.
    from sim.experiment import Case, run_experiment  # noqa: PLC0415
    from sim.report.folder import output_folder  # noqa: PLC0415
    from sim.report.rows import parts_to_csv, to_csv, to_json  # noqa: PLC0415
    from sim.report.terminal import print_table, progress_bar  # noqa: PLC0415
    from sim.scenario import read_scenario  # noqa: PLC0415
    from sim.workers import Workers  # noqa: PLC0415

    scenario = read_scenario(options.scenario)
    names = list(dict.fromkeys(options.plan or scenario.plans))
    with output_folder(options.out) if options.out else nullcontext():
        with Workers(options.workers) as executor, progress_bar(options.replications) as on_done:
            table = run_experiment(
                [Case(scenario, name) for name in names],
                seed=options.seed,
                n_replications=options.replications,
                first=options.first,
                executor=executor,
                breakdowns=tuple(dict.fromkeys(options.by)),
                on_done=on_done,
            )
        if options.out:
            from sim.report.page import write_files  # noqa: PLC0415 - with the chart library, which only files need

            for path in write_files(table, options.out):
                print(f"wrote {path}", file=sys.stderr)
    if options.format == "table":
        print_table(table, all_days=options.all_days)
    elif options.format == "json":
        print(to_json(table), end="")
    else:
        print("\n".join(parts_to_csv(table, kind) for kind in table.breakdowns) or to_csv(table), end="")


if __name__ == "__main__":
    sys.exit(main())
