"""Everything that a run has compiled, compiled in two processes at once: the compiler itself does one thing at a time.

In: a scenario and one of its plans, to have something to compile for. Out: nothing but what the compiler keeps on disk,
where the next call of each function finds it. Invariant: what both need is little, so hardly anything is made twice.
"""

import os
from multiprocessing import Pipe
from typing import TYPE_CHECKING

from sim.scenario import Scenario
from sim.trace import Trace
from sim.workers import started

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def precompile(scenario: Scenario, plan: str) -> None:
    """Compile all that draws and simulates, and beside it all that measures; whatever fails is left to the caller."""
    reader, writer = Pipe(duplex=False)
    with reader, writer:
        # Plain processes: of an executor, Ctrl-C would leave semaphores behind, and a complaint of them.
        simulates = started(_simulate, scenario, plan)
        sends = started(_send_trace, writer, scenario, plan)
        measures = started(_measure, reader, scenario, plan)
    simulates.join()
    sends.terminate()  # what takes Python longer is large; then the run itself compiles what measures
    measures.join()


def _simulate(scenario: Scenario, plan: str) -> Trace:
    from sim.engine import simulate  # noqa: PLC0415 - these load the compiler, as below
    from sim.plan import build_plan  # noqa: PLC0415
    from sim.workload import sample_workload  # noqa: PLC0415

    workload = sample_workload(scenario.world(plan), seed=1, replication=0)
    return simulate(workload, build_plan(scenario, plan))


def _send_trace(writer: "Connection[Trace, Trace]", scenario: Scenario, plan: str) -> None:
    with writer:
        writer.send(simulate_by_python(scenario, plan))


def _measure(reader: "Connection[Trace, Trace]", scenario: Scenario, plan: str) -> None:
    from sim.measures import measure  # noqa: PLC0415
    from sim.plan import build_plan  # noqa: PLC0415

    measure(reader.recv(), build_plan(scenario, plan))


def simulate_by_python(scenario: Scenario, plan: str) -> Trace:
    """Return a replication that Python has simulated; to be called in a process that has not loaded the compiler."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # read when the compiler is loaded, by what follows
    return _simulate(scenario, plan)
