"""What the commands' options share.

Place in the pipeline: under the commands. In: text of the command line. Out: numbers. Invariant: a wrong value is an
error of argparse, which says what was found and what is expected.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from yarl import URL

from monitor.config import CentreConfig, Config, ListenConfig
from monitor.logs import FORMATS, LEVELS
from sim import ConfigError

_PORTS = 65535
_WAITING_LIMIT_S = 1200.0  # the only limit that a city is known to state; a service of one's own sets its own
_FASTEST = 100_000.0


class Subparsers(Protocol):
    """The part of argparse that takes commands."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Return the parser of a new command."""


def number(low: float, high: float, convert: Callable[[str], float]) -> Callable[[str], float]:
    """Return a parser of numbers within these bounds, both included."""

    def parse(text: str) -> float:
        try:
            value = convert(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            kind = "whole number" if convert is int else "number"
            raise argparse.ArgumentTypeError(f"found {text!r}; expected a {kind} from {low:g} to {high:g}")
        return value

    return parse


def add_listen(parser: argparse.ArgumentParser) -> None:
    """Declare where a service of the command's own listens."""
    default = ListenConfig()
    parser.add_argument("--host", default=default.host, help=f"address to listen on (default {default.host})")
    port = number(0, _PORTS, int)
    parser.add_argument("--port", type=port, default=default.port, help=f"port to listen on (default {default.port})")


def listen_address(text: str) -> ListenConfig:
    """Return where to listen, from the exporters' way to say it: ``host:port``, ``:port`` for every address here."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > _PORTS or ":" not in text:
        expected = "host:port such as 127.0.0.1:8080, or :8080 for every IPv4 address of this machine"
        raise argparse.ArgumentTypeError(f"found {text!r}; expected {expected}")
    return ListenConfig(host=host.removeprefix("[").removesuffix("]") or "0.0.0.0", port=int(port))  # noqa: S104 - asked for


def external_url(text: str) -> URL:
    """Return the address under which people reach a service that stands behind a proxy."""
    try:
        url = URL(text)
        is_fit = url.scheme in ("http", "https") and bool(url.host) and not (url.query or url.fragment or url.user)
    except ValueError:
        is_fit = False
    if not is_fit:
        expected = "an address such as https://office.example/monitor"
        raise argparse.ArgumentTypeError(f"found {text!r}; expected {expected}")
    return url


def add_config(parser: argparse.ArgumentParser) -> None:
    """Declare the configuration's file, by our name and by that of Prometheus' exporters."""
    words = "configuration (YAML); without it, the defaults"
    parser.add_argument("--config", "--config.file", dest="config", metavar="FILE", type=Path, help=words)


def add_log(parser: argparse.ArgumentParser) -> None:
    """Declare what is logged, and how."""
    parser.add_argument("--log.level", dest="log_level", choices=LEVELS, default="info", help="log from here on")
    parser.add_argument("--log.format", dest="log_format", choices=FORMATS, default="logfmt", help="form of a line")


def add_pack(parser: argparse.ArgumentParser) -> None:
    """Declare where the rules, routes and dashboards are."""
    words = "folder of rules, routes and dashboards (default grafana, as in the project's folder)"
    parser.add_argument("--pack", metavar="DIR", type=Path, default=Path("grafana"), help=words)


def add_token_file(parser: argparse.ArgumentParser) -> None:
    """Declare where the token for a running service is; not on the command line, which others may see."""
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="holds the token that the service asks for")


def token_in(path: Path | None) -> str | None:
    """Return the token in a file; none without one.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip() if path else None
    except OSError as problem:
        raise ConfigError(str(path), "", problem.strerror or str(problem), "a file with a token") from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), "", "bytes that are not UTF-8", "a file with a token") from None


def add_speed(parser: argparse.ArgumentParser, default: float | None, told: str) -> None:
    """Declare how fast time passes; `told` is what the help says of the default."""
    speed = number(0.1, _FASTEST, float)
    parser.add_argument(
        "--speed", type=speed, default=default, metavar="N", help=f"how many times real time (default {told})"
    )


def own_config(arguments: argparse.Namespace, folder: str, *, name: str, time_zone: str) -> Config:
    """Return the configuration of a service of the command's own, whose log of events is in a folder that will go."""
    return Config(
        listen=ListenConfig(host=arguments.host, port=arguments.port),
        store=Path(folder) / "events.sqlite",
        centre=CentreConfig(id="demo", name=name, time_zone=time_zone),
        waiting_limit_s=_WAITING_LIMIT_S,
    )
