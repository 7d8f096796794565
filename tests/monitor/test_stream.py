"""The stream of events, followed over real sockets: complete, in order, each once, and no burden to anybody."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from monitor.compaction import compact
from monitor.config import CentreConfig, Config
from monitor.store import place_of
from monitor.tokens import Scope, Tokens

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
CloudEvent = Callable[..., dict[str, Any]]
Messages = AsyncIterator[dict[str, str]]


@contextlib.asynccontextmanager
async def following(service: Any, query: str = "", last: str = "") -> AsyncIterator[Messages]:
    """Follow the stream inside the block, which gets its messages by field."""
    headers = {"Last-Event-ID": last} if last else {}
    async with (
        aiohttp.ClientSession(service.address) as session,
        session.get(f"/api/v1/stream{query}", headers=headers) as answer,
    ):
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        yield messages_of(answer)


async def messages_of(answer: aiohttp.ClientResponse) -> Messages:
    """Yield the messages that say something."""
    told: dict[str, str] = {}
    async for line in answer.content:
        name, _, text = line.decode().rstrip("\n").partition(": ")
        if name:
            told[name] = text
        elif "data" in told:
            yield told
            told = {}
        else:
            told = {}


async def next_of(messages: Messages, n_messages: int) -> list[dict[str, str]]:
    """Return the next messages."""
    async with asyncio.timeout(20):
        return [await anext(messages) for _ in range(n_messages)]


@pytest.fixture
def issue(cloud_event: CloudEvent) -> CloudEvent:
    """Return a function that makes the issue of a ticket."""
    return lambda number: cloud_event(str(number), "ticket.issued", ticket=f"A{number}", queue="A")


async def test_events_come_as_they_are_stored(service: Any, issue: CloudEvent) -> None:
    """Who follows gets each event once it is stored, with its number as id, and nothing from before."""
    await service.post(issue(1))
    async with following(service) as messages:
        await until_clients(service, 1)
        await service.post(issue(2), issue(3))
        await service.post(issue(2))  # a duplicate is no event
        await service.post(issue(4))
        told = await next_of(messages, 3)
    assert [message["id"] for message in told] == ["2", "3", "4"]
    assert [json.loads(message["data"])["id"] for message in told] == ["2", "3", "4"]
    assert json.loads(told[0]["data"])["data"] == {"ticket": "A2", "queue": "A"}


async def until_clients(service: Any, n_clients: int) -> None:
    """Return when so many follow."""
    async with asyncio.timeout(20):
        while (await service.samples())["peakweek_monitor_stream_clients"] != n_clients:  # noqa: ASYNC110 - a socket
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("last", ["0", "1", "150", "200"])
async def test_who_comes_back_misses_nothing(service: Any, issue: CloudEvent, last: str) -> None:
    """After the last id that was seen come all later events, those of the log and those stored meanwhile, each once."""
    await service.post(*(issue(number) for number in range(200)))

    async def send() -> None:
        for number in range(200, 300):
            await service.post(issue(number))

    async with following(service, last=last) as messages, asyncio.TaskGroup() as group:
        group.create_task(send())
        told = await next_of(messages, 300 - int(last))
    assert [int(message["id"]) for message in told] == list(range(int(last) + 1, 301))


async def test_an_id_from_the_future_means_now(service: Any, issue: CloudEvent) -> None:
    """Who has followed another log is told, and not left waiting for numbers that this one has not reached."""
    await service.post(issue(1))
    async with following(service, last="1000000") as messages:
        await until_clients(service, 1)
        await service.post(issue(2))
        told = await next_of(messages, 2)
        assert (told[0]["event"], told[1]["id"]) == ("gap", "2")


async def test_events_that_were_removed_are_told_as_a_gap(service: Any, config: Config, issue: CloudEvent) -> None:
    """Who comes back after a compaction hears of what it missed, and nobody else does."""
    for number in range(3):
        await service.post(issue(number))
    assert compact(place_of(config.store), service.clock.now() + timedelta(days=1)) == 3
    async with following(service, last="1") as late, following(service, last="3") as early:
        await until_clients(service, 2)
        await service.post(issue(3))
        assert (await next_of(late, 1))[0]["event"] == "gap"
        assert [each[0]["id"] for each in (await next_of(late, 1), await next_of(early, 1))] == ["4", "4"]


@pytest.mark.parametrize(("query", "last"), [("?of=all", ""), ("", "x"), ("", "-1"), ("", "1.5")])
async def test_what_is_no_stream_is_a_bad_request(service: Any, query: str, last: str) -> None:
    """400 says what is expected."""
    headers = {"Last-Event-ID": last} if last else {}
    async with service.session.get(f"/api/v1/stream{query}", headers=headers) as answer:
        assert answer.status == 400
        assert "Last-Event-ID" in (await answer.json(content_type=None))["detail"]


async def test_the_figures_come_when_they_change(service: Any, issue: CloudEvent) -> None:
    """The page's stream has the same figures as the state, before and after an event, and no event."""
    async with following(service, "?of=state") as messages:
        first = (await next_of(messages, 1))[0]
        assert (first["event"], "id" in first, json.loads(first["data"])["queues"]) == ("state", False, {})
        await service.post(issue(1))
        told = json.loads((await next_of(messages, 1))[0]["data"])
    assert told == json.loads((await service.get("/api/v1/state"))[1])
    assert told["queues"]["A"]["n_waiting"] == 1


