"""The hall: visitors with tickets, in queues, until they are served or leave.

Place in the pipeline: a part of `monitor.state`, which says what late, early and repeated events do. Invariant: a
ticket leaves when its story is complete, or when nobody has mentioned it for 12 hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.events import (
    ServiceFinished,
    ServiceStarted,
    TicketAbandoned,
    TicketCalled,
    TicketIssued,
    TicketRecalled,
    TicketTransferred,
)
from monitor.figures import QueueFigures
from monitor.state.arrivals import Arrivals
from monitor.state.tally import HOUR_US, SECOND_US, Anomalies, Anomaly, Tally, from_us

_MOST_CALLS = 10  # of which a pace is made: enough to be steady, few enough to follow a counter that opens
_TICKET_LIFE_US = 12 * HOUR_US  # longer than any day in the hall, shorter than a night


@dataclass(slots=True)
class Waits(Tally):
    """From issue to call; counted by the minute, so that any limit of whole minutes can be judged later."""

    BOUNDS_S = range(60, 4 * 3600 + 1, 60)
    SHOWN_S = (300, 600, 900, 1200, 1800, 3600, 7200, 14400)


@dataclass(slots=True)
class Services(Tally):
    """From call, or start, to the end of the service."""

    BOUNDS_S = SHOWN_S = (120, 300, 600, 900, 1800, 3600)


@dataclass(slots=True)
class _Queue:
    """What is known of one queue, beside the tickets that are open."""

    n_issued: int = 0
    n_called: int = 0
    n_recalled: int = 0
    n_transferred: int = 0
    n_abandoned: int = 0
    waits: Waits = field(default_factory=Waits)
    services: Services = field(default_factory=Services)
    recent_calls_us: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Ticket:
    """A ticket that is open, or known only by what came after its issue.

    Attributes:
        seen_us: when it was mentioned last, by the service's clock.
        queue: where it waits or is served.
        began_us: when its wait there began, with the issue or a transfer.
        issued_us: when it was issued.
        issued_for: the queue that it was issued for.
        recalled_us: the last call after the first.
        n_recalled: recalls that no queue has counted yet.
    """

    seen_us: int
    queue: str = ""
    began_us: int | None = None
    issued_us: int | None = None
    issued_for: str = ""
    called_us: int | None = None
    recalled_us: int | None = None
    n_recalled: int = 0
    started_us: int | None = None
    finished_us: int | None = None
    abandoned_us: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Say whether the ticket has joined a queue and nothing has happened to it since."""
        ends = (self.called_us, self.recalled_us, self.started_us, self.finished_us, self.abandoned_us)
        return self.began_us is not None and all(end is None for end in ends)

    def moved(self, queue: str, time_us: int) -> "_Ticket":
        """Return the ticket in another queue, with what has been told of it that came later."""
        calls = [call for call in (self.called_us, self.recalled_us) if call is not None and call >= time_us]
        return _Ticket(
            self.seen_us,
            queue,
            time_us,
            self.issued_us,
            self.issued_for,
            called_us=min(calls, default=None),
            started_us=_not_before(time_us, self.started_us),
            finished_us=_not_before(time_us, self.finished_us),
            abandoned_us=_not_before(time_us, self.abandoned_us),
            n_recalled=self.n_recalled,
        )


def _not_before(time_us: int, other_us: int | None) -> int | None:
    """Return the other instant unless it is earlier."""
    return other_us if other_us is not None and other_us >= time_us else None


