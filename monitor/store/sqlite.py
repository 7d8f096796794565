"""A log in one SQLite file.

Place in the pipeline: a `Place` and its `Log`. Invariant: a commit survives a power cut (``synchronous=full``); a file
of somebody else, or of a newer version, is never changed.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

from monitor.store.log import SCHEMA_VERSION, Key, Row
from monitor.store.protocol import StoreError

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
_ROWS = "select seq, centre, source, id, received_us, body from event where seq > ? order by seq limit ?"
_BODY = "select body from event where centre = ? and source = ? and id = ?"
_BUSY_TIMEOUT_S = 2.0


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
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(contextlib.closing(self._connected("rwc")))
            self._migrate(connection)  # before anything is changed: the file may be somebody else's
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            stack.pop_all()
        return SqliteLog(connection, self._path)

    def reader(self) -> "SqliteLog":
        """Return a connection that only reads."""
        return SqliteLog(self._connected("rw"), self._path)

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
        connection.execute("begin immediate")
        version = connection.execute("pragma user_version").fetchone()[0]
        has_tables = connection.execute("select count(*) from sqlite_schema").fetchone()[0] > 0
        if version > SCHEMA_VERSION:
            reason = f"the log has schema version {version}, this program knows {SCHEMA_VERSION} (install a newer one)"
            raise StoreError(self.name, reason)
        if version == 0 and has_tables:
            reason = "this SQLite file is no log of events (choose another file with store:)"
            raise StoreError(self.name, reason)
        if version == 0:
            connection.execute(_EVENT)
        elif version == 1:
            self._add_centres(connection)
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        connection.execute("commit")

    def _add_centres(self, connection: sqlite3.Connection) -> None:
        """Give every event of version 1 to the first centre."""
        connection.execute("alter table event rename to event_1")
        connection.execute(_EVENT)
        connection.execute(
            "insert into event select seq, ?, source, id, received_us, body from event_1 order by seq",
            (self._first_centre,),
        )
        connection.execute("drop table event_1")


class SqliteLog:
    """One connection to the file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def begin(self) -> None:
        """Begin a transaction in which nobody else writes."""
        self._connection.execute("begin immediate")

    def commit(self) -> None:
        """Make the transaction durable."""
        self._connection.execute("commit")

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""
        if self._connection.in_transaction:
            self._connection.execute("rollback")

    def last_seq(self) -> int:
        """Return the number of the last event; 0 for an empty log."""
        last: int = self._connection.execute("select coalesce(max(seq), 0) from event").fetchone()[0]
        return last

    def rows(self, after_seq: int, n_rows: int) -> list[Row]:
        """Return the next rows after a number, in their order."""
        return [Row(*each) for each in self._connection.execute(_ROWS, (after_seq, n_rows))]

    def bodies(self, keys: Collection[Key]) -> dict[Key, str]:
        """Return the bodies of those events that are in the log."""
        found = ((key, self._connection.execute(_BODY, key).fetchone()) for key in keys)
        return {key: row[0] for key, row in found if row}

    def insert(self, rows: Sequence[Row]) -> None:
        """Add rows whose keys and numbers are new."""
        self._connection.executemany("insert into event values (?, ?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
