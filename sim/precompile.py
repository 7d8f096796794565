"""Everything that a run has compiled, compiled in two processes at once: the compiler itself does one thing at a time.

In: a scenario and one of its plans, to have something to compile for. Out: nothing but what the compiler keeps on disk,
where the next call of each function finds it. Invariant: what both need is little, so hardly anything is made twice.
"""

import os
from concurrent.futures import wait

from sim.scenario import Scenario
from sim.trace import Trace
from sim.workers import Workers


def precompile(scenario: Scenario, plan: str) -> None:
    """Compile all that draws and simulates, and beside it all that measures; whatever fails is left to the caller."""
    with Workers(2) as workers:
        wait([workers.submit(task, scenario, plan) for task in (_simulate, _measure)])


def _simulate(scenario: Scenario, plan: str) -> Trace:
    from sim.engine import simulate  # noqa: PLC0415 - these load the compiler, as below
    from sim.plan import build_plan  # noqa: PLC0415
    from sim.workload import sample_workload  # noqa: PLC0415

    workload = sample_workload(scenario.world(plan), seed=1, replication=0)
    return simulate(workload, build_plan(scenario, plan))


def _measure(scenario: Scenario, plan: str) -> None:
    from sim.measures import measure  # noqa: PLC0415
    from sim.plan import build_plan  # noqa: PLC0415

    with Workers(1) as apart:
        trace = apart.submit(simulate_by_python, scenario, plan).result()
    measure(trace, build_plan(scenario, plan))


def simulate_by_python(scenario: Scenario, plan: str) -> Trace:
    """Return a replication that Python has simulated; to be called in a process that has not loaded the compiler."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # read when the compiler is loaded, by what follows
    return _simulate(scenario, plan)
