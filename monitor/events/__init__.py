"""Events: what happened at a centre, as CloudEvents 1.0.

Place in the pipeline: the door of the service. `vocabulary` says what can happen, `reading` takes it in, `envelope` is
the value that is stored, `fields` and `errors` are under them. Invariant: an event holds no text except short
identifiers; a name, an address, an identity or a phone number has no place in it.
"""

from monitor.events.envelope import Event, Stored
from monitor.events.errors import EventError
from monitor.events.forms import fields_of
from monitor.events.reading import is_binary, parse_batch, parse_binary, parse_event, read_written
from monitor.events.vocabulary import (
    VOCABULARY,
    CounterClosed,
    CounterOpened,
    Happening,
    Outage,
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
    TicketAbandoned,
    TicketCalled,
    TicketIssued,
    TicketRecalled,
    TicketTransferred,
)

__all__ = [
    "VOCABULARY",
    "CounterClosed",
    "CounterOpened",
    "Event",
    "EventError",
    "Happening",
    "Outage",
    "OutageEnded",
    "OutageStarted",
    "RecordApproved",
    "RecordProcessed",
    "RecordReceived",
    "RecordReturned",
    "RecordSettled",
    "RecordSupplementRequested",
    "RecordSupplemented",
    "RecordWithdrawn",
    "ServiceFinished",
    "ServiceStarted",
    "StaffSignedIn",
    "StaffSignedOut",
    "Stored",
    "TicketAbandoned",
    "TicketCalled",
    "TicketIssued",
    "TicketRecalled",
    "TicketTransferred",
    "fields_of",
    "is_binary",
    "parse_batch",
    "parse_binary",
    "parse_event",
    "read_written",
]
