"""How fast the monitor's log is, beside what the machine can do: every rate next to raw SQLite in the same run.

``python -m tests.bench.store`` prints a table. The service is a process of its own, asked over loopback by senders that
do no more than they must; all files are in one temporary folder. Takes about three minutes.
"""

import asyncio
import contextlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from monitor.clock import WallClock
from monitor.config import Config
from monitor.events import Event, parse_batch
from monitor.live import Live
from monitor.store import open_store, place_of
from monitor.store.log import row_of
from tests.monitor_command import serving

_ROUNDS = 5
_BATCH = 100
_SINGLES = 64
_WORKDAYS = 300
_VISITS_A_DAY = 250
_OPENS = datetime(2025, 1, 2, 1, tzinfo=UTC)  # 8 o'clock in Vietnam
_Row = tuple[str, str, str]
_numbers = count()


def _visit(number: int, at: datetime) -> list[dict[str, Any]]:
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


def _events(n_events: int) -> list[dict[str, Any]]:
    """Return events that nobody has sent yet."""
    made: list[dict[str, Any]] = []
    while len(made) < n_events:
        number = next(_numbers)
        made += _visit(number, datetime.now(UTC))
    return made[:n_events]


@dataclass
class _Connection:
    """One sender's connection: HTTP by hand, so that the sender's own work weighs little."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, body: bytes, kind: str) -> None:
        """Post events and fail unless they are stored."""
        head = (
            f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/{kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        told = await self.reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{answer.decode()}{told.decode()}")


@contextlib.asynccontextmanager
async def _connections(address: str, n: int) -> AsyncIterator[list[_Connection]]:
    host, _, port = address.removeprefix("http://").partition(":")
    opened = [_Connection(*await asyncio.open_connection(host, int(port))) for _ in range(n)]
    yield opened
    for each in opened:
        each.writer.close()


async def _send(connections: Sequence[_Connection], bodies: Sequence[bytes], kind: str) -> tuple[float, list[float]]:
    """Return requests a second, and the seconds that each answer took, when all senders post what there is."""
    waiting, took_s = list(bodies), list[float]()

    async def send(connection: _Connection) -> None:
        while waiting:
            start_s = time.perf_counter()
            await connection.post(waiting.pop(), kind)
            took_s.append(time.perf_counter() - start_s)

    start_s = time.perf_counter()
    await asyncio.gather(*(send(each) for each in connections))
    return len(bodies) / (time.perf_counter() - start_s), took_s


class _Raw:
    """The same rows in the same table with the same durability, and nothing else."""

    def __init__(self, path: Path) -> None:
        place_of(path).open().close()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma synchronous = full")
        self._seq = 0

    def rate(self, batches: Sequence[Sequence[Event]]) -> float:
        """Return rows a second, with one transaction for each batch."""
        received = datetime.now(UTC)
        rows = []
        for batch in batches:
            numbers = range(self._seq + 1, self._seq + 1 + len(batch))
            rows.append([row_of(seq, "centre", received, each) for seq, each in zip(numbers, batch, strict=True)])
            self._seq += len(batch)
        start_s = time.perf_counter()
        for each in rows:
            self._connection.execute("begin immediate")
            self._connection.executemany("insert into event values (?, ?, ?, ?, ?, ?)", each)
            self._connection.execute("commit")
        return sum(map(len, rows)) / (time.perf_counter() - start_s)


def _configured(folder: Path) -> Path:
    """Return the configuration of a service whose log is in a folder, which is made when it is missing."""
    folder.mkdir(exist_ok=True)
    config = folder / "monitor.yaml"
    config.write_text("listen: {port: 0}\n", encoding="utf-8")
    return config


@contextlib.asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[tuple[int, str]]:
    """Serve a log in a folder and give the block process and address."""
    config = _configured(folder)
    async with serving("serve", "--config", str(config)) as (process, address):
        yield process.pid, address
        process.terminate()
        await process.wait()


def _processor_s(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _batches(folder: Path) -> AsyncIterator[_Row]:
    """Yield durable events a second over HTTP in batches, beside raw SQLite."""
    raw = _Raw(folder / "raw.sqlite")
    ratios, rates = [], []
    async with _service(folder / "batches") as (pid, address), _connections(address, 8) as connections:
        begin_s = _processor_s(pid)
        for number in range(_ROUNDS + 1):
            told = [_events(_BATCH) for _ in range(100)]
            bodies = [json.dumps(each).encode() for each in told]
            batches = [parse_batch(body) for body in bodies]
            raw_rate = raw.rate(batches)
            requests_per_s, _ = await _send(connections, bodies, "cloudevents-batch+json")
            if number:  # the first warms up
                ratios.append(requests_per_s * _BATCH / raw_rate)
                rates.append((requests_per_s * _BATCH, raw_rate))
        spent_us = 1e6 * (_processor_s(pid) - begin_s) / ((_ROUNDS + 1) * 100 * _BATCH)
    ours, theirs = (median(each) for each in zip(*rates, strict=True))
    told_of = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}); {ours:,.0f} and {theirs:,.0f} a second"
    yield "durable events over HTTP in batches of 100 / raw SQLite inserts of the same rows", "≥ 0.3", told_of
    yield "processor time of the service for each of them", "", f"{spent_us:.0f} µs"


async def _single(folder: Path) -> AsyncIterator[_Row]:
    """Yield single events a second from many senders, and how long an answer takes."""
    rates, slowest = [], []
    async with _service(folder / "single") as (pid, address), _connections(address, _SINGLES) as connections:
        begin_s = _processor_s(pid)
        for number in range(_ROUNDS + 1):
            bodies = [json.dumps(each).encode() for each in _events(3_000)]
            rate, took_s = await _send(connections, bodies, "cloudevents+json")
            if number:
                rates.append(rate)
                slowest.append(quantiles(took_s, n=100)[98])
        spent_us = 1e6 * (_processor_s(pid) - begin_s) / ((_ROUNDS + 1) * 3_000)
    yield f"durable single events a second, {_SINGLES} senders", "≥ 2,000", f"{median(rates):,.0f}"
    yield f"99 % of their answers within, {_SINGLES} senders", "≤ 100 ms", f"{1000 * median(slowest):.0f} ms"
    yield "processor time of the service for each of them", "", f"{spent_us:.0f} µs"


async def _fill_year(path: Path) -> int:
    """Write the events of a year of a busy centre into a log, as they came, and return how many those are."""
    store, n_events = open_store(path), 0
    for day in range(_WORKDAYS):
        opens = _OPENS + timedelta(days=day + 2 * (day // 5))
        told = [
            each
            for visit in range(_VISITS_A_DAY)
            for each in _visit(next(_numbers), opens + timedelta(minutes=2 * visit))
        ]
        events = sorted(parse_batch(json.dumps(told).encode()), key=lambda event: event.time)
        for first in range(0, len(events), 500):
            part = events[first : first + 500]
            await store.append("centre", part, part[-1].time)
        n_events += len(events)
    await store.close()
    return n_events


async def _fold_all(path: Path) -> float:
    """Fold a log from its beginning, have the states saved, and return the processor time that it took."""
    start_s = time.process_time()
    live = Live(Config(store=path), WallClock(), open_store(path))
    await live.fold_log()
    took_s = time.process_time() - start_s
    await live.save()
    await live.store.close()
    return took_s


def _resident_mb(pid: int) -> float:
    """Return the memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _year(folder: Path) -> AsyncIterator[_Row]:
    """Yield how a start and the memory are after a year."""
    _configured(folder / "year")
    n_events = await _fill_year(folder / "year/events.sqlite")
    whole_s = await _fold_all(folder / "year/events.sqlite")
    starts = []
    for _ in range(3):
        start_s = time.perf_counter()
        async with _service(folder / "year") as (pid, _):
            starts.append(time.perf_counter() - start_s)
            resident_mb = _resident_mb(pid)
    empty_s = []
    for _ in range(3):
        start_s = time.perf_counter()
        async with _service(folder / "empty"):
            empty_s.append(time.perf_counter() - start_s)
    year = f"a year of {_VISITS_A_DAY} visits a day ({n_events:,} events)"
    yield f"start after {year}", "< 3 s", f"{median(starts):.1f} s; with an empty log {median(empty_s):.1f} s"
    yield "folding all of it, as after an upgrade", "", f"{whole_s:.0f} s of processor time"
    yield f"memory after {year}", "≤ 150 MB", f"{resident_mb:.0f} MB"


async def _rows() -> AsyncIterator[_Row]:
    with tempfile.TemporaryDirectory(prefix="peakweek-bench-") as name:
        for part in (_batches, _single, _year):
            async for row in part(Path(name)):
                yield row


async def main() -> None:
    """Print the table."""
    print("| figure | reach | here |\n|---|---|---|")  # noqa: T201 - the bench's answer
    async for row in _rows():
        print(f"| {' | '.join(row)} |", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    asyncio.run(main())
