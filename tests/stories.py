"""Stories for the tests of the fold: what senders tell, as (kind, minute after noon, fields)."""

from collections.abc import Callable

from monitor.figures import Snapshot
from monitor.state import State

Told = tuple[str, float, dict[str, str | int]]
Fold = Callable[..., State]


def issued(minute: float, ticket: str = "A1", queue: str = "A") -> Told:
    """Return the issue of a ticket."""
    return "ticket.issued", minute, {"ticket": ticket, "queue": queue}


def called(minute: float, ticket: str = "A1") -> Told:
    """Return the call of a ticket."""
    return "ticket.called", minute, {"ticket": ticket}


def finished(minute: float, ticket: str = "A1") -> Told:
    """Return the end of a ticket's service."""
    return "service.finished", minute, {"ticket": ticket}


def left(minute: float, ticket: str = "A1") -> Told:
    """Return the departure of a visitor."""
    return "ticket.abandoned", minute, {"ticket": ticket}


def received(minute: float, record: str = "R1", **fields: str) -> Told:
    """Return the receipt of a record."""
    return "record.received", minute, {"record": record, "procedure": "land", **fields}


def settled(minute: float, record: str = "R1") -> Told:
    """Return the settlement of a record."""
    return "record.settled", minute, {"record": record}


def counter(minute: float, *, is_open: bool, name: str = "1", **fields: str) -> Told:
    """Return the opening or closing of a counter."""
    return ("counter.opened" if is_open else "counter.closed"), minute, {"counter": name, **fields}


def transferred(minute: float, ticket: str = "A1", queue: str = "B") -> Told:
    """Return the transfer of a visitor to another queue."""
    return "ticket.transferred", minute, {"ticket": ticket, "queue": queue}


def recalled(minute: float, ticket: str = "A1") -> Told:
    """Return another call of a ticket."""
    return "ticket.recalled", minute, {"ticket": ticket}


def started(minute: float, ticket: str = "A1") -> Told:
    """Return the beginning of a ticket's service."""
    return "service.started", minute, {"ticket": ticket}


def of_record(what: str, minute: float, record: str = "R1") -> Told:
    """Return a step of a record: supplement_requested, supplemented, processed, approved, settled, returned."""
    return f"record.{what}", minute, {"record": record}


def staff(what: str, minute: float, count: int = 1, group: str = "officers") -> Told:
    """Return people who have signed_in or signed_out."""
    return f"staff.{what}", minute, {"group": group, "count": count}


def outage(what: str, minute: float, thing: str = "line") -> Told:
    """Return an outage that has started or ended."""
    return f"outage.{what}", minute, {"what": thing}


def anomalies(snapshot: Snapshot) -> dict[str, int]:
    """Return the anomalies that there are."""
    return {reason: count for reason, count in snapshot.n_anomalous.items() if count}
