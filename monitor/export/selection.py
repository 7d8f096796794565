"""Which events are wanted.

Place in the pipeline: under the formats. In: a log. Out: its events, in the order of their numbers.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from monitor.events import Stored
from monitor.store import Place, StoreError

_READ_ROWS = 2_000


@dataclass(frozen=True)
class Selection:
    """Which events are wanted; what is None chooses nothing.

    Attributes:
        since: those that happened then or later.
        until: those that happened before.
        centre: those of one centre.
    """

    since: datetime | None = None
    until: datetime | None = None
    centre: str | None = None

    def has(self, stored: Stored) -> bool:
        """Return whether an event is wanted."""
        time = stored.event.time
        is_in_time = (self.since is None or time >= self.since) and (self.until is None or time < self.until)
        return is_in_time and self.centre in (None, stored.centre)


def chosen(place: Place, selection: Selection) -> Iterator[Stored]:
    """Yield the events that are wanted, of the log as it is at one instant.

    Raises:
        StoreError: the log is not there, or cannot be read.
    """
    try:
        with closing(place.reader()) as log:
            log.begin_reading()
            seq = 0
            while rows := log.rows(seq, _READ_ROWS):
                yield from filter(selection.has, (row.stored() for row in rows))
                seq = rows[-1].seq
            log.rollback()
    except StoreError:
        raise
    except Exception as problem:  # noqa: BLE001 - every driver has its own
        raise StoreError(place.name, f"cannot read the log of events ({' '.join(str(problem).split())})") from None
