"""The log of events: append-only, durable, in one order.

Place in the pipeline: between the door and the state. In: batches of `Event`. Out: `Stored` events in the order of
their `seq`, which is the order in which the state is folded. Invariant: an event that was acknowledged is on the disk;
an event is in the log at most once, by its source and id; a batch is stored as a whole or not at all.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, cast

from monitor.events import Event, Stored, parse_event
from sim import PeakweekError

SCHEMA_VERSION = 1
_SCHEMA = """
create table event (
    seq integer primary key,
    source text not null,
    id text not null,
    received_us integer not null,
    body text not null,
    unique (source, id)
) strict
"""
_SELECT = "select seq, received_us, body from event where seq > ? order by seq limit ?"
_Row = tuple[int, int, str]
_BUSY_TIMEOUT_S = 2.0
_READ_ROWS = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class StoreError(PeakweekError):
    """The log cannot be written or read now; nothing of the batch is stored.

    Attributes:
        store: the log's name as the user gave it.
        reason: what went wrong.
    """

    store: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.store}: {self.reason}"


@dataclass(eq=False)
class ConflictError(PeakweekError):
    """Another event with the same source and id is in the log or in the batch; nothing of the batch is stored.

    Attributes:
        index: number of the event in its batch, from 0.
        source: the event's source.
        id: the event's id.
        is_stored: whether the other is in the log; otherwise it is earlier in the same batch.
    """

    index: int
    source: str
    id: str
    is_stored: bool

    def __str__(self) -> str:
        """Return the message on one line."""
        expected = "the body that is stored" if self.is_stored else "the body that is earlier in the batch"
        return (
            f"event {self.index}: found another body for id {self.id} of source {self.source}; "
            f"expected {expected} (an event cannot be changed: send a new id)"
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a batch that is stored.

    Attributes:
        n_accepted: events that are new.
        n_duplicate: events that had been stored before.
    """

    n_accepted: int
    n_duplicate: int


class Store(Protocol):
    """What the service needs of a log, whatever keeps it."""

    def follow(self, committed: Callable[[Sequence[Stored]], None]) -> None:
        """Have every group of new events told, in the log's order and before its senders are answered.

        Events that were in the log before may be told once more.
        """

    async def append(self, events: Sequence[Event], received: datetime) -> Receipt:
        """Return the receipt once the batch is durable; raise `ConflictError` or `StoreError` and store nothing."""

    def read(self, after_seq: int = 0) -> AsyncIterator[Stored]:
        """Return the stored events after a number, in the log's order; raise `StoreError`."""

    async def close(self) -> None:
        """Finish what was begun and give the log back."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch on its way to the writer, with the promise of an answer to its sender."""

    events: Sequence[Event]
    received: datetime
    answer: asyncio.Future[Receipt]


