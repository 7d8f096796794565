"""The vocabulary: what can happen at a centre.

Place in the pipeline: under the door. Out: frozen values, one class for each kind of event. Invariant: no field holds
free text, and only counts tell of people.

To add a kind of event, add a subclass of `Happening` with a docstring, which is what the documentation says of it, and
a step in `monitor.state`. Its name on the wire is ``org.peakweek.<kind>.v1``; a change of meaning is a new version.
"""

from inspect import getdoc
from typing import Annotated, ClassVar, Literal

from msgspec import Struct, field
from pydantic import Field

from monitor.events.fields import Count, Identifier, Instant

Outage = Literal["line", "portal", "software", "power"]
"""What can be out of order."""

Ticket = Annotated[Identifier, Field(description="the ticket's number; it may start again every day")]
Queue = Annotated[Identifier, Field(description="the queue, that is the station, for which the ticket waits")]
Record = Annotated[Identifier, Field(description="the record's number")]
Counter = Annotated[Identifier, Field(description="the counter")]
Group = Annotated[Identifier, Field(description="people who do the same work; never one person")]
What = Annotated[Outage, Field(description="what is out of order: line, portal, software or power")]


def _one() -> int:
    """Return the count where none is told; it is written all the same, which a plain default would not be."""
    return 1


