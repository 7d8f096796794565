"""What only a log in an SQLite file can show: its file, its schema, its neighbours."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.events import Event
from monitor.store import Receipt, Store, StoreError, open_store, place_of
from monitor.store.log import row_of

MakeEvent = Callable[..., Event]
UntilUp = Callable[[Store], Awaitable[None]]
CENTRE = "centre"
# As the first version of the program made it.
SCHEMA_1 = """
create table event (
    seq integer primary key,
    source text not null,
    id text not null,
    received_us integer not null,
    body text not null,
    unique (source, id)
) strict
"""


async def log_of(store: Store) -> list[str]:
    """Return the ids in the log, in its order."""
    return [stored.event.id async for stored in store.read()]


async def test_a_locked_file_is_told_and_comes_back(
    tmp_path: Path, issue: MakeEvent, noon: datetime, until_up: UntilUp
) -> None:
    """While another program holds the file, a batch is refused as a whole; afterwards the store works again."""
    store = open_store(tmp_path / "events.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="locked"):
            await store.append(CENTRE, [issue("1")], noon)
        other.execute("rollback")
    await until_up(store)
    assert await store.append(CENTRE, [issue("1")], noon) == Receipt(1, 0)
    await store.close()


async def test_a_failure_in_the_middle_of_a_group_is_undone(
    tmp_path: Path, issue: MakeEvent, noon: datetime, until_up: UntilUp
) -> None:
    """What fails after the transaction has begun leaves nothing open: the next batch is stored."""
    store = open_store(tmp_path / "events.sqlite")
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite", isolation_level=None)) as other:
        other.execute("create trigger refuse before insert on event begin select raise(fail, 'refused'); end")
        with pytest.raises(StoreError, match="refused"):
            await store.append(CENTRE, [issue("1")], noon)
        other.execute("drop trigger refuse")
    await until_up(store)
    assert await store.append(CENTRE, [issue("1")], noon) == Receipt(1, 0)
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


async def test_a_full_disk_is_told_and_comes_back(
    tmp_path: Path, issue: MakeEvent, noon: datetime, until_up: UntilUp
) -> None:
    """When the file cannot grow, a batch is refused as a whole; afterwards the store works again."""
    store = open_store(tmp_path / "events.sqlite")
    with file_size_limit(256 * 1024), pytest.raises(StoreError, match="cannot write"):
        await store.append(CENTRE, [issue(str(number)) for number in range(3000)], noon)
    assert await log_of(store) == []
    await until_up(store)
    assert await store.append(CENTRE, [issue("1")], noon) == Receipt(1, 0)
    await store.close()
    store = open_store(tmp_path / "events.sqlite")
    assert await log_of(store) == ["1"]
    await store.close()


async def test_only_one_service_writes(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """A second service on the same log is refused with the reason, and may start when the first has ended."""
    path = tmp_path / "events.sqlite"
    store = open_store(path)
    with pytest.raises(StoreError, match="another service writes to this log of events"):
        await asyncio.to_thread(open_store, path)
    assert await store.append(CENTRE, [issue("1")], noon) == Receipt(1, 0)
    await store.close()
    await open_store(path).close()


async def test_a_file_with_another_name_is_refused(tmp_path: Path) -> None:
    """A hard link would let a second service in, and hide the journal of the first."""
    path = tmp_path / "events.sqlite"
    await open_store(path).close()
    (tmp_path / "other.sqlite").hardlink_to(path)
    for name in ("events.sqlite", "other.sqlite"):
        with pytest.raises(StoreError, match=r"several names \(hard links\)"):
            open_store(tmp_path / name)
    (tmp_path / "other.sqlite").unlink()
    await open_store(path).close()


async def test_what_somebody_else_stores_is_told_too(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """Whatever is in the log, by whomever, is told in its order."""
    path = tmp_path / "events.sqlite"
    store = open_store(path)
    told: list[str] = []
    store.follow(lambda committed: told.extend(stored.event.id for stored in committed), lambda: None)
    await store.append(CENTRE, [issue("1")], noon)
    with contextlib.closing(place_of(path).beside()) as log:
        log.begin()
        log.insert([row_of(log.last_seq() + at, CENTRE, noon, issue(str(1 + at))) for at in (1, 2)])
        log.commit()
    await store.append(CENTRE, [issue("4")], noon)
    assert told == ["1", "2", "3", "4"]
    await store.close()


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
        open_store(path)
    assert path.read_bytes() == before


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """An SQLite file with other tables is refused and not changed."""
    path = tmp_path / "events.sqlite"
    before = written(path, "create table person (name text)")
    with pytest.raises(StoreError, match="no log of events"):
        open_store(path)
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
        open_store(path)


def write_version_1(path: Path, events: dict[int, Event], received: datetime) -> None:
    """Make a log as the first version of the program wrote it."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(SCHEMA_1)
        connection.execute("pragma user_version = 1")
        connection.execute("pragma journal_mode = wal")
        connection.execute("begin")
        for seq, each in events.items():
            row = (seq, each.source, each.id, int(received.timestamp() * 1_000_000), each.to_json())
            connection.execute("insert into event (seq, source, id, received_us, body) values (?, ?, ?, ?, ?)", row)
        connection.execute("commit")


async def test_a_log_without_centres_belongs_to_the_first(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """A log of version 1 is brought to this version with every event, number and instant, and goes on from there."""
    path = tmp_path / "events.sqlite"
    old = {1: issue("1", "A1"), 2: issue("2", "A2"), 7: issue("3", "A3")}
    write_version_1(path, old, noon)
    for _ in range(2):  # a second opening finds nothing to do
        store = open_store(path, first_centre="north")
        log = [stored async for stored in store.read()]
        assert {stored.seq: stored.event for stored in log} == old
        assert {(stored.centre, stored.received) for stored in log} == {("north", noon)}
        await store.close()
    store = open_store(path, first_centre="another")
    assert await store.append("north", [issue("1", "A1"), issue("4")], noon + timedelta(hours=1)) == Receipt(1, 1)
    assert [(stored.seq, stored.centre) async for stored in store.read(7)] == [(8, "north")]
    await store.close()


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path, issue: MakeEvent, noon: datetime) -> None:
    """When the disk is too full for the new tables, the old log stays as it was, and the next start succeeds."""
    path = tmp_path / "events.sqlite"
    write_version_1(path, {seq: issue(str(seq)) for seq in range(1, 3000)}, noon)
    with file_size_limit(path.stat().st_size + 4096), pytest.raises(StoreError, match="cannot open"):
        open_store(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (1,)
        assert connection.execute("select count(*) from event").fetchone() == (2999,)
    store = open_store(path)
    assert len(await log_of(store)) == 2999
    await store.close()
