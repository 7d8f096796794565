"""A store on any log: one thread writes, and many senders share one commit.

Place in the pipeline: between the asynchronous service and a `Log`. In: batches of events. Out: receipts, and `Stored`
events to the follower in the log's order. Invariant: a follower hears of an event before its sender does, and hears of
every event in the log, whoever wrote it.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.events import Event, Stored
from monitor.store.log import Key, Log, Place, Row, row_of
from monitor.store.protocol import ConflictError, Receipt, StoreError
from sim import PeakweekError

_READ_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch on its way to the writer, with the promise of an answer to its sender."""

    centre: str
    events: Sequence[Event]
    received: datetime
    answer: asyncio.Future[Receipt]


class LogStore:
    """A store that keeps its log in one place, written by one thread.

    Batches that wait together are committed together, so that many senders share one write to the disk.

    Args:
        place: where the log is.

    Raises:
        StoreError: when the log cannot be opened.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self._waiting: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._is_open = True
        self._log = self._opened()
        self._told_seq = self._log.last_seq()
        # A daemon: a service that dies without closing its log must not hang; the log survives that by design.
        self._writer = threading.Thread(target=self._write, name="event-log", daemon=True)
        self._writer.start()

    def follow(self, committed: Callable[[Sequence[Stored]], None]) -> None:
        """Have every group of new events told, in the log's order and before its senders are answered."""
        self._committed = committed

    async def append(self, centre: str, events: Sequence[Event], received: datetime) -> Receipt:
        """Return the receipt once a centre's batch is on the disk.

        Raises:
            ConflictError: when an event has the source and id of another one of the centre.
            StoreError: when the log cannot be written; the sender may try again.
        """
        if not self._is_open:
            raise StoreError(self._place.name, "the log is closed")
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Batch(centre, events, received, answer))
        return await answer

    async def read(self, after_seq: int = 0) -> AsyncGenerator[Stored]:
        """Yield the stored events of all centres after a number, in the log's order.

        Raises:
            StoreError: when the log cannot be read.
        """
        while rows := await asyncio.to_thread(self._rows, after_seq):
            for row in rows:
                yield row.stored()
            after_seq = rows[-1].seq

    async def close(self) -> None:
        """Answer the batches that wait, then close the log."""
        if self._is_open:
            self._is_open = False
            self._waiting.put(None)
            await asyncio.to_thread(self._writer.join)

    def _opened(self) -> Log:
        """Return the writer's connection."""
        try:
            return self._place.open()
        except StoreError:
            raise
        except Exception as problem:  # noqa: BLE001 - every driver has its own
            raise self._error("open", problem) from None

    def _error(self, verb: str, problem: Exception) -> StoreError:
        """Return the error for a log that cannot be opened, read or written."""
        return StoreError(self._place.name, f"cannot {verb} the log of events ({problem})")

    def _rows(self, after_seq: int) -> list[Row]:
        """Return the next rows after a number; on a connection of its own, beside the writer."""
        try:
            with contextlib.closing(self._place.reader()) as log:
                return log.rows(after_seq, _READ_ROWS)
        except Exception as problem:  # noqa: BLE001 - every driver has its own
            raise self._error("read", problem) from None

    def _write(self) -> None:
        """Commit group after group until the store is closed; this is the writer's thread."""
        is_last = False
        while not is_last:
            group = [self._waiting.get()]
            while not self._waiting.empty():
                group.append(self._waiting.get())
            is_last = None in group
            batches = [batch for batch in group if batch is not None]
            if batches:
                stored, answers = self._commit(batches)
                loop = batches[0].answer.get_loop()
                loop.call_soon_threadsafe(self._tell, stored, list(zip(batches, answers, strict=True)))
        self._log.close()

    def _commit(self, batches: Sequence[_Batch]) -> tuple[list[Stored], list[Receipt | PeakweekError]]:
        """Return what is new in the log after a group, and the answer to each of its batches."""
        try:
            self._log.begin()
            stored = self._untold()
            answers = self._insert(batches, stored)
            self._log.commit()
        except Exception as problem:  # noqa: BLE001 - the edge of a thread: whatever fails must reach the senders
            with contextlib.suppress(Exception):  # the first problem is the one to tell
                self._log.rollback()
            return [], [self._error("write", problem)] * len(batches)
        self._told_seq = stored[-1].seq if stored else self._told_seq
        return stored, answers

    def _untold(self) -> list[Stored]:
        """Return events that are in the log although nobody was told.

        A commit that failed in the disk's last step may have succeeded after all; a second service may share the log.
        """
        stored: list[Stored] = []
        last_seq, after_seq = self._log.last_seq(), self._told_seq
        while after_seq < last_seq:
            stored += [row.stored() for row in self._log.rows(after_seq, _READ_ROWS)]
            after_seq = stored[-1].seq
        return stored

    def _insert(self, batches: Sequence[_Batch], stored: list[Stored]) -> list[Receipt | PeakweekError]:
        """Insert the batches' new events and add them to the stored ones; return the answer to each batch."""
        keys = {(batch.centre, event.source, event.id) for batch in batches for event in batch.events}
        in_log = dict(self._log.bodies(keys))
        seq = stored[-1].seq if stored else self._told_seq
        answers: list[Receipt | PeakweekError] = []
        new: list[Row] = []
        for batch in batches:
            rows = _new_rows(batch, seq, in_log)
            if isinstance(rows, ConflictError):
                answers.append(rows)
                continue
            answers.append(Receipt(len(rows), len(batch.events) - len(rows)))
            for row, event in rows:
                in_log[row[1:4]] = row.body
                new.append(row)
                stored.append(Stored(row.seq, batch.received, event, batch.centre))
            seq += len(rows)
        self._log.insert(new)
        return answers

    def _tell(self, stored: Sequence[Stored], answers: Sequence[tuple[_Batch, Receipt | PeakweekError]]) -> None:
        """Tell the follower what is new, then the senders; in the event loop."""
        try:
            if stored:
                self._committed(stored)
        finally:
            for batch, answer in answers:
                if batch.answer.done():  # its sender has gone away
                    continue
                if isinstance(answer, Receipt):
                    batch.answer.set_result(answer)
                else:
                    batch.answer.set_exception(answer)


def _new_rows(batch: _Batch, seq: int, in_log: dict[Key, str]) -> list[tuple[Row, Event]] | ConflictError:
    """Return a batch's events that are not in the log, numbered from the next number on, unless one is in conflict."""
    new: dict[Key, tuple[Row, Event]] = {}
    for index, event in enumerate(batch.events):
        row = row_of(seq + len(new) + 1, batch.centre, batch.received, event)
        key = row[1:4]
        known = new[key][0].body if key in new else in_log.get(key)
        if known is None:
            new[key] = (row, event)
        elif known != row.body:
            return ConflictError(index, event.source, event.id, is_stored=key not in new)
    return list(new.values())
