"""`peakweek run`: simulate a scenario's plans."""

import argparse
import sys
from typing import TYPE_CHECKING

from sim.commands.arguments import add_simulation, replicated

if TYPE_CHECKING:
    from sim.experiment import Table


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.set_defaults(run=_run)
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    parser.add_argument(
        "--plan", action="append", metavar="NAME", help="only this plan (may be repeated; default: all)"
    )
    add_simulation(parser)
    parser.add_argument(
        "--by",
        action="append",
        choices=("hour", "stage", "procedure", "group", "person"),
        default=[],
        help="also by hour of the day, stage, procedure, group or person (may be repeated); as csv, that alone",
    )
    parser.add_argument("--all-days", action="store_true", help="show every day in the table, not only the peak week's")


def _run(options: argparse.Namespace) -> None:
    from sim.report.rows import parts_to_csv, to_csv, to_json  # noqa: PLC0415
    from sim.report.terminal import print_table  # noqa: PLC0415
    from sim.scenario import read_scenario  # noqa: PLC0415

    scenario = read_scenario(options.scenario)
    names = list(dict.fromkeys(options.plan or scenario.plans))

    def on_stop(table: "Table") -> None:
        if options.format == "table":  # for people: it says how many replications it is of
            print_table(table, all_days=options.all_days)

    with replicated(options, scenario, names, on_stop) as table:
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
