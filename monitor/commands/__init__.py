"""The commands of ``peakweek-monitor``: one module each, which declares its options and runs it.

Place in the pipeline: between the command line and the service. To add a command: write a module with ``add`` (which
gives its parser a ``run`` default), and list it in `COMMANDS`. Invariants: what a user can do wrong raises a
`PeakweekError`; a command loads what it needs, and nothing of the others.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Final

COMMANDS: Final = (
    "serve", "follow", "propose", "replay", "demo", "stack", "drill", "token", "backup", "compact", "events",
    "glossary",
)  # fmt: skip


def build_parser(arguments: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return a parser of the command line; what it parses has a ``run`` that takes it and does the work.

    Args:
        arguments: what is to be parsed; where they begin with a command, the parser knows no other.
    """
    parser = argparse.ArgumentParser(
        prog="peakweek-monitor", description="The live service of a public service centre: events in, metrics out."
    )
    parser.add_argument("--version", action="version", version=f"peakweek-monitor {metadata.version('peakweek')}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    named = tuple(arguments[:1])
    for command in named if named and named[0] in COMMANDS else COMMANDS:
        import_module(f"monitor.commands.{command}").add(subparsers)
    return parser