async def test_a_stream_is_of_one_centre(start: Any, config: Config, issue: CloudEvent) -> None:
    """Events and figures of one centre reach nobody who follows another."""
    two = config.model_copy(update={"centres": (CentreConfig(id="north"), CentreConfig(id="south"))})
    async with start(two) as service:
        await service.until_ready()
        async with following(service, "?centre=south") as live, following(service, "?centre=south&of=state") as figures:
            await until_clients(service, 2)
            for number, centre in enumerate(("north", "south", "north", "south")):
                address = f"/api/v1/events?centre={centre}"
                async with service.session.post(address, json=[issue(number)], headers=BATCH) as answer:
                    assert answer.status == 200
            assert [message["id"] for message in await next_of(live, 2)] == ["2", "4"]
            queues = [json.loads(message["data"])["queues"] for message in await next_of(figures, 2)]
            assert [queue.get("A", {}).get("n_issued") for queue in queues] == [None, 2]
        async with following(service, "?centre=south", last="0") as again:
            assert [message["id"] for message in await next_of(again, 2)] == ["2", "4"]


async def test_who_does_not_read_is_let_go(service: Any, cloud_event: CloudEvent) -> None:
    """A client that takes nothing is dropped when too much waits for it; senders and other clients notice nothing."""
    host, _, port = service.address.removeprefix("http://").rpartition(":")
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # or the system would take megabytes for it
    small.setblocking(False)  # noqa: FBT003 - a function of C takes no names
    await asyncio.get_running_loop().sock_connect(small, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=small, limit=1024)
    writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"retry")
    n_sent = 0
    async with asyncio.timeout(100), following(service) as messages:
        await until_clients(service, 2)
        while (await service.samples())["peakweek_monitor_stream_clients_dropped_total"] == 0:
            batch = [
                cloud_event(str(number), "ticket.issued", ticket=f"A{number}", queue="A")
                for number in range(n_sent, n_sent + 4_000)
            ]
            assert (await service.post(*batch))[0] == 200
            n_sent += len(batch)
            assert len(await next_of(messages, len(batch))) == len(batch)
        await until_clients(service, 1)
    assert n_sent > 10_000
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("of", ["events", "state"])
async def test_a_stream_ends_with_its_token(service: Any, config: Config, issue: CloudEvent, of: str) -> None:
    """Who follows with a token that is revoked meanwhile is told nothing that happens later."""
    tokens, now = Tokens(config.tokens), datetime(2025, 7, 1, tzinfo=UTC)
    secrets = [tokens.create(None, frozenset({scope}), now) for scope in (Scope.READ, Scope.INGEST)]
    reading, sending = ({"Authorization": f"Bearer {secret}"} for secret in secrets)
    async with service.session.get(f"/api/v1/stream?of={of}", headers=reading) as answer:
        await answer.content.readuntil(b"\n\n")
        tokens.revoke(secrets[0].split("_")[1], now)
        await asyncio.sleep(1.1)  # longer than somebody is not asked again
        async with service.session.post("/api/v1/events", json=[issue(1)], headers=BATCH | sending) as sent:
            assert sent.status == 200
        async with asyncio.timeout(20):
            rest = await answer.read()
    assert b"A1" not in rest
    assert b'"n_issued":1' not in rest
    tokens.close()


async def test_a_stream_ends_when_the_service_stops(start: Any, config: Config) -> None:
    """Whoever follows does not keep the service from stopping, and sees a proper end."""
    async with start(config) as service:
        await service.until_ready()
        session = aiohttp.ClientSession(service.address)
        answers = [await session.get(f"/api/v1/stream?of={of}") for of in ("events", "state")]
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < 4
    for answer in answers:
        assert (await answer.read()).startswith(b"retry: 2000\n\n")
    await session.close()
