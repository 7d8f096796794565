"""What skills, practice, fatigue, guides, volunteers, line and money make of a plan."""

from datetime import date, timedelta
from typing import Any

import pytest

from sim.plan import Plan, build_plan
from sim.scenario.people import Stage
from tests.laws.strategies import FRIDAY, procedure, small_scenario

THURSDAY, SATURDAY = FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=1)
MONDAY, TUESDAY = date(2025, 7, 7), date(2025, 7, 8)
WEEK = {"first_day": THURSDAY, "last_day": TUESDAY}  # Thursday, Friday, weekend, Monday, Tuesday
PERIOD = WEEK | {"peak_last_day": FRIDAY, "tick_ms": 60_000}
DAY = 24 * 60


def plan_of(choice: dict[str, Any] | None = None, **parts: Any) -> Plan:
    """Return a plan of six days whose ticks are minutes, whatever the Labour Code says."""
    plans = {"p": {"title": "P"} | (choice or {})}
    parts = {"period": PERIOD, "labour_rules": {"is_enforced": False}} | parts
    return build_plan(small_scenario(plans=plans, **parts), "p")


def group(people: int, *skills: str, **more: Any) -> dict[str, Any]:
    """Return a group that takes in, unless other skills are named."""
    return {"people": people, "skills": skills or ("intake",)} | more


def test_skills_rank_what_a_group_does() -> None:
    """The order of the skills is the preference; of two that fit a procedure the first counts."""
    kinds = {name: procedure(share=0.5) for name in ("land", "other")}
    skills = ("intake:land", "back-office", "intake", "back-office:other")
    rank = plan_of(procedures=kinds, staff={"g": group(1, *skills), "h": group(1, "approval:other")}).rank
    assert rank.shape == (2, len(Stage), 2)
    assert rank[0, Stage.INTAKE].tolist() == [0, 2]
    assert rank[0, Stage.BACK_OFFICE].tolist() == [1, 1]
    assert rank[1, Stage.APPROVAL].tolist() == [-1, 0]
    assert (rank[:, [Stage.GUIDANCE, Stage.CHECK, Stage.HANDOVER]] == -1).all()
    assert (rank[1, Stage.INTAKE] == -1).all()


def test_the_excess_over_practised_work_halves() -> None:
    """From 2 on the first day to 1.5, 1.25, … with each working day; the weekend teaches nothing."""
    plan = plan_of(learning={"first_day_factor": 2, "halving_working_days": 1})
    assert plan.work_permille.tolist() == [[2000, 1500, 1250, 1250, 1250, 1125]] * 4


def test_practice_comes_from_before_from_training_and_from_work() -> None:
    """Each group has its own: who comes later or works on Mondays only learns when they work."""
    staff = {
        "old": group(1, experience_days=1),
        "trained": group(1),
        "new": group(1, first_day=MONDAY),
        "part": group(2, weekdays={"mon"}),
    }
    learning = {"first_day_factor": 5, "halving_working_days": 2}
    plan = plan_of({"training_days": {"trained": 2, "old": 0.5}}, staff=staff, learning=learning)
    old = [round(1000 * (1 + 4 * 0.5 ** ((1.5 + days) / 2))) for days in (0, 1, 2, 2, 2, 3)]
    part = [5000] * 5 + [round(1000 * (1 + 4 * 0.5**0.5))]
    assert plan.work_permille.tolist() == [old, [3000, 2414, 2000, 2000, 2000, 1707], part, part, part]


def test_people_tire_in_a_long_day() -> None:
    """From the ninth hour on, each takes a twentieth more."""
    fatigue = plan_of(fatigue={"after_h": 8, "growth_per_h": 0.05}).fatigue_permille.tolist()
    assert len(fatigue) == 25
    assert fatigue[:11] == [1000] * 9 + [1050, 1100]
    assert fatigue[24] == 1800
    assert plan_of().fatigue_permille.tolist() == [1000] * 25