class SqliteStore:
    """A log in one SQLite file, written by one thread.

    Batches that wait together are committed together, so that many senders share one write to the disk.

    Args:
        path: the file; made when it is missing, its folder is not.

    Raises:
        StoreError: when the file cannot be opened, is no log, or comes from a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self._waiting: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._is_open = True
        self._connection = self._connected()
        self._told_seq = self._last_seq()
        # A daemon: a service that dies without closing its log must not hang; the log survives that by design.
        self._writer = threading.Thread(target=self._write, name="event-log", daemon=True)
        self._writer.start()

    def follow(self, committed: Callable[[Sequence[Stored]], None]) -> None:
        """Have every group of new events told, in the log's order and before its senders are answered."""
        self._committed = committed

    async def append(self, events: Sequence[Event], received: datetime) -> Receipt:
        """Return the receipt once the batch is on the disk.

        Raises:
            ConflictError: when an event has the source and id of another one.
            StoreError: when the log cannot be written; the sender may try again.
        """
        if not self._is_open:
            raise StoreError(str(self.path), "the log is closed")
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Batch(events, received, answer))
        return await answer

    async def read(self, after_seq: int = 0) -> AsyncGenerator[Stored]:
        """Yield the stored events after a number, in the log's order.

        Raises:
            StoreError: when the log cannot be read.
        """
        while rows := await asyncio.to_thread(self._rows, after_seq):
            for row in rows:
                yield _from_row(row)
            after_seq = rows[-1][0]

    async def close(self) -> None:
        """Answer the batches that wait, then close the file."""
        if self._is_open:
            self._is_open = False
            self._waiting.put(None)
            await asyncio.to_thread(self._writer.join)

    def _connected(self) -> sqlite3.Connection:
        """Return a connection to the file, which has our tables afterwards."""
        try:
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as problem:
            raise self._error("open", problem) from None
        try:
            _migrate(connection, str(self.path))  # before anything is changed: the file may be somebody else's
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
        except sqlite3.Error as problem:
            connection.close()
            raise self._error("open", problem) from None
        except StoreError:
            connection.close()
            raise
        return connection

    def _error(self, verb: str, problem: Exception) -> StoreError:
        """Return the error for a log that cannot be opened, read or written."""
        return StoreError(str(self.path), f"cannot {verb} the log of events ({problem})")

    def _last_seq(self) -> int:
        """Return the number of the last event in the log; 0 for an empty one."""
        last: int = self._connection.execute("select coalesce(max(seq), 0) from event").fetchone()[0]
        return last

    def _rows(self, after_seq: int) -> list[_Row]:
        """Return the next rows after a number; on a connection of its own, beside the writer."""
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S)) as connection:
                return connection.execute(_SELECT, (after_seq, _READ_ROWS)).fetchall()
        except sqlite3.Error as problem:
            raise self._error("read", problem) from None

    def _write(self) -> None:
        """Commit group after group until the store is closed; this is the writer's thread."""
        is_last = False
        while not is_last:
            group = [self._waiting.get()]
            while not self._waiting.empty():
                group.append(self._waiting.get())
            is_last = None in group
            batches = [batch for batch in group if batch is not None]
            if batches:
                stored, answers = self._commit(batches)
                loop = batches[0].answer.get_loop()
                loop.call_soon_threadsafe(self._tell, stored, list(zip(batches, answers, strict=True)))
        self._connection.close()

    def _commit(self, batches: Sequence[_Batch]) -> tuple[list[Stored], list[Receipt | PeakweekError]]:
        """Return what is new in the log after a group, and the answer to each of its batches."""
        try:
            self._connection.execute("begin immediate")
            stored = self._untold()
            answers: list[Receipt | PeakweekError] = [self._insert(batch, stored) for batch in batches]
            self._connection.execute("commit")
        except Exception as problem:  # noqa: BLE001 - the edge of a thread: whatever fails must reach the senders
            with contextlib.suppress(sqlite3.Error):  # the first problem is the one to tell
                self._connection.execute("rollback")
            return [], [self._error("write", problem)] * len(batches)
        self._told_seq = stored[-1].seq if stored else self._told_seq
        return stored, answers

    def _untold(self) -> list[Stored]:
        """Return events that are in the log although nobody was told.

        A commit that failed in the disk's last step may have succeeded after all; a second service may share the file.
        """
        stored: list[Stored] = []
        last_seq, after_seq = self._last_seq(), self._told_seq
        while after_seq < last_seq:
            stored += map(_from_row, self._connection.execute(_SELECT, (after_seq, _READ_ROWS)))
            after_seq = stored[-1].seq
        return stored

    def _insert(self, batch: _Batch, stored: list[Stored]) -> Receipt | ConflictError:
        """Insert a batch's new events, and add them to the stored ones, unless one of them is in conflict."""
        new: dict[tuple[str, str], tuple[Event, str]] = {}
        for index, event in enumerate(batch.events):
            key, body = (event.source, event.id), event.to_json()
            known = new[key][1] if key in new else self._body(key)
            if known is None:
                new[key] = (event, body)
            elif known != body:
                return ConflictError(index, event.source, event.id, is_stored=key not in new)
        received_us = (batch.received - _EPOCH) // timedelta(microseconds=1)
        for (source, name), (event, body) in new.items():
            cursor = self._connection.execute(
                "insert into event (source, id, received_us, body) values (?, ?, ?, ?)",
                (source, name, received_us, body),
            )
            stored.append(Stored(cast("int", cursor.lastrowid), batch.received, event))
        return Receipt(len(new), len(batch.events) - len(new))

    def _body(self, key: tuple[str, str]) -> str | None:
        """Return the body that is stored under a source and id."""
        row = self._connection.execute("select body from event where source = ? and id = ?", key).fetchone()
        return row[0] if row else None

    def _tell(self, stored: Sequence[Stored], answers: Sequence[tuple[_Batch, Receipt | PeakweekError]]) -> None:
        """Tell the follower what is new, then the senders; in the event loop."""
        try:
            if stored:
                self._committed(stored)
        finally:
            for batch, answer in answers:
                if batch.answer.done():  # its sender has gone away
                    continue
                if isinstance(answer, Receipt):
                    batch.answer.set_result(answer)
                else:
                    batch.answer.set_exception(answer)


def _from_row(row: _Row) -> Stored:
    """Return the event of a row."""
    seq, received_us, body = row
    return Stored(seq, _EPOCH + timedelta(microseconds=received_us), parse_event(body.encode()))


def _migrate(connection: sqlite3.Connection, store: str) -> None:
    """Bring the file to this version's tables."""
    connection.execute("begin immediate")
    version = connection.execute("pragma user_version").fetchone()[0]
    has_tables = connection.execute("select count(*) from sqlite_schema").fetchone()[0] > 0
    if version == 0 and not has_tables:
        connection.execute(_SCHEMA)
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
    elif version == 0:
        raise StoreError(store, "this SQLite file is no log of events (choose another file with store:)")
    elif version > SCHEMA_VERSION:
        raise StoreError(
            store, f"the log has schema version {version}, this program knows {SCHEMA_VERSION} (install a newer one)"
        )
    connection.execute("commit")
