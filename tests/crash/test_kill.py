"""A service that is killed at any instant, while senders post, loses no acknowledged event and doubles none."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import settings

from monitor.clock import ManualClock
from monitor.config import Config
from monitor.live import Live
from monitor.state import State
from monitor.store import open_store
from tests.monitor_command import serving
from tests.postgresql import SERVER, running

MANY = settings().max_examples > 1_000  # with --hypothesis-profile=all
SENDERS = 8
SINGLE = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
# Imports everything once; each line that it reads is the arguments of a service, which a child of its own then is.
NURSERY = """
import os, signal, sys
import monitor.api, monitor.store.sqlite, monitor.web
from monitor.__main__ import main
if sys.argv[1:]:
    import monitor.store.postgresql
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(0, 1)
        os._exit(main(line.split()))
    print(child, flush=True)
"""


def event(name: str, kind: str, **told: str) -> dict[str, Any]:
    """Return an event."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": "/crash",
        "type": f"org.peakweek.{kind}.v1",
        "time": "2025-07-01T05:00:00Z",
        "data": told,
    }


def batch(sender: int, number: int) -> list[dict[str, Any]]:
    """Return a sender's next events: one alone from every other sender, else the stories of one to five visits."""
    if sender % 2:
        return [event(f"{sender}-{number}", "counter.opened", counter=f"{sender}-{number % 5}")]
    told = []
    for part in range(number % 5 + 1):
        name = f"{sender}-{number}-{part}"
        told.append(event(f"{name}-i", "ticket.issued", ticket=name, queue="A"))
        told.append(event(f"{name}-c", "ticket.called", ticket=name, counter="1"))
        told.append(event(f"{name}-f", "service.finished", ticket=name))
    return told


class Sender:
    """Posts batch after batch; one that is not acknowledged is sent again, and now and then one that is."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.acknowledged = 0
        self.n_new = 0
        self.n_duplicate = 0
        self.n_repeated = 0

    async def send(self, session: aiohttp.ClientSession, is_over: asyncio.Event) -> None:
        """Post until all is over."""
        for turn in count():
            if is_over.is_set():
                return
            again = turn % 17 == 16 and self.acknowledged > 0
            events = batch(self.number, self.acknowledged - again)
            answer = await self._post(session, events)
            if answer is None:
                await asyncio.sleep(0.01)
            elif again:
                assert answer == {"accepted": 0, "duplicate": len(events)}
                self.n_repeated += 1
            else:
                self.acknowledged += 1
                self.n_new += answer["accepted"]
                self.n_duplicate += answer["duplicate"]

    async def _post(self, session: aiohttp.ClientSession, events: list[dict[str, Any]]) -> dict[str, int] | None:
        """Return the service's answer to events; none when it gave none, or could not take them."""
        is_single = len(events) == 1
        body = json.dumps(events[0] if is_single else events)
        try:
            async with session.post("/api/v1/events", data=body, headers=SINGLE if is_single else BATCH) as answer:
                told: dict[str, int] = await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError):
            return None
        assert answer.status in {200, 503}, told
        return told if answer.status == 200 else None


