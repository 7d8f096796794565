"""The laws on random scenarios and on the shipped ones; and that they would notice."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine import simulate
from sim.plan import build_plan
from sim.trace import NEVER, State, Trace
from tests.laws.laws import check_laws
from tests.laws.strategies import scenarios, workloads
from tests.shipped import SHIPPED, shipped_cases

N_EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples


@pytest.mark.long
@settings(max_examples=10 * N_EXAMPLES)  # an example takes some hundredths of a second
@given(data=st.data())
def test_every_trace_keeps_the_laws(data: st.DataObject) -> None:
    """Whatever the scenario and the draws, with many things at the same tick, the definition breaks no law."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    check_laws(simulate(data.draw(workloads(scenario)), plan, engine="reference"), plan)


@pytest.mark.long
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_scenarios_keep_the_laws(path: Path) -> None:
    """The scenarios that come with the project keep every law under each of their plans."""
    # That both engines give these very traces is shown in tests/identity.
    for workload, plan in shipped_cases(path):
        check_laws(simulate(workload, plan), plan)


def test_random_scenarios_leave_nothing_out() -> None:
    """Among a few hundred random scenarios every state occurs in several, and work of every stage is put down."""
    found: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(data=st.data())
    def collect(data: st.DataObject) -> None:
        scenario = data.draw(scenarios())
        trace = simulate(data.draw(workloads(scenario)), build_plan(scenario, "p"))
        found.update({State(state).name for state in trace.stints[:, 1].tolist()})
        found.update(put_down(trace))

    collect()
    assert set(found) >= {"CHECK put down", "BACK_OFFICE put down", "APPROVAL put down"}
    assert [state for state in State.__members__ if found[state] < 5] == []


def put_down(trace: Trace) -> set[str]:
    """Return the names of the stages at which some work was put down."""
    before, after = trace.stints[:-1], trace.stints[1:]
    stages = {State.CHECK: State.WAIT_CHECK, State.BACK_OFFICE: State.WAIT_BACK_OFFICE} | {
        State.APPROVAL: State.WAIT_APPROVAL
    }
    same = before[:, 0] == after[:, 0]
    return {
        f"{work.name} put down"
        for work, wait in stages.items()
        if np.any(same & (before[:, 1] == work) & (after[:, 1] == wait))
    }


@given(data=st.data())
def test_a_trace_that_is_wrong_anywhere_breaks_a_law(data: st.DataObject) -> None:
    """An instant moved by a tick, a stint left out or misnamed, a life that stops: no such thing goes unnoticed."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    trace = simulate(data.draw(workloads(scenario)), plan)
    if not len(trace.stints):
        return
    place = data.draw(st.integers(0, len(trace.stints) - 1))
    wrong = data.draw(st.sampled_from([moved, left_out, misnamed, stopped, received_later, settled_earlier]))
    other = wrong(trace, place)
    if other is not None:
        with pytest.raises(AssertionError):
            check_laws(other, plan)


def moved(trace: Trace, place: int) -> Trace | None:
    """Return the trace with a stint that lasts a tick longer, so that what follows starts a tick later."""
    stints = trace.stints.copy()
    record, state, _, end, _ = stints[place].tolist()
    if end == NEVER or state == State.UPLOAD:  # whose last bit may pass at either of two ticks
        return None
    stints[place, 3] += 1
    if place + 1 < len(stints) and stints[place + 1, 0] == record:
        stints[place + 1, 2] += 1
    received, settled = trace.received.copy(), trace.settled.copy()
    for instants in (received, settled):
        instants[record] += instants[record] == end
    return replace(trace, stints=stints, received=received, settled=settled)


def left_out(trace: Trace, place: int) -> Trace | None:
    """Return the trace without a stint; a wait of no length for a scanner would not be missed."""
    is_scanner = trace.stints[place, 1] == State.WAIT_SCANNER
    return None if is_scanner else replace(trace, stints=np.delete(trace.stints, place, 0))


def misnamed(trace: Trace, place: int) -> Trace:
    """Return the trace with a stint in the next state of the list."""
    stints = trace.stints.copy()
    stints[place, 1] = (stints[place, 1] + 1) % len(State)
    return replace(trace, stints=stints)


def stopped(trace: Trace, place: int) -> Trace | None:
    """Return the trace with a stint that lasts for ever, and nothing after it."""
    stints = trace.stints.copy()
    record, _, _, end, _ = stints[place].tolist()
    if end == NEVER:
        return None
    stints[place, 3] = NEVER
    is_later = (np.arange(len(stints)) > place) & (stints[:, 0] == record)
    return replace(trace, stints=stints[~is_later])


def received_later(trace: Trace, place: int) -> Trace:
    """Return the trace with another receipt."""
    received = trace.received.copy()
    received[trace.stints[place, 0]] += 1
    return replace(trace, received=received)


def settled_earlier(trace: Trace, place: int) -> Trace:
    """Return the trace with another settlement."""
    settled = trace.settled.copy()
    settled[trace.stints[place, 0]] -= 1
    return replace(trace, settled=settled)