def test_volunteers_move_visits_online_and_help_at_the_counter() -> None:
    """Each team moves a tenth of those who would still come, and takes a fifth off; none on days off."""
    teams = (
        {"first_day": FRIDAY, "last_day": MONDAY, "teams": 2},
        {"first_day": MONDAY, "last_day": MONDAY, "teams": 1},
    )
    kinds = {"a": procedure(share=0.5, online_ratio=0.4), "b": procedure(share=0.5)}
    effect = {"moves_online_ratio": 0.1, "intake_factor": 0.8}
    plan = plan_of({"volunteers": teams}, procedures=kinds, volunteer_effect=effect)
    online = [[400_000, 514_000, 400_000, 400_000, 562_600, 400_000], [0, 190_000, 0, 0, 271_000, 0]]
    assert plan.online_ppm.tolist() == online
    assert plan.intake_permille.tolist() == [1000, 640, 1000, 1000, 512, 1000]


def test_guides_keep_visits_from_wrong_counters_and_papers_whole() -> None:
    """Each one there halves the one and takes a tenth off the other, for the procedures that they know."""
    kinds = {
        "land": procedure(share=0.5, wrong_counter_ratio=0.4, incomplete_ratio=0.5),
        "other": procedure(share=0.5, wrong_counter_ratio=0.1),
    }
    staff = {
        "guides": group(2, "guidance", leave=({"first_day": MONDAY, "last_day": MONDAY, "people": 1},)),
        "expert": group(1, "back-office", "guidance:land", last_day=FRIDAY),
        "officers": group(1),
    }
    session = {"first_day": SATURDAY, "last_day": SATURDAY, "opens": "08:00", "closes": "09:00"}
    choice = {"sessions": (session | {"people": {"guides": 1, "officers": 1}},)}
    effect = {"wrong_counter_factor": 0.5, "incomplete_factor": 0.9}
    plan = plan_of(choice, procedures=kinds, staff=staff, guidance=effect)
    assert plan.wrong_ppm.tolist() == [
        [50_000, 50_000, 200_000, 400_000, 200_000, 100_000],
        [25_000, 25_000, 50_000, 100_000, 50_000, 25_000],
    ]
    assert plan.incomplete_ppm.tolist() == [[364_500, 364_500, 450_000, 500_000, 450_000, 405_000], [0] * 6]


def test_the_line_has_a_step_where_other_traffic_changes() -> None:
    """Hours that differ change it on every day; neighbours that are alike make one step."""
    link = {"mbit_per_s": 1 / 60e6, "background_ratio": 0.5}
    plan = plan_of(link=link | {"background_by_hour": {9: 0.75, 10: 0.75, 12: 0.0, 13: 0.5}})
    of_day = [(0, 0.5), (9 * 60, 0.25), (11 * 60, 0.5), (12 * 60, 1), (13 * 60, 0.5)]
    later = [(day * DAY + tick, rate) for day in range(6) for tick, rate in of_day if day == 0 or tick]
    steps = zip(plan.link_step_tick.tolist(), plan.link_bit_per_tick.tolist(), strict=True)
    assert list(steps) == [(tick, pytest.approx(rate)) for tick, rate in later]
    same = plan_of(link=link)
    assert (same.link_step_tick.tolist(), same.link_bit_per_tick.tolist()) == ([0], [pytest.approx(0.5)])


def test_the_line_has_a_step_where_its_capacity_changes() -> None:
    """From a day's midnight on, together with other traffic; a plan that has a line of its own keeps that."""
    first = PERIOD["first_day"]
    changes = {first + timedelta(days=2): 3 / 60e6, first + timedelta(days=1): 2 / 60e6}
    link = {"mbit_per_s": 1 / 60e6, "mbit_per_s_from": changes}
    plan = plan_of(link=link)
    assert plan.link_step_tick.tolist() == [0, DAY, 2 * DAY]
    assert plan.link_bit_per_tick == pytest.approx([1, 2, 3])
    busy = plan_of(link=link | {"background_by_hour": {1: 0.5}})
    assert busy.link_step_tick.tolist()[:5] == [0, 60, 120, DAY, DAY + 60]
    assert busy.link_bit_per_tick[:5] == pytest.approx([1, 0.5, 1, 2, 1])
    before = plan_of(link=link | {"mbit_per_s_from": {first - timedelta(days=9): 5 / 60e6}})
    assert (before.link_step_tick.tolist(), before.link_bit_per_tick.tolist()) == ([0], [pytest.approx(5)])
    own = plan_of({"link_mbit_per_s": 7 / 60e6}, link=link)
    assert (own.link_step_tick.tolist(), own.link_bit_per_tick.tolist()) == ([0], [pytest.approx(7)])


