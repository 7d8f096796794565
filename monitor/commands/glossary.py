"""``peakweek-monitor glossary``: the events that it takes and the metrics that it shows."""

import argparse

from monitor.commands.options import Subparsers
from monitor.glossary import events_page, metrics_page

_PAGES = {"events": events_page, "metrics": metrics_page}


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "glossary",
        help="print the events or the metrics, as Markdown",
        description="Print what the service takes (events) or shows (metrics) as Markdown.",
    )
    parser.add_argument("page", nargs="?", choices=sorted(_PAGES), default="metrics", help="default: metrics")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the page."""
    print(_PAGES[options.page](), end="")  # noqa: T201 - the command's answer
