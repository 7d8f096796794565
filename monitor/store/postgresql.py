"""A log in a PostgreSQL database, in a schema of its own.

Place in the pipeline: a `Place` and its `Log`. Invariant: one service writes, which an advisory lock of its session
sees to, so that numbers are given in the order of the commits; a commit survives a power cut
(``synchronous_commit=on``).
"""

import contextlib
from collections.abc import Collection, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from monitor.store.log import SCHEMA_VERSION, Key, Row, digest_of
from monitor.store.protocol import Saved, SavedState, StoreError

_TABLES: tuple[LiteralString, ...] = (
    "create schema peakweek",
    "create table peakweek.log (version integer not null, id uuid not null default gen_random_uuid())",
    """
    create table peakweek.event (
        seq bigint primary key,
        centre text collate "C" not null,
        source text collate "C" not null,
        id text collate "C" not null,
        received_us bigint not null,
        body text not null,
        unique (centre, source, id)
    )
    """,
    """
    create table peakweek.state (
        kind text not null,
        centre text not null,
        seq bigint not null,
        fold text not null,
        state text not null,
        primary key (kind, centre)
    )
    """,
    "create table peakweek.removed (key bytea primary key, body bytea not null)",
)
_ROWS = "select seq, centre, source, id, received_us, body from peakweek.event where seq > %s order by seq limit %s"
_REMOVED_ROWS = "select key, body from peakweek.removed where key > %s order by key limit %s"
_KNOWN = """
select k.centre, k.source, k.id, e.body, r.body
from unnest(%s::text[], %s::text[], %s::text[], %s::bytea[]) as k (centre, source, id, key)
left join peakweek.event e on e.centre = k.centre and e.source = k.source and e.id = k.id
left join peakweek.removed r on r.key = k.key
where e.seq is not null or r.key is not null
"""
_INSERT = """
insert into peakweek.event
select * from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[])
"""
_LAST_SEQ = """
select greatest(
    coalesce((select max(seq) from peakweek.event), 0), coalesce((select max(seq) from peakweek.state), 0)
)
"""
_SIZE = "select sum(pg_total_relation_size(oid)) from pg_class where relnamespace = 'peakweek'::regnamespace"
_LOCK = 0x7065616B  # "peak": what a service holds while it may write
_LOCK_REMOVING = 0x7065616C  # the next one: what a compaction holds
_LOCK_S = 5  # how long a service that was killed may take to be noticed by the server
_STATEMENT_S = 30
_CONNECT_S = 3


class PostgresPlace:
    """A log in a database.

    Args:
        address: ``postgresql://…``, as libpq takes it.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self.name = _without_password(address)

    def open(self) -> "PostgresLog":
        """Return a connection that may write, to a schema that has our tables afterwards."""
        return self._opened(may_make=True)

    def reopen(self) -> "PostgresLog":
        """Return a connection that may write, to tables that are there."""
        return self._opened(may_make=False)

    def beside(self) -> "PostgresLog":
        """Return a connection that may write, without the lock of a service."""
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(contextlib.closing(self._connected()))
            identity = self._migrated(connection, may_make=False)
            stack.pop_all()
        return PostgresLog(connection, identity)

    def reader(self) -> "PostgresLog":
        """Return a connection that only reads."""
        connection = self._connected()
        connection.execute("set default_transaction_read_only = on")
        return PostgresLog(connection, "")

    def _opened(self, *, may_make: bool) -> "PostgresLog":
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(contextlib.closing(self._connected()))
            connection.execute("set synchronous_commit = on")
            self._lock(connection)
            identity = self._migrated(connection, may_make=may_make)
            stack.pop_all()
        return PostgresLog(connection, identity)

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = psycopg.connect(self._address, autocommit=True, connect_timeout=_CONNECT_S)
        connection.execute(f"set statement_timeout = '{_STATEMENT_S}s'")
        return connection

    def _lock(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Become the only service that writes."""
        connection.execute(f"set lock_timeout = '{_LOCK_S}s'")
        try:
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise StoreError(self.name, "another service writes to this log of events (stop it first)") from None

    def _migrated(self, connection: psycopg.Connection[tuple[Any, ...]], *, may_make: bool) -> str:
        """Bring the schema to this version's tables and return the log's own name."""
        with connection.transaction():
            schema, table = _single(connection, "select to_regnamespace('peakweek'), to_regclass('peakweek.log')")
            if schema is None and may_make:
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute("insert into peakweek.log (version) values (%s)", (SCHEMA_VERSION,))
            elif table is None:
                raise StoreError(self.name, "the schema peakweek of this database holds no log of events")
            version, identity = _single(connection, "select version, id::text from peakweek.log")
        if version != SCHEMA_VERSION:
            reason = f"the log has schema version {version}, this program knows {SCHEMA_VERSION} (install a newer one)"
            raise StoreError(self.name, reason)
        return str(identity)


