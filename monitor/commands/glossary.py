"""``peakweek-monitor glossary``: the events that it takes, the metrics that it shows, and what probes measure."""

import argparse

from monitor.commands.options import Subparsers
from monitor.glossary import events_page, metrics_page, probes_page

_PAGES = {"events": events_page, "metrics": metrics_page, "probes": probes_page}


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "glossary",
        help="print the events, the metrics or those of the probes, as Markdown",
        description="Print what the service takes (events), shows (metrics) or measures (probes) as Markdown.",
    )
    parser.add_argument("page", nargs="?", choices=sorted(_PAGES), default="metrics", help="default: metrics")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the page."""
    print(_PAGES[options.page](), end="")  # noqa: T201 - the command's answer
