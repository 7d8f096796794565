"""What time was lost to: on lives told by hand, and against the definition told tick by tick."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import simulate
from sim.measures import CAUSES, Measures, measure, spans
from sim.plan import Plan, build_plan
from sim.scenario.things import System
from sim.trace import NEVER, State, Trace
from tests.laws.strategies import constant, procedure, scenarios, staff, workloads
from tests.sim.plain_losses import lost_by_tick, waited_ticks
from tests.sim.told import BIT_PER_MIN, Life, at, carried_over, plan_in_minutes, told


def lost_min(trace: Trace, plan: Plan, span: int = -1) -> dict[str, float]:
    """Return the minutes lost in a span by every cause to which any were."""
    found = {cause: float(_lost(measure(trace, plan), cause)[span]) * 60 for cause in CAUSES}
    return {cause: minutes for cause, minutes in found.items() if minutes}


def _lost(measures: Measures, cause: str) -> Any:
    return getattr(measures, f"lost_h_{cause}")


def waits(start: int, end: int, *, state: State = State.WAIT_INTAKE, **changes: Any) -> Life:
    """Return a life that is all waiting, until somebody leaves for good."""
    return Life(((state, start, end, NEVER), (State.GONE, end, NEVER, NEVER)), **changes)


def attended(start: int, end: int, person: int, state: State = State.INTAKE) -> Life:
    """Return a life that is all work by one person."""
    return Life(((state, start, end, person),), received=start, settled=end)


def test_who_waits_while_all_are_busy_waits_for_a_person() -> None:
    """From 8:00 to 8:30, with two officers at two counters."""
    plan = plan_in_minutes()
    trace = told(plan, waits(at(8), at(8, 30)), *(attended(at(8), at(8, 30), person) for person in (0, 1)))
    assert lost_min(trace, plan) == pytest.approx({"person_intake": 30})


def test_who_waits_while_an_officer_has_no_counter_waits_for_a_counter() -> None:
    """With one counter and two officers, one of whom is idle; for a guide no counter is needed."""
    plan = plan_in_minutes(counters=1)
    busy = attended(at(8), at(8, 30), 0)
    assert lost_min(told(plan, waits(at(8), at(8, 40)), busy), plan) == pytest.approx(
        {"counter": 30, "person_intake": 10}
    )
    guided = waits(at(8), at(8, 30), state=State.WAIT_GUIDANCE)
    assert lost_min(told(plan, guided, busy), plan) == pytest.approx({"person_guidance": 30})


def test_a_desk_is_a_place_too() -> None:
    """With one desk and two people in the office."""
    plan = plan_in_minutes(desks=1)
    waiting = waits(at(8), at(8, 30), state=State.WAIT_BACK_OFFICE)
    trace = told(plan, waiting, attended(at(8), at(8, 30), 3, State.BACK_OFFICE))
    assert lost_min(trace, plan) == pytest.approx({"counter": 30})


def test_whoever_signs_takes_no_desk() -> None:
    """The only desk is free while the signatory signs: what waits in the office waits for its person."""
    plan = plan_in_minutes(desks=1)
    waiting = waits(at(8), at(8, 30), state=State.WAIT_BACK_OFFICE)
    trace = told(plan, waiting, attended(at(8), at(8, 30), 3, State.APPROVAL))
    assert lost_min(trace, plan) == pytest.approx({"person_back_office": 30})


def test_who_waits_while_nobody_is_there_waits_for_the_office() -> None:
    """From 11:00 to 14:00 two hours are lunch; from Friday 16:00 to Monday 8:00 an hour and a half are not closed."""
    plan = plan_in_minutes()
    assert lost_min(told(plan, waits(at(11), at(14))), plan) == pytest.approx({"closed": 120, "person_intake": 60})
    weekend = told(plan, waits(at(16), at(8, day=3), state=State.WAIT_BACK_OFFICE))
    assert lost_min(weekend, plan) == pytest.approx({"closed": 62.5 * 60, "person_back_office": 90})
    assert lost_min(weekend, plan, span=0) == pytest.approx({"closed": 7 * 60, "person_back_office": 60})
    assert lost_min(weekend, plan, span=1) == pytest.approx({"closed": 7.5 * 60, "person_back_office": 30})


def test_skills_are_those_for_the_procedure() -> None:
    """Where nobody can take in the one kind of record, it waits for somebody to come who can."""
    groups = staff(intake=2, back_office=2)
    groups["intake"] |= {"skills": ("intake:one",)}
    plan = plan_in_minutes(staff=groups, procedures={"one": procedure(share=0.5), "other": procedure(share=0.5)})
    trace = told(plan, waits(at(8), at(8, 30)), waits(at(8), at(8, 20), procedure=1))
    assert lost_min(trace, plan) == pytest.approx({"person_intake": 30, "closed": 20})


def test_waiting_at_the_counter_is_for_scanner_or_link() -> None:
    """Five minutes for a scanner, ten of scanning that are not lost, twenty of upload."""
    plan = plan_in_minutes(scanners=1)
    stints = (
        (State.WAIT_SCANNER, at(8), at(8, 5), 0),
        (State.SCAN, at(8, 5), at(8, 15), 0),
        (State.UPLOAD, at(8, 15), at(8, 35), 0),
    )
    life = Life(stints, received=at(8, 35), settled=at(8, 35), upload_bit=20 * BIT_PER_MIN)
    assert lost_min(told(plan, life), plan) == pytest.approx({"scanner": 5, "link": 20})


def test_an_outage_takes_its_part_of_an_upload() -> None:
    """Of forty minutes, twenty run at a tenth of the speed: 18 are lost to the outage, 22 to the link."""
    plan = plan_in_minutes()
    upload = Life(
        ((State.UPLOAD, at(8), at(8, 40), 0),), received=at(8, 40), settled=at(8, 40), upload_bit=22 * BIT_PER_MIN
    )
    slow = (System.LINK, at(8, 10), at(8, 30), 100, 0)
    assert lost_min(told(plan, upload, outages=(slow,)), plan) == pytest.approx({"outage": 18, "link": 22})


def test_what_an_outage_makes_vain_is_lost_to_it() -> None:
    """An upload that starts anew at 8:10 loses the ten minutes before, and then five in which the portal is down."""
    plan = plan_in_minutes()
    upload = Life(
        ((State.UPLOAD, at(8), at(8, 40), 0),), received=at(8, 40), settled=at(8, 40), upload_bit=25 * BIT_PER_MIN
    )
    down = (System.PORTAL, at(8, 10), at(8, 15), 0, 1)
    assert lost_min(told(plan, upload, outages=(down,)), plan) == pytest.approx({"outage": 15, "link": 25})


def test_software_holds_work_at_a_counter_and_at_a_desk() -> None:
    """Half speed for ten minutes costs each of two people five; guiding needs no machine."""
    plan = plan_in_minutes()
    half = (System.SOFTWARE, at(8), at(8, 10), 500, 0)
    work = (attended(at(8), at(8, 30), 0), attended(at(8, 5), at(8, 30), 2, State.CHECK))
    guided = Life(((State.GUIDANCE, at(8), at(8, 30), 1), (State.GONE, at(8, 30), NEVER, NEVER)))
    assert lost_min(told(plan, *work, guided, outages=(half,)), plan) == pytest.approx({"outage": 5 + 2.5})


def test_work_put_down_at_the_tick_of_a_loss_is_in_vain() -> None:
    """An hour put down at lunch, when power fails, is lost; one that is done at that very tick is not."""
    plan = plan_in_minutes()
    cut = (System.POWER, at(11, 30), at(11, 31), 0, 1)
    put_down = ((State.CHECK, at(10, 30), at(11, 30), 2), (State.WAIT_CHECK, at(11, 30), at(13, 30), NEVER))
    done = attended(at(10, 30), at(11, 30), 3, State.CHECK)
    trace = told(plan, Life((*put_down, (State.GONE, at(13, 30), NEVER, NEVER))), done, outages=(cut,))
    assert lost_min(trace, plan) == pytest.approx({"outage": 60, "closed": 120})


def test_a_submission_that_waits_for_the_portal_is_held_by_an_outage() -> None:
    """Ten minutes of waiting for the portal."""
    plan = plan_in_minutes()
    assert lost_min(told(plan, waits(at(8), at(8, 10), state=State.WAIT_PORTAL)), plan) == pytest.approx({"outage": 10})


def test_waiting_for_the_signatory_is_told_apart() -> None:
    """Until the time of day and then in the line, as far as somebody who signs is on shift."""
    kinds = {"only": procedure(approval_min=constant(5))}
    plan = plan_in_minutes(procedures=kinds, signing_times=("14:00",))
    stints = (
        (State.WAIT_SIGNING, at(11), at(14), NEVER),
        (State.WAIT_APPROVAL, at(14), at(14, 10), NEVER),
        (State.APPROVAL, at(14, 10), at(14, 15), 2),
    )
    life = Life(stints, received=at(11), settled=at(14, 15))
    assert lost_min(told(plan, life), plan) == pytest.approx({"signature": 60 + 10, "closed": 120})


def test_citizens_who_left_or_look_for_papers_keep_the_record_waiting() -> None:
    """Lost patience and missing papers are the citizen's; who was sent home waits for the doors to open."""
    plan = plan_in_minutes()
    stints = (
        (State.RENEGED, at(8), at(9), NEVER),
        (State.BALKED, at(9), at(9, 30), NEVER),
        (State.SUPPLEMENT, at(9, 30), at(17), NEVER),
        (State.SENT_HOME, at(17), at(7, 30, day=3), NEVER),
        (State.GONE, at(7, 30, day=3), NEVER, NEVER),
    )
    expected = {"citizen": 60 + 30 + 450, "closed": 62.5 * 60}
    assert lost_min(told(plan, Life(stints)), plan) == pytest.approx(expected)


