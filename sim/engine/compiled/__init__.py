"""The compiled engine: one loop over a flat memory; the reference's trace, faster.

In: a workload, a plan and conditions. Out: a `Trace`. Invariant: written from the text of `sim.engine.order` alone, it
shares no logic with the reference engine. Threads may run replications at the same time.
"""

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled.diary import STINT
from sim.engine.compiled.layout import lay_out
from sim.engine.compiled.loop import run, sort_stints
from sim.engine.compiled.tables import At, Rec
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


def simulate_compiled(workload: Workload, plan: Plan, conditions: Conditions) -> Trace:
    """Return what happens to the workload under the plan and these conditions."""
    m, x = lay_out(workload, plan, conditions)
    while not run(m, x):  # there must be more room for stints, which are at the end
        more = m[At.NEXT_STINT] - m[At.STINTS]
        m = np.concatenate([m, np.empty(more, dtype=np.int64)])
        m[At.LAST_STINT] += more
    found = np.empty(((m[At.NEXT_STINT] - m[At.STINTS]) // STINT, STINT), dtype=np.int64)
    sort_stints(m, found)
    rows = m[m[At.RECORDS] : m[At.RECORDS_END]].reshape(-1, Rec.WIDTH)
    return Trace(
        workload=workload,
        received=rows[:, Rec.RECEIVED].copy(),
        settled=rows[:, Rec.SETTLED].copy(),
        stints=found,
    )
