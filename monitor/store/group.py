"""One transaction's work: which events of a group of batches are new, and what each of their senders hears.

Place in the pipeline: between `writer`, which owns the transaction, and `log`. Invariant: a batch with a conflict adds
nothing, and does not touch the other batches.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.events import Event, Stored
from monitor.store.log import Key, Log, Row, digest_of, row_of
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
    keys = {(batch.centre, event.source, event.id) for batch in batches for event in batch.events}
    known = dict(log.digests(keys))
    stored: list[Stored] = []
    answers: list[Answer] = []
    rows: list[Row] = []
    for batch in batches:
        new = _new_rows(batch, after_seq + len(rows), known)
        if isinstance(new, ConflictError):
            answers.append(new)
            continue
        answers.append(Receipt(len(new), len(batch.events) - len(new)))
        for row, event in new:
            known[row.key] = digest_of(row.body)
            rows.append(row)
            stored.append(Stored(row.seq, batch.received, event, batch.centre))
    log.insert(rows)
    return stored, answers


def _new_rows(batch: Batch, seq: int, known: dict[Key, bytes]) -> list[tuple[Row, Event]] | ConflictError:
    """Return a batch's events that are not known, numbered from the next number on, unless one is in conflict."""
    new: dict[Key, tuple[Row, Event]] = {}
    for index, event in enumerate(batch.events):
        row = row_of(seq + len(new) + 1, batch.centre, batch.received, event)
        if row.key in new:
            is_same = new[row.key][0].body == row.body
        elif row.key in known:
            is_same = known[row.key] == digest_of(row.body)
        else:
            new[row.key] = (row, event)
            continue
        if not is_same:
            return ConflictError(index, event.source, event.id, is_stored=row.key not in new)
    return list(new.values())