def test_who_comes_along_waits_with_the_leader_and_once() -> None:
    """A follower's time in the party is the leader's wait, which is counted already."""
    plan = plan_in_minutes()
    follower = Life(((State.PARTY, at(8), at(8, 30), NEVER), (State.GONE, at(8, 30), NEVER, NEVER)), leads=False)
    assert lost_min(told(plan, waits(at(8), at(8, 30)), follower), plan) == pytest.approx({"person_intake": 30})


def test_who_comes_for_the_result_waits_too() -> None:
    """Being sent home and half an hour in the line are lost; the hours until the citizen chooses to come are not."""
    plan = plan_in_minutes()
    stints = (
        (State.BACK_OFFICE, at(8), at(9), 2),
        (State.COLLECT, at(9), at(17), NEVER),
        (State.SENT_HOME, at(17), at(7, 30, day=3), NEVER),
        (State.WAIT_HANDOVER, at(7, 30, day=3), at(8, day=3), NEVER),
        (State.HANDOVER, at(8, day=3), at(9, day=3), 0),
    )
    assert lost_min(told(plan, Life(stints, received=at(8), settled=at(9))), plan) == pytest.approx(
        {"closed": 62.5 * 60, "person_handover": 30}
    )


def test_records_of_the_first_day_wait_from_its_midnight_on() -> None:
    """What they waited before the period is not of it."""
    plan = plan_in_minutes()
    found = lost_min(told(plan, carried_over(at(10))), plan, span=0)
    assert found == pytest.approx({"closed": 24 * 60 - 450, "person_back_office": 450})


