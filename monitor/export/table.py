"""Events as the rows of one table.

Place in the pipeline: under the formats. Invariant: every kind of event has the same columns, in the same order.
"""

from datetime import datetime

from monitor.events import VOCABULARY, Stored

FIELDS = tuple(sorted({name for happening in VOCABULARY.values() for name in happening.__struct_fields__}))
"""The fields of all kinds of event."""

COLUMNS = ("seq", "centre", "received", "time", "event", "source", "id", *FIELDS)
"""The columns of the table: number, centre, receipt, time and kind of the event, its sender and id, and its fields."""


def cells(stored: Stored) -> tuple[object, ...]:
    """Return an event's row; None where it has no such field."""
    event, told = stored.event, stored.event.happening
    own = (stored.seq, stored.centre, stored.received, event.time, told.kind, event.source, event.id)
    return own + tuple(getattr(told, name, None) for name in FIELDS)


def as_text(value: object) -> str:
    """Return a cell as text: instants in RFC 3339, nothing for nothing."""
    if value is None:
        return ""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
