"""The hall: visitors with tickets, in queues, until they are served or leave.

Place in the pipeline: a part of `monitor.state`, which says what late, early and repeated events do. Invariant: a
ticket leaves when its story is complete, or when nobody has mentioned it for 12 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.events import ServiceFinished, TicketAbandoned, TicketCalled, TicketIssued
from monitor.figures import QueueFigures
from monitor.state.tally import HOUR_US, SECOND_US, Anomalies, Anomaly, Tally

WAIT_BOUNDS_S = (60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 14400)
SERVICE_BOUNDS_S = (30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600)
_TICKET_LIFE_US = 12 * HOUR_US  # longer than any day in the hall, shorter than a night


@dataclass(slots=True)
class _Queue:
    """What is known of one queue, beside the tickets that are open."""

    n_issued: int = 0
    n_called: int = 0
    n_abandoned: int = 0
    waits: Tally = field(default_factory=lambda: Tally(WAIT_BOUNDS_S))
    services: Tally = field(default_factory=lambda: Tally(SERVICE_BOUNDS_S))
    recent_calls_us: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Ticket:
    """A ticket that is open, or known only by what came after its issue."""

    seen_us: int
    queue: str = ""
    issued_us: int | None = None
    called_us: int | None = None
    finished_us: int | None = None
    abandoned_us: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Say whether the ticket is issued and nothing has happened to it since."""
        ends = (self.called_us, self.finished_us, self.abandoned_us)
        return self.issued_us is not None and all(end is None for end in ends)


@dataclass(slots=True)
class Hall:
    """Queues and the tickets in them."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    queues: dict[str, _Queue] = field(default_factory=dict)
    tickets: dict[str, _Ticket] = field(default_factory=dict)

    def know_queue(self, name: str) -> str:
        """Return the label of a queue, which has figures from now on."""
        return self.anomalies.label(self.queues, name, _Queue, Anomaly.TOO_MANY_QUEUES)

    def issue(self, told: TicketIssued, time_us: int, received_us: int) -> None:
        """Let a visitor begin to wait, and catch up with what was told of the ticket before."""
        name = self.know_queue(told.queue)
        ticket = self._ticket(told.ticket, received_us)
        if ticket.issued_us is not None:
            if (ticket.queue, ticket.issued_us) == (name, time_us):
                self.anomalies.add(Anomaly.REPEATED)
                return
            if ticket.is_waiting:
                self.anomalies.add(Anomaly.REISSUED)
            ticket = self.tickets[told.ticket] = _Ticket(received_us)
        ticket.queue, ticket.issued_us = name, time_us
        self.queues[name].n_issued += 1
        self._count_call(ticket)
        self._count_departure(ticket)
        self._close(told.ticket, ticket)

    def call(self, told: TicketCalled, time_us: int, received_us: int) -> None:
        """End a visitor's wait."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.called_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        ticket.called_us = time_us
        self._count_call(ticket)
        self._close(told.ticket, ticket)

    def finish(self, told: ServiceFinished, time_us: int, received_us: int) -> None:
        """End a visitor's service."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.finished_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        ticket.finished_us = time_us
        self._close(told.ticket, ticket)

    def abandon(self, told: TicketAbandoned, time_us: int, received_us: int) -> None:
        """Let a visitor leave, whether called before or not."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.abandoned_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        ticket.abandoned_us = time_us
        self._count_departure(ticket)
        self._close(told.ticket, ticket)

    def sweep(self, received_us: int) -> None:
        """Forget the tickets that nobody has mentioned for long, and the calls of the hours before the last."""
        for name, ticket in list(self.tickets.items()):
            if ticket.seen_us < received_us - _TICKET_LIFE_US:
                del self.tickets[name]
                if ticket.issued_us is None:
                    self.anomalies.add(Anomaly.ORPHAN)
                elif ticket.is_waiting:
                    self.anomalies.add(Anomaly.EXPIRED)
        for queue in self.queues.values():
            queue.recent_calls_us = [call for call in queue.recent_calls_us if call > received_us - HOUR_US]

    def figures(self, now_us: int, waiting_limit_s: float | None) -> Mapping[str, QueueFigures]:
        """Return the figures of every queue."""
        ages_us: dict[str, list[int]] = {name: [] for name in self.queues}
        for ticket in self.tickets.values():
            if ticket.is_waiting and ticket.issued_us is not None:
                age_us = max(0, now_us - ticket.issued_us)
                # A ticket of yesterday that nobody called is a visitor who has left, swept away or not.
                if age_us <= _TICKET_LIFE_US:
                    ages_us[ticket.queue].append(age_us)
        return {
            name: _queue_figures(queue, ages_us[name], now_us, waiting_limit_s) for name, queue in self.queues.items()
        }

    def _ticket(self, name: str, received_us: int) -> _Ticket:
        """Return the open ticket of that name, which is new if there is none."""
        ticket = self.tickets.setdefault(name, _Ticket(received_us))
        ticket.seen_us = received_us
        return ticket

    def _count_call(self, ticket: _Ticket) -> None:
        """Count the call of an issued ticket, and its wait."""
        if ticket.issued_us is None or ticket.called_us is None:
            return
        queue = self.queues[ticket.queue]
        queue.n_called += 1
        queue.waits.add(self.anomalies.span_us(ticket.issued_us, ticket.called_us, Anomaly.NEGATIVE_WAIT))
        queue.recent_calls_us.append(ticket.called_us)

    def _count_departure(self, ticket: _Ticket) -> None:
        """Count the visitor of an issued ticket who has left."""
        if ticket.issued_us is not None and ticket.abandoned_us is not None:
            self.queues[ticket.queue].n_abandoned += 1

    def _close(self, name: str, ticket: _Ticket) -> None:
        """Forget the ticket if its story is complete, and count its service if it had one."""
        if ticket.issued_us is None:
            return
        if ticket.called_us is not None and ticket.finished_us is not None:
            span_us = self.anomalies.span_us(ticket.called_us, ticket.finished_us, Anomaly.NEGATIVE_SERVICE)
            self.queues[ticket.queue].services.add(span_us)
            del self.tickets[name]
        elif ticket.abandoned_us is not None:
            del self.tickets[name]


def _queue_figures(queue: _Queue, ages_us: list[int], now_us: int, waiting_limit_s: float | None) -> QueueFigures:
    """Return the figures of a queue in which visitors have waited for the given times."""
    limit_us = None if waiting_limit_s is None else waiting_limit_s * SECOND_US
    return QueueFigures(
        n_waiting=len(ages_us),
        longest_wait_s=max(ages_us, default=0) / SECOND_US,
        n_over_limit=None if limit_us is None else sum(age > limit_us for age in ages_us),
        n_called_last_hour=sum(now_us - HOUR_US < call <= now_us for call in queue.recent_calls_us),
        n_issued=queue.n_issued,
        n_called=queue.n_called,
        n_abandoned=queue.n_abandoned,
        waits=queue.waits.frozen(),
        services=queue.services.frozen(),
    )
