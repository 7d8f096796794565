"""A store on any log: one thread writes, many senders share one commit, and what breaks is mended without a restart.

Place in the pipeline: between the asynchronous service and a `Log`. In: batches of events. Out: receipts, and `Stored`
events to the follower in the log's order. Invariant: a follower hears of an event before its sender does, and hears of
every event in the log, whoever wrote it.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from monitor.clock import monotonic_s
from monitor.events import Event, Stored
from monitor.figures import StoreFigures
from monitor.store.connection import Connection
from monitor.store.group import READ_ROWS, Answer, Batch, insert, untold
from monitor.store.log import Log, Place
from monitor.store.protocol import Receipt, Saved, SavedState, StoreError

_CHECK_EVERY_S = 5.0
_MEND_EVERY_S = 0.5
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Saving:
    """States to save, unless another log has taken the place of the one that they were folded from."""

    followed: int
    latest: Sequence[SavedState]


_Job = Batch | _Saving | None


class LogStore:
    """A store that keeps its log in one place, written by one thread.

    Batches that wait together are committed together, so that many senders share one write to the disk. While the log
    cannot be written, batches are refused at once; the writer tries again and again, without a sender's help.

    Args:
        place: where the log is.

    Raises:
        StoreError: when the log cannot be opened.
    """

    def __init__(self, place: Place) -> None:
        self._place, self.name = place, place.name
        self._committed: Callable[[Sequence[Stored]], None] = lambda _: None
        self._replaced: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._is_open = True
        self._found = self._followed = 1  # which log, of those that were in the place, the writer has, and the follower
        self._problem: StoreError | None = None
        self._n_failures = self._n_commits = self._n_bytes = 0
        self._commit_s = 0.0
        try:
            self._connection = Connection(place, self._find_another)
        except Exception as problem:  # noqa: BLE001 - every driver has its own
            raise self._error("open", problem) from None
        # A daemon: a service that dies without closing its log must not hang; the log survives that by design.
        self._writer = threading.Thread(target=self._write, name="event-log", daemon=True)
        self._writer.start()

    def follow(self, committed: Callable[[Sequence[Stored]], None], replaced: Callable[[], None]) -> None:
        """Have every group of new events told, in the running event loop, before its senders are answered."""
        self._committed, self._replaced = committed, replaced
        self._loop = asyncio.get_running_loop()

    async def append(self, centre: str, events: Sequence[Event], received: datetime) -> Receipt:
        """Return the receipt once a centre's batch is on the disk.

        Raises:
            ConflictError: when an event has the source and id of another one of the centre.
            StoreError: when the log cannot be written; the sender may try again.
        """
        if not self._is_open:
            raise StoreError(self.name, "the log is closed")
        if self._problem:
            raise StoreError(self._problem.store, self._problem.reason)
        self._loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt] = self._loop.create_future()
        self._waiting.put(Batch(centre, events, received, answer))
        return await answer

    async def read(self, after_seq: int = 0) -> AsyncGenerator[Stored]:
        """Yield the stored events of all centres after a number, in the log's order.

        Raises:
            StoreError: when the log cannot be read.
        """
        while rows := await self._reading(lambda log: log.rows(after_seq, READ_ROWS)):  # noqa: B023 - called at once
            for row in rows:
                yield row.stored()
            after_seq = rows[-1].seq

    async def saved(self) -> Saved:
        """Return the states that are kept beside the log; raise `StoreError`."""
        return await self._reading(lambda log: log.saved())

    def save(self, states: Sequence[SavedState]) -> None:
        """Have the states of all centres saved soon; when that fails, the next start reads more of the log."""
        self._waiting.put(_Saving(self._followed, states))

    def figures(self) -> StoreFigures:
        """Return how the store is doing."""
        return StoreFigures(
            is_up=self._problem is None,
            n_failures=self._n_failures,
            n_commits=self._n_commits,
            commit_s=self._commit_s,
            n_bytes=self._n_bytes,
        )

    async def close(self) -> None:
        """Answer the batches that wait, then close the log."""
        if self._is_open:
            self._is_open = False
            self._waiting.put(None)
            await asyncio.to_thread(self._writer.join)

    def _error(self, verb: str, problem: Exception) -> StoreError:
        """Return the error for a log that cannot be opened, read or written."""
        if isinstance(problem, StoreError):
            return problem
        return StoreError(self.name, f"cannot {verb} the log of events ({' '.join(str(problem).split())})")

    async def _reading(self, read: Callable[[Log], _T]) -> _T:
        """Return what is read from the log, on a connection of its own, beside the writer."""

        def reading() -> _T:
            with contextlib.closing(self._place.reader()) as log:
                return read(log)

        try:
            return await asyncio.to_thread(reading)
        except Exception as problem:  # noqa: BLE001 - every driver has its own
            raise self._error("read", problem) from None

    def _write(self) -> None:
        """Do job after job until the store is closed; this is the writer's thread."""
        is_last = False
        self._check()
        while not is_last:
            jobs = self._jobs()
            is_last = None in jobs
            batches = [job for job in jobs if isinstance(job, Batch)]
            if batches:
                stored, answers = self._commit(batches)
                self._call(self._tell, stored, list(zip(batches, answers, strict=True)))
            for job in jobs:
                if isinstance(job, _Saving) and job.followed == self._found:
                    self._in_transaction(lambda log: log.save(job.latest))  # noqa: B023 - called at once
            if not jobs:
                self._check()
        self._connection.give_up()

    def _jobs(self) -> list[_Job]:
        """Return all jobs that wait, as soon as there is one; none when it is time to look whether the log is well."""
        try:
            jobs = [self._waiting.get(timeout=_MEND_EVERY_S if self._problem else _CHECK_EVERY_S)]
        except queue.Empty:
            return []
        while not self._waiting.empty():
            jobs.append(self._waiting.get())
        return jobs

    def _check(self) -> None:
        """Look whether the log is there, and can be written again if it could not be."""
        if self._problem:
            self._in_transaction(lambda log: log.touch())
        try:
            self._n_bytes = self._connection.log().n_bytes()
        except Exception as problem:  # noqa: BLE001 - every driver has its own
            self._fail(problem)

    def _commit(self, batches: Sequence[Batch]) -> tuple[list[Stored], list[Answer]]:
        """Return what is new in the log after a group, and the answer to each of its batches."""

        def work(log: Log) -> tuple[list[Stored], list[Answer]]:
            told_seq = self._connection.told_seq
            missed = untold(log, told_seq)
            new, answers = insert(log, batches, missed[-1].seq if missed else told_seq)
            return missed + new, answers

        done = self._in_transaction(work)
        if isinstance(done, StoreError):
            return [], [done] * len(batches)
        if done[0]:
            self._connection.told_seq = done[0][-1].seq
        return done

    def _in_transaction(self, work: Callable[[Log], _T]) -> _T | StoreError:
        """Return what the work returns once it is durable; what was begun is undone when it fails."""
        start_s = monotonic_s()
        try:
            log = self._connection.log()
            log.begin()
            done = work(log)
            log.commit()
        except Exception as problem:  # noqa: BLE001 - the edge of a thread: whatever fails must reach the senders
            return self._fail(problem)
        if self._problem:
            _log.info("%s: the log of events can be written again", self.name)
        self._problem = None
        self._n_commits += 1
        self._commit_s += monotonic_s() - start_s
        return done

    def _fail(self, problem: Exception) -> StoreError:
        """Give the connection up, and return why."""
        self._connection.give_up()
        self._n_failures += 1
        told = self._error("write", problem)
        if not self._problem:
            _log.error("%s", told)
        self._problem = told
        return told

    def _find_another(self) -> None:
        """Tell the follower that another log is in the place of the one that it knows."""
        self._found += 1
        self._call(self._follow_another, self._found)

    def _follow_another(self, found: int) -> None:
        self._followed = found
        self._replaced()

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function in the event loop, where the follower and the senders are."""
        if self._loop:
            self._loop.call_soon_threadsafe(function, *arguments)

    def _tell(self, stored: Sequence[Stored], answers: Sequence[tuple[Batch, Answer]]) -> None:
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
