"""A real log as a source of events.

Place in the pipeline: an adapter. In: an `EventLog`. Out: events in the order of their time. Invariant: after all
events up to an instant the queues are as long as the log says they were.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sim
from monitor.adapters.mapping import short_name
from monitor.events import (
    CounterClosed,
    CounterOpened,
    Event,
    Happening,
    ServiceFinished,
    TicketAbandoned,
    TicketCalled,
    TicketIssued,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim import EventLog

_Told = tuple[int, int, str, Happening]


def log_events(log: EventLog, source: str) -> list[Event]:
    """Return the log's visits and open counters as events of this source: by time, and issues before calls."""
    names = queue_names(log.queues)
    told = sorted((*_counters(log), *_tickets(log, names)), key=lambda each: each[:2])
    return [Event(id_, source, datetime.fromtimestamp(at_s, UTC), happening) for at_s, _, id_, happening in told]


def queue_names(queues: Sequence[str]) -> list[str]:
    """Return a short name without spaces and accents for each queue, all different.

    >>> queue_names(["A: Użytkowanie", "A: Użytkowanie"])
    ['A-Uzytkowanie', 'A-Uzytkowanie-2']
    """
    names: list[str] = []
    for queue in queues:
        short = short_name(queue) or "queue"
        n_before = sum(name == short or name.startswith(f"{short}-") for name in names)
        names.append(f"{short}-{n_before + 1}" if short in names else short)
    return names


def _tickets(log: EventLog, names: Sequence[str]) -> Iterator[_Told]:
    columns = (log.queue, log.issued_s, log.called_s, log.finished_s, log.left_s)
    for visit, (queue, issued, called, finished, left) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        ticket = f"{visit:06d}"
        yield issued, 1, f"issued-{ticket}", TicketIssued(ticket=ticket, queue=names[queue])
        if called != sim.NEVER:
            yield called, 2, f"called-{ticket}", TicketCalled(ticket=ticket)
        if finished != sim.NEVER:
            yield finished, 3, f"finished-{ticket}", ServiceFinished(ticket=ticket)
        if left != sim.NEVER:
            yield left, 3, f"abandoned-{ticket}", TicketAbandoned(ticket=ticket)


def _counters(log: EventLog) -> Iterator[_Told]:
    """Yield openings and closings so that as many counters are open as in the queue with the most.

    The queues of an office share its counters: a sum would count them many times.
    """
    steps = zip(log.capacity_s.tolist(), log.capacity_queue.tolist(), log.capacity_servers.tolist(), strict=True)
    of_queue: dict[int, int] = {}
    n_open = 0
    for step, (at_s, queue, n_servers) in enumerate(steps):
        of_queue[queue] = n_servers
        wanted = max(of_queue.values())
        for number in range(n_open, wanted):
            yield at_s, 0, f"opened-{number + 1}-{step}", CounterOpened(counter=f"counter-{number + 1}")
        for number in range(wanted, n_open):
            yield at_s, 0, f"closed-{number + 1}-{step}", CounterClosed(counter=f"counter-{number + 1}")
        n_open = wanted
