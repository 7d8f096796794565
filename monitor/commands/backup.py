"""``peakweek-monitor backup`` and ``restore``: the log of events as one file, and back."""

import argparse
from pathlib import Path

from monitor.commands.options import Subparsers, add_config
from monitor.config import read_config
from monitor.store import Place, place_of
from monitor.store.backup import back_up, restore


def add(subparsers: Subparsers) -> None:
    """Declare both commands."""
    parser = subparsers.add_parser(
        "backup",
        help="write the log of events into a file, also while the service runs",
        description="Write the log of events, as it is at one instant, into a new file; the service may run meanwhile.",
    )
    add_config(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to make; one that is there is not touched")
    parser.set_defaults(run=_back_up)
    parser = subparsers.add_parser(
        "restore",
        help="make a log of events from a backup",
        description="Make the log of events that the configuration names, which must be empty or not there, from a "
        "backup of this or of the other kind of store.",
    )
    add_config(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that `backup` made")
    parser.set_defaults(run=_restore)


def _back_up(arguments: argparse.Namespace) -> None:
    place = _place(arguments)
    n_events = back_up(place, arguments.file)
    print(f"{arguments.file}: {n_events} events of {place.name}")  # noqa: T201 - the command's answer


def _restore(arguments: argparse.Namespace) -> None:
    place = _place(arguments)
    n_events = restore(place, arguments.file)
    print(f"{place.name}: {n_events} events from {arguments.file}")  # noqa: T201 - the command's answer


def _place(arguments: argparse.Namespace) -> Place:
    config = read_config(arguments.config)
    return place_of(config.store, first_centre=next(iter(config.centre_by_id)))
