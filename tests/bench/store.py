"""How fast the monitor's log is, beside what the machine can do: every rate next to raw SQLite in the same run.

``python -m tests.bench.store`` prints a table; ``--write`` also puts it into docs/benchmarks.md, with machine and date.
All files are in one temporary folder. Takes about three minutes.
"""

import asyncio
import contextlib
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from monitor.clock import WallClock
from monitor.config import Config
from monitor.events import Event, parse_batch
from monitor.live import Live
from monitor.store import open_store, place_of
from monitor.store.log import row_of
from tests.bench.store_load import (
    Connection,
    configured,
    connected,
    new_events,
    numbers,
    processor_s,
    send,
    served,
    visit_events,
)

_PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"
_MARK = "<!-- the table of the log; `make bench` writes it -->\n"
_ROUNDS = 5
_BATCH = 100
_SINGLES = 64
_WORKDAYS = 300
_VISITS_A_DAY = 250
_OPENS = datetime(2025, 1, 2, 1, tzinfo=UTC)  # 8 o'clock in Vietnam
_PROVINCE = [f"commune-{number}" for number in range(166)]
_VISITS_A_CENTRE = 60  # a morning's
_INGESTED = 10  # events in each of fifty requests a second
_Row = tuple[str, str, str]


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


async def _batches(folder: Path) -> AsyncIterator[_Row]:
    """Yield durable events a second over HTTP in batches, beside raw SQLite."""
    raw = _Raw(folder / "raw.sqlite")
    ratios, rates = [], []
    async with served(folder / "batches") as (pid, address), connected(address, 8) as connections:
        begin_s = processor_s(pid)
        for number in range(_ROUNDS + 1):
            told = [new_events(_BATCH) for _ in range(100)]
            bodies = [json.dumps(each).encode() for each in told]
            batches = [parse_batch(body) for body in bodies]
            raw_rate = raw.rate(batches)
            requests_per_s, _ = await send(connections, bodies, "cloudevents-batch+json")
            if number:  # the first warms up
                ratios.append(requests_per_s * _BATCH / raw_rate)
                rates.append((requests_per_s * _BATCH, raw_rate))
        spent_us = 1e6 * (processor_s(pid) - begin_s) / ((_ROUNDS + 1) * 100 * _BATCH)
    ours, theirs = (median(each) for each in zip(*rates, strict=True))
    told_of = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}); {ours:,.0f} and {theirs:,.0f} a second"
    yield "durable events over HTTP in batches of 100 / raw SQLite inserts of the same rows", "≥ 0.3", told_of
    yield "processor time of the service for each of them", "", f"{spent_us:.0f} µs"


async def _single(folder: Path) -> AsyncIterator[_Row]:
    """Yield single events a second from many senders, and how long an answer takes."""
    rates, slowest = [], []
    async with served(folder / "single") as (pid, address), connected(address, _SINGLES) as connections:
        begin_s = processor_s(pid)
        for number in range(_ROUNDS + 1):
            bodies = [json.dumps(each).encode() for each in new_events(3_000)]
            rate, took_s = await send(connections, bodies, "cloudevents+json")
            if number:
                rates.append(rate)
                slowest.append(quantiles(took_s, n=100)[98])
        spent_us = 1e6 * (processor_s(pid) - begin_s) / ((_ROUNDS + 1) * 3_000)
    yield f"durable single events a second, {_SINGLES} senders", "≥ 2,000", f"{median(rates):,.0f}"
    yield f"99 % of their answers within, {_SINGLES} senders", "≤ 100 ms", f"{1000 * median(slowest):.0f} ms"
    yield "processor time of the service for each of them", "", f"{spent_us:.0f} µs"


async def _ingest(sender: Connection) -> None:
    """Send 500 events a second, to one centre after the other, until it is cancelled."""
    begin_s = time.perf_counter()
    for number, centre in enumerate(cycle(_PROVINCE)):
        await asyncio.sleep(begin_s + number * _INGESTED / 500 - time.perf_counter())
        await sender.post(json.dumps(new_events(_INGESTED)).encode(), "cloudevents-batch+json", centre)


