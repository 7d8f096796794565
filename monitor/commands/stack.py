"""``peakweek-monitor stack``: the demonstration with Prometheus, Alertmanager and Grafana around it."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.adapters.player import play
from monitor.clock import ScaledClock
from monitor.commands.demo import beside, demonstration_config, first_queue, read_demonstration
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers, add_listen, add_pack, add_speed, number
from monitor.commands.replay import told, until_stopped
from monitor.drill import Targets
from monitor.logs import set_up_logging
from monitor.planning import Planning
from monitor.prediction import ScenarioPrediction
from monitor.stack import Heard, Pace, Pack, Ports, Receiver, Stack, stacked

if TYPE_CHECKING:
    import argparse

    from monitor.events import Event
    from sim import Scenario

_PORTS = 65535
_OFFICE_SCRAPE_S = 15.0
_LEAST_SCRAPE_S = 1.0


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "stack",
        help="the demonstration, with Prometheus, Alertmanager and Grafana",
        description="Simulate a centre as `demo` does, and run the system's Prometheus, Alertmanager and, where it is "
        "there, Grafana around it, with the rules, routes and dashboards of the pack; probe a line, a portal and a UPS "
        "that are little servers of this process; say each alert. Until Ctrl-C.",
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    parser.add_argument("--plan", metavar="NAME", help="the plan to live by (default: the scenario's first)")
    add_speed(parser, 60, "60")
    add_listen(parser)
    add_pack(parser)
    for name, default in (("prometheus", 9090), ("alertmanager", 9093), ("grafana", 3000)):
        text = f"{name.capitalize()}'s port (default {default}; 0: any{', or none' if name == 'grafana' else ''})"
        parser.add_argument(f"--{name}-port", type=number(0, _PORTS, int), default=default, metavar="N", help=text)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Simulate, serve, watch and play until stopped."""
    set_up_logging()
    Pack(arguments.pack).check()
    scenario, events = read_demonstration(arguments)
    asyncio.run(_stack(arguments, scenario, events))


def pace_of(speed: float) -> Pace:
    """Return the pace at which the pack's times pass in a demonstration of this speed."""
    return Pace(speed, max(_LEAST_SCRAPE_S, _OFFICE_SCRAPE_S / max(1, speed)), has_quiet_hours=False)


async def _stack(arguments: argparse.Namespace, scenario: Scenario, events: list[Event]) -> None:
    clock = ScaledClock(first_queue(events), arguments.speed)
    pack = Pack(arguments.pack, pace_of(arguments.speed))
    ports = Ports(arguments.prometheus_port, arguments.alertmanager_port, arguments.grafana_port)
    receiver = Receiver(say)
    with tempfile.TemporaryDirectory(prefix="peakweek-stack-") as folder:
        config, targets = demonstration_config(arguments, folder, scenario), Targets()
        planning = Planning(beside(arguments.scenario))
        async with contextlib.AsyncExitStack() as around:
            await around.enter_async_context(targets.running())
            config = config.model_copy(update={"probes": targets.probes(has_machine=True)})
            hosted = hosting(config, clock, ScenarioPrediction(scenario), planning=planning)
            url, stopped = await around.enter_async_context(hosted)
            await around.enter_async_context(receiver.listening())
            started = stacked(pack, Path(folder), target=url, webhook=receiver.address, ports=ports)
            tell(await around.enter_async_context(started))
            playing = play(events, url=url, clock=clock, skip_gaps=True, on_sent=told(len(events)))
            await until_stopped(playing, stopped, stay=True)


def tell(stack: Stack) -> None:
    """Print where everything is."""
    print(f"  Prometheus    {stack.prometheus}/alerts")  # noqa: T201 - the command's answer
    print(f"  Alertmanager  {stack.alertmanager}")  # noqa: T201 - the command's answer
    grafana = f"{stack.grafana}/dashboards" if stack.grafana else "not installed here"
    print(f"  Grafana       {grafana}", flush=True)  # noqa: T201 - the command's answer


def say(heard: Heard) -> None:
    """Print an alert as a team was told of it."""
    what = "ALERT" if heard.is_firing else "over "
    print(f"{what}  {heard.receiver:<8}{heard.name:<24}{heard.annotations['summary']}", flush=True)  # noqa: T201 - the command's answer
