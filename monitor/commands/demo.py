"""``peakweek-monitor demo``: a simulated centre that feeds a live service."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import sim
from monitor.adapters.centre import trace_events
from monitor.adapters.player import play
from monitor.clock import ScaledClock
from monitor.commands.browser import open_in_browser
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers, add_listen, add_speed, own_config
from monitor.commands.replay import told, until_stopped
from monitor.config import ListenConfig, PlanConfig
from monitor.events import TicketAbandoned, TicketCalled, TicketIssued
from monitor.logs import set_up_logging
from monitor.planning import Planning
from monitor.prediction import ScenarioPrediction
from monitor.serving import listening

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.config import Config
    from monitor.events import Event
    from sim import Scenario

_QUEUE = 5  # so many wait when the demo begins: who opens the page sees a queue, and not a hall about to open
_SEED = 1


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "demo",
        help="a service with a simulated centre that feeds it live",
        description="Simulate a scenario's centre, and tell a service of its own, as a real centre would, what happens "
        "there, from the first queue on; a minute of the centre passes in a second, and the nights are left out. Until "
        "Ctrl-C.",
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/tho-xuan.yaml")
    parser.add_argument("--plan", metavar="NAME", help="the plan to live by (default: the scenario's first)")
    add_speed(parser, 60, "60")
    add_listen(parser)
    parser.add_argument("--browser", action="store_true", help="open the planner's page, if this machine has a screen")
    parser.add_argument("--check", action="store_true", help="only see whether a service can listen there")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Simulate, serve and play until stopped."""
    set_up_logging()
    if arguments.check:
        asyncio.run(_check(ListenConfig(host=arguments.host, port=arguments.port)))
        return
    scenario, events = read_demonstration(arguments)
    asyncio.run(_demo(arguments, scenario, events))


def read_demonstration(arguments: argparse.Namespace) -> tuple[Scenario, list[Event]]:
    """Return the scenario of the command line, and what its centre tells under the plan that is named there.

    Raises:
        ScenarioError: the file is wrong, or has no such plan.
    """
    scenario = sim.read_scenario(arguments.scenario)
    try:
        return scenario, simulated_events(scenario, arguments.plan or next(iter(scenario.plans)))
    except sim.ScenarioError as problem:
        raise replace(problem, path=arguments.scenario) from None  # the scenario knows its name, not its file


def simulated_events(scenario: Scenario, plan_name: str) -> list[Event]:
    """Return what one replication of the scenario's centre tells.

    Raises:
        ScenarioError: the scenario has no such plan.
    """
    plan = sim.build_plan(scenario, plan_name)
    workload = sim.sample_workload(scenario.world(plan_name), seed=_SEED, replication=0)
    return trace_events(sim.simulate(workload, plan), plan, scenario)


def demonstration_config(arguments: argparse.Namespace, folder: str, scenario: Scenario) -> Config:
    """Return the configuration of the simulated centre, which knows its plan."""
    zone = scenario.period.time_zone
    config = own_config(arguments, folder, name=f"{scenario.title} (simulated)", time_zone=zone)
    plan = PlanConfig(scenario=Path(arguments.scenario), name=arguments.plan)
    return config.model_copy(update={"centre": config.centre.model_copy(update={"plan": plan})})


def first_queue(events: Sequence[Event]) -> datetime:
    """Return when the first real queue stands in the hall; when the first event is, if there is never one."""
    n_waiting = 0
    for event in events:
        n_waiting += isinstance(event.happening, TicketIssued)
        n_waiting -= isinstance(event.happening, TicketCalled | TicketAbandoned)
        if n_waiting == _QUEUE:
            return event.time
    return events[0].time


async def _check(listen: ListenConfig) -> None:
    for each in await listening(listen):
        each.close()


async def _demo(arguments: argparse.Namespace, scenario: Scenario, events: list[Event]) -> None:
    clock = ScaledClock(first_queue(events), arguments.speed)  # what was before is told at once
    with tempfile.TemporaryDirectory(prefix="peakweek-demo-") as folder:
        config = demonstration_config(arguments, folder, scenario)
        planning = Planning(beside(arguments.scenario))
        async with hosting(config, clock, ScenarioPrediction(scenario), planning=planning) as (url, stopped):
            if arguments.browser:
                await open_in_browser(f"{url}/plan")
            playing = play(events, url=url, clock=clock, skip_gaps=True, on_sent=told(len(events)))
            await until_stopped(playing, stopped, stay=True)


def beside(path: str) -> list[Path]:
    """Return the scenario's file, and those of the other scenarios in its folder."""
    first = Path(path)
    found = [first]
    for other in sorted(first.parent.glob("*.yaml")):
        if other.resolve() != first.resolve():
            with suppress(sim.ScenarioError):  # no scenario, or one that is not finished
                sim.read_scenario(other)
                found.append(other)
    return found
