"""The written order of events is complete: an engine written from it alone gives the reference's trace."""

from hypothesis import given
from hypothesis import strategies as st

from sim.engine import simulate
from sim.plan import build_plan
from tests.identity.plain_loop import simulate_plainly
from tests.laws.strategies import scenarios, workloads


@given(st.data())
def test_another_engine_from_the_same_text_gives_the_same_trace(data: st.DataObject) -> None:
    """With ties everywhere, two engines that share only the written order agree element for element."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    workload = data.draw(workloads(scenario))
    assert simulate(workload, plan).differences(simulate_plainly(workload, plan)) == []
