"""Every random draw of a replication, one row per record.

In: a `Scenario`, a seed and the number of the replication. Out: a frozen `Workload`. Invariant: what is drawn for a
record does not depend on the plan, nor on whether other records exist; so plans are compared on the same records, and
when demand rises by a tenth, the records of before are still there with all their draws (common random numbers).
"""

from sim.streams import PPM
from sim.timebase import NEVER
from sim.workload.rows import Workload
from sim.workload.sample import sample_workload

__all__ = ["NEVER", "PPM", "Workload", "sample_workload"]
