"""The commands of ``peakweek-monitor``: one module each, which declares its options and runs it.

Place in the pipeline: between the command line and the service. To add a command: write a module with ``add`` (which
gives its parser a ``run`` default), and list it in `build_parser`. Invariant: what a user can do wrong raises a
`PeakweekError`.
"""

import argparse

from monitor.commands import backup, compact, demo, events, follow, glossary, propose, replay, serve, stack, token
from monitor.live import VERSION


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; what it parses has a ``run`` that takes it and does the work."""
    parser = argparse.ArgumentParser(
        prog="peakweek-monitor", description="The live service of a public service centre: events in, metrics out."
    )
    parser.add_argument("--version", action="version", version=f"peakweek-monitor {VERSION}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (serve, follow, propose, replay, demo, stack, token, backup, compact, events, glossary):
        command.add(subparsers)
    return parser
