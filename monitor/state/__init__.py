"""The state of the centre: a pure fold of the log of events.

Place in the pipeline: after `store`. In: `Stored` events in the order of their `seq`. Out: a `Snapshot` for an instant.
Invariant: the state is a function of the log alone, with no clock and no I/O, so the state that is rebuilt after a
restart equals the one that was lost; and its size is bounded by what is open, not by what has been.

Senders are late, retry, and hear of things in the wrong order. What an event does then:

- *Late*: it counts like any other. Times are the event's own, not those of its receipt.
- *Early* (dated more than 5 minutes after its receipt): it counts, and also as the anomaly `future`.
- *Duplicate* (same source and id): it is acknowledged and never gets to the figures. A second event that says the same
  with another id is `repeated` and changes nothing.
- *Out of order*: what comes before its beginning (a call before the issue, a settlement before the receipt) is
  remembered and counted when the beginning arrives.
- A span that would be negative, because clocks disagree, counts as 0 seconds and as an anomaly.
- What is older than what is known of the same thing (a counter, an outage, a ticket's place) is `stale`, and changes
  nothing.

A ticket that nobody has mentioned for 12 hours is forgotten (`expired` if it was waiting, `orphan` if it was never
issued); so numbers may start again each morning. What is told of a record that was never received is an `orphan` after
a week. For a week, too, a settled record is recognised.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from monitor.events import (
    VOCABULARY,
    CounterClosed,
    CounterOpened,
    Happening,
    OutageEnded,
    OutageStarted,
    RecordApproved,
    RecordProcessed,
    RecordReceived,
    RecordReturned,
    RecordSettled,
    RecordSupplemented,
    RecordSupplementRequested,
    RecordWithdrawn,
    ServiceFinished,
    ServiceStarted,
    StaffSignedIn,
    StaffSignedOut,
    Stored,
    TicketAbandoned,
    TicketCalled,
    TicketIssued,
    TicketRecalled,
    TicketTransferred,
)
from monitor.figures import Snapshot
from monitor.state.backlog import Backlog
from monitor.state.desks import Desks
from monitor.state.hall import Hall
from monitor.state.outages import Outages
from monitor.state.senders import Senders
from monitor.state.staff import Staff
from monitor.state.tally import SECOND_US, Anomalies, Anomaly, from_us, to_us

_SWEEP_EVERY_US = 600 * SECOND_US
_EARLY_US = 300 * SECOND_US
_Step = Callable[[Any, int, int], None]


@dataclass(slots=True)
class State:
    """The fold of a log; it belongs to one owner, and everybody else reads snapshots.

    Attributes:
        seq: number of the last event that was folded.
    """

    seq: int = 0
    anomalies: Anomalies = field(default_factory=Anomalies)
    hall: Hall = field(default_factory=Hall)
    backlog: Backlog = field(default_factory=Backlog)
    desks: Desks = field(default_factory=Desks)
    staff: Staff = field(default_factory=Staff)
    outages: Outages = field(default_factory=Outages)
    senders: Senders = field(default_factory=Senders)
    n_events: Counter[str] = field(default_factory=Counter)
    latest_us: int = 0
    swept_us: int = 0

    def apply(self, stored: Stored) -> None:
        """Fold the next event; one that was folded before changes nothing."""
        if stored.seq <= self.seq:
            return
        self.seq = stored.seq
        # The service's clock may step back; the state's own time never does.
        received_us = to_us(stored.received)
        self.latest_us = max(self.latest_us, received_us)
        self._sweep()
        event, time_us = stored.event, to_us(stored.event.time)
        self.n_events[event.happening.kind] += 1
        self.senders.hear(event.source, time_us, received_us)
        if time_us > self.latest_us + _EARLY_US:
            self.anomalies.add(Anomaly.FUTURE)
        happening = event.happening
        if isinstance(happening, CounterOpened) and happening.queue:
            self.hall.know_queue(happening.queue)  # a queue that is served has figures before its first ticket
        _STEPS[type(happening)](self)(happening, time_us, self.latest_us)

    def snapshot(self, now: datetime, waiting_limit_s: float | None = None, zone: tzinfo = UTC) -> Snapshot:
        """Return the figures for an instant; the day ends at midnight in the zone."""
        now_us = to_us(now)
        parts = (self, self.hall, self.backlog, self.desks, self.staff, self.outages)
        anomalies = [part.anomalies.n_by_reason for part in parts]
        return Snapshot(
            now=now,
            queues=self.hall.figures(now_us, waiting_limit_s),
            arrivals=self.hall.arrivals.figures(now_us),
            procedures=self.backlog.by_procedure(now_us),
            backlog=self.backlog.figures(now_us, to_us(_day_end(now, zone))),
            n_on_duty=self.staff.figures(now_us),
            outages=self.outages.figures(),
            n_servers_open=self.desks.n_open(),
            n_events={happening.kind: self.n_events[happening.kind] for happening in VOCABULARY.values()},
            n_anomalous={reason.value: sum(each[reason] for each in anomalies) for reason in Anomaly},
            lags=self.senders.lags.frozen(),
            ahead_s=self.senders.ahead_s(),
            last_received=from_us(self.latest_us) if self.seq else None,
        )

    def dump(self) -> dict[str, Any]:
        """Return the whole state as JSON's own types; `load` makes an equal state of it."""
        dumped: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return dumped

    @classmethod
    def load(cls, dumped: object) -> "State":
        """Return the state that was dumped, by this version of the fold or by an earlier one.

        What an earlier one did not know is as at the start of a log.

        Raises:
            ValueError: when it is no dumped state.
        """
        return _adapter().validate_python(dumped)

    def _sweep(self) -> None:
        """Forget, every ten minutes, what can no longer be completed."""
        if self.latest_us >= self.swept_us + _SWEEP_EVERY_US:
            self.swept_us = self.latest_us
            for part in (self.hall, self.backlog, self.desks, self.staff, self.senders):
                part.sweep(self.latest_us)


