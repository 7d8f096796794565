"""What the store's bench sends: events as a hall's software tells them, to a service that is a process of its own.

The senders do no more than they must, for they share the machine with what is measured.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.monitor_command import serving

numbers = count()
"""The numbers of visits; nobody's comes twice."""


def visit_events(number: int, at: datetime) -> list[dict[str, Any]]:
    """Return the six events of a visit that brings a record."""
    ticket, record = f"A{number}", f"H-{number}"
    told = [
        ("ticket.issued", 0, {"ticket": ticket, "queue": "intake"}),
        ("ticket.called", 12, {"ticket": ticket, "counter": str(number % 5)}),
        ("record.received", 20, {"record": record, "procedure": f"procedure-{number % 30}"}),
        ("service.finished", 22, {"ticket": ticket}),
        ("record.processed", 200, {"record": record}),
        ("record.returned", 300, {"record": record}),
    ]
    return [
        {
            "specversion": "1.0",
            "id": f"{number}-{part}",
            "source": "/bench/hall",
            "type": f"org.peakweek.{kind}.v1",
            "time": (at + timedelta(minutes=minute)).isoformat(),
            "data": fields,
        }
        for part, (kind, minute, fields) in enumerate(told)
    ]


def new_events(n_events: int) -> list[dict[str, Any]]:
    """Return events that nobody has sent yet."""
    made: list[dict[str, Any]] = []
    while len(made) < n_events:
        number = next(numbers)
        made += visit_events(number, datetime.now(UTC))
    return made[:n_events]


@dataclass
class Connection:
    """One sender's connection: HTTP by hand, so that the sender's own work weighs little."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, body: bytes, kind: str, centre: str = "") -> None:
        """Post events and fail unless they are stored."""
        whom = f"?centre={centre}" if centre else ""
        await self._ask(f"POST /api/v1/events{whom} HTTP/1.1\r\nContent-Type: application/{kind}\r\n", body)

    async def scrape(self, centre: str) -> None:
        """Ask for a centre's metrics as Prometheus does."""
        accept = "Accept: application/openmetrics-text;version=1.0.0\r\nAccept-Encoding: gzip\r\n"
        await self._ask(f"GET /probe?centre={centre} HTTP/1.1\r\n{accept}", b"")

    async def _ask(self, head: str, body: bytes) -> None:
        self.writer.write(f"{head}Host: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        told = await self.reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{answer.decode()}{told.decode()}")


@contextlib.asynccontextmanager
async def connected(address: str, n: int) -> AsyncIterator[list[Connection]]:
    """Open some connections for the block."""
    host, _, port = address.removeprefix("http://").partition(":")
    opened = [Connection(*await asyncio.open_connection(host, int(port))) for _ in range(n)]
    yield opened
    for each in opened:
        each.writer.close()


async def send(connections: Sequence[Connection], bodies: Sequence[bytes], kind: str) -> tuple[float, list[float]]:
    """Return requests a second, and the seconds that each answer took, when all senders post what there is."""
    waiting, took_s = list(bodies), list[float]()

    async def send(connection: Connection) -> None:
        while waiting:
            start_s = time.perf_counter()
            await connection.post(waiting.pop(), kind)
            took_s.append(time.perf_counter() - start_s)

    start_s = time.perf_counter()
    await asyncio.gather(*(send(each) for each in connections))
    return len(bodies) / (time.perf_counter() - start_s), took_s


def configured(folder: Path, centres: Sequence[str] = ()) -> Path:
    """Return the configuration of a service whose log is in a folder, which is made when it is missing."""
    folder.mkdir(exist_ok=True)
    config = folder / "monitor.yaml"
    told = {"listen": {"port": 0}} | ({"centres": [{"id": each} for each in centres]} if centres else {})
    config.write_text(json.dumps(told), encoding="utf-8")
    return config


@contextlib.asynccontextmanager
async def served(folder: Path, centres: Sequence[str] = ()) -> AsyncIterator[tuple[int, str]]:
    """Serve a log in a folder and give the block process and address."""
    config = configured(folder, centres)
    async with serving("serve", "--config", str(config)) as (process, address):
        yield process.pid, address
        process.terminate()
        await process.wait()


def processor_s(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
