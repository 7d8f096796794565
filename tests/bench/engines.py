"""How fast the compiled engine is: as a multiple of the reference, and when demand, people and things grow together.

``python tests/bench/engines.py [SCENARIO]`` tells, in processor time of one thread, the two engines taken in turns.
Ratios mean something on a busy machine too, if it is busy all the time; the growth means less there, for the memory of
large cases is then shared.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sim.conditions import find_conditions
from sim.engine.compiled import simulate_compiled
from sim.engine.reference import simulate_reference
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import sample_workload

_ROUNDS, _PER_ROUND = 7, 30
_SCALES = {1: 100, 10: 20, 100: 5}  # how many times as much, and how often it is timed
_THINGS = ("counters", "desks", "scanners")


def seconds(run: Callable[[], object]) -> float:
    """Return the processor time that a call takes."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def tell_ratios(scenario: Scenario) -> None:
    """Print how many times as fast as the reference the compiled engine is, under each plan."""
    for name in scenario.plans:
        workload, plan = sample_workload(scenario.world(name), seed=1, replication=0), build_plan(scenario, name)
        case = (workload, plan, find_conditions(workload, plan))
        simulate_compiled(*case)
        pairs = [
            (
                seconds(lambda: simulate_reference(*case)),  # noqa: B023 - called at once
                median(seconds(lambda: simulate_compiled(*case)) for _ in range(_PER_ROUND)),  # noqa: B023
            )
            for _ in range(_ROUNDS)
        ]
        reference, compiled = (min(column) * 1e3 for column in zip(*pairs, strict=True))
        ratio = median(slow / fast for slow, fast in pairs)
        print(f"{name}: {ratio:.0f} times (best: {reference:.0f} ms and {compiled:.2f} ms)")  # noqa: T201


def times_as_much(scenario: Scenario, scale: int) -> Scenario:
    """Return a scenario with so many times the demand, people and things; plans are left as they are."""
    told: dict[str, Any] = scenario.model_dump()
    told["demand"]["visits_per_day"] *= scale
    for group in told["staff"].values():
        group["people"] *= scale
    for thing in _THINGS:
        told[thing] = told[thing] and told[thing] * scale
    told["link"]["mbit_per_s"] *= scale
    return Scenario.model_validate(told)


def tell_growth(scenario: Scenario) -> None:
    """Print what a stint costs when everything is larger, under the first plan."""
    base = 0.0
    for scale, n_times in _SCALES.items():
        larger = times_as_much(scenario, scale)
        name = next(iter(larger.plans))
        workload, plan = sample_workload(larger.world(name), seed=1, replication=0), build_plan(larger, name)
        case = (workload, plan, find_conditions(workload, plan))
        n_stints = len(simulate_compiled(*case).stints)
        each = min(seconds(lambda: simulate_compiled(*case)) for _ in range(n_times)) / n_stints  # noqa: B023
        base = base or each
        print(f"{scale} x: {n_stints} stints, {each * 1e9:.0f} ns each, {each / base:.2f} times as much")  # noqa: T201


def main() -> None:
    """Tell both of the scenario named on the command line."""
    path = sys.argv[1] if sys.argv[1:] else str(Path(__file__).parents[2] / "scenarios/tho-xuan.yaml")
    scenario = read_scenario(path)
    tell_ratios(scenario)
    tell_growth(scenario)


if __name__ == "__main__":
    main()
