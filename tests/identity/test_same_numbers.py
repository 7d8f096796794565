"""The same scenario, plan, seed and replication give the same numbers, whatever else is done and wherever it runs."""

from concurrent.futures import Executor, ThreadPoolExecutor

from sim.engine import simulate
from sim.experiment import Case, Table, run_experiment
from sim.measures import FIGURES
from sim.plan import build_plan
from sim.scenario import Scenario
from sim.trace import State
from sim.workers import Workers
from sim.workload import Workload, sample_workload
from tests.laws.strategies import FRIDAY, small_scenario

COVER = {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1, "back-office": 1}}
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


def test_coarser_ticks_tell_the_same_story() -> None:
    """Ticks of a second instead of a millisecond move each wait by little."""
    period = {"first_day": FRIDAY, "last_day": FRIDAY, "peak_last_day": FRIDAY}
    fine, coarse = (small_scenario(period=period | {"tick_ms": tick_ms}) for tick_ms in (1, 1000))
    waits_s = []
    for scenario in (fine, coarse):
        trace = simulate(sample(scenario), build_plan(scenario, "as-usual"))
        _, _, joined, called, _ = trace.of(State.WAIT_INTAKE).T
        waits_s.append((called - joined).mean() / scenario.timebase.ticks_per_s)
    assert waits_s[0] > 30
    assert abs(waits_s[0] - waits_s[1]) < waits_s[0] / 100
