"""How long drawing a replication takes, as a part of how long simulating it takes.

``python tests/bench/sampling.py [SCENARIO …]`` tells it of each scenario under its first plan, by default of all that
are shipped, in processor time of one thread, the two taken in turns. The ratio means something on a busy machine too,
if it is busy all the time.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sim.engine import simulate
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import Workload, sample_workloads

_ROUNDS = 25
_TOGETHER = 4  # replications, as in a large experiment
_SHIPPED = Path(__file__).parents[2] / "scenarios"


def seconds(run: Callable[[], object]) -> float:
    """Return the processor time that a call takes."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def tell_ratio(scenario: Scenario) -> None:
    """Print how long sampling takes, and simulating what was sampled, and the ratio of the two."""
    name = next(iter(scenario.plans))
    world, plan = scenario.world(name), build_plan(scenario, name)

    def sample(first: int) -> list[Workload]:
        return sample_workloads(world, seed=1, replications=range(first, first + _TOGETHER))

    simulate(sample(0)[0], plan)
    sampling, simulating = [], []
    for number in range(1, _ROUNDS + 1):
        sampling.append(seconds(lambda: sample(number * _TOGETHER)) / _TOGETHER)  # noqa: B023 - called at once
        workloads = sample(number * _TOGETHER)
        simulating.append(seconds(lambda: [simulate(each, plan) for each in workloads]) / _TOGETHER)  # noqa: B023
    sampled, simulated = median(sampling), median(simulating)
    told = f"sampling {sampled * 1e3:.2f} ms, simulating {simulated * 1e3:.2f} ms, ratio {sampled / simulated:.2f}"
    print(f"{scenario.name}: {told}")  # noqa: T201


def main() -> None:
    """Tell all of the scenarios named on the command line."""
    for path in sys.argv[1:] or sorted(_SHIPPED.glob("*.yaml")):
        tell_ratio(read_scenario(path))


if __name__ == "__main__":
    main()
