"""The engines share the written order and no logic, and give the same trace, element for element."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.plan import build_plan
from tests.engines import trace_of
from tests.laws.strategies import scenarios, workloads

N_EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples


@settings(max_examples=10 * N_EXAMPLES)  # an example takes a hundredth of a second or two
@given(data=st.data())
def test_every_engine_gives_the_same_trace(data: st.DataObject) -> None:
    """With every feature of a centre beside every other, and ties everywhere, no array differs anywhere."""
    scenario = data.draw(scenarios())
    trace_of(data.draw(workloads(scenario)), build_plan(scenario, "p"))
