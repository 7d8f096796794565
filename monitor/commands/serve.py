"""``peakweek-monitor serve``: a real centre's service, in real time."""

import argparse
import asyncio
from pathlib import Path

import sim
from monitor.adapters.webhook import read_webhooks
from monitor.clock import WallClock
from monitor.commands.hosting import hosting
from monitor.commands.options import Subparsers, add_config, add_log, external_url, listen_address
from monitor.config import Config, read_config
from monitor.logs import set_up_logging
from monitor.planning import Planning
from monitor.prediction import ScenarioPrediction
from monitor.roster import read_rosters
from monitor.serving import ListenError
from monitor.store import StoreError
from monitor.tokens import TokenError, Tokens
from monitor.webconfig import Web
from sim import ConfigError

_FREE = "a free port"
_HERE = "an address or a name of this machine"


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "serve",
        help="take events and show the queue, until stopped",
        description="Take events, keep them, and show queue and backlog as metrics and on a page, until Ctrl-C. SIGHUP "
        "has the configuration read again.",
    )
    add_config(parser)
    parser.add_argument("--config.check", dest="is_check", action="store_true", help="check the configuration and end")
    parser.add_argument(
        "--web.config.file",
        dest="web_config",
        metavar="FILE",
        type=Path,
        help="TLS and users, in the format of Prometheus' exporters",
    )
    parser.add_argument(
        "--web.listen-address",
        dest="listens",
        metavar="ADDRESS",
        type=listen_address,
        action="append",
        default=[],
        help="host:port to listen on, instead of the configuration's; may be given several times",
    )
    parser.add_argument(
        "--web.systemd-socket",
        dest="is_activated",
        action="store_true",
        help="take the sockets that systemd's socket activation hands over, and listen nowhere else",
    )
    parser.add_argument(
        "--web.external-url",
        dest="external_url",
        metavar="URL",
        type=external_url,
        help="under which the service is reached through a proxy, which takes the path off; links begin with it",
    )
    add_log(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Serve until stopped, or only check the configuration."""
    config = read_config(arguments.config)
    prediction, web_files = _prediction(config), Web(arguments.web_config)
    planning = Planning(config.planning.scenarios) if config.planning else None
    _check_tokens(arguments.config, config)
    read_webhooks(config.webhooks)
    if arguments.is_check:
        read_rosters(config)
        checked = [arguments.config or "defaults", *([arguments.web_config] if arguments.web_config else [])]
        print(f"{', '.join(map(str, checked))}: ok")  # noqa: T201 - the command's answer
        return
    set_up_logging(arguments.log_level, arguments.log_format)
    told_by = str(arguments.config or "defaults")
    try:
        asyncio.run(_serve(arguments, config, prediction, web_files, planning))
    except ListenError as problem:
        found = f"{problem.host}:{problem.port}, where nobody can listen ({problem.reason})"
        expected = _FREE if problem.setting == "port" else _HERE
        place = ("--web.listen-address", "") if arguments.listens else (told_by, f"listen.{problem.setting}")
        raise ConfigError(*place, found, expected) from None
    except StoreError as problem:
        raise ConfigError(told_by, "store", str(problem), "a log of events, there or not yet") from None


def _prediction(config: Config) -> ScenarioPrediction | None:
    if config.prediction is None:
        return None
    return ScenarioPrediction(sim.read_scenario(config.prediction.scenario), config.prediction.replications)


def _check_tokens(path: Path | None, config: Config) -> None:
    """Refuse a file of tokens that cannot be read, before anybody relies on it."""
    tokens = Tokens(config.tokens)
    try:
        tokens.is_in_use()
    except TokenError as problem:
        raise ConfigError(str(path or "defaults"), "tokens", str(problem), "a file of tokens, or none yet") from None
    finally:
        tokens.close()


async def _serve(
    arguments: argparse.Namespace,
    config: Config,
    prediction: ScenarioPrediction | None,
    web_files: Web,
    planning: Planning | None,
) -> None:
    hosted = hosting(
        config,
        WallClock(),
        prediction,
        listens=arguments.listens,
        is_activated=arguments.is_activated,
        external_url=arguments.external_url,
        web_files=web_files,
        config_path=arguments.config,
        reloads=True,
        planning=planning,
    )
    async with hosted as (_, stopped):
        await stopped.wait()
