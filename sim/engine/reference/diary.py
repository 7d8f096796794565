"""What becomes of each record, noted as it happens."""

import numpy as np
from numpy.typing import NDArray

from sim.engine.reference.calendar import Calendar
from sim.trace import NEVER, State


class Diary:
    """The stints of every record's life, one after the other without a gap."""

    def __init__(self, calendar: Calendar, n_records: int) -> None:
        self._calendar = calendar
        self._stints: list[list[tuple[int, int, int, int, int]]] = [[] for _ in range(n_records)]
        self._present: list[tuple[State, int, int] | None] = [None] * n_records

    def enter(self, record: int, state: State, person: int = NEVER, *, since: int | None = None) -> None:
        """End what the record is doing now, and begin this, with a person who works on it or attends it.

        `since` is for records of the first day alone, whose first stint began before.
        """
        self.close(record)
        self._present[record] = (state, self._calendar.tick if since is None else since, person)

    def close(self, record: int) -> None:
        """End what the record is doing now."""
        if (present := self._present[record]) is not None:
            state, start, person = present
            self._stints[record].append((record, state, start, self._calendar.tick, person))
        self._present[record] = None

    def has_begun(self, record: int) -> bool:
        """Return whether anything has been noted of the record."""
        return self._present[record] is not None or bool(self._stints[record])

    def stints(self) -> NDArray[np.int64]:
        """Return all stints, those under way without an end, as a trace has them: ``int64[n_stints, 5]``."""
        rows = []
        for record, (stints, present) in enumerate(zip(self._stints, self._present, strict=True)):
            rows += stints
            if present is not None:
                state, start, person = present
                rows.append((record, state, start, NEVER, person))
        return np.array(rows, dtype=np.int64).reshape(-1, 5)
