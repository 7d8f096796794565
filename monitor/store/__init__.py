"""The log of events: append-only, durable, in one order, whatever keeps it.

Place in the pipeline: between the door and the state. In: batches of `Event`. Out: `Stored` events in the order of
their `seq`, which is the order in which the state is folded. `protocol` says what a store does, `writer` does it on any
`log`, `sqlite` is one.
"""

from pathlib import Path

from monitor.store.protocol import ConflictError, Receipt, Saved, SavedState, Store, StoreError
from monitor.store.sqlite import SqlitePlace
from monitor.store.writer import LogStore

__all__ = ["ConflictError", "Receipt", "Saved", "SavedState", "Store", "StoreError", "open_store"]


def open_store(address: Path, *, first_centre: str = "centre") -> Store:
    """Return the store at an address, which the log's file is.

    Args:
        address: an SQLite file; made when it is missing, its folder is not.
        first_centre: id of the centre to which the events of a log belong that was written before there were centres.

    Raises:
        StoreError: when the log cannot be opened, is none, or comes from a newer version.
    """
    return LogStore(SqlitePlace(address, first_centre))