async def _scrapes(folder: Path) -> AsyncIterator[_Row]:
    """Yield how long the scrapes of a province take, and of one of its centres, while events come in."""
    ones_s, alls_s = [], []
    async with served(folder / "province", _PROVINCE) as (_, address), connected(address, 2) as (sender, scraper):
        for centre in _PROVINCE:
            await sender.post(json.dumps(new_events(6 * _VISITS_A_CENTRE)).encode(), "cloudevents-batch+json", centre)
        ingesting = asyncio.create_task(_ingest(sender))
        for _ in range(2 * _ROUNDS + 1):
            start_s = time.perf_counter()
            for centre in _PROVINCE:
                one_s = time.perf_counter()
                await scraper.scrape(centre)
                ones_s.append(time.perf_counter() - one_s)
            alls_s.append(time.perf_counter() - start_s)
            await asyncio.sleep(0.2)
        ingesting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ingesting
    ones_s, alls_s = ones_s[len(_PROVINCE) :], alls_s[1:]  # the first warms up
    one_ms, most_ms = 1000 * median(ones_s), 1000 * quantiles(ones_s, n=100)[98]
    yield "scrape of one centre while 500 events a second come in", "≤ 5 ms", f"{one_ms:.1f} ms; 99 %: {most_ms:.1f} ms"
    range_ms = f"{1000 * median(alls_s):.0f} ms ({1000 * min(alls_s):.0f}–{1000 * max(alls_s):.0f})"
    yield f"scrapes of {len(_PROVINCE)} centres, one after the other, meanwhile", "≤ 250 ms", range_ms


async def _fill_year(path: Path) -> int:
    """Write the events of a year of a busy centre into a log, as they came, and return how many those are."""
    store, n_events = open_store(path), 0
    for day in range(_WORKDAYS):
        opens = _OPENS + timedelta(days=day + 2 * (day // 5))
        told = [
            each
            for visit in range(_VISITS_A_DAY)
            for each in visit_events(next(numbers), opens + timedelta(minutes=2 * visit))
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
    configured(folder / "year")
    n_events = await _fill_year(folder / "year/events.sqlite")
    whole_s = await _fold_all(folder / "year/events.sqlite")
    starts = []
    for _ in range(3):
        start_s = time.perf_counter()
        async with served(folder / "year") as (pid, _):
            starts.append(time.perf_counter() - start_s)
            resident_mb = _resident_mb(pid)
    empty_s = []
    for _ in range(3):
        start_s = time.perf_counter()
        async with served(folder / "empty"):
            empty_s.append(time.perf_counter() - start_s)
    year = f"a year of {_VISITS_A_DAY} visits a day ({n_events:,} events)"
    yield f"start after {year}", "< 3 s", f"{median(starts):.1f} s; with an empty log {median(empty_s):.1f} s"
    yield "folding all of it, as after an upgrade", "", f"{whole_s:.0f} s of processor time"
    yield f"memory after {year}", "≤ 150 MB", f"{resident_mb:.0f} MB"


async def _rows() -> AsyncIterator[_Row]:
    with tempfile.TemporaryDirectory(prefix="peakweek-bench-") as name:
        for part in (_batches, _single, _scrapes, _year):
            async for row in part(Path(name)):
                yield row


async def main() -> None:
    """Print the table, and write it where it belongs."""
    lines = ["| figure | reach | found |", "|---|---|---|"]
    print(*lines, sep="\n")  # noqa: T201 - the bench's answer
    async for row in _rows():
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], flush=True)  # noqa: T201 - as above
    load = f"load {os.getloadavg()[0]:.1f} when it ended" if hasattr(os, "getloadavg") else "load unknown"
    lines.append(
        f"\n{platform.machine()}, {os.cpu_count()} processors, {load}, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {datetime.now(UTC):%d %B %Y}."
    )
    if "--write" in sys.argv:
        before, mark, rest = _PAGE.read_text(encoding="utf-8").partition(_MARK)
        after = rest.partition(_MARK)[2]
        _PAGE.write_text(before + mark + "\n" + "\n".join(lines) + "\n\n" + mark + after, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
