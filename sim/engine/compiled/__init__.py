"""The compiled engine: one loop over a flat memory; the reference's trace, faster.

In: a workload, a plan and conditions. Out: a `Trace`. Invariant: written from the text of `sim.engine.order` alone, it
shares no logic with the reference engine. Threads may run replications at the same time.
"""

import threading

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled.entry import enlarged, lay_out, tell
from sim.engine.compiled.layout import material_of
from sim.engine.compiled.loop import happen
from sim.engine.compiled.tables import Whole
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


class _Kept(threading.local):
    """The memory of a thread's last replication, for its next: new memory costs more than it takes to write to it."""

    memory: Whole = np.empty(0, dtype=np.int64)


_KEPT = _Kept()


def simulate_compiled(workload: Workload, plan: Plan, conditions: Conditions) -> Trace:
    """Return what happens to the workload under the plan and these conditions."""
    memory, x = lay_out(*material_of(workload, plan, conditions), _KEPT.memory)
    while not happen(memory, x):
        memory = enlarged(memory)
    _KEPT.memory = memory
    received, settled, stints = tell(memory)
    return Trace(workload=workload, received=received, settled=settled, stints=stints)
