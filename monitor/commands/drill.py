"""``peakweek-monitor drill``: faults made for real in a simulated centre, and the alert that each raises."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from monitor.adapters.player import play
from monitor.adapters.sender import Sender, SendError
from monitor.clock import ScaledClock
from monitor.commands.demo import read_demonstration
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers, add_listen, add_pack, add_speed, own_config
from monitor.commands.stack import pace_of, tell
from monitor.drill import Boards, Outcome, Targets, drilled, steps
from monitor.drill.steps import CROWD
from monitor.events import Event, Happening, OutageEnded, OutageStarted, TicketCalled, TicketIssued
from monitor.logs import set_up_logging
from monitor.stack import Pack, Receiver, stacked

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from monitor.drill import Step
    from sim import Scenario

_SPEED = 60.0
_LATEST_DAYS = 10
_WARM_UP = timedelta(minutes=30)
_PATIENCE_S = 60.0


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "drill",
        help="an outage drill: does each fault raise its alert and no other, and do the dashboards show it?",
        description="Simulate a centre on a calm morning with the system's Prometheus and Alertmanager around it, and "
        "let happen, one after the other, an overload, a line that loses packets and then is lost, a slow and a dead "
        "portal, a power cut and an empty battery. Each must be seen on its dashboard, raise its alert and no other, "
        "and end. About two minutes.",
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    parser.add_argument("--plan", metavar="NAME", help="the plan to live by (default: the scenario's first)")
    add_speed(parser, _SPEED, f"{_SPEED:g}")
    add_listen(parser)
    add_pack(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Simulate, serve, watch, break and mend."""
    set_up_logging()
    Pack(arguments.pack).check()
    scenario, events = read_demonstration(arguments)
    asyncio.run(
        _drill(
            arguments,
            scenario,
            [each for each in events if not isinstance(each.happening, OutageStarted | OutageEnded)],
        )
    )


def calm_morning(events: list[Event]) -> datetime:
    """Return an instant half an hour after the first ticket of the calmest of the last days."""
    issued = [event.time for event in events if isinstance(event.happening, TicketIssued)]
    days = Counter(time.date() for time in issued)
    calmest = min(sorted(days)[-_LATEST_DAYS:], key=lambda day: days[day])
    return next(time for time in issued if time.date() == calmest) + _WARM_UP


@dataclass
class Crowd:
    """Visitors who come at once, and are called at once.

    Attributes:
        queue: that they join.
        clock: what the time is at the centre.
        sender: tells the service.
        url: the service.
    """

    queue: str
    clock: ScaledClock
    sender: Sender
    url: str
    _tickets: tuple[str, ...] = field(default=tuple(f"crowd-{number}" for number in range(CROWD)))

    async def come(self) -> None:
        """Let every one take a ticket."""
        await self._send("issued", [TicketIssued(ticket=ticket, queue=self.queue) for ticket in self._tickets])

    async def be_called(self) -> None:
        """Let every one be called."""
        await self._send("called", [TicketCalled(ticket=ticket) for ticket in self._tickets])

    async def _send(self, what: str, happenings: list[Happening]) -> None:
        now = self.clock.now()
        events = [Event(f"{what}-{number}", "/drill", now, each) for number, each in enumerate(happenings)]
        for refused in await self.sender.send(events):
            raise SendError(self.url, refused.reason)


async def _drill(arguments: argparse.Namespace, scenario: Scenario, events: list[Event]) -> None:
    begin = calm_morning(events)
    before, after = ([each for each in events if (each.time >= begin) is later] for later in (False, True))
    queues = Counter(each.happening.queue for each in events if isinstance(each.happening, TicketIssued))
    targets, receiver = Targets(), Receiver()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="peakweek-drill-"))
        await stack.enter_async_context(targets.running())
        name, zone = f"{scenario.title} (drill)", scenario.period.time_zone
        config = own_config(arguments, folder, name=name, time_zone=zone)
        config = config.model_copy(update={"probes": targets.probes()})
        clock = ScaledClock(begin, arguments.speed)
        url, stopped = await stack.enter_async_context(hosting(config, clock))
        await play(before, url=url, clock=clock)
        await stack.enter_async_context(receiver.listening())
        pack = Pack(arguments.pack, pace_of(arguments.speed))
        around = stacked(pack, Path(folder), target=url, webhook=receiver.address)
        running = await stack.enter_async_context(around)
        tell(running)
        boards = Boards(
            arguments.pack / "dashboards/en", running.prometheus, url.partition("://")[2], pack.pace.least_span_s
        )
        session = await stack.enter_async_context(aiohttp.ClientSession(url))
        crowd = Crowd(queues.most_common(1)[0][0], clock, Sender(session, url, n_attempts=1), url)
        playing = asyncio.create_task(play(after, url=url, clock=clock))
        stack.callback(playing.cancel)
        drilling = asyncio.create_task(_go_through(steps(crowd.come, crowd.be_called, targets), receiver, boards))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({drilling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if drilling.done():
            await drilling
        drilling.cancel()


async def _go_through(faults: Sequence[Step], receiver: Receiver, boards: Boards) -> None:
    async for outcome in drilled(faults, receiver, boards, patience_s=_PATIENCE_S):
        _say(outcome)
    print("Every fault was seen and raised its alert, no other alert came, and all are over.", flush=True)  # noqa: T201 - the command's answer


def _say(outcome: Outcome) -> None:
    step = outcome.step
    over = "goes on" if outcome.cleared_s is None else f"over after {outcome.cleared_s:.0f} s"
    seen = ", ".join(sign.panel for sign in step.signs)
    print(  # noqa: T201 - the command's answer
        f"{step.what:<24}{step.alert:<22}told after {outcome.raised_s:3.0f} s  {over:<16}"
        f"seen on {step.signs[0].board}: {seen}",
        flush=True,
    )