class PostgresLog:
    """One connection to the database."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], identity: str) -> None:
        self._connection = connection
        self._identity = identity

    def begin(self) -> None:
        """Begin a transaction; the lock of the session keeps other writers away."""
        self._connection.execute("begin")

    def begin_reading(self) -> None:
        """Begin a transaction in which all that is read is of one instant."""
        self._connection.execute("begin isolation level repeatable read read only")

    def begin_removing(self) -> None:
        """Begin a transaction in which nobody else removes."""
        self._connection.execute("begin")
        self._connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK_REMOVING,))

    def commit(self) -> None:
        """Make the transaction durable."""
        self._connection.execute("commit")

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""
        self._connection.rollback()

    def identity(self) -> str:
        """Return the log's own name, which was given to it when it was made."""
        return self._identity

    def touch(self) -> None:
        """Write a row as it is."""
        self._connection.execute("update peakweek.log set version = version")

    def n_bytes(self) -> int:
        """Return the size of the tables and their indexes."""
        return int(_single(self._connection, _SIZE)[0])

    def last_seq(self) -> int:
        """Return the greatest number that an event was ever given; 0 for an empty log."""
        return int(_single(self._connection, _LAST_SEQ)[0])

    def rows(self, after_seq: int, n_rows: int) -> list[Row]:
        """Return the next rows after a number, in their order."""
        return [Row(*each) for each in self._connection.execute(_ROWS, (after_seq, n_rows))]

    def digests(self, keys: Collection[Key]) -> dict[Key, bytes]:
        """Return the digests of the bodies of those events that are in the log, or were and have been removed."""
        columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
        found = self._connection.execute(_KNOWN, (*columns, [digest_of(*key) for key in keys]))
        return {
            (centre, source, name): digest_of(body) if removed is None else removed
            for centre, source, name, body, removed in found
        }

    def insert_if_new(self, rows: Sequence[Row]) -> bool:
        """Add rows, or none of them and return that, when one of their keys may be known."""
        if _single(self._connection, "select exists (select 1 from peakweek.removed)")[0]:
            return False
        try:
            with self._connection.transaction():  # a savepoint in the one that has begun
                self.insert(rows)
        except psycopg.errors.UniqueViolation:
            return False
        return True

    def insert(self, rows: Sequence[Row]) -> None:
        """Add rows whose keys and numbers are new."""
        if rows:
            self._connection.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])

    def saved(self) -> Saved:
        """Return the states that are kept beside the events."""
        rows = self._connection.execute("select kind, centre, seq, fold, state from peakweek.state").fetchall()
        latest, base = ([SavedState(*row[1:]) for row in rows if row[0] == kind] for kind in ("latest", "base"))
        return Saved(latest, base)

    def save(self, latest: Sequence[SavedState]) -> None:
        """Keep the latest states in place of all earlier ones."""
        self._connection.execute("delete from peakweek.state where kind = 'latest'")
        with self._connection.cursor() as cursor:
            cursor.executemany("insert into peakweek.state values ('latest', %s, %s, %s, %s)", latest)

    def removed(self, after_key: bytes, n_rows: int) -> list[tuple[bytes, bytes]]:
        """Return the next digests of key and body of events that were removed, in the order of their keys."""
        return [(bytes(key), bytes(body)) for key, body in self._connection.execute(_REMOVED_ROWS, (after_key, n_rows))]

    def remove(self, base: Sequence[SavedState], digests: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep states and digests in place of the events that they stand for."""
        self._connection.execute("delete from peakweek.event where seq <= %s", (max(each.seq for each in base),))
        keys, bodies = [key for key, _ in digests], [body for _, body in digests]
        self._connection.execute(
            "insert into peakweek.removed select * from unnest(%s::bytea[], %s::bytea[])", (keys, bodies)
        )
        self._connection.execute("delete from peakweek.state where kind = 'base'")
        with self._connection.cursor() as cursor:
            cursor.executemany("insert into peakweek.state values ('base', %s, %s, %s, %s)", base)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def _single(connection: psycopg.Connection[tuple[Any, ...]], statement: LiteralString) -> tuple[Any, ...]:
    """Return the only row of a statement; there is always one."""
    row = connection.execute(statement).fetchone()
    if row is None:
        raise psycopg.DataError("no row where there is always one")
    return row


def _without_password(address: str) -> str:
    """Return the address for messages."""
    parts = conninfo_to_dict(address)
    user, host = parts.get("user"), parts.get("host") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{f'{user}@' if user else ''}{host}{port}/{parts.get('dbname', '')}"
