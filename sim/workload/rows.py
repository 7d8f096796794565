"""Every random draw of a replication, one row per record: what engines are given.

In: a `Scenario`, a seed and the number of the replication. Out: a frozen `Workload`. Invariant: what is drawn for a
record does not depend on the plan, nor on whether other records exist; so plans are compared on the same records, and
when demand rises by a tenth, the records of before are still there with all their draws (common random numbers).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.timebase import Ticks


@dataclass(frozen=True)
class Workload:
    """The records of one replication, those of the first day first, then in the order of their arrival.

    The records of a visit are neighbours, its leader first. An amount of work that is `NEVER` says that the stage is
    not in the record's route. A draw in millionths is 0 … PPM - 1, or `PPM`, which is below nothing, where nothing in
    the scenario asks for it. What is out of all proportion is cut: work to 2³¹ - 1 ticks, delays and ages to ten years,
    bits to 2⁵³.

    Attributes:
        seed: root seed.
        replication: number of the replication, from 0.
        arrival: ``int64[n_records]``, tick of arrival, non-decreasing; ≤ 0, and not `NEVER`, for records of the
            first day.
        entry: ``int64[n_records]``, the `Stage` at which a record of the first day waits; `NEVER` for all others.
        follower: ``int64[n_records]``, the next record of the same visit, `NEVER` for the last.
        leads: ``bool[n_records]``, whether it is the first of its visit.
        procedure: ``int64[n_records]``, index into the scenario's procedures.
        priority: ``int64[n_records]``, the lower comes first.
        channel_draw: ``int64[n_records]``, millionths; below the plan's part, the visit is submitted online; `PPM` for
            those who have an appointment.
        wrong_draw: ``int64[n_records]``, millionths; below the plan's part, the visit finds a wrong counter first.
        incomplete_draw: ``int64[n_records]``, millionths; below the plan's part, papers are missing.
        work: ``int64[6, n_records]``, ticks of practised work by `Stage`; `NEVER` where not in the route.
        scan_work: ``int64[n_records]``, ticks on a scanner, ≥ 0.
        upload_bit: ``int64[n_records]``, bits to upload, ≥ 0.
        patience: ``int64[n_records]``, ticks that one waits in a line of the hall; `NEVER` is for ever.
        balk_at: ``int64[n_records]``, how many must wait for one to turn around; `NEVER` is none.
        n_tries: ``int64[n_records]``, how many times one leaves in vain at most, ≥ 1; the last is for good.
        return_offset: ``int64[n_records]``, ticks after an opening at which one is back, ≥ 0.
        supplement_delay: ``int64[n_records]``, ticks until what was missing is brought, ≥ 0.
        collect_delay: ``int64[n_records]``, ticks from settlement until one comes for the result, ≥ 0.
        absence_draw: ``int64[n_groups, n_members, n_days]``, millionths; below the plan's part, one is absent that day.
        outages: ``int64[n_outages, 5]``, rows (system, start, end, permille left, loses work), fixed and random ones;
            systems are numbered as `System`, rows sorted.
    """

    seed: int
    replication: int
    arrival: Ticks
    entry: NDArray[np.int64]
    follower: NDArray[np.int64]
    leads: NDArray[np.bool_]
    procedure: NDArray[np.int64]
    priority: NDArray[np.int64]
    channel_draw: NDArray[np.int64]
    wrong_draw: NDArray[np.int64]
    incomplete_draw: NDArray[np.int64]
    work: NDArray[np.int64]
    scan_work: Ticks
    upload_bit: NDArray[np.int64]
    patience: Ticks
    balk_at: NDArray[np.int64]
    n_tries: NDArray[np.int64]
    return_offset: Ticks
    supplement_delay: Ticks
    collect_delay: Ticks
    absence_draw: NDArray[np.int64]
    outages: NDArray[np.int64]

    @property
    def n_records(self) -> int:
        """Return how many records there are."""
        return len(self.arrival)