def test_the_line_keeps_local_hours_when_the_clocks_change() -> None:
    """In spring the hour from two to three is left out; in autumn it is twice as long."""
    for first, ticks in ((date(2025, 3, 30), [0, 60, 120, 180]), (date(2025, 10, 26), [0, 60, 120, 240, 300])):
        period = {"first_day": first, "last_day": first + timedelta(days=1), "peak_last_day": first + timedelta(days=1)}
        period |= {"time_zone": "Europe/Warsaw", "tick_ms": 60_000}
        by_hour = {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 4: 0.5}
        plan = plan_of(period=period, link={"mbit_per_s": 100, "background_by_hour": by_hour})
        assert plan.link_step_tick[: len(ticks)].tolist() == ticks
        assert plan.link_bit_per_tick[3] == pytest.approx(100e6 * 60 * 0.6 if len(ticks) == 5 else 100e6 * 60 * 0.5)


def test_records_are_laid_before_the_signatory_on_working_days() -> None:
    """Each time of day once, in order, none on days off without a session; without times there are no signings."""
    plan = plan_of(signing_times=("16:00", "10:00", "10:00"))
    days = (0, 1, 4, 5)
    assert plan.signings.tolist() == [day * DAY + tick for day in days for tick in (600, 960)]
    assert plan_of().signings.tolist() == []
    third = PERIOD["first_day"] + timedelta(days=2)
    session = {"first_day": third, "last_day": third, "opens": "08:00", "closes": "11:00", "people": {"intake": 1}}
    plan = plan_of({"sessions": (session,)}, signing_times=("10:00",))
    assert plan.signings.tolist() == [day * DAY + 600 for day in (0, 1, 2, 4, 5)]


def test_times_and_parts_are_whole_ticks_and_millionths() -> None:
    """Minutes of the scenario become ticks, ratios of absence millionths of each person."""
    staff = {"a": group(2, absence_ratio=0.0123456), "b": group(1)}
    plan = plan_of(staff=staff, wrong_counter_min=2.4, ups_min=7.6, citizens={"waiting_limit_min": 20.0})
    assert (plan.wrong_work, plan.ups, plan.ticks_per_h, plan.waiting_limit) == (2, 8, 60, 20)
    assert plan.absence_ppm.tolist() == [12346, 12346, 0]
    assert plan_of().waiting_limit == -1


THINGS = {"price": 1461.0, "life_years": 4.0}  # a day of it costs 1


@pytest.mark.parametrize(
    ("choice", "costs", "cost"),
    [
        ({}, {}, 0),
        ({}, {"counter": THINGS}, 2 * 6),
        ({"counters": 5}, {"counter": THINGS | {"upkeep_per_year": 365.25}}, 5 * 6 * 2),
        ({}, {"desk": THINGS, "scanner": THINGS}, 0),  # unlimited
        ({"desks": 3, "scanners": 4}, {"desk": THINGS, "scanner": THINGS}, 7 * 6),
        ({"ups_min": 10.0}, {"ups": THINGS}, 10 * 6),
        ({}, {"link_per_mbit_month": 30.4375}, 100 * 6),
        ({"link_mbit_per_s": 20.0}, {"link_per_mbit_month": 30.4375}, 20 * 6),
        ({"training_days": {"intake": 1.5}, "staff": {"intake": 4}}, {"training_day": 10.0}, 60),
        ({"volunteers": (WEEK | {"teams": 2},)}, {"volunteer_team_day": 10.0}, 2 * 4 * 10),
    ],
)
def test_what_a_plan_costs_beside_wages(choice: dict[str, Any], costs: dict[str, Any], cost: float) -> None:
    """Things are spread over their life, the line goes by the month, training by person, volunteers by working day."""
    assert plan_of(choice, costs=costs).fixed_cost == pytest.approx(cost)


def test_a_plan_that_asks_what_if_is_built_in_its_own_world() -> None:
    """What the plan's world says holds in place of what the scenario says."""
    plan = plan_of({"world": {"learning": {"first_day_factor": 3.0}}}, learning={"first_day_factor": 2.0})
    assert plan.work_permille[0, 0] == 3000
    assert plan_of({}, learning={"first_day_factor": 2.0}).work_permille[0, 0] == 2000
