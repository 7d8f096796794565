"""What the service needs of a store, whatever keeps the log; and what may go wrong with it.

Place in the pipeline: the face of `monitor.store`. Invariant: an event that was acknowledged is durable; an event is in
the log at most once, by its centre, source and id; a batch is stored as a whole or not at all.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from monitor.events import Event, Stored
from monitor.figures import StoreFigures
from sim import PeakweekError


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


class SavedState(NamedTuple):
    """A centre's state as it is kept.

    Attributes:
        centre: the centre's id.
        seq: the last number, of whatever centre, that was folded when it was saved.
        fold: version of the fold that made it.
        state: the dumped state, in JSON.
    """

    centre: str
    seq: int
    fold: str
    state: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What a start need not fold again.

    Attributes:
        latest: the states as they were saved last; they may come from another fold, and then the log knows better.
        base: the states of all that was removed from the log; empty when nothing was.
    """

    latest: Sequence[SavedState]
    base: Sequence[SavedState]


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
    """What the service needs of a log.

    Attributes:
        name: the log's name for messages, without a password.
    """

    name: str

    def follow(self, committed: Callable[[Sequence[Stored]], None], replaced: Callable[[], None]) -> None:
        """Have what happens to the log told, in the running event loop.

        Args:
            committed: takes every group of new events, in the log's order and before its senders are answered; events
                that were in the log before may be told once more.
            replaced: called when another log is in the place of the one that was told, which must be read anew.
        """

    async def append(self, centre: str, events: Sequence[Event], received: datetime) -> Receipt:
        """Return the receipt once a centre's batch is durable; otherwise nothing of it is stored.

        Raises:
            ConflictError: when an event has the source and id of another one of the centre.
            StoreError: when the log cannot be written; the sender may try again.
        """

    def read(self, after_seq: int = 0) -> AsyncIterator[Stored]:
        """Return the stored events of all centres after a number, in the log's order; raise `StoreError`."""

    async def saved(self) -> Saved:
        """Return the states that are kept beside the log; raise `StoreError`."""

    def save(self, states: Sequence[SavedState]) -> None:
        """Have the states of all centres saved soon, in place of earlier ones.

        The events after the least of their numbers are folded again at the next start; so a failure costs only time.
        """

    def figures(self) -> StoreFigures:
        """Return how the store is doing."""

    async def close(self) -> None:
        """Finish what was begun and give the log back."""
