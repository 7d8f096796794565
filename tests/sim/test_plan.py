"""Plans in ticks: who is on shift, when the doors close, what is left of the link."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.plan import Plan, Station, build_plan
from tests.laws.strategies import FRIDAY, small_scenario
from tests.sim.by_hand import at, plan_in_minutes

THURSDAY, MONDAY, TUESDAY = FRIDAY - timedelta(days=1), date(2025, 7, 7), date(2025, 7, 8)
DAYS = {"first_day": FRIDAY, "last_day": TUESDAY}
PERIOD = DAYS | {"peak_last_day": FRIDAY, "tick_ms": 60_000}


def plan_of(**choice: Any) -> Plan:
    """Return a plan of three officers and four desks from Friday to Tuesday."""
    plans = {"as-usual": {"title": "T"} | choice}
    return plan_in_minutes(period=PERIOD, staff={"intake": 3, "back_office": 4}, counters=3, plans=plans)


def shifts_on(plan: Plan, day: int) -> dict[int, list[tuple[int, int]]]:
    """Return each person's shifts of a day, in minutes of that day."""
    found: dict[int, list[tuple[int, int]]] = {person: [] for person in range(plan.n_persons)}
    for person, start, end in plan.shifts.tolist():
        if start // (24 * 60) == day:
            found[person].append((start - at(0, day=day), end - at(0, day=day)))
    return found


def covering(plan: Plan, day: int) -> set[int]:
    """Return who works over lunch on a day."""
    return {person for person, shifts in shifts_on(plan, day).items() if len(shifts) == 1}


HALVES = [(at(7, 30), at(11, 30)), (at(13, 30), at(17))]


def test_everyone_works_normal_hours_on_working_days() -> None:
    """Without cover there are two shifts a person and working day, none on the weekend, and no overtime."""
    plan = plan_of()
    assert plan.station.tolist() == [Station.INTAKE] * 3 + [Station.BACK_OFFICE] * 4
    assert [shifts_on(plan, day)[2] for day in range(5)] == [HALVES, [], [], HALVES, HALVES]
    assert len(plan.shifts) == 7 * 3 * 2
    assert len(plan.overtime) == 0


def test_people_take_turns_to_cover() -> None:
    """Two of three officers and three of four desks cover lunch; over the days everybody does, nobody every day."""
    cover = DAYS | {"intake": 2, "back_office": 3}
    plan = plan_of(lunch=(cover,))
    by_day = [covering(plan, day) for day in (0, 3, 4)]
    assert by_day == [{0, 1, 3, 4, 5}, {0, 2, 3, 4, 6}, {1, 2, 3, 5, 6}]
    assert shifts_on(plan, 3)[2] == [(at(7, 30), at(17))]
    assert shifts_on(plan, 3)[1] == HALVES
    lunches = {(person, start, end) for person, start, end in plan.overtime.tolist()}
    assert lunches == {
        (person, at(11, 30, day=day), at(13, 30, day=day))
        for day, people in zip((0, 3, 4), by_day, strict=True)
        for person in people
    }


def test_covers_hold_on_their_days_only() -> None:
    """A cover of Monday leaves Friday and Tuesday as they are."""
    plan = plan_of(lunch=({"first_day": MONDAY, "last_day": MONDAY, "intake": 1, "back_office": 0},))
    assert [len(covering(plan, day)) for day in (0, 3, 4)] == [0, 1, 0]


def test_evenings_lengthen_the_afternoon_and_keep_the_doors_open() -> None:
    """Doors close when the last officer at a counter leaves; desks that stay longer do not hold them open."""
    friday = {"first_day": FRIDAY, "last_day": FRIDAY, "intake": 1, "back_office": 1, "until": "19:00"}
    monday = {"first_day": MONDAY, "last_day": MONDAY, "intake": 0, "back_office": 2, "until": "21:00"}
    plan = plan_of(evening=(friday, monday))
    assert plan.doors.tolist() == [
        [at(0), at(7, 30), at(19)],
        [at(0, day=3), at(7, 30, day=3), at(17, day=3)],
        [at(0, day=4), at(7, 30, day=4), at(17, day=4)],
    ]
    assert shifts_on(plan, 0)[0] == [HALVES[0], (at(13, 30), at(19))]
    assert plan.overtime.tolist() == [
        [0, at(17), at(19)],
        [3, at(17), at(19)],
        [5, at(17, day=3), at(21, day=3)],
        [6, at(17, day=3), at(21, day=3)],
    ]


def test_a_plan_replaces_what_it_names() -> None:
    """Staff, counters and line of the plan, where it names them; otherwise the scenario's."""
    plan = plan_of(staff={"intake": 1, "back_office": 0}, counters=7, link_mbit_per_s=2)
    assert (plan.station.tolist(), plan.n_counters) == ([Station.INTAKE], 7)
    assert plan.link_bit_per_tick.tolist() == [2e6 * 60]
    assert plan_of(counters=0).n_counters == 0


def test_an_unknown_plan_is_an_error_that_names_the_others() -> None:
    """The message says which plans there are."""
    with pytest.raises(ScenarioError, match=r"plans: found 'x'; expected one of as-usual"):
        build_plan(small_scenario(), "x")


def test_the_excess_over_practised_work_halves() -> None:
    """From 2 on the first day to 1.5, 1.25, … with each working day; the weekend teaches nothing."""
    period = {"first_day": THURSDAY, "last_day": TUESDAY, "peak_last_day": FRIDAY}
    learning = {"first_day_factor": 2, "halving_working_days": 1}
    plan = build_plan(small_scenario(period=period, learning=learning), "as-usual")
    assert plan.work_permille.tolist() == [2000, 1500, 1250, 1250, 1250, 1125]


def capacity(*faults: tuple[int, int, float], **link: float) -> list[tuple[int, float]]:
    """Return the steps of a link of 1 bit a tick under faults (first hour, last hour, what is left)."""
    midnight = datetime.combine(FRIDAY, datetime.min.time())
    told = tuple(
        {"starts": midnight + timedelta(hours=a), "ends": midnight + timedelta(hours=b), "capacity_ratio": ratio}
        for a, b, ratio in faults
    )
    plan = plan_in_minutes(link={"mbit_per_s": 1 / 60e6, "faults": told} | link)
    steps = zip(plan.link_step_tick.tolist(), plan.link_bit_per_tick.tolist(), strict=True)
    return [(tick // 60, pytest.approx(rate)) for tick, rate in steps]


def test_the_link_without_faults_has_one_step() -> None:
    """What other traffic takes is gone all the time."""
    assert capacity() == [(0, 1)]
    assert capacity(background_ratio=0.75) == [(0, 0.25)]


def test_of_faults_at_once_the_worst_counts() -> None:
    """Faults that overlap, touch, contain each other, or began before the period."""
    assert capacity((8, 12, 0.5), (10, 14, 0.1)) == [(0, 1), (8, 0.5), (10, 0.1), (12, 0.1), (14, 1)]
    assert capacity((8, 12, 0.5), (12, 14, 0)) == [(0, 1), (8, 0.5), (12, 0), (14, 1)]
    assert capacity((8, 14, 0.2), (9, 10, 0.5)) == [(0, 1), (8, 0.2), (9, 0.2), (10, 0.2), (14, 1)]
    assert capacity((-5, 9, 0)) == [(0, 0), (9, 1)]
    assert capacity((-9, -5, 0)) == [(0, 1)]
