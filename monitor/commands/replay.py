"""``peakweek-monitor replay``: a real log, played as if it were happening now."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

import sim
from monitor.adapters.log import log_events
from monitor.adapters.player import play, read_clock
from monitor.adapters.sender import SendError
from monitor.clock import ScaledClock
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers, add_listen, add_speed, add_token_file, own_config, token_in
from monitor.logs import set_up_logging
from monitor.serving import stop_signal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine

    from monitor.events import Event
    from sim import EventLog

_LEAD = timedelta(minutes=1)
_SAME_SPEED_RATIO = 0.01
_SPEED = 60.0


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "replay",
        help="play a real log into a service as if live",
        description="Play a real log into a service as if live: into one of its own, whose clock shows the log's time, "
        "or into a running one (--url), with all times moved to its present.",
    )
    parser.add_argument("log", metavar="LOG", type=Path, help="a log of a known format, .csv or .csv.gz")
    parser.add_argument("--day", help="only this day, such as 2019-12-30")
    parser.add_argument("--part", help="only this office, where a log has several")
    parser.add_argument("--url", help="a running service; default: one of its own, until Ctrl-C")
    add_token_file(parser)
    add_speed(parser, None, f"{_SPEED:g} in a service of its own, else that service's own")
    add_listen(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Play the log."""
    set_up_logging()
    log = sim.read_event_log(arguments.log, day=arguments.day, part=arguments.part)
    for what, count in log.notes:
        print(f"{arguments.log}: {count} × {what}")  # noqa: T201 - the command's answer
    events = log_events(log, f"/replay/{_source_name(log, arguments)}")
    token = token_in(arguments.token_file)
    asyncio.run(_play_to(arguments, events, token) if arguments.url else _play_here(arguments, log, events))


def _source_name(log: EventLog, arguments: argparse.Namespace) -> str:
    stem = Path(log.path).name.partition(".")[0]
    return "/".join(part for part in (stem, arguments.part, arguments.day) if part)


async def _play_to(arguments: argparse.Namespace, events: list[Event], token: str | None) -> None:
    """Play into a running service by its clock, with the log's beginning moved to its present."""
    shown, speed = await read_clock(arguments.url)
    if arguments.speed is not None and abs(speed - arguments.speed) > _SAME_SPEED_RATIO * speed:
        reason = f"its clock runs at {speed:g} × real time; leave out --speed, or --url"
        raise SendError(arguments.url, reason)
    events = moved(events, shown + _LEAD - events[0].time)
    print(f"The log begins at {events[0].time.isoformat()} by the clock of {arguments.url}.", flush=True)  # noqa: T201 - the command's answer
    clock = ScaledClock(shown, speed)
    playing = play(events, url=arguments.url, clock=clock, on_sent=told(len(events)), token=token)
    with stop_signal() as stopped:
        await until_stopped(playing, stopped)


def moved(events: list[Event], by: timedelta) -> list[Event]:
    """Return the events at a later time, from a source of their own: the log may be played more than once."""
    start: datetime = events[0].time + by
    source = f"{events[0].source}/at-{start:%Y%m%dT%H%M%S}".replace("T", "-")
    return [replace(event, time=event.time + by, source=source) for event in events]


async def _play_here(arguments: argparse.Namespace, log: EventLog, events: list[Event]) -> None:
    """Play into a service of our own, whose clock shows the log's time."""
    clock = ScaledClock(events[0].time - _LEAD, arguments.speed or _SPEED)
    with tempfile.TemporaryDirectory(prefix="peakweek-replay-") as folder:
        told_of = (Path(log.path).name, arguments.part, arguments.day)
        name = "Replay of " + " ".join(part for part in told_of if part)
        config = own_config(arguments, folder, name=name, time_zone=log.time_zone)
        async with hosting(config, clock) as (url, stopped):
            playing = play(events, url=url, clock=clock, skip_gaps=True, on_sent=told(len(events)))
            await until_stopped(playing, stopped, stay=True)


def told(n_events: int) -> Callable[[int], None]:
    """Return a function that says when all events are played."""

    def on_sent(n_sent: int) -> None:
        if n_sent == n_events:
            print(f"All {n_events} events are played.", flush=True)  # noqa: T201 - the command's answer

    return on_sent


async def until_stopped(playing: Coroutine[Any, Any, None], stopped: asyncio.Event, *, stay: bool = False) -> None:
    """Return when all is played, or the process is asked to stop; with `stay`, only then."""
    task = asyncio.create_task(playing)
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
            if stay:
                await stopping
    finally:
        for each in (task, stopping):
            each.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await each
