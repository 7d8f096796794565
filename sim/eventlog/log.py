"""What a real log says, whatever format it came in.

Place in the pipeline: the value between the readers of the formats and those who replay or calibrate. In: rows of
visits, capacity steps and samples. Out: `EventLog`. Invariant: the arrays of one group are equally long and read-only,
visits are in order of issue, and nobody is called or abandons before the ticket was issued.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import require

NEVER: Final = -1
"""Stands for an instant that the log does not have."""


class Outcome(IntEnum):
    """How a visit ended, as far as the log says."""

    UNKNOWN = 0
    SERVED = 1
    ABANDONED = 2


@dataclass(frozen=True, eq=False)
class EventLog:
    """One row per visit, and what else the log tells; every instant is in whole seconds since 1970-01-01 UTC.

    Attributes:
        path: the log's name as the user gave it.
        time_zone: IANA name of the zone in which the log was written.
        derivation: one sentence on how visits were derived from the log's rows.
        queues: names of the queues; arrays refer to them by index.
        queue: int64[n_visits], index into `queues`.
        issued_s: int64[n_visits], non-decreasing; the visitor joined the queue.
        called_s: int64[n_visits]; the visitor was called to a counter, or `NEVER`.
        finished_s: int64[n_visits]; the service ended, or `NEVER` where the log does not tell.
        left_s: int64[n_visits]; the visitor left without being called, or `NEVER`. Who is not called leaves.
        outcome: int64[n_visits] of `Outcome`.
        capacity_s: int64[n_steps]; from this instant on,
        capacity_queue: int64[n_steps]; this queue
        capacity_servers: int64[n_steps]; is served by so many open servers. A server may serve many queues: no sums.
        sample_s: int64[n_samples], non-decreasing; at this instant
        sample_queue: int64[n_samples]; in this queue
        sample_waiting: int64[n_samples]; so many waited, counted from the log's own columns and not from the visits.
        notes: what had to be decided about odd rows, and how often.
    """

    path: str
    time_zone: str
    derivation: str
    queues: tuple[str, ...]
    queue: NDArray[np.int64]
    issued_s: NDArray[np.int64]
    called_s: NDArray[np.int64]
    finished_s: NDArray[np.int64]
    left_s: NDArray[np.int64]
    outcome: NDArray[np.int64]
    capacity_s: NDArray[np.int64]
    capacity_queue: NDArray[np.int64]
    capacity_servers: NDArray[np.int64]
    sample_s: NDArray[np.int64]
    sample_queue: NDArray[np.int64]
    sample_waiting: NDArray[np.int64]
    notes: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        """Make the arrays read-only and check the invariant."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        for order in (self.issued_s, self.sample_s):
            require(bool(np.all(np.diff(order) >= 0)), "instants of an event log are in order", log=self.path)
        called = self.called_s != NEVER
        require(bool(np.all(called != (self.left_s != NEVER))), "a visitor is either called or leaves", log=self.path)
        require(bool(np.all(called == (self.outcome == Outcome.SERVED))), "the called are served", log=self.path)
        in_time = self._gone_s >= self.issued_s
        require(bool(np.all(in_time)), "nobody is gone from a queue before joining it", log=self.path)

    @property
    def _gone_s(self) -> NDArray[np.int64]:
        return np.maximum(self.called_s, self.left_s)

    def waiting_at(self, instants_s: ArrayLike, queue: int | None = None) -> NDArray[np.int64]:
        """Return how many visits wait at each instant: issued by then, and not yet called or gone by then.

        Args:
            instants_s: instants in seconds since 1970-01-01 UTC, in any order.
            queue: index of a queue; all queues together by default.
        """
        chosen = np.ones(len(self.queue), dtype=bool) if queue is None else self.queue == queue
        joined_s, gone_s = self.issued_s[chosen], np.sort(self._gone_s[chosen])
        at = np.asarray(instants_s, dtype=np.int64)
        return np.searchsorted(joined_s, at, side="right") - np.searchsorted(gone_s, at, side="right")


@dataclass(frozen=True, slots=True)
class Visit:
    """One row of the log to be: instants as in `EventLog`."""

    queue: int
    issued_s: int
    outcome: Outcome
    called_s: int = NEVER
    finished_s: int = NEVER
    left_s: int = NEVER


Triple = tuple[int, int, int]
"""Instant, queue, number: a capacity step or a sample."""


def build_event_log(
    *,
    path: str,
    time_zone: str,
    derivation: str,
    queues: Sequence[str],
    visits: Iterable[Visit],
    capacity: Iterable[Triple],
    samples: Iterable[Triple],
    notes: Counter[str],
) -> EventLog:
    """Return the log with its rows in order of time; rows of one instant stay in the order in which they came."""
    rows = sorted(visits, key=lambda visit: visit.issued_s)
    capacity_s, capacity_queue, capacity_servers = _columns(capacity)
    sample_s, sample_queue, sample_waiting = _columns(samples)
    return EventLog(
        path=path,
        time_zone=time_zone,
        derivation=derivation,
        queues=tuple(queues),
        queue=_column(visit.queue for visit in rows),
        issued_s=_column(visit.issued_s for visit in rows),
        called_s=_column(visit.called_s for visit in rows),
        finished_s=_column(visit.finished_s for visit in rows),
        left_s=_column(visit.left_s for visit in rows),
        outcome=_column(visit.outcome for visit in rows),
        capacity_s=capacity_s,
        capacity_queue=capacity_queue,
        capacity_servers=capacity_servers,
        sample_s=sample_s,
        sample_queue=sample_queue,
        sample_waiting=sample_waiting,
        notes=tuple((what, count) for what, count in sorted(notes.items()) if count),
    )


def _column(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64)


def _columns(triples: Iterable[Triple]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    table = np.array(sorted(triples), dtype=np.int64).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()
