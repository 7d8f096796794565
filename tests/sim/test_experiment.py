"""Experiments: bands over replications, progress, and failures that say how to replay them."""

import math
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import time
from typing import Any

import numpy as np
import pytest

from sim.errors import EngineError, ScenarioError
from sim.experiment import Band, Case, Table, run_experiment
from sim.measures import FIGURES, spans
from sim.scenario import Scenario
from sim.workers import Workers
from tests.laws.strategies import small_scenario


def run(scenario: Scenario, n_replications: int, executor: Executor | None = None, plan: str = "as-usual") -> Table:
    """Return a plan's table."""
    with executor or ThreadPoolExecutor(1) as workers:
        return run_experiment([Case(scenario, plan)], seed=1, n_replications=n_replications, executor=workers)


def table_of(values: list[float]) -> Table:
    """Return a table whose only figure has these values, a replication each."""
    scenario = small_scenario()
    columns = (np.array(values)[:, np.newaxis],)
    case_spans = (tuple(spans(scenario.office_hours)[:1]),)
    return Table((Case(scenario, "as-usual"),), 1, 0, len(values), case_spans, {"wait_s_mean": columns})


@pytest.mark.parametrize("n", [1, 2, 5, 9, 10, 11, 30, 50, 70, 100, 1000])
def test_a_band_ends_at_values_that_were_found(n: int) -> None:
    """Of 1 … n in any order: the values that a tenth, a half and nine tenths of them do not exceed."""
    values = np.random.default_rng(n).permutation(n) + 1.0
    exact = Band(mean=(n + 1) / 2, low=math.ceil(n / 10), median=math.ceil(n / 2), high=math.ceil(9 * n / 10))
    assert table_of(values.tolist()).band("wait_s_mean", 0, 0) == exact


def test_a_band_is_over_the_replications_that_have_a_value() -> None:
    """A replication without a value is left out; where none has one there is no band."""
    assert table_of([1.0, math.nan, 3.0]).band("wait_s_mean", 0, 0) == Band(mean=2, low=1, median=1, high=3)
    assert table_of([math.nan]).band("wait_s_mean", 0, 0) is None


def test_a_table_has_every_figure_of_every_replication_and_span() -> None:
    """Figures are arrays of replications by spans."""
    scenario = small_scenario()
    table = run(scenario, 3)
    assert set(table.figures) == set(FIGURES)
    assert table.spans == (tuple(spans(scenario.office_hours)),)
    assert {figure[0].shape for figure in table.figures.values()} == {(3, len(table.spans[0]))}


def test_breakdowns_are_carried_through_every_replication() -> None:
    """Asked for, a breakdown has its figures by replication, span and part; not asked for, there is none."""
    scenario = small_scenario()
    cases = [Case(scenario, "as-usual")]
    with ThreadPoolExecutor(1) as executor:
        table = run_experiment(cases, seed=1, n_replications=2, executor=executor, breakdowns=["procedure"])
    (found,) = table.breakdowns["procedure"]
    assert found.names == ("only",)
    received = found.figures["received_count"]
    assert received.shape == (2, len(table.spans[0]), 1)
    assert received[:, :, 0].tolist() == table.figures["received_count"][0].tolist()
    assert run(scenario, 1).breakdowns == {}


def test_progress_counts_every_replication() -> None:
    """The caller hears of one replication after the other."""
    told: list[int] = []
    with ThreadPoolExecutor(2) as executor:
        cases = [Case(small_scenario(), "as-usual")]
        run_experiment(cases, seed=1, n_replications=4, executor=executor, on_done=told.append)
    assert told == [1, 2, 3, 4]


class Counted(Workers):
    """Workers that remember what they are given."""

    def __init__(self, n_workers: int) -> None:
        super().__init__(n_workers)
        self.given: list[Future[Any]] = []
        self.most_ahead = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Remember one more."""
        self.given.append(super().submit(fn, *args, **kwargs))
        self.most_ahead = max(self.most_ahead, sum(not future.done() for future in self.given))
        return self.given[-1]


@pytest.mark.parametrize("n_workers", [1, 3])
def test_few_replications_are_handed_out_ahead(n_workers: int) -> None:
    """Two for each worker, whatever the machine has: all are busy, and little is left to wait for at a stop."""
    given: list[int] = []
    with Counted(n_workers) as workers:
        cases = [Case(small_scenario(), "as-usual")]
        run_experiment(
            cases,
            seed=1,
            n_replications=12,
            executor=workers,
            on_done=lambda _: given.append(len(workers.given)),
        )
    assert workers.most_ahead <= 2 * n_workers <= given[0]
    assert given[-1] == 12


def broken() -> Scenario:
    """Return a scenario that was changed past its checks, so that every replication breaks a rule of the program."""
    scenario = small_scenario()
    late = scenario.procedures["only"].deadline.model_copy(update={"cutoff": time(18)})
    procedure = scenario.procedures["only"].model_copy(update={"deadline": late})
    return scenario.model_copy(update={"procedures": {"only": procedure}})


@pytest.mark.parametrize("workers", [ThreadPoolExecutor, Workers])
def test_a_failed_replication_says_how_to_replay_it(workers: type[ThreadPoolExecutor]) -> None:
    """It is an error, not a gap in a mean; the error keeps its parts also on its way from another process."""
    with pytest.raises(EngineError) as caught:
        run(broken(), 1, workers(1))
    error = caught.value
    assert (error.scenario, error.plan, error.seed, error.replication) == ("small", "as-usual", 1, 0)
    assert "the cut-off lies after the end of the day" in error.reason
    assert "peakweek run small --plan as-usual --seed 1 --first 0 --replications 1" in str(error)


def test_an_unknown_plan_is_the_askers_error() -> None:
    """A plan that the scenario does not have is no failure of the engine."""
    with pytest.raises(ScenarioError, match="expected one of as-usual"):
        run(small_scenario(), 1, plan="nonesuch")
