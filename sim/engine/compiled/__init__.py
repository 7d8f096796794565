"""The compiled engine: one loop over a flat memory; the reference's trace, faster.

In: a workload, a plan and conditions. Out: a `Trace`. Invariant: written from the text of `sim.engine.order` alone, it
shares no logic with the reference engine. Threads may run replications at the same time.
"""

from sim.conditions import Conditions
from sim.engine.compiled.entry import enlarged, lay_out, tell
from sim.engine.compiled.layout import material_of
from sim.engine.compiled.loop import happen
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


def simulate_compiled(workload: Workload, plan: Plan, conditions: Conditions) -> Trace:
    """Return what happens to the workload under the plan and these conditions."""
    memory, x = lay_out(*material_of(workload, plan, conditions))
    while not happen(memory, x):
        memory = enlarged(memory)
    received, settled, stints = tell(memory)
    return Trace(workload=workload, received=received, settled=settled, stints=stints)
