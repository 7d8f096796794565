"""A log in one SQLite file.

Place in the pipeline: a `Place` and its `Log`. Invariant: a commit survives a power cut (``synchronous=full``); a file
of somebody else, or of a newer version, is never changed.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from monitor.clock import monotonic_s, pause
from monitor.store.log import SCHEMA_VERSION, Key, Row, digest_of
from monitor.store.protocol import Saved, SavedState, StoreError
from sim import lock

_EVENT = """
create table event (
    seq integer primary key,
    centre text not null,
    source text not null,
    id text not null,
    received_us integer not null,
    body text not null,
    unique (centre, source, id)
) strict
"""
_STATE = """
create table state (
    kind text not null,
    centre text not null,
    seq integer not null,
    fold text not null,
    state text not null,
    primary key (kind, centre)
) strict
"""
_REMOVED = "create table removed (key blob primary key, body blob not null) strict, without rowid"
_ROWS = "select seq, centre, source, id, received_us, body from event where seq > ? order by seq limit ?"
_REMOVED_ROWS = "select key, body from removed where key > ? order by key limit ?"
_KNOWN = """
select body, null from event where centre = ? and source = ? and id = ?
union all select null, body from removed where key = ?
"""
_LAST_SEQ = "select max(coalesce((select max(seq) from event), 0), coalesce((select max(seq) from state), 0))"
_BUSY_TIMEOUT_S = 2.0
_POLL_S = 0.05
_ROWS_AT_ONCE = 1_000  # of six values each: SQLite takes 32,766


class SqlitePlace:
    """A log in one file.

    Args:
        path: the file; made when it is missing, its folder is not.
        first_centre: to whom the events of a log belong that was written before there were centres.
    """

    def __init__(self, path: Path, first_centre: str) -> None:
        self.name = str(path)
        self._path = path
        self._first_centre = first_centre

    def open(self) -> "SqliteLog":
        """Return a connection that may write, to a file that has our tables afterwards."""
        return self._opened("rwc")

    def reopen(self) -> "SqliteLog":
        """Return a connection that may write, to a file that is there."""
        return self._opened("rw")

    def beside(self) -> "SqliteLog":
        """Return a connection that may write, beside a service: SQLite lets one write after the other."""
        return self._opened("rw", is_service=False)

    def reader(self) -> "SqliteLog":
        """Return a connection that only reads."""
        return SqliteLog(self._connected("rw"), self._path)

    def _opened(self, mode: str, *, is_service: bool = True) -> "SqliteLog":
        with contextlib.ExitStack() as stack:
            held = stack.enter_context(self._lock()) if is_service else None
            connection = stack.enter_context(contextlib.closing(self._connected(mode)))
            self._migrate(connection)  # before anything is changed: the file may be somebody else's
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            stack.pop_all()
        return SqliteLog(connection, self._path, held)

    def _lock(self) -> IO[bytes]:
        """Become the only service that writes, and return a file beside the log that is locked while it is open."""
        path = self._path.resolve()  # one log may have two names
        if path.is_file() and path.stat().st_nlink > 1:
            reason = (
                "is one file with several names (hard links), under each of which it has another journal (keep one)"
            )
            raise StoreError(self.name, reason)
        held = path.with_name(f"{path.name}.lock").open("ab")
        until_s = monotonic_s() + _BUSY_TIMEOUT_S
        while not lock(held):  # one that was just killed may not be gone yet
            if monotonic_s() > until_s:
                held.close()
                raise StoreError(self.name, "another service writes to this log of events (stop it first)")
            pause(_POLL_S)
        return held

    def _connected(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the file to this version's tables."""
        if connection.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION:
            return
        connection.execute("begin immediate")
        version = connection.execute("pragma user_version").fetchone()[0]
        has_tables = connection.execute("select count(*) from sqlite_schema").fetchone()[0] > 0
        if version > SCHEMA_VERSION:
            reason = f"the log has schema version {version}, this program knows {SCHEMA_VERSION} (install a newer one)"
            raise StoreError(self.name, reason)
        if version == 0 and has_tables:
            reason = "this SQLite file is no log of events (choose another file with store:)"
            raise StoreError(self.name, reason)
        if version < SCHEMA_VERSION:  # nobody else has just done it
            if version == 1:
                connection.execute("alter table event rename to event_1")
            for table in (_EVENT, _STATE, _REMOVED):
                connection.execute(table)
            if version == 1:
                self._give_to_first_centre(connection)
            connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        connection.execute("commit")

    def _give_to_first_centre(self, connection: sqlite3.Connection) -> None:
        """Give every event of version 1, which knew no centres, to the first one."""
        connection.execute(
            "insert into event select seq, ?, source, id, received_us, body from event_1 order by seq",
            (self._first_centre,),
        )
        connection.execute("drop table event_1")


