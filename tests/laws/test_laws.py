"""The laws on random scenarios and on the shipped one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import simulate
from sim.plan import build_plan
from sim.scenario import read_scenario
from sim.workload import sample_workload
from tests.laws.laws import check_laws
from tests.laws.strategies import scenarios, workloads

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@given(st.data())
def test_every_trace_keeps_the_laws(data: st.DataObject) -> None:
    """Whatever the scenario and the draws, with many things at the same tick, no law is broken."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    check_laws(simulate(data.draw(workloads(scenario)), plan), plan)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_scenarios_keep_the_laws(path: Path) -> None:
    """The scenarios that come with the project keep every law under each of their plans."""
    scenario = read_scenario(path)
    workload = sample_workload(scenario, seed=1, replication=0)
    for name in scenario.plans:
        plan = build_plan(scenario, name)
        check_laws(simulate(workload, plan), plan)