class Happening(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an event says has happened: the CloudEvent's ``data``.

    Attributes:
        kind: thing and what happened to it; the middle of the CloudEvent's type.
    """

    kind: ClassVar[str]

    @classmethod
    def means(cls) -> str:
        """Return what has happened, in a sentence."""
        return (getdoc(cls) or "").partition("\n\n")[0].replace("\n", " ")

    @classmethod
    def otherwise(cls) -> str:
        """Return what it does when it is told in another order, late, or again."""
        return (getdoc(cls) or "").partition("\n\n")[2].replace("\n", " ")


class TicketIssued(Happening, frozen=True):
    """A visitor took a ticket and began to wait.

    Again for a ticket that waits: the earlier visitor has left unseen (`reissued`); with the same queue and time:
    `repeated`.
    """

    kind = "ticket.issued"
    ticket: Ticket
    queue: Queue


class TicketCalled(Happening, frozen=True):
    """A ticket was called to a counter: its wait is over, its service begins.

    Before its issue: counted when the issue arrives. Again: `repeated`, as a recall.
    """

    kind = "ticket.called"
    ticket: Ticket
    counter: Annotated[Identifier | None, Field(description="the counter, if it is known")] = None


class TicketRecalled(Happening, frozen=True):
    """A ticket was called again, because nobody came; the wait ended at the first call.

    Before the call: the ticket no longer waits, and its wait is counted when the call arrives.
    """

    kind = "ticket.recalled"
    ticket: Ticket
    counter: Annotated[Identifier | None, Field(description="the counter, if it is known")] = None


class TicketTransferred(Happening, frozen=True):
    """A visitor was sent to another queue, and waits there from now on with the same ticket; a service ends.

    Before its issue, or without one: the visitor waits in the new queue all the same. After a later call: nobody is
    put in line again (`stale`). With the same queue and time: `repeated`.
    """

    kind = "ticket.transferred"
    ticket: Ticket
    queue: Annotated[Identifier, Field(description="the queue that the visitor is sent to")]


class TicketAbandoned(Happening, frozen=True):
    """A visitor left without being served.

    Before its issue: counted when the issue arrives. Again: `repeated`.
    """

    kind = "ticket.abandoned"
    ticket: Ticket


class ServiceStarted(Happening, frozen=True):
    """The visitor sat down: the service is counted from here instead of from the call.

    Optional. The wait ends at the call all the same. After the service has finished: too late to count. Again:
    `repeated`.
    """

    kind = "service.started"
    ticket: Ticket


class ServiceFinished(Happening, frozen=True):
    """The service of a called ticket ended.

    Before issue or call: counted when they arrive. Again: `repeated`.
    """

    kind = "service.finished"
    ticket: Ticket


class RecordReceived(Happening, frozen=True):
    """A record was received, perhaps with the instant at which it is due.

    Again, also within a week of its settlement: `repeated`.
    """

    kind = "record.received"
    record: Record
    procedure: Annotated[Identifier, Field(description="kind of record")]
    due: Annotated[
        Instant | None,
        Field(description="when it is to be settled, before supplements"),
    ] = None
    field: Annotated[Identifier | None, Field(description="group of procedures, such as land or civil-status")] = None


class RecordSupplementRequested(Happening, frozen=True):
    """The citizen was asked for what is missing: the time until it comes does not count, and is added to what is due.

    A second request makes the record late, whenever it is settled. Before the receipt: counted when the receipt
    arrives. With the time of the first or the last: `repeated`. After the settlement: `stale`.
    """

    kind = "record.supplement_requested"
    record: Record


class RecordSupplemented(Happening, frozen=True):
    """The citizen has brought what was missing.

    Before its request or the receipt: counted when they arrive. With the time of the first or the last: `repeated`.
    After the settlement: `stale`.
    """

    kind = "record.supplemented"
    record: Record


class RecordProcessed(Happening, frozen=True):
    """The back office has done its work: the record waits to be approved.

    Before the receipt: counted when the receipt arrives. Again: `repeated`. After the settlement: nothing.
    """

    kind = "record.processed"
    record: Record


class RecordApproved(Happening, frozen=True):
    """A record was approved, which settles it.

    As `record.settled`. Where both are told, the first that arrives settles, and the other changes nothing.
    """

    kind = "record.approved"
    record: Record


class RecordSettled(Happening, frozen=True):
    """A record was settled: its result is ready, whether it was approved or needs no approval.

    Before its receipt: remembered for a week, and counted when the receipt arrives. Again: `repeated`.
    """

    kind = "record.settled"
    record: Record


class RecordReturned(Happening, frozen=True):
    """The result was handed to the citizen; a record that nobody has settled is settled by that.

    Before its receipt: counted as a return only.
    """

    kind = "record.returned"
    record: Record


class RecordWithdrawn(Happening, frozen=True):
    """A record ended without a result: its citizen withdrew it, or the office stopped it; neither settled nor late.

    As `record.settled`. Where both are told, the first that arrives counts, and the other changes nothing.
    """

    kind = "record.withdrawn"
    record: Record


class CounterOpened(Happening, frozen=True):
    """A counter was staffed, perhaps for one queue only.

    Earlier than what is known of the counter: `stale`.
    """

    kind = "counter.opened"
    counter: Counter
    queue: Annotated[Identifier | None, Field(description="the queue that it serves, if only one")] = None


class CounterClosed(Happening, frozen=True):
    """A counter is no longer staffed.

    Earlier than what is known of the counter: `stale`.
    """

    kind = "counter.closed"
    counter: Counter


class StaffSignedIn(Happening, frozen=True):
    """So many people of a group came on duty.

    In any order with those who go. A group of which nobody hears for 12 hours has gone home.
    """

    kind = "staff.signed_in"
    group: Group
    count: Annotated[Count, Field(description="how many people; never who")] = field(default_factory=_one)


class StaffSignedOut(Happening, frozen=True):
    """So many people of a group went off duty.

    In any order with those who come; more than have come count as none on duty.
    """

    kind = "staff.signed_out"
    group: Group
    count: Annotated[Count, Field(description="how many people; never who")] = field(default_factory=_one)


class OutageStarted(Happening, frozen=True):
    """Something is out of order from now on: the line, the portal, the software, or the power.

    Again, while it is out of order: `repeated`. Earlier than what is known of it: `stale`.
    """

    kind = "outage.started"
    what: What


class OutageEnded(Happening, frozen=True):
    """What was out of order works again.

    Before its beginning: it works, and the outage is counted when its beginning arrives. With the same time:
    `repeated`. Earlier than what is known of it: `stale`.
    """

    kind = "outage.ended"
    what: What


VOCABULARY: dict[str, type[Happening]] = {
    f"org.peakweek.{happening.kind}.v1": happening for happening in Happening.__subclasses__()
}
"""Every kind of event by its CloudEvents type."""
