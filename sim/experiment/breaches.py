"""Who breaks the Labour Code in an experiment, when, and by how much: what no plan says and only the simulation shows.

In: a `Table`. Out: `Excess`es. Invariant: a trace can be had again at any time, so that nothing of this is kept while
the experiment runs; only replications in which somebody exceeds a limit are simulated again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.conditions import Same
from sim.engine import simulate
from sim.experiment.table import Table
from sim.measures import breaches_of
from sim.plan import build_plan
from sim.plan.labour import Breach, find_breaches
from sim.workload import sample_workload

MOST_LOOKED_AT = 200  # replications of each case


@dataclass(frozen=True)
class Excess:
    """A limit of the Labour Code that a person exceeds, over the replications in which it is so.

    Attributes:
        case: number of the case in the table.
        breach: who, when and which limit; its hours are their mean.
        hours_max: the most that it came to.
        n_times: in how many replications it is so.
        n_looked_at: of how many: of all, or of as many as hold the first `MOST_LOOKED_AT` with a breach.
    """

    case: int
    breach: Breach
    hours_max: float
    n_times: int
    n_looked_at: int


def find_excesses(table: Table) -> list[Excess]:
    """Return the limits that people exceed, by case; of a case the most frequent first, then what exceeds most."""
    return list(_found(Same(table)))


@lru_cache(maxsize=2)
def _found(table: Same[Table]) -> tuple[Excess, ...]:
    return tuple(each for case in range(len(table.of.cases)) for each in _of_case(table.of, case))


def _of_case(table: Table, case: int) -> list[Excess]:
    found: dict[tuple[int, str, object], list[Breach]] = defaultdict(list)
    numbers, n_looked_at = _to_look_at(table, case)
    for breach in _breaches(table, case, numbers):
        found[breach.person, breach.rule, breach.when].append(breach)
    excesses = [_together(case, breaches, n_looked_at) for breaches in found.values()]
    return sorted(excesses, key=lambda each: (-each.n_times, each.breach.allowed_h - each.breach.hours))


def _together(case: int, breaches: list[Breach], n_looked_at: int) -> Excess:
    hours = [breach.hours for breach in breaches]
    mean = replace(breaches[0], hours=sum(hours) / len(hours))
    return Excess(case, mean, max(hours), len(breaches), n_looked_at)


def _to_look_at(table: Table, case: int) -> tuple[list[int], int]:
    """Return the replications with a breach, at most `MOST_LOOKED_AT`, and of how many replications they are those."""
    scenario, name = table.cases[case].scenario, table.cases[case].plan
    has_any = table.figures["labour_breach_count"][case][:, -1] > 0
    if find_breaches(build_plan(scenario, name)):  # normal hours, which are the same whatever happens
        has_any = np.ones(table.n_replications, dtype=bool)
    rows = np.flatnonzero(has_any)
    n_looked_at = table.n_replications if len(rows) <= MOST_LOOKED_AT else int(rows[MOST_LOOKED_AT])
    return (table.first + rows[:MOST_LOOKED_AT]).tolist(), n_looked_at


def _breaches(table: Table, case: int, numbers: list[int]) -> Iterator[Breach]:
    """Simulate replications again and yield what they break."""
    scenario, name = table.cases[case].scenario, table.cases[case].plan
    plan, world = build_plan(scenario, name), scenario.world(name)
    for number in numbers:
        trace = simulate(sample_workload(world, seed=table.seed, replication=number), plan)
        yield from breaches_of(trace, plan)
