"""The scenarios that come with the project, and what of them is long enough to judge both engines by."""

from collections.abc import Iterator
from pathlib import Path

from hypothesis import settings

from sim.plan import Plan, build_plan
from sim.scenario import Scenario, read_scenario
from sim.workload import Workload, sample_workload

SHIPPED = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
_ALL = settings.get_current_profile_name() == "all"


def shipped_cases(path: Path) -> Iterator[tuple[Workload, Plan]]:
    """Yield each plan of a scenario with its draws: the first for the whole period, the others for the peak week.

    With ``make test-all``, each for the whole period.
    """
    whole = read_scenario(path)
    first, *_ = whole.plans
    for name in whole.plans:
        scenario = whole if _ALL or name == first else _until_the_peak_is_over(whole)
        yield sample_workload(scenario.world(name), seed=1, replication=0), build_plan(scenario, name)


def _until_the_peak_is_over(scenario: Scenario) -> Scenario:
    told = scenario.model_dump(exclude_unset=True)
    told["period"] |= {"last_day": scenario.period.peak_last_day}
    return Scenario.model_validate(told)
