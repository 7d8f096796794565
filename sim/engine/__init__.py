"""Engines: from draws and a plan to what happened."""

from typing import Literal

from sim.conditions import find_conditions
from sim.engine.reference import simulate_reference
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload

EngineName = Literal["compiled", "reference"]


def simulate(workload: Workload, plan: Plan, *, engine: EngineName = "compiled") -> Trace:
    """Return what happens to the workload under the plan; no randomness, no clock, no input or output.

    Args:
        workload: every draw of a replication.
        plan: the leaders' choice, in ticks.
        engine: `reference` (SimPy, the definition) or `compiled` (Numba, the same trace, faster).
    """
    conditions = find_conditions(workload, plan)
    if engine == "compiled":
        from sim.engine.compiled import simulate_compiled  # noqa: PLC0415 - loads the compiler

        return simulate_compiled(workload, plan, conditions)
    return simulate_reference(workload, plan, conditions)
