"""The engines, which are judged by the same tests and have to agree."""

from sim.engine import EngineName, simulate
from sim.plan import Plan
from sim.trace import Trace
from sim.workload import Workload

ENGINES: tuple[EngineName, ...] = ("reference", "compiled")


def trace_of(workload: Workload, plan: Plan) -> Trace:
    """Return what every engine makes of the workload under the plan; the first is the definition."""
    first, *others = (simulate(workload, plan, engine=engine) for engine in ENGINES)
    for engine, trace in zip(ENGINES[1:], others, strict=True):
        assert trace.differences(first) == [], f"{engine} differs from {ENGINES[0]}"
    return first
