"""Replications, wherever they run, and what each of them adds to the table.

In: cases. Out: a `Table` after each replication. Invariant: tables grow in the order of the replications' numbers,
however they finish.
"""

import hashlib
import pickle
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import closing, contextmanager, nullcontext
from functools import lru_cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np

from sim.engine import EngineName, simulate
from sim.errors import EngineError, PeakweekError, WorkerError
from sim.experiment.layout import Layout
from sim.experiment.lazy import LazyMapping, LazySequence
from sim.experiment.store import Store
from sim.experiment.table import Case, Floats, Table
from sim.measures import FIGURES, Breakdown, measure, spans
from sim.plan import Plan, build_plan
from sim.scenario import Scenario, read_scenario, told_by
from sim.workers import Threads, Workers
from sim.workload import Workload, sample_workloads

# So many tasks are handed out ahead for each worker: enough to keep it busy, few enough to stop at once.
_AHEAD = 2
_TASKS = 32  # of each worker at least: of a large experiment, several replications are a task
_MOST_TOGETHER = 4  # more, and their draws leave the cache of the processor
_MANY_WORKERS = 32  # of an executor that does not tell how many it has

_Task = tuple[bytes, tuple[str, ...], int, EngineName]
_Finished = tuple[Layout, Floats]  # of some replications, ``float64[n, width]``


def run_experiment(
    cases: Sequence[Case],
    *,
    seed: int,
    n_replications: int,
    first: int = 0,
    executor: Executor,
    engine: EngineName = "compiled",
    breakdowns: Sequence[str] = (),
    kept_in: Path | None = None,
    on_done: Callable[[int], None] = lambda _: None,
) -> Table:
    """Return the measures of every case in replications `first` … `first + n_replications − 1`.

    Args:
        cases: what to simulate.
        seed: root seed of all draws.
        n_replications: how many replications of each case, at least 1.
        first: number of the first replication.
        executor: where the replications run.
        engine: which engine simulates; the numbers are the same.
        breakdowns: which of `sim.measures.BREAKDOWNS` to give besides.
        kept_in: a file that keeps what is finished; what it holds already is not done again.
        on_done: called with the number of replications finished so far, in this thread.

    Raises:
        ScenarioError: a case names a plan that its scenario does not have; nothing has run.
        EngineError: a replication failed; the message says how to replay it.
        WorkerError: a worker was lost.
        ResumeError: the file is of other cases, of another seed or version.
        OutputError: the file cannot be written to.
    """
    tables = stream_experiment(
        cases,
        seed=seed,
        n_replications=n_replications,
        first=first,
        executor=executor,
        engine=engine,
        breakdowns=breakdowns,
        kept_in=kept_in,
    )
    with closing(tables):
        for table in tables:
            on_done(table.n_replications)
    return table


def run_scenario(
    scenario: Scenario | str | Path, plans: Sequence[str] = (), *, seed: int = 1, n_replications: int = 40
) -> Table:
    """Return the measures of a scenario's plans, run by the compiled engine on all processors: for notebooks.

    Args:
        scenario: one that was read, or the path of its file.
        plans: names of some of its plans; none means all.
        seed: root seed of all draws.
        n_replications: how many replications of each plan, at least 1.

    Raises:
        ScenarioError: the file is wrong, or has no such plan.
        EngineError: a replication failed.
    """
    file = None if isinstance(scenario, Scenario) else str(scenario)
    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    cases = [Case(scenario, name) for name in plans or scenario.plans]
    with Threads() as executor, told_by(file) if file else nullcontext():
        return run_experiment(cases, seed=seed, n_replications=n_replications, executor=executor)


def stream_experiment(
    cases: Sequence[Case],
    *,
    seed: int,
    n_replications: int,
    first: int = 0,
    executor: Executor,
    engine: EngineName = "compiled",
    breakdowns: Sequence[str] = (),
    kept_in: Path | None = None,
) -> Generator[Table, None, None]:
    """Yield the table of the first replication, of the first two, … of all: to be shown while they run.

    Tables share what they hold, so that they cost next to nothing. Whoever has seen enough closes the generator.
    Arguments and errors are those of `run_experiment`.
    """
    # Written down once for all replications; a worker that reads it builds the plans once, and not for each of them.
    written = pickle.dumps(tuple(cases))
    case_spans = tuple(tuple(spans(plan.hours, plan.session_days)) for _, plan in _planned(written))
    store = Store(_about(cases, seed, first, breakdowns), kept_in)

    def table(n: int) -> Table:
        figures, parts = _figures(store, len(cases), n)
        return Table(tuple(cases), seed, first, n, case_spans, figures, parts)

    try:
        if store.n:
            yield table(min(store.n, n_replications))
        task = (written, tuple(breakdowns), seed, engine)
        for layout, rows in _in_order(first + store.n, first + n_replications, task, executor):
            for row in rows:
                store.append(layout, row)
                yield table(store.n)
    finally:
        store.close()


