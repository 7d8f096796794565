"""`peakweek compare`: hold a scenario's plans against one of them, under the same demand."""

import argparse
import sys

from sim.commands.arguments import add_simulation, replicated


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.set_defaults(run=_compare)
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    parser.add_argument("--plans", nargs="+", metavar="NAME", help="these plans (default: all)")
    parser.add_argument("--baseline", metavar="NAME", help="hold them against this plan (default: the first)")
    add_simulation(parser)


def _compare(options: argparse.Namespace) -> None:
    from sim.errors import ScenarioError  # noqa: PLC0415
    from sim.experiment import compare  # noqa: PLC0415
    from sim.report.comparison import comparison_csv, comparison_json, comparison_table  # noqa: PLC0415
    from sim.report.terminal import print_comparison  # noqa: PLC0415
    from sim.scenario import read_scenario  # noqa: PLC0415

    scenario = read_scenario(options.scenario)
    chosen = options.plans or list(scenario.plans)
    baseline = options.baseline or chosen[0]
    names = list(dict.fromkeys([baseline, *chosen]))
    if len(names) == 1:
        raise ScenarioError(options.scenario, "plans", f"only {baseline}", "another plan to hold against it")
    with replicated(options, scenario, names) as table:
        found = compare(table, baseline=0)
        if not found:
            raise ScenarioError(
                options.scenario, "plans", f"{table.n_replications} replications", "at least 2 that have figures"
            )
        if options.out:
            from sim.report.page import write_comparison  # noqa: PLC0415 - with the chart library

            for path in write_comparison(table, found, 0, options.out):
                print(f"wrote {path}", file=sys.stderr)
    if options.format == "table":
        print_comparison(table, comparison_table(table, found, 0))
    else:
        to_text = comparison_json if options.format == "json" else comparison_csv
        print(to_text(table, found, 0), end="")
