"""What the monitor's tests share: a clock that is moved by hand, events, and real services on loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from monitor.app import build_app
from monitor.clock import ManualClock
from monitor.config import Config, ListenConfig
from monitor.events import Event, Stored, parse_event
from monitor.figures import Snapshot
from monitor.serving import listening, serving
from monitor.state import State
from monitor.store import Store, open_store
from tests.postgresql import SERVER, Postgres, running
from tests.stories import Fold, Told

BATCH = "application/cloudevents-batch+json"


@dataclass(frozen=True)
class Service:
    """A real service on loopback, with a client of its own."""

    session: aiohttp.ClientSession
    clock: ManualClock
    registry: CollectorRegistry
    address: str

    async def post(self, *events: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Post a batch and return the status and the answer."""
        async with self.session.post("/api/v1/events", json=events, headers={"Content-Type": BATCH}) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> tuple[int, str]:
        """Get a text and its status."""
        async with self.session.get(path) as answer:
            return answer.status, await answer.text()

    async def until_ready(self) -> None:
        """Return when the service has counted its log."""
        async with asyncio.timeout(10):
            while (await self.get("/-/ready"))[0] != HTTPStatus.OK:  # noqa: ASYNC110 - the other side of a socket
                await asyncio.sleep(0.01)

    async def until_up(self) -> None:
        """Return when the service can write its log, and has counted it."""
        async with asyncio.timeout(20):
            while (await self.samples())["peakweek_monitor_store_up"] != 1:  # noqa: ASYNC110 - a socket's other side
                await asyncio.sleep(0.05)
        await self.until_ready()

    async def samples(self) -> dict[str, float]:
        """Return the scraped samples by name and labels, as Prometheus' own parser reads them."""
        _, text = await self.get("/metrics")
        return {
            sample.name + "".join(f" {label}={value}" for label, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def noon() -> datetime:
    """Return the instant at which the tests begin."""
    return datetime(2025, 7, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def cloud_event(noon: datetime) -> Callable[..., dict[str, Any]]:
    """Return a function that makes a CloudEvent, so many minutes after noon."""

    def make(name: str, kind: str, minute: float = 0, **happening: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": name,
            "source": "/centre/kiosk-1",
            "type": f"org.peakweek.{kind}.v1",
            "time": (noon + timedelta(minutes=minute)).isoformat(),
            "data": happening,
        }

    return make


@pytest.fixture
def event(cloud_event: Callable[..., dict[str, Any]]) -> Callable[..., Event]:
    """Return a function that makes an event as it comes through the door."""

    def make(name: str, kind: str, minute: float = 0, **happening: str | int) -> Event:
        return parse_event(json.dumps(cloud_event(name, kind, minute, **happening)).encode())

    return make


@pytest.fixture
def issue(event: Callable[..., Event]) -> Callable[..., Event]:
    """Return a function that makes the issue of a ticket."""
    return lambda name, ticket="A1": event(name, "ticket.issued", ticket=ticket, queue="A")


@pytest.fixture
def until_up() -> Callable[[Store], Awaitable[None]]:
    """Return a function that returns when a store has mended itself."""

    async def mended(store: Store) -> None:
        async with asyncio.timeout(20):
            while not store.figures().is_up:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.05)

    return mended


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return a configuration with a free port and a log of its own."""
    return Config(
        listen=ListenConfig(port=0),
        store=tmp_path / "events.sqlite",
        tokens=tmp_path / "tokens.sqlite",
        waiting_limit_s=1200,
    )


@pytest.fixture
def start(
    noon: datetime,
) -> Callable[..., contextlib.AbstractAsyncContextManager[Service]]:
    """Return a function that serves a configuration inside a block."""

    @contextlib.asynccontextmanager
    async def started(config: Config, **options: Any) -> AsyncIterator[Service]:
        clock, registry = ManualClock(noon), CollectorRegistry()
        app = build_app(config, clock=clock, store=open_store(config.store), registry=registry, **options)
        async with serving(app, await listening(config.listen)) as address, aiohttp.ClientSession(address) as session:
            yield Service(session, clock, registry, address)

    return started


@pytest.fixture
async def service(
    config: Config, start: Callable[[Config], contextlib.AbstractAsyncContextManager[Service]]
) -> AsyncIterator[Service]:
    """Return a running service with an empty log."""
    async with start(config) as running:
        await running.until_ready()
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a real database server that runs as long as the tests; only for those marked to need it."""
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server(SERVER))])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Return the address of an empty log of each kind; a further kind of store is a further parameter."""
    if request.param == "sqlite":
        return tmp_path / "events.sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(f"log{uuid4().hex}")


@pytest.fixture(scope="session")
def grafana(project_root: Path) -> Path:
    """Return the folder of all that Grafana and Prometheus are given."""
    return project_root / "grafana"


@pytest.fixture
def fold(event: Callable[..., Event], noon: datetime) -> Fold:
    """Return a function that folds (kind, minute, fields) tuples, received when they happened or all at one minute."""

    def folded(*told: Told, received_minute: float | None = None, state: State | None = None) -> State:
        state = state or State()
        for kind, minute, fields in told:
            received = noon + timedelta(minutes=minute if received_minute is None else received_minute)
            state.apply(Stored(state.seq + 1, received, event(str(state.seq + 1), kind, minute, **fields)))
        return state

    return folded


@pytest.fixture
def at(noon: datetime) -> Callable[..., Snapshot]:
    """Return a function that takes a state's snapshot, so many minutes after noon."""
    return lambda state, minute, **options: state.snapshot(noon + timedelta(minutes=minute), **options)
