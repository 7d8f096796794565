"""The compiled engine: one loop over a flat memory; the reference's trace, faster.

In: a workload, a plan and conditions. Out: a `Trace`. Invariant: written from the text of `sim.engine.order` alone, it
shares no logic with the reference engine. Threads may run replications at the same time.
"""

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled import at, rec
from sim.engine.compiled.diary import STINT
from sim.engine.compiled.layout import lay_out
from sim.engine.compiled.loop import run, sort_stints
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


def simulate_compiled(workload: Workload, plan: Plan, conditions: Conditions) -> Trace:
    """Return what happens to the workload under the plan and these conditions."""
    m, x = lay_out(workload, plan, conditions)
    while not run(m, x):  # there must be more room for stints, which are at the end
        more = m[at.NEXT_STINT] - m[at.STINTS]
        m = np.concatenate([m, np.empty(more, dtype=np.int64)])
        m[at.LAST_STINT] += more
    found = np.empty(m[at.NEXT_STINT] - m[at.STINTS], dtype=np.int64)
    sort_stints(m, found)
    rows = m[m[at.RECORDS] : m[at.RECORDS_END]].reshape(-1, rec.WIDTH)
    return Trace(
        workload=workload,
        received=rows[:, rec.RECEIVED].copy(),
        settled=rows[:, rec.SETTLED].copy(),
        stints=found.reshape(-1, STINT),
    )
