"""Every random draw of a replication, one row per record.

In: a `Scenario`, a seed and the number of the replication. Out: a frozen `Workload`. Invariant: what is drawn for a
record does not depend on the plan, nor on whether other records exist; so plans are compared on the same records, and
when demand rises by a tenth, the records of before are still there with all their draws (common random numbers).
"""

from collections.abc import Sequence

from sim.scenario import Scenario
from sim.streams import PPM
from sim.timebase import NEVER
from sim.workload.rows import Workload

__all__ = ["NEVER", "PPM", "Workload", "sample_workload", "sample_workloads"]


def sample_workload(scenario: Scenario, *, seed: int, replication: int) -> Workload:
    """Return the draws of one replication of the scenario's world.

    >>> from sim.scenario import read_scenario
    >>> scenario = read_scenario("scenarios/tho-xuan.yaml")
    >>> one, again = (sample_workload(scenario, seed=1, replication=0) for _ in range(2))
    >>> bool((one.arrival == again.arrival).all())
    True
    """
    return sample_workloads(scenario, seed=seed, replications=[replication])[0]


def sample_workloads(scenario: Scenario, *, seed: int, replications: Sequence[int]) -> list[Workload]:
    """Return the draws of some replications of the scenario's world, each the same as alone: together they are quicker.

    They share their memory.
    """
    from sim.workload.sample import sample  # noqa: PLC0415 - loads the compiler

    return sample(scenario, seed=seed, replications=replications) if replications else []
