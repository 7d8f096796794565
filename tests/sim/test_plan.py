"""Who is on shift when, who covers and who is on leave, and when the doors close."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from sim.errors import ScenarioError
from sim.plan import UNLIMITED, Plan, build_plan
from sim.scenario import Scenario
from tests.laws.strategies import FRIDAY, scenarios, small_scenario
from tests.laws.strategies import staff as two_groups

MONDAY, TUESDAY, WEDNESDAY = (date(2025, 7, day) for day in (7, 8, 9))
SATURDAY, SUNDAY = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)
DAYS = {"first_day": FRIDAY, "last_day": TUESDAY}
PERIOD = DAYS | {"peak_last_day": FRIDAY, "tick_ms": 60_000}
HOURS = {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")}


def at(hour: int, minute: int = 0, *, day: int = 0) -> int:
    """Return the tick of a time of day; ticks are minutes."""
    return (day * 24 + hour) * 60 + minute


HALVES = [(at(7, 30), at(11, 30)), (at(13, 30), at(17))]


def plan_of(*, hours: dict[str, Any] | None = None, staff: dict[str, Any] | None = None, **choice: Any) -> Plan:
    """Return a plan of three officers and four desks from Friday to Tuesday, whatever the Labour Code says."""
    scenario = small_scenario(
        period=PERIOD,
        hours=HOURS | (hours or {}),
        staff=staff or two_groups(intake=3, back_office=4),
        labour_rules={"is_enforced": False},
        plans={"as-usual": {"title": "T"} | choice},
    )
    return build_plan(scenario, "as-usual")


def group(people: int, *skills: str, **more: Any) -> dict[str, Any]:
    """Return a group that takes in, unless other skills are named."""
    return {"people": people, "skills": skills or ("intake",)} | more


def on(first: date, last: date | None = None, **more: Any) -> dict[str, Any]:
    """Return days, with what else an entry says."""
    return {"first_day": first, "last_day": last or first} | more


def shifts_on(plan: Plan, day: int) -> dict[int, list[tuple[int, int]]]:
    """Return the shifts of a day of each person at work, in minutes of that day."""
    found: dict[int, list[tuple[int, int]]] = {}
    for person, start, end, _ in plan.shifts.tolist():
        if start // at(24) == day:
            found.setdefault(person, []).append((start - at(0, day=day), end - at(0, day=day)))
    return found


def covering(plan: Plan, day: int) -> set[int]:
    """Return who works over lunch on a day."""
    return {person for person, shifts in shifts_on(plan, day).items() if len(shifts) == 1}


def test_everyone_works_normal_hours_on_working_days() -> None:
    """Without cover there are two shifts a person and working day, none on the weekend, and no overtime."""
    plan = plan_of()
    assert plan.groups == ("intake", "back-office")
    assert plan.person_group.tolist() == [0] * 3 + [1] * 4
    assert plan.person_member.tolist() == [0, 1, 2, 0, 1, 2, 3]
    assert [shifts_on(plan, day).get(2, []) for day in range(5)] == [HALVES, [], [], HALVES, HALVES]
    assert len(plan.shifts) == 7 * 3 * 2
    assert len(plan.overtime) == 0
    assert np.array_equal(plan.shifts[:, 3], plan.shifts[:, 2])


def test_people_take_turns_to_cover() -> None:
    """Two of three officers and three of four desks cover lunch; over the days everybody does, nobody every day."""
    plan = plan_of(lunch=(DAYS | {"people": {"intake": 2, "back-office": 3}},))
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
    plan = plan_of(lunch=(on(MONDAY, people={"intake": 1}),))
    assert [len(covering(plan, day)) for day in (0, 3, 4)] == [0, 1, 0]


def test_evenings_lengthen_the_afternoon_and_keep_the_doors_open() -> None:
    """Doors close when the last officer at a counter leaves; desks that stay longer do not hold them open."""
    friday = on(FRIDAY, people={"intake": 1, "back-office": 1}, until="19:00")
    monday = on(MONDAY, people={"back-office": 2}, until="21:00")
    plan = plan_of(evening=(friday, monday))
    assert plan.doors.tolist() == [
        [at(0), at(7, 30), at(19), at(19)],
        [at(0, day=3), at(7, 30, day=3), at(17, day=3), at(17, day=3)],
        [at(0, day=4), at(7, 30, day=4), at(17, day=4), at(17, day=4)],
    ]
    assert shifts_on(plan, 0)[0] == [HALVES[0], (at(13, 30), at(19))]
    assert plan.overtime.tolist() == [
        [0, at(17), at(19)],
        [3, at(17), at(19)],
        [5, at(17, day=3), at(21, day=3)],
        [6, at(17, day=3), at(21, day=3)],
    ]


def test_who_works_in_the_hall_stays_until_those_inside_are_served() -> None:
    """Shifts in the hall that end with the last entry or later serve until 18:00; earlier ones and desks do not."""
    evening = (on(FRIDAY, people={"intake": 1}, until="17:30"), on(MONDAY, people={"intake": 1}, until="19:00"))
    plan = plan_of(hours={"inside_served_until": "18:00"}, evening=evening)
    assert plan.doors[:, 2:].tolist() == [
        [at(17, 30), at(18)],
        [at(19, day=3), at(19, day=3)],
        [at(17, day=4), at(18, day=4)],
    ]
    stays = plan.shifts[plan.shifts[:, 3] != plan.shifts[:, 2]].tolist()
    tuesday = [[person, at(13, 30, day=4), at(17, day=4), at(18, day=4)] for person in (0, 1, 2)]
    assert stays == [[0, at(13, 30), at(17, 30), at(18)], *tuesday]


def test_a_session_opens_on_a_day_off() -> None:
    """All of it is overtime, the doors open with it, and people take turns over the sessions, not over the weeks."""
    sessions = (on(FRIDAY, MONDAY, people={"intake": 2}, opens="08:00", closes="11:00"),)
    plan = plan_of(sessions=sessions)
    assert [sorted(shifts_on(plan, day)) for day in (1, 2)] == [[0, 1], [0, 2]]
    assert shifts_on(plan, 1)[0] == [(at(8), at(11))]
    assert shifts_on(plan, 0)[0] == HALVES
    assert plan.overtime.tolist() == [
        [0, at(8, day=1), at(11, day=1)],
        [0, at(8, day=2), at(11, day=2)],
        [1, at(8, day=1), at(11, day=1)],
        [2, at(8, day=2), at(11, day=2)],
    ]
    assert plan.doors[1:3].tolist() == [
        [at(0, day=day), at(8, day=day), at(11, day=day), at(11, day=day)] for day in (1, 2)
    ]


def test_a_session_of_desks_keeps_the_doors_closed() -> None:
    """Where nobody works at a counter on a day off, the hall has no doors that day."""
    plan = plan_of(sessions=(on(SATURDAY, people={"back-office": 1}, opens="08:00", closes="11:00"),))
    assert sorted(shifts_on(plan, 1)) == [3]
    assert plan.doors[:, 0].tolist() == [at(0), at(0, day=3), at(0, day=4)]


def test_groups_come_and_go() -> None:
    """Who is not there yet, is gone, or is off on this weekday does not work; weekdays do not hold for sessions."""
    staff = {
        "new": group(1, first_day=MONDAY),
        "old": group(1, last_day=FRIDAY),
        "part": group(1, weekdays={"mon", "sat"}),
    }
    people = {"new": 1, "old": 1, "part": 1}
    session = on(SATURDAY, people=people, opens="08:00", closes="11:00")
    plan = plan_of(staff=staff, lunch=(DAYS | {"people": people},), sessions=(session,))
    assert [sorted(shifts_on(plan, day)) for day in range(5)] == [[1], [2], [], [0, 2], [0]]
    assert covering(plan, 3) == {0, 2}


def test_a_group_works_at_times_of_its_own() -> None:
    """Its gaps are its lunch, its evening begins when the office has closed, and the doors wait for its counters."""
    times = (("07:00", "12:00"), ("13:00", "15:00"))
    cover = {"people": {"early": 1}}
    staff = {"early": group(1, times=times), "late": group(1, times=(("12:00", "18:00"),))}
    plan = plan_of(staff=staff, lunch=(DAYS | cover,), evening=(DAYS | cover | {"until": "17:30"},))
    assert shifts_on(plan, 0) == {0: [(at(7), at(15)), (at(17), at(17, 30))], 1: [(at(12), at(18))]}
    assert plan.overtime[:2].tolist() == [[0, at(12), at(13)], [0, at(17), at(17, 30)]]
    assert plan.doors[0].tolist() == [at(0), at(7, 30), at(18), at(18)]


def test_leave_is_taken_in_turn() -> None:
    """Each entry sends others away, the same as long as it lasts; who is away is not chosen to cover."""
    leave = (on(FRIDAY, MONDAY, people=1), on(TUESDAY, people=2))
    cover = DAYS | {"people": {"g": 2}}
    plan = plan_of(staff={"g": group(3, leave=leave)}, lunch=(cover,))
    assert [sorted(shifts_on(plan, day)) for day in (0, 3, 4)] == [[1, 2], [1, 2], [0]]
    assert [covering(plan, day) for day in (0, 3, 4)] == [{1, 2}, {1, 2}, {0}]


def test_entries_of_leave_that_overlap_send_different_people_away() -> None:
    """Nobody is sent twice: the third entry, whose turn is back at the first member, takes another."""
    leave = (on(FRIDAY, TUESDAY, people=1), on(FRIDAY, people=2), on(MONDAY, people=1))
    plan = plan_of(staff={"g": group(3, leave=leave)})
    assert [sorted(shifts_on(plan, day)) for day in (0, 3, 4)] == [[], [2], [1, 2]]


def test_who_is_on_leave_does_not_come_to_a_session() -> None:
    """Leave holds on days off, too."""
    session = on(SATURDAY, people={"g": 2}, opens="08:00", closes="11:00")
    plan = plan_of(staff={"g": group(2, leave=(on(FRIDAY, SUNDAY, people=1),))}, sessions=(session,))
    assert sorted(shifts_on(plan, 1)) == [1]


def test_a_plan_replaces_what_it_names() -> None:
    """Staff, skills, things and line of the plan, where it names them; otherwise the scenario's."""
    plan = plan_of(
        staff={"intake": group(3), "back-office": group(4, "back-office")},
        counters=7,
        desks=3,
        scanners=1,
        link_mbit_per_s=2,
        ups_min=20,
        skills={"back-office": ("back-office", "intake")},
    )
    assert (plan.n_counters, plan.n_desks, plan.n_scanners, plan.ups) == (7, 3, 1, 20)
    assert plan.link_bit_per_tick.tolist() == [2e6 * 60]
    assert plan.rank[:, :, 0].tolist() == [[-1, 0, -1, -1, -1, -1], [-1, 1, -1, 0, -1, -1]]
    usual = plan_of(counters=0)
    assert (usual.n_counters, usual.n_desks, usual.n_scanners, usual.ups) == (0, UNLIMITED, UNLIMITED, 0)