@given(st.data())
def test_each_cause_is_what_one_finds_tick_by_tick(data: st.DataObject) -> None:
    """On traces of random centres every cause takes, day by day, the ticks that the definition gives it."""
    trace, plan = random_trace(data)
    by_tick, measures = lost_by_tick(trace, plan), measure(trace, plan)
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    for cause in CAUSES:
        expected = [
            by_tick[cause][span.start : span.end].sum() / ticks_per_h for span in spans(plan.hours, plan.session_days)
        ]
        assert _lost(measures, cause) == pytest.approx(expected, abs=1e-6), cause


@given(st.data())
def test_the_causes_add_up_to_all_waiting(data: st.DataObject) -> None:
    """No hour that a record waited is left out and none is counted twice."""
    trace, plan = random_trace(data)
    measures = measure(trace, plan)
    together = sum(float(_lost(measures, cause)[-1]) for cause in CAUSES)
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    assert together == pytest.approx(waited_ticks(trace, plan) / ticks_per_h, abs=1e-6)


def random_trace(data: st.DataObject) -> tuple[Trace, Plan]:
    """Return what happens in a random centre."""
    scenario = data.draw(scenarios())
    plan = build_plan(scenario, "p")
    return simulate(data.draw(workloads(scenario)), plan, engine="reference"), plan
