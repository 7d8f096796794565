"""What the drill fails with."""

from dataclasses import dataclass

from sim import PeakweekError


@dataclass(eq=False)
class DrillError(PeakweekError):
    """The drill did not go as it should.

    Attributes:
        what: what was missed, or came beside it.
    """

    what: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"the drill failed: {self.what}"
