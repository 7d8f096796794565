"""What time was lost to, against the definition told tick by tick, and on lives told by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import simulate
from sim.measures import CAUSES, Measures, measure, spans
from sim.plan import Plan, build_plan
from sim.trace import Trace
from tests.laws.strategies import scenarios, workloads
from tests.sim.plain_losses import lost_by_tick, waited_ticks


def lost(measures: Measures) -> dict[str, np.ndarray]:
    """Return the hours lost by cause and span."""
    return {cause: getattr(measures, f"lost_h_{cause}") for cause in CAUSES}


@given(st.data())
def test_each_cause_is_what_one_finds_tick_by_tick(data: st.DataObject) -> None:
    """On traces of random centres every cause takes, day by day, the ticks that the definition gives it."""
    trace, plan = random_trace(data)
    by_tick, found = lost_by_tick(trace, plan), lost(measure(trace, plan))
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    for cause in CAUSES:
        told = [by_tick[cause][span.start : span.end].sum() / ticks_per_h for span in spans(plan.hours)]
        assert found[cause] == pytest.approx(told, abs=1e-6), cause


@given(st.data())
def test_the_causes_add_up_to_all_waiting(data: st.DataObject) -> None:
    """No hour that a record waited is left out and none is counted twice."""
    trace, plan = random_trace(data)
    together = sum(of_cause[-1] for of_cause in lost(measure(trace, plan)).values())
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    assert together == pytest.approx(waited_ticks(trace, plan) / ticks_per_h, abs=1e-6)


def random_trace(data: st.DataObject) -> tuple[Trace, Plan]:
    """Return what happens in a random centre."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    return simulate(data.draw(workloads(scenario)), plan), plan
