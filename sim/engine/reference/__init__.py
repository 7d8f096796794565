"""The centre as SimPy processes: the definition of what the model means.

In: a `Workload`, a `Plan` and the `Conditions` of the replication. Out: a `Trace`. The hall with its visits is in
`hall`, what becomes of a record behind the counters in `office`, the people in `people`, their lines in `floor`; the
order of events in `sim.engine.order`.
"""

from sim.conditions import Conditions
from sim.engine.reference.centre import Centre
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


def simulate_reference(workload: Workload, plan: Plan, conditions: Conditions) -> Trace:
    """Return what happens to the workload under the plan, up to the end of the period."""
    centre = Centre(workload, plan, conditions)
    centre.run()
    return centre.trace()
