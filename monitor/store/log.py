"""The log itself: rows on a connection, as every kind of database must offer them.

Place in the pipeline: under `writer`, which adds order, group commit and repair; `sqlite` and its like implement it.
Invariant: nothing here is asynchronous, and one thread at a time uses a connection.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple, Protocol

from monitor.events import Event, Stored, read_written
from monitor.store.protocol import Saved, SavedState

SCHEMA_VERSION = 2
"""What the tables of this version are called; 1 knew no centres."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Key = tuple[str, str, str]
"""Centre, source and id: what an event is known by."""


class Row(NamedTuple):
    """An event as it is kept.

    Attributes:
        seq: its number; later events have greater ones.
        centre: id of the centre that it belongs to.
        source: its sender.
        id: the sender's name for it.
        received_us: when it was appended, in microseconds since 1970.
        body: the event in its one spelling.
    """

    seq: int
    centre: str
    source: str
    id: str
    received_us: int
    body: str

    @property
    def key(self) -> Key:
        """Return what the event is known by."""
        return self.centre, self.source, self.id

    @property
    def received(self) -> datetime:
        """Return when it was appended, in UTC."""
        return _EPOCH + timedelta(microseconds=self.received_us)

    def stored(self) -> Stored:
        """Return the event of the row."""
        return Stored(self.seq, self.received, read_written(self.body), self.centre)


def to_us(instant: datetime) -> int:
    """Return the microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def row_of(seq: int, centre: str, received: datetime, event: Event) -> Row:
    """Return the row of an event."""
    return Row(seq, centre, event.source, event.id, to_us(received), event.to_json())


def digest_of(*texts: str) -> bytes:
    """Return 16 bytes that stand for some texts: what is kept of an event that was removed."""
    return blake2b("\0".join(texts).encode(), digest_size=16).digest()


class Log(Protocol):
    """One connection to a log; every method may raise what its driver raises."""

    def begin(self) -> None:
        """Begin a transaction in which nobody else appends."""

    def begin_reading(self) -> None:
        """Begin a transaction in which all that is read is of one instant."""

    def begin_removing(self) -> None:
        """Begin a transaction in which nobody else removes; others may append."""

    def commit(self) -> None:
        """Make the transaction durable."""

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""

    def identity(self) -> Hashable:
        """Return what tells this log from another one in its place; fails when there is none."""

    def touch(self) -> None:
        """Write something that changes nothing: inside a transaction it shows whether the log can be written."""

    def n_bytes(self) -> int:
        """Return how much room the log takes."""

    def last_seq(self) -> int:
        """Return the greatest number that an event was ever given; 0 for an empty log."""

    def rows(self, after_seq: int, n_rows: int) -> list[Row]:
        """Return the next rows after a number, in their order."""

    def digests(self, keys: Collection[Key]) -> Mapping[Key, bytes]:
        """Return the digests of the bodies of those events that are in the log, or were and have been removed."""

    def insert_if_new(self, rows: Sequence[Row]) -> bool:
        """Add rows, or none of them and return that, when one of their keys may be known."""

    def insert(self, rows: Sequence[Row]) -> None:
        """Add rows whose keys and numbers are new."""

    def saved(self) -> Saved:
        """Return the states that are kept beside the events."""

    def save(self, latest: Sequence[SavedState]) -> None:
        """Keep the latest states in place of all earlier ones."""

    def removed(self, after_key: bytes, n_rows: int) -> list[tuple[bytes, bytes]]:
        """Return the next digests of key and body of events that were removed, in the order of their keys."""

    def remove(self, base: Sequence[SavedState], digests: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep states and digests in place of the events that they stand for.

        Args:
            base: the states of all centres, with one number: up to it, events are removed.
            digests: those of key and body of each of these events.
        """

    def close(self) -> None:
        """Give the connection back; a transaction that has begun is undone."""


class Place(Protocol):
    """Where a log is kept.

    Attributes:
        name: the log's name as the user gave it, without a password.
    """

    name: str

    def open(self) -> Log:
        """Return a connection that may write to a log of `SCHEMA_VERSION`, which is made or migrated when need be.

        Raises:
            StoreError: when there is something else in its place, or a newer log.
        """

    def reopen(self) -> Log:
        """Return a connection as `open` does, but only to a log that is there."""

    def beside(self) -> Log:
        """Return a connection as `reopen` does, for whoever appends nothing: a service may write at the same time."""

    def reader(self) -> Log:
        """Return a connection that only reads."""
