"""``peakweek-monitor serve``: a real centre's service, in real time."""

import argparse
import asyncio
from pathlib import Path

import sim
from monitor.clock import WallClock
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers
from monitor.config import Config, read_config
from monitor.prediction import ScenarioPrediction
from monitor.serving import ListenError
from monitor.store import StoreError
from sim import ConfigError


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "serve",
        help="take events and show the queue, until stopped",
        description="Take events, keep them, and show queue and backlog as metrics and on a page, until Ctrl-C.",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration (YAML); without it, the defaults")
    parser.add_argument("--config.check", dest="is_check", action="store_true", help="check the configuration and end")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Serve until stopped, or only check the configuration."""
    config = read_config(arguments.config)
    prediction = _prediction(config)
    if arguments.is_check:
        print(f"{arguments.config or 'defaults'}: ok")  # noqa: T201 - the command's answer
        return
    told_by = str(arguments.config or "defaults")
    try:
        asyncio.run(_serve(config, prediction))
    except ListenError as problem:
        found = f"{problem.host}:{problem.port}, where nobody can listen ({problem.reason})"
        expected = "a free port" if problem.setting == "port" else "an address or a name of this machine"
        raise ConfigError(told_by, f"listen.{problem.setting}", found, expected) from None
    except StoreError as problem:
        raise ConfigError(told_by, "store", str(problem), "a log of events, there or not yet") from None


def _prediction(config: Config) -> ScenarioPrediction | None:
    if config.prediction is None:
        return None
    return ScenarioPrediction(sim.read_scenario(config.prediction.scenario), config.prediction.replications)


async def _serve(config: Config, prediction: ScenarioPrediction | None) -> None:
    async with hosting(config, WallClock(), prediction) as (_, stopped):
        await stopped.wait()
