"""Everything that happened in one replication.

In: what an engine noted. Out: a frozen `Trace`, from which all figures are measured. Invariant: two engines that mean
the same give the same arrays, element for element; an instant that never came is `NEVER`.
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.timebase import Ticks
from sim.workload import Workload

NEVER = -1


@dataclass(frozen=True)
class Trace:
    """What happened to each record, and who worked on it when.

    Attributes:
        workload: the draws that it happened to.
        called: ``int64[n_records]``, tick at which a counter took the visit.
        upload_start: ``int64[n_records]``, desk work at the counter done, upload begins.
        received: ``int64[n_records]``, upload done: the record is received and the visit over.
        started: ``int64[n_records]``, the back office takes it up.
        settled: ``int64[n_records]``, the back office is done with it.
        visits: ``int64[n_visits, 3]``, rows (record, joined, left), sorted: a person's waits in the hall, each ended by
            the call to a counter or by closing time; left is `NEVER` for who still waits.
        spells: ``int64[n_spells, 4]``, rows (person, start, end, record) of unbroken work, sorted by person, then
            start; a spell under way when the period ends is cut there.
    """

    workload: Workload
    called: Ticks
    upload_start: Ticks
    received: Ticks
    started: Ticks
    settled: Ticks
    visits: NDArray[np.int64]
    spells: NDArray[np.int64]

    @cached_property
    def wait_ticks(self) -> Ticks:
        """Return the time waited in the hall so far, over all visits: ``int64[n_records]``."""
        ended = self.visits[self.visits[:, 2] != NEVER]
        waits = np.zeros(self.workload.n_records, dtype=np.int64)
        np.add.at(waits, ended[:, 0], ended[:, 2] - ended[:, 1])
        return waits

    @cached_property
    def sent_home(self) -> NDArray[np.int64]:
        """Return the visits that closing time ended unserved: ``int64[n, 2]``, rows (record, tick)."""
        record, left = self.visits[:, 0], self.visits[:, 2]
        is_sent_home = (left != NEVER) & (left != self.called[record])
        return np.asarray(np.column_stack([record, left])[is_sent_home])

    def differences(self, other: "Trace") -> list[str]:
        """Return the names of the arrays in which the two differ; none when the traces are the same."""
        names = [field.name for field in fields(self) if field.name != "workload"]
        return [name for name in names if not np.array_equal(getattr(self, name), getattr(other, name))]
