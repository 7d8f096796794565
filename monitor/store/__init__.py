"""The log of events: append-only, durable, in one order, whatever keeps it.

Place in the pipeline: between the door and the state. In: batches of `Event`. Out: `Stored` events in the order of
their `seq`, which is the order in which the state is folded. `protocol` says what a store does, `writer` does it on any
`log`, `sqlite` and `postgresql` are two.
"""

from pathlib import Path

from monitor.store.log import Place
from monitor.store.protocol import ConflictError, Receipt, Saved, SavedState, Store, StoreError
from monitor.store.sqlite import SqlitePlace
from monitor.store.writer import LogStore

__all__ = ["ConflictError", "Place", "Receipt", "Saved", "SavedState", "Store", "StoreError", "open_store", "place_of"]


def open_store(address: Path | str, *, first_centre: str = "centre") -> Store:
    """Return the store at an address.

    Args:
        address: an SQLite file, made when it is missing, though not its folder; or ``postgresql://…``, a database in
            which a schema is made when it is missing.
        first_centre: id of the centre to which the events of a log belong that was written before there were centres.

    Raises:
        StoreError: when the log cannot be opened, is none, or comes from a newer version.
    """
    return LogStore(place_of(address, first_centre=first_centre))


def place_of(address: Path | str, *, first_centre: str = "centre") -> Place:
    """Return where the log at an address is; nothing is opened.

    Raises:
        StoreError: when the address is none, or what reads such a log is not installed.
    """
    if isinstance(address, Path):
        return SqlitePlace(address, first_centre)
    try:
        from monitor.store.postgresql import PostgresPlace  # noqa: PLC0415 - an extra that few need
    except ImportError as problem:
        reason = f"PostgreSQL's client is not installed ({problem}); pip install 'peakweek[postgresql]'"
        raise StoreError("postgresql", reason) from None
    return PostgresPlace(address)
