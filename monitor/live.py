"""The living centres: the log and the states that follow it.

Place in the pipeline: where `store` and `state` meet; API, page and metrics stand on it. In: batches of events. Out:
receipts and readings. Invariant: a centre's state is the fold of exactly what the log holds of it, and an event is in
the state before its sender hears that it is stored.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from zoneinfo import ZoneInfo

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
class Centre:
    """One centre's figures, kept apart from all others'.

    Attributes:
        state: the fold of the centre's events, as far as the log was read.
        n_duplicate: events offered again, since the service started.
        n_refused: requests refused, by reason, since the service started.
    """

    state: State = field(default_factory=State)
    n_duplicate: int = 0
    n_refused: dict[Refusal, int] = field(default_factory=lambda: dict.fromkeys(Refusal, 0))


@dataclass
class Live:
    """The centres that send events, and what is known of each.

    Attributes:
        config: the service's configuration.
        clock: what the time is.
        store: the log of all centres.
        centres: what is known, by the centre's id; a centre is known from its first event on.
        is_ready: whether the whole log is folded; no event is taken before.
        followers: told what was just folded, in the log's order.
    """

    config: Config
    clock: Clock
    store: Store
    centres: defaultdict[str, Centre] = field(default_factory=lambda: defaultdict(Centre))
    is_ready: bool = False
    followers: list[Callable[[Sequence[Stored]], None]] = field(default_factory=list)
    _seq: int = 0

    @property
    def seq(self) -> int:
        """Return the number of the last event that is folded; 0 before the first."""
        return self._seq

    async def fold_log(self) -> None:
        """Fold what the log holds, from where the last attempt ended, and follow it from then on.

        Raises:
            StoreError: when the log cannot be read.
        """
        self.store.follow(self._fold)
        async for stored in self.store.read(self._seq):
            self._fold([stored])
        self.is_ready = True

    async def append(self, centre: str, events: Sequence[Event]) -> Receipt:
        """Store a centre's events and return the receipt.

        Raises:
            ConflictError: when one of them has the source and id of another event of the centre.
            StoreError: when they cannot be stored now; the sender may try again.
        """
        if not self.is_ready:
            raise StoreError(str(self.config.store), "the service is starting and still reads its log")
        receipt = await self.store.append(centre, events, self.clock.now())
        self.centres[centre].n_duplicate += receipt.n_duplicate
        return receipt

    def refuse(self, centre: str, reason: Refusal) -> None:
        """Count a request of a centre of which nothing was stored."""
        self.centres[centre].n_refused[reason] += 1

    def read(self, centre: str) -> Reading:
        """Return what is known of a centre now."""
        known, configured = self.centres[centre], self.config.centre_by_id[centre]
        limit_s = self.config.waiting_limit_of(configured)
        return Reading(
            version=VERSION,
            centre=configured,
            waiting_limit_s=limit_s,
            is_ready=self.is_ready,
            n_duplicate=known.n_duplicate,
            n_refused={reason.value: count for reason, count in known.n_refused.items()},
            snapshot=known.state.snapshot(self.clock.now(), limit_s, ZoneInfo(configured.time_zone)),
        )

    def _fold(self, committed: Sequence[Stored]) -> None:
        """Fold what was committed; what was folded before changes nothing."""
        new = [stored for stored in committed if stored.seq > self._seq]
        for stored in new:
            self.centres[stored.centre].state.apply(stored)
            self._seq = stored.seq
        for follower in self.followers:
            follower(new)
