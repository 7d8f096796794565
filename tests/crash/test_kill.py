"""A service that is killed at any instant, while senders post, loses no acknowledged event and doubles none."""

import asyncio
import contextlib
import random
import sqlite3
from pathlib import Path

import aiohttp
import pytest

from tests.monitor_command import serving

KILLS = 10
SENDERS = 4
BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def batch(sender: int, number: int) -> list[dict[str, object]]:
    """Return the issues of three tickets."""
    return [
        {
            "specversion": "1.0",
            "id": f"{sender}-{number}-{part}",
            "source": "/crash",
            "type": "org.peakweek.ticket.issued.v1",
            "time": "2025-07-01T05:00:00Z",
            "data": {"ticket": f"T{sender}-{number}-{part}", "queue": "A"},
        }
        for part in range(3)
    ]


class Sender:
    """Posts batch after batch; a batch that is not acknowledged is sent again, to the next service."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.acknowledged = 0
        self.n_new = 0
        self.n_duplicate = 0

    async def send(self, address: str) -> None:
        """Post until the service is gone."""
        async with aiohttp.ClientSession(address) as session:
            while True:
                events = batch(self.number, self.acknowledged)
                try:
                    async with session.post("/api/v1/events", json=events, headers=BATCH) as answer:
                        told = await answer.json(content_type=None)
                except (aiohttp.ClientError, OSError):
                    return
                if answer.status == 503:  # it has just started and reads its log
                    await asyncio.sleep(0.01)
                    continue
                assert answer.status == 200, told
                self.acknowledged += 1
                self.n_new += told["accepted"]
                self.n_duplicate += told["duplicate"]


async def counted(address: str) -> float:
    """Return how many tickets a service has counted, once it is ready."""
    async with aiohttp.ClientSession(address) as session:
        while True:
            async with session.get("/api/v1/state") as answer:
                state = await answer.json()
            if state["is_ready"]:
                return float(state["queues"]["A"]["n_issued"])
            await asyncio.sleep(0.01)


async def test_a_killed_service_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Ten kills at random instants: the log holds every acknowledged event once, and the figures say the same."""
    seed = random.SystemRandom().randrange(1_000_000)
    dice = random.Random(seed)  # noqa: S311 - instants, not secrets; the seed is told when the test fails
    config_file = tmp_path / "monitor.yaml"
    config_file.write_text("listen: {port: 0}\n", encoding="utf-8")
    senders = [Sender(number) for number in range(SENDERS)]
    async with asyncio.timeout(60):
        for _ in range(KILLS):
            async with serving("serve", "--config", str(config_file)) as (_, address):
                posting = [asyncio.create_task(sender.send(address)) for sender in senders]
                await asyncio.sleep(dice.uniform(0, 0.4))
            await asyncio.gather(*posting)
        async with serving("serve", "--config", str(config_file)) as (_, address):
            n_counted = await counted(address)
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite")) as connection:
        stored = [name for (name,) in connection.execute("select id from event")]
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    acknowledged = {
        event["id"] for each in senders for number in range(each.acknowledged) for event in batch(each.number, number)
    }
    assert len(acknowledged) > KILLS, f"seed {seed}: the senders hardly sent anything"
    assert acknowledged <= set(stored), f"seed {seed}"
    assert len(stored) == len(set(stored)) == n_counted, f"seed {seed}"
    # Beyond what was acknowledged there can only be the batch that each sender was waiting for, and only as a whole.
    in_doubt = [{str(event["id"]) for event in batch(each.number, each.acknowledged)} for each in senders]
    assert all(doubt <= set(stored) or not doubt & set(stored) for doubt in in_doubt), f"seed {seed}"
    assert set(stored) <= acknowledged.union(*in_doubt), f"seed {seed}"
    assert sum(each.n_new + each.n_duplicate for each in senders) == len(acknowledged), f"seed {seed}"


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
    async with serving("serve", "--config", str(config_file)) as (_, address):
        assert await counted(address) == 3
