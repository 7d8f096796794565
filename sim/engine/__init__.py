"""Engines: from draws and a plan to what happened."""

from sim.engine.reference import simulate_reference
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload


def simulate(workload: Workload, plan: Plan) -> Trace:
    """Return what happens to the workload under the plan; no randomness, no clock, no input or output."""
    return simulate_reference(workload, plan)
