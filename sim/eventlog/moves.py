"""From two numbers seen now and then (how many wait, which ticket was called last) to who came, was called and left.

Place in the pipeline: the derivation behind the snapshots' format. In: one queue's snapshots of one day. Out: `Visit`s.
Invariant: at every snapshot as many visits wait as the snapshot says, and the queue is never negative between.

With ``W`` waiting and ``K`` called so far, ``I = K + W`` tickets were issued. Between two snapshots ``ΔK`` were called
and ``ΔI = ΔK + ΔW`` issued; where ``ΔI`` is negative, ``-ΔI`` left uncalled.

Inside an interval both lie evenly, issue ``j`` of ``n`` in the middle of the ``j``-th of ``n`` equal parts, departures
likewise, so that waits are neither too long nor too short on the whole. Only where the queue would fall below zero does
a departure wait for the issue that it needs: departure ``j`` comes no sooner than issue ``j - W``.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sim.eventlog.log import Outcome, Visit
from sim.eventlog.tickets import Display, Ticket

CALLED: Final = "called"
LEFT: Final = "left"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an office's display told about a queue at one instant."""

    instant_s: int
    waiting: int
    open_servers: int
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What happened to a queue after one snapshot, up to and including the next."""

    start_s: int
    length_s: int
    n_waiting: int
    n_issued: int
    n_called: int
    n_left: int

    def issues_s(self) -> list[int]:
        """Return the instants of issue."""
        return [self._evenly(at, self.n_issued) for at in range(self.n_issued)]

    def departures(self) -> Iterator[tuple[int, str]]:
        """Yield the instants at which visitors are called and then leave."""
        issues_s, count = self.issues_s(), self.n_called + self.n_left
        for at in range(count):
            instant_s, needed = self._evenly(at, count), at - self.n_waiting
            instant_s = max(instant_s, issues_s[needed]) if needed >= 0 else instant_s
            yield instant_s, CALLED if at < self.n_called else LEFT

    def _evenly(self, at: int, count: int) -> int:
        return self.start_s - (-(2 * at + 1) * self.length_s // (2 * count))


def derive_moves(snapshots: Sequence[Snapshot], display: Display, notes: Counter[str]) -> Iterator[Moves]:
    """Yield what happened in each interval between the queue's snapshots of one day."""
    display.open_with(snapshots[0].ticket)
    for before, after in pairwise(snapshots):
        yield moves_between(before, after, display, notes)


def moves_between(before: Snapshot, after: Snapshot, display: Display, notes: Counter[str]) -> Moves:
    """Return what happened between two snapshots of a queue, of which the display has seen the first."""
    length_s = after.instant_s - before.instant_s
    growth = after.waiting - before.waiting
    n_called = display.count_calls(after.ticket, length_s=length_s, fall=max(0, -growth))
    n_issued = max(0, n_called + growth)
    n_left = max(0, -growth - n_called)
    notes["visitors who left uncalled: the queue fell by more than the tickets called"] += n_left
    return Moves(before.instant_s, length_s, before.waiting, n_issued, n_called, n_left)


def derive_visits(queue: int, snapshots: Sequence[Snapshot], moves: Iterator[Moves]) -> list[Visit]:
    """Return the visits of one queue and day.

    Those who wait at the first snapshot were issued then, as nothing is known of before; those who wait at the last
    one leave a second later, with an unknown outcome, as nothing is known of after. The longest waiting is called
    first; who leaves uncalled is the one who has waited least, with most visitors ahead.
    """
    visits = []
    line = deque([snapshots[0].instant_s] * snapshots[0].waiting)
    for move in moves:
        pending = deque(move.issues_s())
        for instant_s, why in move.departures():
            while pending and pending[0] <= instant_s:
                line.append(pending.popleft())
            if why == CALLED:
                visits.append(Visit(queue, line.popleft(), Outcome.SERVED, called_s=instant_s))
            else:
                visits.append(Visit(queue, line.pop(), Outcome.ABANDONED, left_s=instant_s))
        line.extend(pending)
    closing_s = snapshots[-1].instant_s + 1
    visits.extend(Visit(queue, issued_s, Outcome.UNKNOWN, left_s=closing_s) for issued_s in line)
    return visits
