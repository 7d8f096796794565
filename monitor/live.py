"""The living centres: the log and the states that follow it.

Place in the pipeline: where `store` and `state` meet; API, page and metrics stand on it. In: batches of events. Out:
receipts and readings. Invariant: a centre's state is the fold of exactly what the log holds of it, and an event is in
the state before its sender hears that it is stored.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from monitor.clock import Clock
from monitor.collector import Reading
from monitor.config import Config
from monitor.events import Event, Stored
from monitor.roster import Roster
from monitor.state import State, fold_version
from monitor.store import Receipt, Saved, SavedState, Store, StoreError

VERSION = version("peakweek")
_SAVE_EVERY = 20_000  # events: folding as many takes about a second


class Refusal(StrEnum):
    """Why nothing of a request was stored."""

    INVALID = "invalid"
    PERSONAL = "personal"
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
        rosters: who should be at work, by the id of each centre that has a plan.
        centres: what is known, by the centre's id; a centre is known from its first event on.
        is_ready: whether the whole log is folded; no event is taken before.
        replaced: set when another log is in the place of the one that was folded, so that it must be folded anew.
        followers: told what was just folded, in the log's order.
    """

    config: Config
    clock: Clock
    store: Store
    rosters: Mapping[str, Roster] = field(default_factory=dict)
    centres: defaultdict[str, Centre] = field(default_factory=lambda: defaultdict(Centre))
    is_ready: bool = False
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    followers: list[Callable[[Sequence[Stored]], None]] = field(default_factory=list)
    _seq: int = 0
    _heard_seq: int = 0
    _saved_seq: int = 0
    _saving: asyncio.Task[None] | None = None

    @property
    def seq(self) -> int:
        """Return the number of the last event that is folded; 0 before the first."""
        return self._seq

    async def fold_log(self) -> None:
        """Fold what the log holds beyond the saved states, and follow it from then on.

        Raises:
            StoreError: when the log cannot be read, or another one takes its place meanwhile.
        """
        self.store.follow(self._hear, self._forget)
        self.replaced.clear()
        self._load(await self.store.saved())
        self._heard_seq = begun_seq = self._seq
        while True:
            async for stored in self.store.read(self._seq):
                if self.replaced.is_set():
                    raise StoreError(self.store.name, "another log of events has taken its place")
                self._fold(stored)
            if self._heard_seq <= self._seq:
                break
        if max((each.seq for each in (await self.store.saved()).base), default=0) > begun_seq:
            raise StoreError(self.store.name, "events were removed while they were read; reading once more")
        self.is_ready = True
        self._save_when_due()

    async def append(self, centre: str, events: Sequence[Event]) -> Receipt:
        """Store a centre's events and return the receipt.

        Raises:
            ConflictError: when one of them has the source and id of another event of the centre.
            StoreError: when they cannot be stored now; the sender may try again.
        """
        if not self.is_ready:
            raise StoreError(self.store.name, "the service is starting and still reads its log")
        receipt = await self.store.append(centre, events, self.clock.now())
        self.centres[centre].n_duplicate += receipt.n_duplicate
        return receipt

    def refuse(self, centre: str, reason: Refusal) -> None:
        """Count a request of a centre of which nothing was stored."""
        self.centres[centre].n_refused[reason] += 1

    def read(self, centre: str) -> Reading:
        """Return what is known of a centre now."""
        known, configured = self.centres[centre], self.config.centre_by_id[centre]
        limit_s, now, roster = self.config.waiting_limit_of(configured), self.clock.now(), self.rosters.get(centre)
        return Reading(
            version=VERSION,
            centre=configured,
            waiting_limit_s=limit_s,
            is_ready=self.is_ready,
            n_duplicate=known.n_duplicate,
            n_refused={reason.value: count for reason, count in known.n_refused.items()},
            snapshot=known.state.snapshot(now, limit_s, ZoneInfo(configured.time_zone)),
            planned=roster.at(now) if roster else None,
        )

    async def save(self) -> None:
        """Have the states saved, so that the next start need not fold what they hold; others go on meanwhile."""
        if not self.is_ready or self._seq == self._saved_seq:
            return
        self._saved_seq = self._seq
        states = []
        for name, centre in list(self.centres.items()):
            seq = self._seq  # of this moment: the next centre may be told of more
            states.append(SavedState(name, seq, fold_version(), to_json(centre.state.dump()).decode()))
            await asyncio.sleep(0)
        if self.is_ready:
            self.store.save(states)

    def _load(self, saved: Saved) -> None:
        """Begin with the states that were saved last, if this fold made them; else with those of what was removed."""
        base_seq = max((each.seq for each in saved.base), default=0)
        is_ours = bool(saved.latest) and all(
            each.fold == fold_version() and each.seq >= base_seq for each in saved.latest
        )
        begin = saved.latest if is_ours else saved.base
        try:
            states = {each.centre: State.load(json.loads(each.state)) for each in begin}
        except ValueError as problem:
            reason = f"a saved state cannot be read ({problem}); restore a backup"
            raise StoreError(self.store.name, reason) from None
        for centre in self.centres.values():
            centre.state = State()
        for name, state in states.items():
            self.centres[name].state = state
        self._seq = self._saved_seq = min((each.seq for each in begin), default=0)

    def _hear(self, committed: Sequence[Stored]) -> None:
        """Fold what was committed; while the log is read, it is read there."""
        if not self.is_ready:
            self._heard_seq = committed[-1].seq
            return
        new = [stored for stored in committed if stored.seq > self._seq]
        for stored in new:
            self._fold(stored)
        for follower in self.followers:
            follower(new)
        self._save_when_due()

    def _fold(self, stored: Stored) -> None:
        """Fold an event; one that was folded before changes nothing."""
        self.centres[stored.centre].state.apply(stored)
        self._seq = max(self._seq, stored.seq)

    def _save_when_due(self) -> None:
        if self._seq - self._saved_seq >= _SAVE_EVERY:
            self._saving = asyncio.get_running_loop().create_task(self.save())

    def _forget(self) -> None:
        """Take no events until the log that is now in the place has been folded."""
        self.is_ready = False
        self.replaced.set()
