"""``peakweek-monitor compact``: old events give way to the figures that they led to."""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.commands.options import Subparsers, add_config
from monitor.compaction import compact
from monitor.config import read_config
from monitor.store import place_of


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "compact",
        help="remove old events and keep the totals, also while the service runs",
        description="Remove the events that were received before a day. All figures stay as they are, and a removed "
        "event that is sent again is still known; but the log can no longer tell what happened then.",
    )
    add_config(parser)
    parser.add_argument("--before", metavar="DATE", required=True, type=_day, help="a day such as 2025-07-01")
    parser.set_defaults(run=_run)


def _day(text: str) -> datetime:
    """Return the midnight at which a day begins, by nobody's clock yet."""
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone is in the configuration
    except ValueError:
        raise argparse.ArgumentTypeError(f"found {text!r}; expected a day such as 2025-07-01") from None


def _run(arguments: argparse.Namespace) -> None:
    config = read_config(arguments.config)
    first = next(iter(config.centre_by_id.values()))
    place = place_of(config.store, first_centre=first.id)
    n_removed = compact(place, arguments.before.replace(tzinfo=ZoneInfo(first.time_zone)))
    print(f"{place.name}: {n_removed} events received before {arguments.before:%Y-%m-%d} are removed")  # noqa: T201 - the command's answer