class SqliteLog:
    """One connection to the file."""

    def __init__(self, connection: sqlite3.Connection, path: Path, held: IO[bytes] | None = None) -> None:
        self._connection = connection
        self._path = path
        self._held = held

    def begin(self) -> None:
        """Begin a transaction in which nobody else writes."""
        self._connection.execute("begin immediate")

    def begin_reading(self) -> None:
        """Begin a transaction in which all that is read is of one instant."""
        self._connection.execute("begin")

    def begin_removing(self) -> None:
        """Begin a transaction in which nobody else writes."""
        self._connection.execute("begin immediate")

    def commit(self) -> None:
        """Make the transaction durable."""
        self._connection.execute("commit")

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""
        if self._connection.in_transaction:
            self._connection.execute("rollback")

    def identity(self) -> tuple[int, int]:
        """Return which file is in the place, whichever the connection has."""
        found = self._path.stat()
        return found.st_dev, found.st_ino

    def touch(self) -> None:
        """Write the first page."""
        self._connection.execute(f"pragma user_version = {SCHEMA_VERSION}")

    def n_bytes(self) -> int:
        """Return the size of the file and its journal."""
        path = self._path.resolve()  # the journal is beside the file itself, not beside another name of it
        journal = path.with_name(f"{path.name}-wal")
        return path.stat().st_size + (journal.stat().st_size if journal.exists() else 0)

    def last_seq(self) -> int:
        """Return the greatest number that an event was ever given; 0 for an empty log."""
        last: int = self._connection.execute(_LAST_SEQ).fetchone()[0]
        return last

    def rows(self, after_seq: int, n_rows: int) -> list[Row]:
        """Return the next rows after a number, in their order."""
        return [Row(*each) for each in self._connection.execute(_ROWS, (after_seq, n_rows))]

    def digests(self, keys: Collection[Key]) -> dict[Key, bytes]:
        """Return the digests of the bodies of those events that are in the log, or were and have been removed."""
        found = ((key, self._connection.execute(_KNOWN, (*key, digest_of(*key))).fetchone()) for key in keys)
        return {key: row[1] if row[0] is None else digest_of(row[0]) for key, row in found if row}

    def insert_if_new(self, rows: Sequence[Row]) -> bool:
        """Add rows, or none of them and return that, when one of their keys may be known."""
        if self._connection.execute("select exists (select 1 from removed)").fetchone()[0]:
            return False
        self._connection.execute("savepoint new")
        try:
            self.insert(rows)
        except sqlite3.IntegrityError:
            self._connection.execute("rollback to new")
            return False
        return True

    def insert(self, rows: Sequence[Row]) -> None:
        """Add rows whose keys and numbers are new."""
        # One statement for many rows: at each, this thread lets go of the interpreter and waits for its turn again.
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(some))
            self._connection.execute(f"insert into event values {places}", list(chain.from_iterable(some)))  # noqa: S608

    def saved(self) -> Saved:
        """Return the states that are kept beside the events."""
        rows = self._connection.execute("select kind, centre, seq, fold, state from state").fetchall()
        latest, base = ([SavedState(*row[1:]) for row in rows if row[0] == kind] for kind in ("latest", "base"))
        return Saved(latest, base)

    def save(self, latest: Sequence[SavedState]) -> None:
        """Keep the latest states in place of all earlier ones."""
        self._connection.execute("delete from state where kind = 'latest'")
        self._connection.executemany("insert into state values ('latest', ?, ?, ?, ?)", latest)

    def removed(self, after_key: bytes, n_rows: int) -> list[tuple[bytes, bytes]]:
        """Return the next digests of key and body of events that were removed, in the order of their keys."""
        return self._connection.execute(_REMOVED_ROWS, (after_key, n_rows)).fetchall()

    def remove(self, base: Sequence[SavedState], digests: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep states and digests in place of the events that they stand for."""
        self._connection.execute("delete from event where seq <= ?", (max(each.seq for each in base),))
        self._connection.executemany("insert into removed values (?, ?)", digests)
        self._connection.execute("delete from state where kind = 'base'")
        self._connection.executemany("insert into state values ('base', ?, ?, ?, ?)", base)

    def close(self) -> None:
        """Give the connection back, and then the log to another service."""
        self._connection.close()
        if self._held:
            self._held.close()
