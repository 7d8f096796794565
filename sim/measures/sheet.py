"""The stints of a trace sorted by state, so that what is counted together lies together.

Place in the pipeline: between the trace and its figures. In: stints. Out: slices of their columns. Invariant: within a
state stints keep their order: by record, for each in the order in which things happened.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.load import NOTHING, Load
from sim.measures.passes import sort_by_state
from sim.timebase import Ticks
from sim.trace import NEVER, State

# States that many figures take together are neighbours here.
_ORDER = (
    State.GUIDANCE,
    State.HANDOVER,
    State.WRONG_COUNTER,
    State.INTAKE,
    State.SCAN,
    State.WAIT_SCANNER,
    State.UPLOAD,
    State.CHECK,
    State.BACK_OFFICE,
    State.APPROVAL,
    State.WAIT_GUIDANCE,
    State.WAIT_INTAKE,
    State.WAIT_HANDOVER,
    State.WAIT_PORTAL,
    State.WAIT_CHECK,
    State.WAIT_BACK_OFFICE,
    State.WAIT_APPROVAL,
    State.WAIT_SIGNING,
    State.SENT_HOME,
    State.RENEGED,
    State.BALKED,
    State.SUPPLEMENT,
    State.GONE,
    State.PARTY,
    State.COLLECT,
)
_PLACE = np.argsort(np.array(_ORDER))  # of each state in that order
_PLACES: list[int] = _PLACE.tolist()  # the same for Python, which is quicker with lists
_LINE = np.full(len(State), NEVER)  # of work at a desk, the line for it
_LINE[[State.CHECK, State.BACK_OFFICE, State.APPROVAL]] = (
    State.WAIT_CHECK,
    State.WAIT_BACK_OFFICE,
    State.WAIT_APPROVAL,
)


class Sheet:
    """The columns of the stints, by state.

    Attributes:
        record: ``int64[n_stints]``.
        start: ``int64[n_stints]``.
        end: ``int64[n_stints]``; the end of the period, where the stint lasts when the period ends.
        person: ``int64[n_stints]``, who works or attends.
        order: ``int64[n_stints]``, where they are in the trace.
    """

    def __init__(self, stints: NDArray[np.int64], end_tick: int) -> None:
        """Take the stints of a trace, or all those of some of its records."""
        self._stints = stints
        bounds, columns = np.zeros(len(_ORDER) + 1, dtype=np.int64), np.empty((5, len(stints)), dtype=np.int64)
        sort_by_state(stints, _PLACE, end_tick, bounds, columns)
        self._bounds: list[int] = bounds.tolist()
        self.order, self.record, self.start, self.end, self.person = columns
        self._loads: dict[tuple[int, int], Load] = {}

    @cached_property
    def previous_state(self) -> NDArray[np.int64]:
        """Return the state that the same record was in before: ``int64[n_stints]``, `NEVER` for the first of a life."""
        record, state = self._stints[:, 0], self._stints[:, 1]
        before = np.full(len(state), NEVER, dtype=np.int64)
        before[1:] = np.where(record[1:] == record[:-1], state[:-1], NEVER)
        return np.asarray(before[self.order])

    @cached_property
    def following(self) -> NDArray[np.int64]:
        """Return state and person of what the same record does next: ``int64[n_stints, 2]``, `NEVER` for the last."""
        record = self._stints[:, 0]
        after = np.full((len(record), 2), NEVER, dtype=np.int64)
        is_same = record[1:] == record[:-1]
        after[:-1][is_same] = self._stints[1:][is_same][:, [1, 4]]
        return np.asarray(after[self.order])

    def is_put_down(self, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether these stints at a desk ended with the record in its line again: ``bool[n]``."""
        here = self.order[chosen]
        there = np.minimum(here + 1, len(self._stints) - 1)
        is_same = self._stints[there, 0] == self._stints[here, 0]
        return np.asarray(is_same & (self._stints[there, 1] == _LINE[self._stints[here, 1]]))

    def of(self, first: State, last: State | None = None) -> slice:
        """Return where the stints of a state lie, or those from one state to another that are neighbours here."""
        return slice(self._bounds[_PLACES[first]], self._bounds[_PLACES[first if last is None else last] + 1])

    def n_of(self, first: State, last: State | None = None) -> int:
        """Return how many stints of a state there are, or of neighbours."""
        rows = self.of(first, last)
        return int(rows.stop - rows.start)

    def load(self, first: State, last: State | None = None) -> Load:
        """Return the stints of a state, or of neighbours, as they are under way over time."""
        return self.load_of(self.of(first, last))

    def load_of(self, rows: slice) -> Load:
        """Return the stints that lie there as they are under way over time; from memory if asked for before."""
        key = (rows.start, rows.stop)
        if key not in self._loads:
            self._loads[key] = Load(self.start[rows], self.end[rows]) if rows.start < rows.stop else NOTHING
        return self._loads[key]

    def starts(self, first: State, last: State | None = None) -> Ticks:
        """Return when the stints of a state, or of neighbours, began."""
        return self.start[self.of(first, last)]
