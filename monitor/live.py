"""The living centre: the log and the state that follows it.

Place in the pipeline: where `store` and `state` meet; API, page and metrics stand on it. In: batches of events. Out:
receipts and readings. Invariant: the state is the fold of exactly what the log holds, and an event is in the state
before its sender hears that it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version

from monitor.clock import Clock
from monitor.collector import Reading
from monitor.config import Config
from monitor.events import Event, Stored
from monitor.state import State
from monitor.store import Receipt, Store, StoreError

VERSION = version("peakweek")


class Refusal(StrEnum):
    """Why nothing of a request was stored."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


@dataclass
class Live:
    """One centre that takes events and knows its figures.

    Attributes:
        config: the service's configuration.
        clock: what the time is.
        store: the log.
        state: the fold of the log, as far as it was read.
        is_ready: whether the whole log is folded; no event is taken before.
    """

    config: Config
    clock: Clock
    store: Store
    state: State = field(default_factory=State)
    is_ready: bool = False
    _n_duplicate: int = 0
    _n_refused: dict[Refusal, int] = field(default_factory=lambda: dict.fromkeys(Refusal, 0))

    async def fold_log(self) -> None:
        """Fold what the log holds, from where the last attempt ended, and follow it from then on.

        Raises:
            StoreError: when the log cannot be read.
        """
        self.store.follow(self._fold)
        async for stored in self.store.read(self.state.seq):
            self.state.apply(stored)
        self.is_ready = True

    async def append(self, events: Sequence[Event]) -> Receipt:
        """Return the receipt once the events are durable and folded.

        Raises:
            ConflictError: when one of them has the source and id of another event.
            StoreError: when the log cannot be written, or is still being read.
        """
        if not self.is_ready:
            raise StoreError(str(self.config.store), "the service is starting and still reads its log")
        receipt = await self.store.append(events, self.clock.now())
        self._n_duplicate += receipt.n_duplicate
        return receipt

    def refuse(self, reason: Refusal) -> None:
        """Count a request of which nothing was stored."""
        self._n_refused[reason] += 1

    def read(self) -> Reading:
        """Return what is known now."""
        limit_s = self.config.waiting_limit_s
        return Reading(
            version=VERSION,
            centre=self.config.centre,
            waiting_limit_s=limit_s,
            is_ready=self.is_ready,
            n_duplicate=self._n_duplicate,
            n_refused={reason.value: count for reason, count in self._n_refused.items()},
            snapshot=self.state.snapshot(self.clock.now(), limit_s),
        )

    def _fold(self, committed: Sequence[Stored]) -> None:
        """Fold what was committed."""
        for stored in committed:
            self.state.apply(stored)
