"""``peakweek-monitor glossary``: the events that it takes and the metrics that it shows."""

import argparse

from monitor.commands.options import Subparsers
from monitor.glossary import glossary


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "glossary",
        help="print the events and metrics, as Markdown",
        description="Print the table of events that the service takes and of metrics that it shows, as Markdown.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print the page."""
    print(glossary(), end="")  # noqa: T201 - the command's answer
