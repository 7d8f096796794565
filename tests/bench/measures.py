"""What the figures of a replication cost: as a part of what it costs to simulate it, for each scenario.

``python tests/bench/measures.py [SCENARIO ...]`` tells processor time of one thread under the last plan of each, the
compiled engine and the figures taken in turns; without a scenario, of all that are shipped. Ratios mean something on a
busy machine too, if it is busy all the time.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sim.engine import simulate
from sim.measures import BREAKDOWNS, measure
from sim.plan import build_plan
from sim.scenario import read_scenario
from sim.workload import sample_workload

_REPLICATIONS, _ROUNDS = 5, 20


def seconds(run: Callable[[], object]) -> float:
    """Return the processor time that a call takes."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def tell(path: Path) -> None:
    """Print what figures, and breakdowns besides, cost under the scenario's last plan."""
    scenario = read_scenario(str(path))
    name = list(scenario.plans)[-1]
    plan, world = build_plan(scenario, name), scenario.world(name)
    workloads = [sample_workload(world, seed=1, replication=number) for number in range(_REPLICATIONS)]
    traces = [simulate(workload, plan, engine="compiled") for workload in workloads]
    times = [
        (
            seconds(lambda: simulate(workload, plan, engine="compiled")),  # noqa: B023 - called at once
            seconds(lambda: measure(trace, plan)),  # noqa: B023
        )
        for _ in range(_ROUNDS)
        for workload, trace in zip(workloads, traces, strict=True)
    ]
    simulating, measuring = (median(column) * 1e3 for column in zip(*times, strict=True))
    ratio = median(figures / engine for engine, figures in times)
    parting = median(seconds(lambda: measure(trace, plan, breakdowns=BREAKDOWNS)) for trace in traces) * 1e3  # noqa: B023
    n_stints = sum(len(trace.stints) for trace in traces) // len(traces)
    print(  # noqa: T201
        f"{path.stem}/{name}: {n_stints} stints; figures / simulation {ratio:.2f} "
        f"({measuring:.2f} ms and {simulating:.2f} ms); with all breakdowns {parting:.1f} ms"
    )


def main() -> None:
    """Tell of the scenarios named on the command line."""
    shipped = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
    for path in [Path(name) for name in sys.argv[1:]] or shipped:
        tell(path)


if __name__ == "__main__":
    main()
