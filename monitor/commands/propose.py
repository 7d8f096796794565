"""``peakweek-monitor propose``: a look at another system, and a file that tells how to follow it."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from monitor.adapters.display import ask
from monitor.adapters.folder import read_rows
from monitor.adapters.guess import propose_display
from monitor.adapters.propose import NothingToProposeError, propose
from monitor.adapters.sql import sample
from monitor.config import CentreConfig
from sim import InputError, OutputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from monitor.adapters.propose import Changes
    from monitor.adapters.sql import QueryOf
    from monitor.commands.options import Subparsers

_N_ROWS = 500
_FOLDER = """# Every .csv and .xlsx that is put into this folder, beside this file, is read, then moved to its taken/.
folder: {path: inbox}"""


def add(subparsers: Subparsers) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "propose",
        help="look at another system and propose how to follow it",
        description="Look at a sample of another system (a table .csv or .xlsx, a database's address, the http address "
        "of a display's JSON) and write a file for `follow`, its guesses explained. It only reads, and shows no value.",
    )
    parser.add_argument("sample", metavar="SOURCE", help="a file, a database's address, or an http address")
    parser.add_argument("--table", help="of a database, the table")
    parser.add_argument("--source", default="/followed", help="the name of the sender (default %(default)s)")
    zone = CentreConfig().time_zone
    parser.add_argument("--time-zone", default=zone, help="zone of instants that name none (default %(default)s)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to write it; default: to the terminal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Propose a file."""
    try:
        text = _proposal(arguments)
    except NothingToProposeError as problem:
        raise InputError(arguments.sample, "", str(problem), "something that tells of tickets or records") from None
    if arguments.out is None:
        sys.stdout.write(text)
        return
    try:
        arguments.out.write_text(text, "utf-8")
    except OSError as problem:
        raise OutputError(str(arguments.out), problem.strerror or str(problem)) from None
    print(f"Written to {arguments.out}. Read it, then try it: peakweek-monitor follow {arguments.out} --check")  # noqa: T201 - the command's answer


def _proposal(arguments: argparse.Namespace) -> str:
    source, zone = arguments.source, arguments.time_zone
    if arguments.sample.startswith(("http://", "https://")):
        return propose_display(asyncio.run(_answer(arguments.sample)), arguments.sample, source, zone)
    if "://" in arguments.sample or arguments.sample.startswith("env:"):
        rows, query_of = sample(arguments.sample, arguments.table, _N_ROWS)
        return propose(rows, source, partial(_sql, arguments.sample, query_of), zone)
    path = Path(arguments.sample)
    try:
        rows = read_rows(path)[-_N_ROWS:]
    except (OSError, ValueError) as problem:
        raise InputError(
            str(path), "", str(problem), "a table, .csv or .xlsx, whose first row names the columns"
        ) from None
    return propose(rows, source, lambda *_: _FOLDER, zone)


def _sql(address: str, query_of: QueryOf, columns: Sequence[str], changes: Changes | None) -> str:
    """Return the lines that say how a database is asked."""
    query = query_of(columns, changes.columns if changes else ())
    lines = ["sql:", f"  address: {json.dumps(address)}", f"  query: {json.dumps(query, ensure_ascii=False)}"]
    if changes is None:
        lines[1:1] = ["  # its instants are text that does not sort by time: every look reads the whole table"]
    else:
        why = "so old may a row be that still changes, or is open"
        lines.append(f"  look_back_hours: {changes.look_back_hours}  # {why}")
        lines += [f"  since_format: {json.dumps(changes.since_format)}"] if changes.since_format else []
    return "\n".join(lines)


async def _answer(url: str) -> object:
    async with aiohttp.ClientSession() as session:
        return await ask(session, url, url)