_STEPS: dict[type[Happening], Callable[[State], _Step]] = {
    TicketIssued: lambda state: state.hall.issue,
    TicketCalled: lambda state: state.hall.call,
    TicketRecalled: lambda state: state.hall.recall,
    TicketTransferred: lambda state: state.hall.transfer,
    TicketAbandoned: lambda state: state.hall.abandon,
    ServiceStarted: lambda state: state.hall.start,
    ServiceFinished: lambda state: state.hall.finish,
    RecordReceived: lambda state: state.backlog.receive,
    RecordSupplementRequested: lambda state: state.backlog.request,
    RecordSupplemented: lambda state: state.backlog.supplement,
    RecordProcessed: lambda state: state.backlog.process,
    RecordApproved: lambda state: state.backlog.settle,
    RecordSettled: lambda state: state.backlog.settle,
    RecordReturned: lambda state: state.backlog.give_back,
    RecordWithdrawn: lambda state: state.backlog.settle,
    CounterOpened: lambda state: state.desks.open,
    CounterClosed: lambda state: state.desks.close,
    StaffSignedIn: lambda state: state.staff.sign_in,
    StaffSignedOut: lambda state: state.staff.sign_out,
    OutageStarted: lambda state: state.outages.start,
    OutageEnded: lambda state: state.outages.end,
}
"""The step that each kind of event is."""


def _day_end(now: datetime, zone: tzinfo) -> datetime:
    """Return the midnight at which the day of an instant ends, in UTC."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


@cache
def _adapter() -> TypeAdapter[State]:
    """Return what writes and reads a state by the types of its fields."""
    return TypeAdapter(State)


@cache
def fold_version() -> str:
    """Return what changes whenever the code of the fold does: states that differ in it may count differently."""
    digest = sha256()
    for folder in ("monitor.events", "monitor.state"):
        for file in sorted(files(folder).iterdir(), key=lambda each: each.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
