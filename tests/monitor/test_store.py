"""What every store must do, whatever keeps it; and what only the one in SQLite can show."""

import asyncio
import contextlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.events import Event, Stored
from monitor.store import ConflictError, Receipt, SqliteStore, Store, StoreError

MakeEvent = Callable[..., Event]
OpenStore = Callable[[], Store]


@pytest.fixture(params=["sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Return a function that opens the same log again and again; a further kind of store is a further parameter."""
    kinds: dict[str, OpenStore] = {"sqlite": lambda: SqliteStore(tmp_path / "events.sqlite")}
    return kinds[request.param]


@pytest.fixture
def issue(event: MakeEvent) -> MakeEvent:
    """Return a function that makes the issue of a ticket."""
    return lambda name, ticket="A1": event(name, "ticket.issued", ticket=ticket, queue="A")


async def log_of(store: Store) -> list[str]:
    """Return the ids in the log, in its order."""
    return [stored.event.id async for stored in store.read()]


async def test_what_is_acknowledged_is_there_after_a_restart(
    open_store: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """Events come back as they were, in their order, with the instant of their receipt."""
    store = open_store()
    events = [issue(str(number), f"A{number}") for number in range(5)]
    assert await store.append(events[:2], noon) == Receipt(2, 0)
    assert await store.append(events[2:], noon + timedelta(seconds=1)) == Receipt(3, 0)
    await store.close()
    store = open_store()
    log = [stored async for stored in store.read()]
    await store.close()
    assert [stored.event for stored in log] == events
    assert [stored.received for stored in log] == [noon] * 2 + [noon + timedelta(seconds=1)] * 3
    assert all(first.seq < second.seq for first, second in itertools.pairwise(log))


async def test_reading_begins_after_a_number(open_store: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """A reader goes on where it stopped, over many pages."""
    store = open_store()
    await store.append([issue(str(number)) for number in range(2500)], noon)
    log = [stored async for stored in store.read()]
    rest = [stored async for stored in store.read(log[1234].seq)]
    await store.close()
    assert len(log) == 2500
    assert rest == log[1235:]


async def test_the_same_event_again_is_a_duplicate(open_store: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """An event is stored once, whether it comes again later or twice in one batch."""
    store = open_store()
    assert await store.append([issue("1"), issue("2"), issue("1")], noon) == Receipt(2, 1)
    assert await store.append([issue("2"), issue("3")], noon) == Receipt(1, 1)
    assert await log_of(store) == ["1", "2", "3"]
    await store.close()


async def test_another_event_of_the_same_name_is_a_conflict(
    open_store: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """A batch with a conflict changes nothing, and the conflict is told by its place in the batch."""
    store = open_store()
    await store.append([issue("1", "A1")], noon)
    stored, earlier = "expected the body that is stored", "expected the body that is earlier in the batch"
    for batch, told in ([issue("2"), issue("1", "A9")], stored), ([issue("3"), issue("4"), issue("4", "A9")], earlier):
        with pytest.raises(ConflictError, match=told) as caught:
            await store.append(batch, noon)
        assert caught.value.index == len(batch) - 1
    assert await log_of(store) == ["1"]
    await store.close()


async def test_sources_have_names_of_their_own(open_store: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """The same id from another source is another event."""
    store = open_store()
    first = issue("1")
    second = Event(first.id, "/centre/kiosk-2", first.time, first.happening)
    assert await store.append([first, second], noon) == Receipt(2, 0)
    await store.close()


async def test_many_senders_are_each_answered_for_their_own(
    open_store: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """Batches that wait together share a commit, and a conflict in one does not touch the others."""
    store = open_store()
    await store.append([issue("x", "A1")], noon)
    batches = [[issue(f"{sender}-{number}") for number in range(3)] for sender in range(50)]
    batches[7].append(issue("x", "A9"))
    batches[9].append(issue("8-0"))
    answers = await asyncio.gather(*(store.append(batch, noon) for batch in batches), return_exceptions=True)
    assert isinstance(answers[7], ConflictError)
    assert sum(answer.n_duplicate for answer in answers if isinstance(answer, Receipt)) == 1
    log = await log_of(store)
    assert len(log) == len(set(log)) == 1 + 49 * 3
    await store.close()


async def test_a_follower_hears_each_event_once_in_the_order_of_the_log(
    open_store: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """What is told is what is stored, in the same order, and before the sender is answered."""
    store, told = open_store(), list[Stored]()

    def listen(committed: Sequence[Stored]) -> None:
        told.extend(committed)

    store.follow(listen)

    async def send(number: int) -> None:
        await store.append([issue(str(number)), issue("same")], noon)
        assert str(number) in {stored.event.id for stored in told}

    await asyncio.gather(*(send(number) for number in range(40)))
    assert told == [stored async for stored in store.read()]
    await store.close()


async def test_a_closed_store_takes_nothing(open_store: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """What was waiting at the close is answered; what comes later is refused; closing twice does no harm."""
    store = open_store()
    waiting = asyncio.create_task(store.append([issue("1")], noon))
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert await waiting == Receipt(1, 0)
    with pytest.raises(StoreError, match="closed"):
        await store.append([issue("2")], noon)


async def test_a_locked_file_is_told_and_comes_back(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """While another program holds the file, a batch is refused as a whole; afterwards the store works again."""
    store = SqliteStore(tmp_path / "events.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="locked"):
            await store.append([issue("1")], noon)
        other.execute("rollback")
    assert await store.append([issue("1")], noon) == Receipt(1, 0)
    await store.close()


async def test_a_failure_in_the_middle_of_a_group_is_undone(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """What fails after the transaction has begun leaves nothing open: the next batch is stored."""
    store = SqliteStore(tmp_path / "events.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite", isolation_level=None)) as other:
        other.execute("create trigger refuse before insert on event begin select raise(fail, 'refused'); end")
        with pytest.raises(StoreError, match="refused"):
            await store.append([issue("1")], noon)
        other.execute("drop trigger refuse")
    assert await store.append([issue("1")], noon) == Receipt(1, 0)
    await store.close()


@contextlib.contextmanager
def file_size_limit(limit_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size inside the block, as if the disk were full."""
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_is_told_and_comes_back(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """When the file cannot grow, a batch is refused as a whole; afterwards the store works again."""
    store = SqliteStore(tmp_path / "events.sqlite")
    with file_size_limit(256 * 1024), pytest.raises(StoreError, match="cannot write"):
        await store.append([issue(str(number)) for number in range(3000)], noon)
    assert await log_of(store) == []
    assert await store.append([issue("1")], noon) == Receipt(1, 0)
    await store.close()
    store = SqliteStore(tmp_path / "events.sqlite")
    assert await log_of(store) == ["1"]
    await store.close()


async def test_what_a_second_service_stores_is_told_too(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """Two stores on one file keep one order, and each tells its follower everything."""
    first, second = (SqliteStore(tmp_path / "events.sqlite") for _ in range(2))
    told: list[str] = []
    first.follow(lambda committed: told.extend(stored.event.id for stored in committed))
    await first.append([issue("1")], noon)
    await second.append([issue("2"), issue("3")], noon)
    await first.append([issue("4")], noon)
    assert told == ["1", "2", "3", "4"]
    await first.close()
    await second.close()


def written(path: Path, statement: str) -> bytes:
    """Make an SQLite file by one statement and return its bytes."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    return path.read_bytes()


def test_a_newer_log_is_left_alone(tmp_path: Path) -> None:
    """A log of a later version is refused and not changed."""
    path = tmp_path / "events.sqlite"
    before = written(path, "pragma user_version = 99")
    with pytest.raises(StoreError, match="schema version 99"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """An SQLite file with other tables is refused and not changed."""
    path = tmp_path / "events.sqlite"
    before = written(path, "create table person (name text)")
    with pytest.raises(StoreError, match="no log of events"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["text", "folder", "no folder"])
def test_what_is_no_database_is_told(tmp_path: Path, kind: str) -> None:
    """A file of another kind, a folder, and a folder that is not there, end in one line."""
    path = tmp_path / "events.sqlite"
    if kind == "text":
        path.write_text(json.dumps(["no", "database"] * 100), encoding="utf-8")
    elif kind == "folder":
        path.mkdir()
    else:
        path = tmp_path / "none" / "events.sqlite"
    with pytest.raises(StoreError, match=r"events\.sqlite: cannot open the log of events"):
        SqliteStore(path)
