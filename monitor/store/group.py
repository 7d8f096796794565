"""One transaction's work: which events of a group of batches are new, and what each of their senders hears.

Place in the pipeline: between `writer`, which owns the transaction, and `log`. Invariant: a batch with a conflict adds
nothing, and does not touch the other batches.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.events import Event, Stored
from monitor.store.log import Key, Log, Row, digest_of, to_us
from monitor.store.protocol import ConflictError, Receipt
from sim import PeakweekError

READ_ROWS = 1_000
"""How many rows are read at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch on its way to the log, with the promise of an answer to its sender."""

    centre: str
    events: Sequence[Event]
    received: datetime
    answer: asyncio.Future[Receipt]


Answer = Receipt | PeakweekError
"""What the sender of a batch hears."""


def untold(log: Log, told_seq: int) -> list[Stored]:
    """Return events that are in the log although nobody was told.

    A commit that failed in the disk's last step may have succeeded after all; a second service may share the log.
    """
    stored: list[Stored] = []
    last_seq, after_seq = log.last_seq(), told_seq
    while after_seq < last_seq and (rows := log.rows(after_seq, READ_ROWS)):
        stored += [row.stored() for row in rows]
        after_seq = rows[-1].seq
    return stored


def insert(log: Log, batches: Sequence[Batch], after_seq: int) -> tuple[list[Stored], list[Answer]]:
    """Insert the batches' new events with numbers after one; return them, and the answer to each batch."""
    group = _Group(after_seq)
    answers = [group.add(batch, {}) for batch in batches]
    # Nearly always all events are new, which the table itself says soonest.
    if group.n_offered != len(group.rows) or not log.insert_if_new(group.rows):
        keys = {(batch.centre, event.source, event.id) for batch in batches for event in batch.events}
        known = log.digests(keys)
        group = _Group(after_seq)
        answers = [group.add(batch, known) for batch in batches]
        log.insert(group.rows)
    return group.stored, answers


class _Group:
    """The new events of some batches, numbered after one.

    Attributes:
        n_offered: how many events the batches had.
        rows: the new ones.
        stored: the same, for the follower.
    """

    def __init__(self, after_seq: int) -> None:
        self.n_offered = 0
        self.rows: list[Row] = []
        self.stored: list[Stored] = []
        self._bodies: dict[Key, str] = {}
        self._seq = after_seq

    def add(self, batch: Batch, known: Mapping[Key, bytes]) -> Answer:
        """Take the events of a batch that are neither known nor in an earlier batch, unless one is in conflict."""
        events, centre = batch.events, batch.centre
        keys = [(centre, event.source, event.id) for event in events]
        new = dict(zip(keys, events, strict=True))
        self.n_offered += len(events)
        if known or len(new) < len(events) or not new.keys().isdisjoint(self._bodies):
            told = _told_apart(events, keys, known, self._bodies)
            if isinstance(told, ConflictError):
                return told
            new = told
        bodies = [event.to_json() for event in new.values()]
        self._bodies.update(zip(new, bodies, strict=True))
        received, received_us = batch.received, to_us(batch.received)
        first = self._seq + 1
        self._seq += len(new)
        for seq, (event, body) in enumerate(zip(new.values(), bodies, strict=True), first):
            self.rows.append(Row(seq, centre, event.source, event.id, received_us, body))
            self.stored.append(Stored(seq, received, event, centre))
        return Receipt(len(new), len(events) - len(new))


def _told_apart(
    events: Sequence[Event], keys: Sequence[Key], known: Mapping[Key, bytes], bodies: Mapping[Key, str]
) -> dict[Key, Event] | ConflictError:
    """Return those of a batch's events that are neither known nor told before, or which of them is in conflict."""
    new: dict[Key, Event] = {}
    for index, (key, event) in enumerate(zip(keys, events, strict=True)):
        if key in new:
            is_same = new[key].to_json() == event.to_json()
        elif key in bodies:
            is_same = bodies[key] == event.to_json()
        elif key in known:
            is_same = known[key] == digest_of(event.to_json())
        else:
            new[key] = event
            continue
        if not is_same:
            return ConflictError(index, event.source, event.id, is_stored=key not in new)
    return new
