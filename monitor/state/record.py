"""One record of the backlog: when it is due, and how long it waited for its citizen.

Place in the pipeline: a part of `monitor.state`, under the backlog. Invariant: what a record says does not depend on
the order in which its requests and supplements were told.
"""

from dataclasses import dataclass

_ONE_REQUEST = 1


@dataclass(slots=True)
class Record:
    """A record that is open, or known only by what came before its receipt.

    Attributes:
        seen_us: when it was mentioned first, by the service's clock.
        procedure: the label that it is counted under.
        field: the same for its field.
        due_us: when it is to be settled, if nothing is to be supplemented.
        settled_by: the kind of event that settled it.
        n_requests: how many times supplements were requested.
        asked_us: the first of these requests, and the last.
        brought_us: the first supplement, and the last.
    """

    seen_us: int
    procedure: str = ""
    field: str = ""
    received_us: int | None = None
    processed_us: int | None = None
    settled_us: int | None = None
    settled_by: str = ""
    due_us: int | None = None
    n_requests: int = 0
    asked_us: tuple[int, int] | None = None
    brought_us: tuple[int, int] | None = None

    @property
    def is_with_citizen(self) -> bool:
        """Say whether something was asked for and has not come yet."""
        return self.asked_us is not None and (self.brought_us is None or self.brought_us[1] < self.asked_us[1])

    def request(self, time_us: int) -> bool:
        """Note a request for supplements; say whether it is a new one."""
        if self.asked_us and time_us in self.asked_us:
            return False
        self.asked_us = _widened(self.asked_us, time_us)
        self.n_requests += 1
        return True

    def supplement(self, time_us: int) -> bool:
        """Note what the citizen brought; say whether it is news."""
        if self.brought_us and time_us in self.brought_us:
            return False
        self.brought_us = _widened(self.brought_us, time_us)
        return True

    def paused_us(self, until_us: int) -> int:
        """Return how long it waited for its citizen, up to an instant; of many times only the first and the last."""
        if self.asked_us is None:
            return 0
        first, last = self.asked_us
        brought = self.brought_us or (until_us, until_us)
        last_us = max(0, (until_us if self.is_with_citizen else brought[1]) - last)
        if self.n_requests == _ONE_REQUEST:
            return last_us
        return last_us + max(0, min(brought[0], last) - first)

    def is_late(self, at_us: int) -> bool:
        """Say whether it is late if it is settled at an instant; it is, whenever, after a second request."""
        is_asked_twice = self.n_requests > _ONE_REQUEST
        return is_asked_twice or (self.due_us is not None and self.due_us + self.paused_us(at_us) < at_us)

    def is_due_before(self, end_us: int, now_us: int) -> bool:
        """Say whether it is due after now and before an end; not while the citizen has it."""
        if self.due_us is None or self.is_with_citizen or self.is_late(now_us):
            return False
        return self.due_us + self.paused_us(now_us) < end_us


def _widened(span: tuple[int, int] | None, time_us: int) -> tuple[int, int]:
    """Return the first and the last of the instants so far."""
    return (time_us, time_us) if span is None else (min(span[0], time_us), max(span[1], time_us))
