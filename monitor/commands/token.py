"""``peakweek-monitor token``: who may send to, read or steer which centre."""

import argparse

from monitor.clock import WallClock
from monitor.commands.options import Subparsers, add_config
from monitor.config import Config, read_config
from monitor.tokens import Scope, Token, Tokens
from sim import ConfigError

_EVERY = "all"
_TITLES = ("id", "centre", "scopes", "created", "revoked")


def add(subparsers: Subparsers) -> None:
    """Declare the command and its three parts."""
    parser = subparsers.add_parser(
        "token",
        help="make, revoke or list the tokens that requests must show",
        description="Make, revoke or list tokens. As soon as there was one, the service answers nobody without; what "
        "is changed here holds at once, also for a service that runs.",
    )
    parts = parser.add_subparsers(required=True, metavar="PART")
    create = parts.add_parser(
        "create", help="make a token and print it, once", description="Make a token and print it."
    )
    add_config(create)
    reach = create.add_mutually_exclusive_group(required=True)
    reach.add_argument("--centre", metavar="ID", help="the only centre that it is for")
    reach.add_argument("--all-centres", dest="centre", action="store_const", const=None, help="it is for every centre")
    create.add_argument(
        "--scope",
        dest="scopes",
        required=True,
        action="append",
        type=Scope,
        choices=list(Scope),
        metavar="SCOPE",
        help="what it is for: ingest (send events), read (see figures), plan (see predictions), admin (see and reload "
        "the configuration); may be given several times",
    )
    create.set_defaults(run=_create)
    revoke = parts.add_parser("revoke", help="let a token allow nothing", description="Let a token allow nothing.")
    add_config(revoke)
    revoke.add_argument("id", metavar="TOKEN_ID", help="as `token list` shows it")
    revoke.set_defaults(run=_revoke)
    listing = parts.add_parser("list", help="show every token, without its secret", description="Show every token.")
    add_config(listing)
    listing.set_defaults(run=_list)


def _create(arguments: argparse.Namespace) -> None:
    """Print a new token."""
    config = read_config(arguments.config)
    centre = _centre(arguments, config)
    print(Tokens(config.tokens).create(centre, frozenset(arguments.scopes), WallClock().now()))  # noqa: T201 - the answer


def _centre(arguments: argparse.Namespace, config: Config) -> str | None:
    """Return the centre that the token is for; none for every one."""
    if arguments.centre is None:
        return None
    if arguments.centre not in config.centre_by_id:
        expected = f"one of {', '.join(config.centre_by_id)}"
        raise ConfigError(str(arguments.config or "defaults"), "--centre", repr(arguments.centre), expected)
    return str(arguments.centre)


def _revoke(arguments: argparse.Namespace) -> None:
    """Revoke a token."""
    Tokens(read_config(arguments.config).tokens).revoke(arguments.id, WallClock().now())
    print(f"{arguments.id} allows nothing any more.")  # noqa: T201 - the command's answer


def _list(arguments: argparse.Namespace) -> None:
    """Print a table of the tokens, without their secrets."""
    tokens = Tokens(read_config(arguments.config).tokens)
    rows = [_TITLES, *map(_row, tokens.all())]
    tokens.close()
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())  # noqa: T201 - the command's answer


def _row(token: Token) -> tuple[str, ...]:
    day = "%Y-%m-%d %H:%M"
    revoked = f"{token.revoked:{day}}" if token.revoked else ""
    return (
        token.id,
        token.grant.centre or _EVERY,
        ", ".join(sorted(token.grant.scopes)),
        f"{token.created:{day}}",
        revoked,
    )
