"""``peakweek-monitor events export``: the log as a file that other tools read."""

import argparse
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.commands.options import Subparsers, add_config
from monitor.config import read_config
from monitor.export import FORMATS, ExportError, Selection, chosen, export
from monitor.store import place_of


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "events",
        help="write the log of events as CSV, Parquet, XES or OCEL",
        description="Write events of the log into a file for spreadsheets and notebooks (CSV, Parquet) or for "
        "process-mining tools (XES, OCEL), also while the service runs.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    export_parser = actions.add_parser("export", help="write events into a file", description=parser.description)
    add_config(export_parser)
    export_parser.add_argument("file", metavar="FILE", type=Path, help="the file to make")
    export_parser.add_argument(
        "--format", choices=tuple(FORMATS), help="how it is written; default: as the file's name ends"
    )
    export_parser.add_argument("--since", metavar="TIME", type=_instant, help="events from this day or instant on")
    export_parser.add_argument("--until", metavar="TIME", type=_instant, help="events before this day or instant")
    export_parser.add_argument("--centre", metavar="ID", help="events of one centre; default: of all")
    export_parser.set_defaults(run=_run, refuse=export_parser.error)


def _instant(text: str) -> datetime:
    """Return a day's beginning or an instant, perhaps without a zone yet."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        expected = "a day such as 2025-07-01 or an instant such as 2025-07-01T07:30"
        raise argparse.ArgumentTypeError(f"found {text!r}; expected {expected}") from None


def _run(arguments: argparse.Namespace) -> None:
    fmt = arguments.format or _format_of(arguments.file)
    config = read_config(arguments.config)
    centres = config.centre_by_id
    if arguments.centre not in (None, *centres):
        arguments.refuse(f"--centre: found {arguments.centre}; expected one of {', '.join(centres)}")
    zone = ZoneInfo(centres[arguments.centre or next(iter(centres))].time_zone)
    since, until = (
        each and (each if each.tzinfo else each.replace(tzinfo=zone)) for each in (arguments.since, arguments.until)
    )
    place = place_of(config.store, first_centre=next(iter(centres)))
    n_events = export(chosen(place, Selection(since, until, arguments.centre)), arguments.file, fmt)
    print(f"{arguments.file}: {n_events} events of {place.name}")  # noqa: T201 - the command's answer


def _format_of(file: Path) -> str:
    """Return the format that a file's name ends like."""
    ending = file.suffix.lower().strip(".")
    found = {"json": "ocel", "jsonocel": "ocel"}.get(ending, ending)
    if found not in FORMATS:
        raise ExportError(str(file), f"say --format: its name ends like none of {', '.join(FORMATS)}")
    return found
