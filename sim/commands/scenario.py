"""`peakweek scenario`: check a scenario file, and tell what one may say."""

import argparse

from sim.commands.arguments import add_language, warning


def add(parser: argparse.ArgumentParser) -> None:
    """Add the commands below it."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check a scenario file, and say in words what it says")
    check.set_defaults(run=_check)
    check.add_argument("scenario", metavar="SCENARIO", help="a scenario file")
    add_language(check)
    schema = commands.add_parser("schema", help="print the JSON Schema of scenario files, for editors")
    schema.set_defaults(run=_print_schema)
    fields = commands.add_parser("fields", help="print every field of a scenario file, as Markdown")
    fields.set_defaults(run=_print_fields)


def _check(options: argparse.Namespace) -> None:
    from sim.explain import explain  # noqa: PLC0415
    from sim.plan.doubts import find_doubts  # noqa: PLC0415
    from sim.scenario import read_scenario, told_by  # noqa: PLC0415

    scenario = read_scenario(options.scenario)
    with told_by(options.scenario):
        doubts, told = find_doubts(scenario), explain(scenario)
    verdict = "ok" if not doubts else "can be run, but look at the warnings"
    print(f"{options.scenario}: {verdict}\n{told}", end="")
    for doubt in doubts:
        print(warning(options.scenario, doubt))


def _print_schema(_: argparse.Namespace) -> None:
    from sim.schema import json_schema  # noqa: PLC0415

    print(json_schema(), end="")


def _print_fields(_: argparse.Namespace) -> None:
    from sim.schema import fields_page  # noqa: PLC0415

    print(fields_page(), end="")
