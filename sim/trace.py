"""Everything that happened in one replication.

In: what an engine noted. Out: a frozen `Trace`, from which all figures are measured. Invariant: two engines that mean
the same give the same arrays, element for element; an instant that never came is `NEVER`.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.timebase import NEVER, Ticks
from sim.workload import Workload

__all__ = ["AWAY_STATES", "COUNTER_STATES", "NEVER", "WAIT_STATES", "State", "Trace"]


class State(IntEnum):
    """What a record, or the visit that brings it, is doing; at every tick of its life exactly one of these."""

    WAIT_GUIDANCE = 0
    GUIDANCE = 1
    WAIT_INTAKE = 2
    WRONG_COUNTER = 3
    PARTY = 4  # in the hall or at home with the leader of its visit
    INTAKE = 5
    WAIT_SCANNER = 6
    SCAN = 7
    UPLOAD = 8
    SENT_HOME = 9  # away: the doors were closed, or closed while it waited
    RENEGED = 10  # away: lost patience
    BALKED = 11  # away: turned around at the sight of the line
    SUPPLEMENT = 12  # away: the citizen looks for what was missing
    GONE = 13  # away for good
    WAIT_PORTAL = 14
    WAIT_CHECK = 15
    CHECK = 16
    WAIT_BACK_OFFICE = 17
    BACK_OFFICE = 18
    WAIT_SIGNING = 19  # for the time at which it is laid before the signatory
    WAIT_APPROVAL = 20
    APPROVAL = 21
    COLLECT = 22  # settled; the citizen has not come for the result yet
    WAIT_HANDOVER = 23
    HANDOVER = 24


WAIT_STATES = (
    State.WAIT_GUIDANCE,
    State.WAIT_INTAKE,
    State.WAIT_CHECK,
    State.WAIT_BACK_OFFICE,
    State.WAIT_APPROVAL,
    State.WAIT_HANDOVER,
)
AWAY_STATES = (State.SENT_HOME, State.RENEGED, State.BALKED)
COUNTER_STATES = (
    State.WRONG_COUNTER,
    State.INTAKE,
    State.WAIT_SCANNER,
    State.SCAN,
    State.UPLOAD,
    State.HANDOVER,
)


@dataclass(frozen=True)
class Trace:
    """What happened to each record, and who worked on it when.

    Attributes:
        workload: the draws that it happened to.
        received: ``int64[n_records]``, tick at which the record is received; for records of the first day their
            arrival.
        settled: ``int64[n_records]``, tick at which nothing is left to do but to hand it over.
        stints: ``int64[n_stints, 5]``, rows (record, state, start, end, person): the life of each record from arrival
            on, without a gap, sorted by record, for each in the order in which things happened. A stint of no length
            is noted, too. `person` is who works on it or, at a counter, attends it; `NEVER` where nobody does. `end` is
            `NEVER` where the stint lasts when the period ends; GONE never ends.
    """

    workload: Workload
    received: Ticks
    settled: Ticks
    stints: NDArray[np.int64]

    def of(self, *states: State) -> NDArray[np.int64]:
        """Return the stints in these states, in their order: ``int64[n, 5]``."""
        return self.stints[np.isin(self.stints[:, 1], states)]

    def differences(self, other: "Trace") -> list[str]:
        """Return the names of the arrays in which the two differ; none when the traces are the same."""
        names = [field.name for field in fields(self) if field.name != "workload"]
        return [name for name in names if not np.array_equal(getattr(self, name), getattr(other, name))]