@dataclass(slots=True)
class Hall:
    """Queues and the tickets in them."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    queues: dict[str, _Queue] = field(default_factory=dict)
    tickets: dict[str, _Ticket] = field(default_factory=dict)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def know_queue(self, name: str) -> str:
        """Return the label of a queue, which has figures from now on."""
        return self.anomalies.label(self.queues, name, _Queue, Anomaly.TOO_MANY_QUEUES)

    def issue(self, told: TicketIssued, time_us: int, received_us: int) -> None:
        """Let a visitor begin to wait, and catch up with what was told of the ticket before."""
        name = self.know_queue(told.queue)
        ticket = self._ticket(told.ticket, received_us)
        if (ticket.issued_for, ticket.issued_us) == (name, time_us):
            self.anomalies.add(Anomaly.REPEATED)
            return
        is_late = ticket.issued_us is None and ticket.began_us is not None and time_us <= ticket.began_us
        if ticket.began_us is not None and not is_late:
            if ticket.is_waiting:
                self.anomalies.add(Anomaly.REISSUED)
            ticket = self.tickets[told.ticket] = _Ticket(received_us)
        ticket.issued_for, ticket.issued_us = name, time_us
        self.queues[name].n_issued += 1
        self.arrivals.issue(time_us, received_us)
        if not is_late:  # else a transfer has put the visitor where they wait
            ticket.queue, ticket.began_us = name, time_us
            self._begin(told.ticket, ticket)

    def transfer(self, told: TicketTransferred, time_us: int, received_us: int) -> None:
        """Let a visitor wait in another queue; the service there, if there was one, ends."""
        name = self.know_queue(told.queue)
        ticket = self._ticket(told.ticket, received_us)
        if (ticket.queue, ticket.began_us) == (name, time_us):
            self.anomalies.add(Anomaly.REPEATED)
            return
        if ticket.began_us is not None:
            if time_us < max(ticket.began_us, ticket.called_us or 0):
                self.anomalies.add(Anomaly.STALE)
                return
            if ticket.called_us is not None:
                self._count_service(ticket, ticket.called_us, time_us)
        ticket = self.tickets[told.ticket] = ticket.moved(name, time_us)
        self.queues[name].n_transferred += 1
        self._begin(told.ticket, ticket)

    def call(self, told: TicketCalled, time_us: int, received_us: int) -> None:
        """End a visitor's wait."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.called_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            # It may be the call to another queue, if a transfer is on its way.
            ticket.recalled_us = max(ticket.recalled_us or 0, time_us)
            return
        ticket.called_us = time_us
        self._count_call(ticket)
        self._close(told.ticket, ticket)

    def recall(self, told: TicketRecalled, time_us: int, received_us: int) -> None:
        """Count another call for a visitor who did not come."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.recalled_us == time_us:
            self.anomalies.add(Anomaly.REPEATED)
            return
        ticket.recalled_us = max(ticket.recalled_us or 0, time_us)
        ticket.n_recalled += 1
        self._count_recalls(ticket)

    def start(self, told: ServiceStarted, time_us: int, received_us: int) -> None:
        """Begin a visitor's service later than at the call."""
        ticket = self._ticket(told.ticket, received_us)
        if ticket.started_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        ticket.started_us = time_us

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
                if ticket.began_us is None:
                    self.anomalies.add(Anomaly.ORPHAN)
                elif ticket.is_waiting:
                    self.anomalies.add(Anomaly.EXPIRED)
        self.arrivals.sweep(received_us)
        for queue in self.queues.values():
            queue.recent_calls_us = [call for call in queue.recent_calls_us if call > received_us - HOUR_US]

    def figures(self, now_us: int, waiting_limit_s: float | None) -> Mapping[str, QueueFigures]:
        """Return the figures of every queue."""
        ages_us: dict[str, list[int]] = {name: [] for name in self.queues}
        for ticket in self.tickets.values():
            if ticket.is_waiting and ticket.began_us is not None:
                age_us = max(0, now_us - ticket.began_us)
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

    def _begin(self, name: str, ticket: _Ticket) -> None:
        """Catch up with what was told of a ticket before it joined its queue."""
        self._count_recalls(ticket)
        self._count_call(ticket)
        self._count_departure(ticket)
        self._close(name, ticket)

    def _count_recalls(self, ticket: _Ticket) -> None:
        """Count the recalls of a ticket whose queue is known."""
        if ticket.began_us is not None:
            self.queues[ticket.queue].n_recalled += ticket.n_recalled
            ticket.n_recalled = 0

    def _count_call(self, ticket: _Ticket) -> None:
        """Count the call of a ticket that has joined a queue, and its wait."""
        if ticket.began_us is None or ticket.called_us is None:
            return
        queue = self.queues[ticket.queue]
        queue.n_called += 1
        queue.waits.add(self.anomalies.span_us(ticket.began_us, ticket.called_us, Anomaly.NEGATIVE_WAIT))
        queue.recent_calls_us.append(ticket.called_us)

    def _count_service(self, ticket: _Ticket, called_us: int, end_us: int) -> None:
        """Count the service of a called ticket."""
        start_us = called_us if ticket.started_us is None else ticket.started_us
        span_us = self.anomalies.span_us(start_us, end_us, Anomaly.NEGATIVE_SERVICE)
        self.queues[ticket.queue].services.add(span_us)

    def _count_departure(self, ticket: _Ticket) -> None:
        """Count the visitor who has left the queue they had joined."""
        if ticket.began_us is not None and ticket.abandoned_us is not None:
            self.queues[ticket.queue].n_abandoned += 1

    def _close(self, name: str, ticket: _Ticket) -> None:
        """Forget the ticket if its story is complete, and count its service if it had one."""
        if ticket.began_us is None:
            return
        if ticket.called_us is not None and ticket.finished_us is not None:
            self._count_service(ticket, ticket.called_us, ticket.finished_us)
            del self.tickets[name]
        elif ticket.abandoned_us is not None:
            del self.tickets[name]


def _queue_figures(queue: _Queue, ages_us: list[int], now_us: int, waiting_limit_s: float | None) -> QueueFigures:
    """Return the figures of a queue in which visitors have waited for the given times."""
    limit_us = None if waiting_limit_s is None else waiting_limit_s * SECOND_US
    return QueueFigures(
        n_waiting=len(ages_us),
        longest_wait_s=max(ages_us, default=0) / SECOND_US,
        oldest_since=from_us(now_us - max(ages_us)) if ages_us else None,
        expected_wait_s=_expected_wait_s(len(ages_us), queue.recent_calls_us, now_us),
        n_over_limit=None if limit_us is None else sum(age > limit_us for age in ages_us),
        n_called_last_hour=sum(now_us - HOUR_US < call <= now_us for call in queue.recent_calls_us),
        n_issued=queue.n_issued,
        n_called=queue.n_called,
        n_called_over_limit=None if waiting_limit_s is None else queue.waits.n_over(waiting_limit_s),
        n_recalled=queue.n_recalled,
        n_transferred=queue.n_transferred,
        n_abandoned=queue.n_abandoned,
        waits=queue.waits.frozen(),
        services=queue.services.frozen(),
    )


def _expected_wait_s(n_waiting: int, calls_us: Sequence[int], now_us: int) -> float | None:
    """Return how long who joins a queue now is likely to wait, at the pace of its last calls; none without any.

    Whoever comes when somebody waits is called after all of them: as many calls, and one more. When nobody waits, a
    counter may be free. A lunch break that is to come is not foreseen.

    Source: W. Whitt (1999), Predicting queueing delays, Management Science 45(6); the rate is measured.
    """
    if not n_waiting:
        return 0.0
    recent = sorted(call for call in calls_us if now_us - HOUR_US < call <= now_us)[-_MOST_CALLS:]
    if not recent:
        return None
    return (n_waiting + 1) * (now_us - recent[0]) / len(recent) / SECOND_US
