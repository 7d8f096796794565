"""Everything that happened in one replication.

In: what an engine noted. Out: a frozen `Trace`, from which all figures are measured. Invariant: two engines that mean
the same give the same arrays, element for element; an instant that never came is `NEVER`.
"""

from dataclasses import dataclass, fields

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
        wait_ticks: ``int64[n_records]``, time waited in the hall so far, over all visits.
        sent_home: ``int64[n_sent_home, 2]``, rows (record, tick) of visits that closing time ended unserved, in order.
        spells: ``int64[n_spells, 4]``, rows (person, start, end, record) of unbroken work, sorted by person, then
            start; a spell under way when the period ends is cut there.
    """

    workload: Workload
    called: Ticks
    upload_start: Ticks
    received: Ticks
    started: Ticks
    settled: Ticks
    wait_ticks: Ticks
    sent_home: NDArray[np.int64]
    spells: NDArray[np.int64]

    def differences(self, other: "Trace") -> list[str]:
        """Return the names of the arrays in which the two differ; none when the traces are the same."""
        names = [field.name for field in fields(self) if field.name != "workload"]
        return [name for name in names if not np.array_equal(getattr(self, name), getattr(other, name))]
