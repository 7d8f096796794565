"""The same scenario, plan, seed and replication give the same numbers, whatever else is done and wherever it runs."""

from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest

from sim.engine import simulate
from sim.experiment import Case, Table, run_experiment
from sim.measures import FIGURES
from sim.plan import build_plan
from sim.scenario import Scenario
from sim.workers import Workers
from sim.workload import Workload, sample_workload
from tests.laws.strategies import FRIDAY, procedure, small_scenario

DRAWS = ("procedure", "intake_work", "upload_bit", "back_office_work", "return_offset")
COVER = {"first_day": FRIDAY, "last_day": FRIDAY, "intake": 1, "back_office": 1}
PLANS = {"as-usual": {"title": "As usual"}, "lunch": {"title": "Lunch", "lunch": (COVER,)}}


def sample(scenario: Scenario) -> Workload:
    """Return the draws that these tests compare."""
    return sample_workload(scenario, seed=7, replication=3)


def table(executor: Executor, scenario: Scenario, plans: tuple[str, ...] = tuple(PLANS)) -> Table:
    """Return a small experiment's table."""
    return run_experiment([Case(scenario, plan) for plan in plans], seed=7, n_replications=4, executor=executor)


def assert_same(one: Table, other: Table) -> None:
    """Raise AssertionError unless every figure is the same to the last bit."""
    assert one.spans == other.spans
    for figure in FIGURES:
        for values, others in zip(one.figures[figure], other.figures[figure], strict=True):
            assert values.tobytes() == others.tobytes(), figure


def test_a_replication_can_be_repeated() -> None:
    """Drawing and simulating again gives the same trace."""
    scenario = small_scenario()
    plan = build_plan(scenario, "as-usual")
    assert simulate(sample(scenario), plan).differences(simulate(sample(scenario), plan)) == []


def test_another_seed_or_replication_gives_other_draws() -> None:
    """Seed and replication both matter, and differently: (1, 2) is not (2, 1)."""
    scenario = small_scenario()
    arrivals = {
        sample_workload(scenario, seed=seed, replication=replication).arrival.tobytes()
        for seed, replication in ((1, 2), (2, 1), (1, 1), (2, 2))
    }
    assert len(arrivals) == 4


def test_every_executor_gives_the_same_numbers() -> None:
    """One thread, one process, two processes: the same figures to the last bit."""
    scenario = small_scenario(plans=PLANS)
    with ThreadPoolExecutor(1) as thread, Workers(1) as process, Workers(2) as processes:
        of_thread = table(thread, scenario)
        assert_same(of_thread, table(process, scenario))
        assert_same(of_thread, table(processes, scenario))


def test_replications_do_not_depend_on_each_other() -> None:
    """Replications 2 and 3 run alone give what they give among others."""
    scenario = small_scenario()
    with ThreadPoolExecutor(2) as executor:
        cases = [Case(scenario, "as-usual")]
        whole = run_experiment(cases, seed=7, n_replications=4, executor=executor)
        part = run_experiment(cases, seed=7, n_replications=2, first=2, executor=executor)
    for figure in FIGURES:
        assert whole.figures[figure][0][2:].tobytes() == part.figures[figure][0].tobytes()


def test_a_plan_alone_gives_what_it_gives_among_others() -> None:
    """A plan's figures do not depend on which other plans are run, nor on their order."""
    scenario = small_scenario(plans=PLANS)
    with ThreadPoolExecutor(1) as executor:
        both, reversed_, alone = (
            table(executor, scenario, plans) for plans in (("as-usual", "lunch"), ("lunch", "as-usual"), ("lunch",))
        )
    for figure in FIGURES:
        assert both.figures[figure][1].tobytes() == reversed_.figures[figure][0].tobytes()
        assert both.figures[figure][1].tobytes() == alone.figures[figure][0].tobytes()


def test_a_new_name_changes_no_number() -> None:
    """Plans called otherwise, with other titles, give the same figures."""
    renamed = {"z": {"title": "Z"}, "a": {"title": "A", "lunch": (COVER,)}}
    with ThreadPoolExecutor(1) as executor:
        assert_same(
            table(executor, small_scenario(plans=PLANS)),
            table(executor, small_scenario(plans=renamed, name="other", title="Other"), ("z", "a")),
        )


def assert_keeps_rows(before: Workload, after: Workload) -> None:
    """Raise AssertionError unless every record of before is still there with all its draws."""
    for name in DRAWS:
        rows, more = (
            set(zip(workload.arrival.tolist(), getattr(workload, name).tolist(), strict=True))
            for workload in (before, after)
        )
        assert rows <= more, name


@pytest.mark.parametrize("visits_per_day", [40, 61, 79, 80, 1000])
def test_more_demand_keeps_every_record_of_before(visits_per_day: float) -> None:
    """A tenth more visits: all records of before, with all their draws, and about a tenth more."""
    weights = {8: 1.0, 9: 1.0}
    before, after = (
        sample(small_scenario(demand={"visits_per_day": n, "hour_weights": weights, "day_cv": 0.2}))
        for n in (visits_per_day, visits_per_day * 1.1)
    )
    assert before.n_records < after.n_records < 1.4 * before.n_records
    assert_keeps_rows(before, after)


def test_a_change_of_one_law_moves_only_its_draws() -> None:
    """Twice the intake work: each record's intake work is larger, and everything else stays as it was."""
    before, after = (
        sample(small_scenario(procedures={"only": procedure(intake_min={"law": "lognormal", "mean": mean, "cv": 1})}))
        for mean in (8, 16)
    )
    assert np.array_equal(before.arrival, after.arrival)
    assert np.all(np.abs(after.intake_work - 2 * before.intake_work) <= 1)
    for name in set(DRAWS) - {"intake_work"}:
        assert np.array_equal(getattr(before, name), getattr(after, name)), name


def test_staff_counters_and_line_move_no_draw() -> None:
    """What leaders choose is not part of the workload."""
    before = sample(small_scenario())
    after = sample(
        small_scenario(staff={"intake": 9, "back_office": 9}, counters=9, link={"mbit_per_s": 1}, plans=PLANS)
    )
    assert np.array_equal(before.arrival, after.arrival)
    assert all(np.array_equal(getattr(before, name), getattr(after, name)) for name in DRAWS)


def test_coarser_ticks_tell_the_same_story() -> None:
    """Ticks of a second instead of a millisecond move each arrival by less than a second and each wait by little."""
    period = {"first_day": FRIDAY, "last_day": FRIDAY, "peak_last_day": FRIDAY}
    fine, coarse = (small_scenario(period=period | {"tick_ms": tick_ms}) for tick_ms in (1, 1000))
    assert np.array_equal(sample(fine).arrival // 1000, sample(coarse).arrival)
    assert np.all(np.abs(sample(fine).intake_work - 1000 * sample(coarse).intake_work) <= 500)
    waits_s = [
        simulate(sample(scenario), build_plan(scenario, "as-usual")).wait_ticks / scenario.timebase.ticks_per_s
        for scenario in (fine, coarse)
    ]
    assert waits_s[0].mean() > 30
    assert abs(waits_s[0].mean() - waits_s[1].mean()) < 1
