"""Centres without a lunch break: one session a day, or two that touch."""

from typing import Any

import pytest

from sim.engine import simulate
from sim.measures import measure
from sim.plan import build_plan
from sim.plan.doubts import find_doubts
from sim.scenario import Scenario
from sim.workload import sample_workload
from tests.laws.strategies import FRIDAY, small_scenario, staff

ONE = {"morning": ("07:30", "15:30")}
TOUCHING = {"morning": ("07:30", "12:00"), "afternoon": ("12:00", "15:30")}
DEMAND = {"visits_per_day": 40, "hour_weights": dict.fromkeys(range(7, 16), 1.0)}


def centre(hours: dict[str, Any], **choice: Any) -> Scenario:
    """Return the small centre with these hours and these choices."""
    return small_scenario(hours=hours, demand=DEMAND, plans={"as-usual": {"title": "As usual"} | choice})


@pytest.mark.parametrize("hours", [ONE, TOUCHING])
def test_a_day_without_a_break_is_one_shift(hours: dict[str, Any]) -> None:
    """Everybody works from the opening to the close, which is when the doors are open."""
    plan = build_plan(centre(hours), "as-usual")
    midnights = plan.hours.timebase.midnights
    per_h = 3600 * 1000
    assert sorted({(start - midnights[day], end - midnights[day]) for day, (start, end) in _days(plan)}) == [
        (7.5 * per_h, 15.5 * per_h)
    ]
    assert (plan.doors[:, 1:3] - plan.doors[:, :1]).tolist() == [[7.5 * per_h, 15.5 * per_h]] * 2
    assert len(plan.shifts) == 2 * plan.n_persons


def _days(plan: Any) -> list[tuple[int, tuple[int, int]]]:
    timebase = plan.hours.timebase
    return [(int(timebase.day_index(row[1:2])[0]), (int(row[1]), int(row[2]))) for row in plan.shifts]


def test_one_session_and_two_that_touch_are_the_same_day() -> None:
    """Both engines give the same trace, and all figures are the same; none of the overtime is at lunch."""
    traces = []
    for hours in (ONE, TOUCHING):
        scenario = centre(hours)
        plan, workload = build_plan(scenario, "as-usual"), sample_workload(scenario, seed=1, replication=0)
        trace = simulate(workload, plan, engine="reference")
        assert simulate(workload, plan).differences(trace) == []
        assert not measure(trace, plan).lunch_h.any()
        traces.append(trace)
    assert traces[0].differences(traces[1]) == []


def test_a_deadline_in_office_hours_goes_on_without_a_break() -> None:
    """Two hours after 11:00 are 13:00, and after 14:30 on Thursday 08:30 on Friday."""
    for hours in (ONE, TOUCHING):
        office = centre(hours).office_hours
        at = [office.timebase.ticks(seconds=3600 * hour) for hour in (11, 14.5)]
        due = office.due_ticks(office.timebase.midnights[:1] + at, working_hours=2)
        assert (due / (3600 * 1000)).tolist() == [13, 24 + 8.5]


def test_lunch_cover_without_lunch_is_doubted() -> None:
    """It names the group; a group with a break of its own may be covered."""
    cover = ({"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1}},)
    doubts = find_doubts(centre(ONE, lunch=cover))
    assert doubts == [
        "plans.as-usual.lunch[0].people.intake: does nothing, as they have no break that could be covered"
    ]
    parts = staff(intake=2, back_office=2)
    parts["intake"] |= {"times": (("07:30", "11:30"), ("13:00", "15:30"))}
    plans = {"as-usual": {"title": "T", "lunch": cover}}
    scenario = small_scenario(hours=ONE, demand=DEMAND, staff=parts, plans=plans)
    assert find_doubts(scenario) == []
    assert len(build_plan(scenario, "as-usual").overtime) == 1