def _in_order(start: int, stop: int, task: _Task, executor: Executor) -> Iterator[_Finished]:
    """Yield what is found of the replications, some at a time, in the order of their numbers."""
    n_workers = executor.n_workers if isinstance(executor, Workers | Threads) else _MANY_WORKERS
    n_together = max(1, min((stop - start) // (_TASKS * n_workers), _MOST_TOGETHER))
    starts = range(start, stop, n_together)
    to_do = iter(starts)
    found: dict[int, _Finished] = {}
    under_way: dict[Future[_Finished], int] = {}

    def submit(count: int) -> None:
        for number in islice(to_do, count):
            numbers = range(number, min(number + n_together, stop))
            under_way[executor.submit(_replicate, *task, numbers)] = number

    try:
        submit(_AHEAD * n_workers)
        for number in starts:
            while number not in found:
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    found[under_way.pop(future)] = future.result()
                    submit(1)
            yield found.pop(number)
    except BrokenExecutor as problem:
        raise WorkerError from problem
    finally:
        for future in under_way:
            future.cancel()


def _about(cases: Sequence[Case], seed: int, first: int, breakdowns: Sequence[str]) -> dict[str, object]:
    """Return what the figures depend on, by the names under which a user knows them."""
    scenarios = "".join(_written_out(case.scenario.model_dump()) for case in cases)
    return {
        "version": version("peakweek"),
        "scenario": cases[0].scenario.name,
        "plans": [case.plan for case in cases],
        "seed": seed,
        "first replication": first,
        "breakdowns": list(breakdowns),
        "digest of the scenario": hashlib.sha256(scenarios.encode()).hexdigest()[:16],
    }


def _written_out(value: object) -> str:
    """Return a value as text that is the same in every process, which the order of a set is not."""
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_written_out(key)}:{_written_out(each)}' for key, each in value.items())}}}"
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(map(_written_out, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written_out, value))}]"
    return repr(value)


def _figures(
    store: Store, n_cases: int, n: int
) -> tuple[LazyMapping[LazySequence[Floats]], LazyMapping[LazySequence[Breakdown]]]:
    """Return the figures of the first `n` replications, and the breakdowns."""

    def main(figure: str) -> LazySequence[Floats]:
        return LazySequence(n_cases, lambda case: store.values(case, figure, n))

    def parts(kind: str) -> LazySequence[Breakdown]:
        def of(case: int) -> Breakdown:
            figures = LazyMapping(store.layout.part_figures(kind), lambda figure: store.values(case, figure, n, kind))
            return Breakdown(kind, store.layout.names[kind][case], figures)

        return LazySequence(n_cases, of)

    return LazyMapping(FIGURES, main), LazyMapping(tuple(store.layout.names), parts)


@lru_cache(maxsize=4)
def _planned(written: bytes) -> list[tuple[Scenario, Plan]]:
    """Return the world and the plan of each case: read and built once for all replications."""
    cases: tuple[Case, ...] = pickle.loads(written)  # noqa: S301 - written by ourselves
    return [(case.scenario.world(case.plan), build_plan(case.scenario, case.plan)) for case in cases]


def _replicate(
    written: bytes, breakdowns: tuple[str, ...], seed: int, engine: EngineName, replications: range
) -> _Finished:
    """Return the figures of some replications, a row for each; a world's draws are made once for all its plans."""
    cases = _planned(written)
    workloads: dict[int, list[Workload]] = {}
    for world, plan in cases:
        if id(world) not in workloads:
            with _told(world, plan, seed, replications[0]):
                workloads[id(world)] = sample_workloads(world, seed=seed, replications=replications)
    found = []
    for k, replication in enumerate(replications):
        of_cases = []
        for world, plan in cases:
            with _told(world, plan, seed, replication):
                trace = simulate(workloads[id(world)][k], plan, engine=engine)
                of_cases.append(measure(trace, plan, breakdowns=breakdowns))
        found.append(of_cases)
    layout = Layout.of(found[0])
    return layout, np.array([layout.row(of_cases) for of_cases in found])


@contextmanager
def _told(world: Scenario, plan: Plan, seed: int, replication: int) -> Iterator[None]:
    """Name the replication in whatever fails."""
    try:
        yield
    except PeakweekError:
        raise
    except Exception as problem:  # an executor's edge
        reason = f"{type(problem).__name__}: {problem}"
        raise EngineError(world.name, plan.name, seed, replication, reason) from problem
