"""What a follower follows: another system that is looked at now and then.

Place in the pipeline: the interface of the adapters that look. Out: events.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.events import Event
from sim import PeakweekError


@dataclass(eq=False)
class SourceError(PeakweekError):
    """The other system cannot be read now.

    Attributes:
        source: what it is called in the file that tells how to follow it.
        reason: what went wrong.
    """

    source: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.source}: {self.reason}"


class Source(Protocol):
    """Another system that is looked at now and then.

    Attributes:
        skipped: how many things of it could not be told, by reason; no reason holds a value.
    """

    skipped: Counter[str]

    async def read(self) -> Sequence[Event]:
        """Return what is known to have happened, by time, perhaps with events that were returned before.

        Raises:
            SourceError: it cannot be read now.
        """

    async def keep(self) -> None:
        """Remember that the events that were read last are acknowledged."""

    async def aclose(self) -> None:
        """Give back what is held."""