def test_fewer_people_than_in_the_scenario_cover_and_leave_as_far_as_they_go() -> None:
    """A plan with one of three people sends that one on leave, and has none to work."""
    staff = {"g": group(3, leave=(on(FRIDAY, people=2),)), "other": group(1, "back-office")}
    plan = plan_of_staff(staff, {"g": 1})
    assert plan.person_group.tolist() == [0, 1]
    assert sorted(shifts_on(plan, 0)) == [1]
    assert sorted(shifts_on(plan, 3)) == [0, 1]


def plan_of_staff(staff: dict[str, Any], people: dict[str, int]) -> Plan:
    """Return the plan of a scenario with this staff, of whom only so many people are there."""
    plans = {"as-usual": {"title": "T", "staff": people}}
    return build_plan(small_scenario(period=PERIOD, staff=staff, plans=plans), "as-usual")


def test_a_group_of_nobody_is_a_group() -> None:
    """A plan may have nobody at the counters; the doors are those of the office."""
    plan = plan_of_staff(two_groups(intake=3, back_office=1), {"intake": 0})
    assert (plan.groups, plan.person_group.tolist()) == (("intake", "back-office"), [1])
    assert plan.doors[:, 2].tolist() == [at(17), at(17, day=3), at(17, day=4)]


def test_an_unknown_plan_is_an_error_that_names_the_others() -> None:
    """The message says which plans there are."""
    with pytest.raises(ScenarioError, match=r"plans: found 'x'; expected one of as-usual"):
        build_plan(small_scenario(), "x")


@given(scenario=scenarios())
def test_every_plan_is_in_order(scenario: Scenario) -> None:
    """No shift is empty or overlaps another, overtime is within shifts, and the doors of a day follow each other."""
    plan = build_plan(scenario, "p")
    assert (plan.shifts[:, 1] < plan.shifts[:, 2]).all()
    assert (plan.shifts[:, 2] <= plan.shifts[:, 3]).all()
    for (person, _, end, _), (other, start, _, _) in pairwise(plan.shifts.tolist()):
        assert (person, end) < (other, start) or (person == other and end == start)
    for person, start, end in plan.overtime.tolist():
        within = (plan.shifts[:, 0] == person) & (plan.shifts[:, 1] <= start) & (end <= plan.shifts[:, 2])
        assert within.sum() == 1
    assert (np.diff(plan.doors, axis=1) >= 0).all()
    assert (np.diff(plan.doors[:, 0]) > 0).all()
    assert (plan.doors[:-1, 3] <= plan.doors[1:, 0]).all()
