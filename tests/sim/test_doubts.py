"""What a scenario says that cannot work, or was probably not meant."""

from datetime import date, timedelta
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.plan.doubts import find_doubts
from sim.scenario import Scenario
from tests.laws.strategies import FRIDAY, small_scenario

SATURDAY, LONG_AGO = FRIDAY + timedelta(days=1), date(2020, 1, 3)
PERIOD = {"first_day": FRIDAY, "last_day": FRIDAY + timedelta(days=3), "peak_last_day": FRIDAY}
OFFICERS = {"people": 2, "skills": ("intake", "back-office")}


def scenario_of(*, staff: dict[str, Any] | None = None, choice: dict[str, Any] | None = None, **parts: Any) -> Scenario:
    """Return a centre of two officers who take in and work in the back office; the plan is called p."""
    route: dict[str, Any] = {
        "share": 1.0,
        "intake_min": {"law": "deterministic", "mean": 5.0},
        "back_office_min": {"law": "deterministic", "mean": 5.0},
        "pages": {"law": "deterministic", "mean": 5.0},
        "scan_s_per_page": 6.0,
        "deadline": {"working_days": 1},
    }
    world: dict[str, Any] = {
        "period": PERIOD,
        "procedures": {"copy": route},
        "staff": {"officers": OFFICERS | (staff or {})},
        "plans": {"p": {"title": "P"} | (choice or {})},
    }
    return small_scenario(**(world | parts))


def on(first: date, **more: Any) -> dict[str, Any]:
    """Return a single day, with what else an entry says."""
    return {"first_day": first, "last_day": first} | more


def test_an_ordinary_scenario_is_not_doubted() -> None:
    """Nothing is told where nothing is odd."""
    assert find_doubts(scenario_of()) == []


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"staff": {"skills": ("intake",)}}, "plans.p: found nobody on any shift who can do back-office for copy"),
        ({"choice": {"staff": {"officers": 0}}}, "plans.p: found nobody on any shift who can do intake for copy"),
        ({"counters": 0}, "counters: found 0; expected at least 1 under plan p"),
        ({"desks": 0}, "desks: found 0; expected at least 1 under plan p"),
        ({"choice": {"scanners": 0}}, "plans.p.scanners: found 0; expected at least 1 under plan p"),
    ],
)
def test_work_that_can_never_be_done_is_an_error(parts: dict[str, Any], found: str) -> None:
    """The message names the field and the plan."""
    with pytest.raises(ScenarioError) as caught:
        find_doubts(scenario_of(**parts))
    assert found in str(caught.value)


PEOPLE = {"people": {"officers": 1}}
HOURS = PEOPLE | {"opens": "08:00", "closes": "11:00"}


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"choice": {"sessions": (on(FRIDAY, **HOURS),)}}, "plans.p.sessions[0]: "),
        ({"choice": {"sessions": (on(SATURDAY, **HOURS),)}}, "plans.p.sessions[0]: is in the peak week but after"),
        ({"choice": {"lunch": (on(SATURDAY, **PEOPLE),)}}, "plans.p.lunch[0]: does nothing, as no working day"),
        ({"choice": {"lunch": (on(LONG_AGO, **PEOPLE),)}}, "plans.p.lunch[0]: does nothing, as no working day"),
        ({"choice": {"volunteers": (on(FRIDAY, teams=1),)}}, "plans.p.volunteers: does nothing without"),
        ({"choice": {"training_days": {"officers": 1.0}}}, "plans.p.training_days: does nothing without"),
        ({"choice": {"ups_min": 5.0}}, "plans.p.ups_min: does nothing without a power outage"),
        ({"staff": {"leave": (on(LONG_AGO, people=1),)}}, "staff.officers.leave[0]: no day of the period"),
        ({"staff": {"leave": (on(FRIDAY, people=3),)}}, "staff.officers.leave[0].people: 3 on leave of 2"),
        ({"fatigue": {"growth_per_h": 0.1}}, "fatigue.growth_per_h: does nothing without"),
    ],
)
def test_what_was_probably_not_meant_is_a_warning(parts: dict[str, Any], found: str) -> None:
    """One warning each, which names the field."""
    (doubt,) = find_doubts(scenario_of(**parts))
    assert doubt.startswith(found)


def test_plans_that_are_alike_are_told() -> None:
    """A plan that chooses what another does is named, whatever its title."""
    scenario = scenario_of()
    (choice,) = scenario.plans.values()
    twice = scenario.model_copy(update={"plans": {"p": choice, "q": choice.model_copy(update={"title": "Q"})}})
    assert find_doubts(twice) == ["plans.q: chooses nothing other than plan p"]


def test_demand_at_night_is_told() -> None:
    """Visits in an hour in which the office is closed are a warning; those over lunch come every day."""
    scenario = scenario_of()
    demand = scenario.demand.model_copy(update={"hour_weights": {3: 1.0, 9: 3.0}})
    assert find_doubts(scenario.model_copy(update={"demand": demand})) == [
        "demand.hour_weights.3: 25% of a day's visits come at 3:00, when it is closed"
    ]
