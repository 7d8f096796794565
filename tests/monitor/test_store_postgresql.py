"""What only a log in a PostgreSQL database can show: its lock, its neighbours, and a server that comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from monitor.config import Config, ListenConfig
from monitor.events import Event
from monitor.store import Receipt, Store, StoreError, open_store
from tests.postgresql import SERVER, Postgres, running

pytestmark = pytest.mark.server(SERVER)
MakeEvent = Callable[..., Event]
UntilUp = Callable[[Store], Awaitable[None]]
CENTRE = "centre"


@pytest.fixture
def address(postgres: Postgres) -> str:
    """Return the address of an empty database."""
    return postgres.database(f"log{uuid4().hex}")


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """Return a server that a test may stop."""
    with running() as server:
        yield server


async def ids_of(store: Store) -> list[str]:
    """Return the ids in the log, in its order."""
    return [stored.event.id async for stored in store.read()]


async def test_only_one_service_writes(address: str, issue: MakeEvent, noon: datetime) -> None:
    """A second service on the same log is refused with the reason, and may start when the first has ended."""
    store = open_store(address)
    with pytest.raises(StoreError, match="another service writes to this log of events"):
        await asyncio.to_thread(open_store, address)
    assert await store.append(CENTRE, [issue("1")], noon) == Receipt(1, 0)
    await store.close()
    store = open_store(address)
    assert await ids_of(store) == ["1"]
    await store.close()


async def test_a_password_is_in_no_message(address: str) -> None:
    """Messages name user, server and database, and nothing that opens them."""
    wrong = address.replace("peakweek@", "peakweek:geheim-7@").replace("host=", "host=/nowhere")
    with pytest.raises(StoreError, match="cannot open the log of events") as caught:
        open_store(wrong)
    assert str(caught.value).startswith("postgresql://peakweek@/nowhere")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update peakweek.log set version = 99", "schema version 99"),
        ("drop table peakweek.log", "holds no log of events"),
    ],
)
async def test_what_is_no_log_of_ours_is_left_alone(address: str, statement: Any, told: str) -> None:
    """A newer log, or somebody else's schema of the same name, is refused and not changed."""
    await open_store(address).close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
        with pytest.raises(StoreError, match=told):
            open_store(address)
        tables = "select count(*) from information_schema.tables where table_schema = 'peakweek'"
        assert connection.execute(tables).fetchone() == ((3,) if "drop" in statement else (4,))


async def test_a_connection_that_is_cut_is_made_again(
    address: str, issue: MakeEvent, noon: datetime, until_up: UntilUp
) -> None:
    """When the server's owner ends the session, a batch is refused, and the next ones are stored."""
    store = open_store(address)
    await store.append(CENTRE, [issue("1")], noon)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    with pytest.raises(StoreError, match="cannot write"):
        await store.append(CENTRE, [issue("2")], noon)
    await until_up(store)
    assert await store.append(CENTRE, [issue("1"), issue("2")], noon) == Receipt(1, 1)
    assert await ids_of(store) == ["1", "2"]
    await store.close()


async def test_a_log_that_is_dropped_takes_nothing(address: str, issue: MakeEvent, noon: datetime) -> None:
    """No new log is made in the place of one that is gone."""
    store = open_store(address)
    await store.append(CENTRE, [issue("1")], noon)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("drop schema peakweek cascade")
        for _ in range(2):
            with pytest.raises(StoreError):
                await store.append(CENTRE, [issue("2")], noon)
        assert connection.execute("select to_regnamespace('peakweek')").fetchone() == (None,)
    await store.close()


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_server_that_goes_and_comes_under_load(
    own_server: Postgres, start: Any, cloud_event: Callable[..., dict[str, Any]], how: str
) -> None:
    """While the server is away events are answered with 503; then all goes on, and each event is there once."""
    address = own_server.database("log")
    async with start(Config(listen=ListenConfig(port=0), store=address)) as service:
        await service.until_ready()
        acknowledged, refused = set[str](), 0
        is_over = asyncio.Event()

        async def send(sender: int) -> None:
            nonlocal refused
            number = 0
            while not is_over.is_set():
                name = f"{sender}-{number}"
                event = cloud_event(name, "ticket.issued", ticket=f"T{name}", queue="A")
                status, _ = await service.post(event)
                assert status in {200, 503}
                if status == 200:
                    acknowledged.add(name)
                    number += 1
                else:
                    refused += 1
                    await asyncio.sleep(0.05)

        sending = [asyncio.create_task(send(sender)) for sender in range(8)]
        await asyncio.sleep(0.5)
        before = len(acknowledged)
        await asyncio.to_thread(getattr(own_server, how))
        await asyncio.sleep(0.5)
        assert (await service.samples())["peakweek_monitor_store_up"] == 0
        await asyncio.to_thread(own_server.start)
        await service.until_up()
        await asyncio.sleep(0.5)
        is_over.set()
        await asyncio.gather(*sending)
        assert 0 < before < len(acknowledged)
        assert refused > 0
        counted = (await service.samples())["centre_tickets_issued_total queue=A"]
    store = open_store(address)
    stored = await ids_of(store)
    await store.close()
    assert acknowledged == set(stored)
    assert len(stored) == len(set(stored)) == counted
