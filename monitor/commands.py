"""The commands of ``peakweek-monitor``: one function that declares each, one that runs it.

Place in the pipeline: between the command line and the service. To add a command: write ``add_<command>``, which gives
its parser a ``run`` default, and list it in `COMMANDS`. Invariant: what a user can do wrong raises a `PeakweekError`.
"""

import argparse
import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

from monitor.app import build_app
from monitor.clock import WallClock
from monitor.config import Config, read_config
from monitor.live import VERSION
from monitor.serving import serving, stop_signal
from monitor.store import SqliteStore


class Subparsers(Protocol):
    """The part of argparse that takes commands."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Return the parser of a new command."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; what it parses has a ``run`` that takes it and does the work."""
    parser = argparse.ArgumentParser(
        prog="peakweek-monitor", description="The live service of a public service centre: events in, metrics out."
    )
    parser.add_argument("--version", action="version", version=f"peakweek-monitor {VERSION}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_command in COMMANDS:
        add_command(subparsers)
    return parser


def add_serve(subparsers: Subparsers) -> None:
    """Declare the command ``serve``."""
    parser = subparsers.add_parser(
        "serve",
        help="take events and show the queue, until stopped",
        description="Take events, keep them, and show queue and backlog as metrics and on a page, until Ctrl-C.",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration (YAML); without it, the defaults")
    parser.add_argument("--config.check", dest="is_check", action="store_true", help="check the configuration and end")
    parser.set_defaults(run=run_serve)


def run_serve(arguments: argparse.Namespace) -> None:
    """Serve until stopped, or only check the configuration."""
    config = read_config(arguments.config)
    if arguments.is_check:
        print(f"{arguments.config or 'defaults'}: ok")  # noqa: T201 - the command's answer
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(config))


async def _serve(config: Config) -> None:
    """Serve the centre in real time until a signal to stop."""
    store = SqliteStore(config.store)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    app = build_app(config, clock=WallClock(), store=store, registry=registry)
    async with serving(app, config.listen) as address:
        # Flushed: whoever started us, perhaps through a pipe, waits for the address.
        print(f"peakweek-monitor {VERSION}: {address}/ (log of events: {config.store}); Ctrl-C stops", flush=True)  # noqa: T201 - the command's answer
        await stop_signal()


COMMANDS: tuple[Callable[[Subparsers], None], ...] = (add_serve,)
"""What declares each command, in the order of the help."""
