"""Replications of plans, and the tables that they make.

In: cases, that is, a scenario and one of its plans each. Out: a frozen `Table` of measures by case and replication.
Invariant: the numbers depend on scenario, plan, seed and replication alone, not on the executor, the number of workers
or the order in which they finish; all plans of a scenario meet the same workload (common random numbers).
"""

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.engine import simulate
from sim.errors import EngineError, PeakweekError, WorkerError
from sim.measures import FIGURES, Breakdown, Measures, Span, measure, spans, together
from sim.plan import Plan, build_plan
from sim.scenario import Scenario
from sim.workers import Workers
from sim.workload import Workload, sample_workload

Floats = NDArray[np.float64]
# So many replications are handed out ahead for each worker: enough to keep it busy, few enough to stop at once.
_AHEAD = 2
_AHEAD_OF_UNKNOWN = 64  # … and in all to an executor that does not tell how many workers it has
LOW, MEDIAN, HIGH = 0.1, 0.5, 0.9  # the band holds 80 % of the replications


@dataclass(frozen=True)
class Case:
    """A scenario under one of its plans."""

    scenario: Scenario
    plan: str


@dataclass(frozen=True)
class Band:
    """How a figure is spread over the replications that have it.

    Attributes:
        mean: their mean.
        low: 10 % of them lie at or below.
        median: half of them do.
        high: 90 % do.
    """

    mean: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Table:
    """The measures of an experiment.

    Attributes:
        cases: what was simulated.
        seed: root seed.
        first: number of the first replication.
        n_replications: how many there are.
        spans: the spans of each case's figures.
        figures: by name of the figure and case, ``float64[n_replications, n_spans]``; NaN where there is no value.
        breakdowns: those that were asked for, by kind and case; their figures are
            ``float64[n_replications, n_spans, n_names]``.
    """

    cases: tuple[Case, ...]
    seed: int
    first: int
    n_replications: int
    spans: tuple[tuple[Span, ...], ...]
    figures: dict[str, tuple[Floats, ...]]
    breakdowns: dict[str, tuple[Breakdown, ...]] = field(default_factory=dict)

    def band(self, figure: str, case: int, span: int) -> Band | None:
        """Return the spread of a figure, or None when no replication has it."""
        return _bands(self.figures[figure][case][:, [span]])[0]

    def bands(self, figure: str, case: int) -> list[Band | None]:
        """Return the spread of a figure in every span."""
        return _bands(self.figures[figure][case])

    def part_bands(self, kind: str, figure: str, case: int, span: int) -> list[Band | None]:
        """Return the spread of a figure of every part of a breakdown."""
        return _bands(self.breakdowns[kind][case].figures[figure][:, span])


def _bands(values: Floats) -> list[Band | None]:
    """Return the spread of each column over the rows that have a value: of ``float64[n, n_columns]``."""
    ordered = np.sort(values, axis=0)  # NaN comes last
    n = np.sum(~np.isnan(values), axis=0)
    columns = np.arange(values.shape[1])
    # In whole numbers: a product with 0.9 may come out a little too large, and then be rounded up.
    places = [np.maximum(0, -(-n * round(100 * part) // 100) - 1) for part in (LOW, MEDIAN, HIGH)]
    low, median, high = (ordered[place, columns].tolist() for place in places)
    means = (np.nansum(values, axis=0) / np.maximum(n, 1)).tolist()
    found = zip(n.tolist(), means, low, median, high, strict=True)
    return [Band(*band) if count else None for count, *band in found]


def run_experiment(
    cases: Sequence[Case],
    *,
    seed: int,
    n_replications: int,
    first: int = 0,
    executor: Executor,
    breakdowns: Sequence[str] = (),
    on_done: Callable[[int], None] = lambda _: None,
) -> Table:
    """Return the measures of every case in replications `first` … `first + n_replications − 1`.

    Args:
        cases: what to simulate.
        seed: root seed of all draws.
        n_replications: how many replications of each case, at least 1.
        first: number of the first replication.
        executor: where the replications run.
        breakdowns: which of `sim.measures.BREAKDOWNS` to give besides.
        on_done: called with the number of replications finished so far, in this thread.

    Raises:
        ScenarioError: a case names a plan that its scenario does not have; nothing has run.
        EngineError: a replication failed; the message says how to replay it.
        WorkerError: a worker was lost.
    """
    # Written down once for all replications; a worker that reads it builds the plans once, and not for each of them.
    written = pickle.dumps(tuple(cases))
    _planned(written)
    numbers = iter(range(first, first + n_replications))
    found: dict[int, list[Measures]] = {}
    under_way: dict[Future[list[Measures]], int] = {}

    def submit(count: int) -> None:
        for number in islice(numbers, count):
            under_way[executor.submit(_replicate, written, tuple(breakdowns), seed, number)] = number

    try:
        submit(_AHEAD * executor.n_workers if isinstance(executor, Workers) else _AHEAD_OF_UNKNOWN)
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                found[under_way.pop(future)] = future.result()
                submit(1)
                on_done(len(found))
    except BrokenExecutor as problem:
        raise WorkerError from problem
    finally:
        for future in under_way:
            future.cancel()
    return _table(cases, seed, first, [found[number] for number in sorted(found)])


def _table(cases: Sequence[Case], seed: int, first: int, replications: Sequence[list[Measures]]) -> Table:
    figures = {
        name: tuple(
            np.array([getattr(of_cases[case], name) for of_cases in replications]) for case in range(len(cases))
        )
        for name in FIGURES
    }
    kinds = replications[0][0].breakdowns
    breakdowns = {
        kind: tuple(
            together([of_cases[case].breakdowns[kind] for of_cases in replications]) for case in range(len(cases))
        )
        for kind in kinds
    }
    case_spans = tuple(tuple(spans(case.scenario.world(case.plan).office_hours)) for case in cases)
    return Table(tuple(cases), seed, first, len(replications), case_spans, figures, breakdowns)


@lru_cache(maxsize=4)
def _planned(written: bytes) -> list[tuple[Scenario, Plan]]:
    """Return the world and the plan of each case: read and built once for all replications."""
    cases: tuple[Case, ...] = pickle.loads(written)  # noqa: S301 - written by ourselves
    return [(case.scenario.world(case.plan), build_plan(case.scenario, case.plan)) for case in cases]


def _replicate(written: bytes, breakdowns: tuple[str, ...], seed: int, replication: int) -> list[Measures]:
    """Return the measures of one replication of each case; a world's draws are made once for all its plans."""
    done = []
    workloads: dict[int, Workload] = {}
    for world, plan in _planned(written):
        try:
            if id(world) not in workloads:
                workloads[id(world)] = sample_workload(world, seed=seed, replication=replication)
            done.append(measure(simulate(workloads[id(world)], plan), plan, breakdowns=breakdowns))
        except PeakweekError:
            raise
        except Exception as problem:  # an executor's edge: whatever fails must name its replication
            reason = f"{type(problem).__name__}: {problem}"
            raise EngineError(world.name, plan.name, seed, replication, reason) from problem
    return done
