"""django-helpdesk, a real ticket system, started for real, worked with over its own interface, and followed live."""

import asyncio
import os
import secrets
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.adapters.follow import read_follow_config
from monitor.adapters.sql import SqlSource
from monitor.config import Config

pytest.importorskip("helpdesk", reason="needs django-helpdesk, which the test extra brings")
SITE = Path(__file__).parent / "helpdesk_site"
PERSON = "somebody’s words, which nobody shall read"
RESOLVED, REOPENED, CLOSED = 3, 2, 4


class Helpdesk:
    """A running django-helpdesk."""

    def __init__(self, session: aiohttp.ClientSession, file: Path) -> None:
        self.session = session
        self.file = file

    async def create(self, queue: int, due: datetime | None = None) -> int:
        """Create a ticket and return its number."""
        told = {
            "queue": queue,
            "title": PERSON,
            "description": PERSON,
            "priority": 3,
            "due_date": due and due.isoformat(),
        }
        async with self.session.post("/api/tickets/", json=told) as answer:
            assert answer.ok, await answer.text()
            return int((await answer.json())["id"])

    async def follow_up(self, ticket: int, status: int) -> None:
        """Give a ticket another status."""
        told = {"ticket": ticket, "user": 1, "title": PERSON, "comment": PERSON, "new_status": status}
        async with self.session.post("/api/followups/", json=told) as answer:
            assert answer.ok, await answer.text()

    def count(self, condition: str, *values: object) -> int:
        """Return of how many tickets its own database says so."""
        with closing(sqlite3.connect(self.file)) as connection:
            query = f"select count(*) from helpdesk_ticket t where {condition}"  # noqa: S608 - the tests' own words
            return int(connection.execute(query, values).fetchone()[0])


@pytest.fixture
async def helpdesk(tmp_path: Path) -> AsyncIterator[Helpdesk]:
    """Return a django-helpdesk that listens on loopback, with a database of its own."""
    file, password = tmp_path / "helpdesk.sqlite", secrets.token_hex(8)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HELPDESK_FILE": str(file), "HELPDESK_PASSWORD": password}
    command = (sys.executable, str(SITE / "serve.py"), str(port))
    with (tmp_path / "site.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
    try:
        headers = {"Authorization": aiohttp.encode_basic_auth("staff", password)}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            async with asyncio.timeout(60):
                while not await answers(session):
                    assert process.returncode is None, (tmp_path / "site.log").read_text("utf-8")
                    await asyncio.sleep(0.1)
            yield Helpdesk(session, file)
    finally:
        process.terminate()
        await process.wait()


async def answers(session: aiohttp.ClientSession) -> bool:
    """Return whether the site answers."""
    with suppress(aiohttp.ClientError):
        async with session.get("/api/tickets/") as answer:
            return answer.ok
    return False


async def test_helpdesk_is_followed_live(
    helpdesk: Helpdesk, service: Any, config: Config, following: Callable[..., Any]
) -> None:
    """Whatever is done in it, after the next look the figures are those of its own database, and nobody is named."""
    mapping = read_follow_config("django-helpdesk")
    assert mapping.sql is not None
    reading = mapping.sql.model_copy(update={"address": f"sqlite:///{helpdesk.file}"})
    now = datetime.now(UTC)
    source = SqlSource("helpdesk", reading, mapping, now=lambda: now)

    async def compare() -> None:
        await follower.look()
        service.clock.move_to(datetime.now(UTC))
        samples = await service.samples()
        for queue, name in ((1, "land"), (2, "civil")):
            received = helpdesk.count("queue_id = ?", queue)
            settled = helpdesk.count(
                "queue_id = ? and exists (select 1 from helpdesk_followup f where f.ticket_id = t.id "
                "and f.new_status in (3, 4, 5))",
                queue,
            )
            overdue = helpdesk.count(
                "queue_id = ? and status not in (3, 4, 5) and due_date < ?", queue, f"{service.clock.now():%F %T}"
            )
            assert samples.get(f"centre_records_received_total procedure={name}", 0) == received
            assert samples.get(f"centre_records_settled_total procedure={name}", 0) == settled
            assert samples.get(f"centre_records_in_progress procedure={name}", 0) == received - settled
            assert samples.get(f"centre_records_overdue procedure={name}", 0) == overdue

    async with following(source) as follower:
        await compare()
        first = await helpdesk.create(1, now + timedelta(days=2))
        second = await helpdesk.create(1, now - timedelta(days=1))
        third = await helpdesk.create(2)
        await compare()
        await helpdesk.follow_up(first, RESOLVED)
        await helpdesk.follow_up(third, CLOSED)
        await compare()
        await helpdesk.follow_up(first, CLOSED)
        await helpdesk.create(2, now + timedelta(minutes=5))
        await compare()
        await helpdesk.follow_up(second, RESOLVED)
        await compare()
        assert await follower.look() == 0
    samples = await service.samples()
    assert samples["centre_requests_refused_total reason=conflict"] == 0
    assert all(PERSON.encode() not in file.read_bytes() for file in config.store.parent.glob(f"{config.store.name}*"))