class Nursery:
    """Starts services quickly, one after the other, on one port."""

    def __init__(self, process: asyncio.subprocess.Process, config_file: Path) -> None:
        self._process = process
        self._config_file = config_file

    async def start(self) -> int:
        """Start a service and return its process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"serve --config {self._config_file} --log.level error\n".encode())
        return int(await self._process.stdout.readline())


@contextlib.asynccontextmanager
async def nursery(config_file: Path) -> AsyncIterator[Nursery]:
    """Give the block what starts services, which ends with it."""
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-c", NURSERY]
    told = config_file.with_name("told.log")
    with told.open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=log)
    try:
        yield Nursery(process, config_file)
    finally:
        await process.communicate(b"")


async def until_ready(session: aiohttp.ClientSession) -> None:
    """Return when there is a service that has folded its log."""
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.get("/-/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.005)


async def run_and_kill(
    nursery: Nursery, session: aiohttp.ClientSession, dice: random.Random, cut_power: Callable[[], None] | None
) -> None:
    """Start a service and kill it: after it was ready, while it starts, or while it stops and saves its states."""
    service = await nursery.start()
    if cut_power or dice.random() < 0.8:
        await until_ready(session)
    if cut_power:
        await asyncio.to_thread(cut_power)
    await asyncio.sleep(dice.uniform(0, 0.3))
    if dice.random() < 0.2:
        os.kill(service, signal.SIGTERM)
        await asyncio.sleep(dice.uniform(0, 0.2))
    with contextlib.suppress(ProcessLookupError):
        os.kill(service, signal.SIGKILL)
        while True:  # until it has ended: its last write to the disk may still be under way
            os.kill(service, 0)
            await asyncio.sleep(0.002)


async def crash(
    config_file: Path, port: int, n_kills: int, dice: random.Random, cut_power: Callable[[], None] | None = None
) -> tuple[list[Sender], dict[str, Any]]:
    """Return the senders after so many kills, and the figures of the service that was started last.

    If it is told how, every tenth service has first lost its database's server, which is back when that one is killed.
    """
    senders = [Sender(number) for number in range(SENDERS)]
    is_over = asyncio.Event()
    async with nursery(config_file) as started, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        posting = [asyncio.create_task(sender.send(session, is_over)) for sender in senders]
        for number in range(n_kills):
            if number % 100 == 99:
                print(f"{number + 1} kills")  # noqa: T201 - a long run shows that it goes on
            await run_and_kill(started, session, dice, cut_power if number % 10 == 3 else None)
            for task in posting:
                if task.done():
                    task.result()
        service = await started.start()
        await until_ready(session)
        await asyncio.sleep(0.2)
        is_over.set()
        await asyncio.gather(*posting)
        async with session.get("/api/v1/state") as answer:
            figures: dict[str, Any] = await answer.json()
        os.kill(service, signal.SIGKILL)
    return senders, figures


def free_port() -> int:
    """Return a port on which nobody listens, and that the system gives to no client.

    A sender that asks for one of those again and again while nobody listens is at last connected to itself.
    """
    for port in random.SystemRandom().sample(range(15_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")


async def check(store: Path | str, senders: list[Sender], figures: dict[str, Any], seed: str) -> None:
    """Compare what the log has with what the senders were told."""
    live = Live(Config(store=store), ManualClock(datetime(2025, 7, 1, tzinfo=UTC)), open_store(store))
    await live.fold_log()
    rebuilt, stored = State(), list[str]()
    async for each in live.store.read():
        stored.append(each.event.id)
        rebuilt.apply(each)
    await live.store.close()
    acknowledged = {
        each["id"]
        for sender in senders
        for number in range(sender.acknowledged)
        for each in batch(sender.number, number)
    }
    assert acknowledged <= set(stored), seed
    assert len(stored) == len(set(stored)), seed
    # Beyond what was acknowledged there can only be what each sender was waiting for, and only as a whole.
    in_doubt = [{str(each["id"]) for each in batch(sender.number, sender.acknowledged)} for sender in senders]
    assert all(doubt <= set(stored) or not doubt & set(stored) for doubt in in_doubt), seed
    assert set(stored) <= acknowledged.union(*in_doubt), seed
    assert sum(sender.n_new + sender.n_duplicate for sender in senders) == len(acknowledged), seed
    assert live.centres["centre"].state == rebuilt, seed
    assert sum(figures["n_events"].values()) == len(stored), seed
    print(  # noqa: T201 - what the run amounted to, for `pytest -s`
        f"{len(stored)} events, {sum(sender.n_duplicate for sender in senders)} acknowledged only when sent again, "
        f"{sum(sender.n_repeated for sender in senders)} batches repeated for nothing"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX has fork and kill -9")
async def test_a_killed_service_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """After kills at random instants the log holds every acknowledged event once, and the figures say the same."""
    seed = random.SystemRandom().randrange(1_000_000)
    dice = random.Random(seed)  # noqa: S311 - instants, not secrets; the seed is told when the test fails
    port = free_port()
    config_file = tmp_path / "monitor.yaml"
    config_file.write_text(f"listen: {{port: {port}}}\n", encoding="utf-8")
    n_kills = 1_000 if MANY else 20
    senders, figures = await crash(config_file, port, n_kills, dice)
    await check(tmp_path / "events.sqlite", senders, figures, f"seed {seed}")
    assert sum(sender.acknowledged for sender in senders) > n_kills, f"seed {seed}: the senders hardly sent anything"


@pytest.mark.server(SERVER)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX has fork and kill -9")
async def test_a_killed_service_leaves_its_database_whole(tmp_path: Path) -> None:
    """The same with PostgreSQL, which outlives its client, and is itself killed now and then."""
    seed = random.SystemRandom().randrange(1_000_000)
    dice = random.Random(seed)  # noqa: S311 - as above
    port = free_port()
    config_file = tmp_path / "monitor.yaml"
    n_kills = 50 if MANY else 5
    with running() as server:
        store = server.database("log")

        def cut_power() -> None:
            server.kill()
            server.start()

        config_file.write_text(f"listen: {{port: {port}}}\nstore: {store}\n", encoding="utf-8")
        senders, figures = await crash(config_file, port, n_kills, dice, cut_power)
        await check(store, senders, figures, f"seed {seed}")
    assert sum(sender.acknowledged for sender in senders) > n_kills, f"seed {seed}: the senders hardly sent anything"


@pytest.mark.parametrize("tail", [b"", b"\x00" * 100, b"torn"], ids=["nothing", "zeros", "text"])
async def test_a_torn_end_of_the_journal_does_no_harm(tmp_path: Path, tail: bytes) -> None:
    """A power cut that leaves half a write behind the last commit costs nothing that was acknowledged."""
    config_file = tmp_path / "monitor.yaml"
    config_file.write_text("listen: {port: 0}\n", encoding="utf-8")
    async with (
        serving("serve", "--config", str(config_file)) as (_, address),
        aiohttp.ClientSession(address) as session,
        session.post("/api/v1/events", json=batch(0, 0), headers=BATCH) as answer,
    ):
        assert answer.status == 200
    with (tmp_path / "events.sqlite-wal").open("ab") as journal:
        journal.write(tail)
    async with (
        serving("serve", "--config", str(config_file)) as (_, address),
        aiohttp.ClientSession(address) as session,
        session.get("/api/v1/state") as answer,
    ):
        assert sum((await answer.json())["n_events"].values()) == 3
