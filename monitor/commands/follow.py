"""``peakweek-monitor follow``: another system, followed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

import aiohttp

from monitor.adapters.follow import Follower, open_source, read_follow_config, shipped_mappings
from monitor.adapters.sender import Sender, shown_token
from monitor.clock import WallClock
from monitor.commands.options import add_token_file, token_in
from monitor.commands.replay import until_stopped
from monitor.logs import set_up_logging
from monitor.serving import stop_signal
from sim import ConfigError

if TYPE_CHECKING:
    import argparse

    from monitor.adapters.follow import FollowConfig
    from monitor.adapters.source import Source
    from monitor.commands.options import Subparsers

_LOOKS_APART_S = 1.0
_log = logging.getLogger(__name__)


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "follow",
        help="follow another system and send what it tells to a running service",
        description="Look at another system now and then (a queue system's database, a folder with tables, a display) "
        "and send what has happened there to a running service, until Ctrl-C. It only reads.",
    )
    parser.add_argument(
        "mapping", metavar="FILE", help=f"how it is followed (YAML), or one of {', '.join(shipped_mappings())}"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the service (default %(default)s)")
    parser.add_argument("--address", help="address of the database, in place of the file's")
    add_token_file(parser)
    parser.add_argument("--once", action="store_true", help="look once and end")
    parser.add_argument("--check", action="store_true", help="look once and show what would be sent; send nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Follow until stopped."""
    set_up_logging()
    config = read_follow_config(arguments.mapping)
    if arguments.address:
        if not config.sql:
            raise ConfigError(arguments.mapping, "sql", "nothing", "a database, for which --address is")
        config = config.model_copy(update={"sql": config.sql.model_copy(update={"address": arguments.address})})
    asyncio.run(_check(arguments, config) if arguments.check else _follow(arguments, config))


async def _check(arguments: argparse.Namespace, config: FollowConfig) -> None:
    """Show what a look tells."""
    async with aclosing(open_source(arguments.mapping, config, WallClock().now)) as source:
        await _wait_for_files(source, config)
        for event in await source.read():
            print(event.to_json())  # noqa: T201 - the command's answer
        for reason, n in source.skipped.items():
            _log.warning("%d × %s", n, reason)


async def _follow(arguments: argparse.Namespace, config: FollowConfig) -> None:
    """Send what looks tell."""
    headers = shown_token(token_in(arguments.token_file))
    async with (
        aclosing(open_source(arguments.mapping, config, WallClock().now)) as source,
        aiohttp.ClientSession(base_url=arguments.url, headers=headers) as session,
    ):
        sender = Sender(session, arguments.url)
        await sender.until_ready()
        follower = Follower(arguments.mapping, source, sender, _say)
        if arguments.once:
            await _wait_for_files(source, config)
            await follower.look()
            return
        _say(f"Following {arguments.mapping} every {config.every_s:g} s; Ctrl-C stops.")
        with stop_signal() as stopped:
            await until_stopped(follower.follow(config.every_s), stopped)


async def _wait_for_files(source: Source, config: FollowConfig) -> None:
    """Let a folder see that its files no longer grow, which takes two looks."""
    if config.folder:
        await source.read()
        await asyncio.sleep(_LOOKS_APART_S)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the command's answer
