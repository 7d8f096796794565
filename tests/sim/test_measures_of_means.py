"""Every figure of people, things and money on traces so small that it can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from sim.measures import measure
from sim.plan import Plan, build_plan
from sim.plan.labour import normal_pay, overtime_curve, overtime_pay
from sim.scenario.things import System
from sim.trace import NEVER, State
from sim.workload import PPM
from tests.laws.strategies import FRIDAY, small_scenario, staff
from tests.sim.test_measures import by_span, figure
from tests.sim.told import BIT_PER_MIN, MONDAY, Life, Stint, at, plan_in_minutes, told

DAYS = {"first_day": FRIDAY, "last_day": MONDAY}
LUNCH = {"lunch": (DAYS | {"people": {"intake": 1}},)}
EVENING = {"evening": (DAYS | {"people": {"intake": 1}, "until": "19:00"},)}


def with_plan(**choice: object) -> Plan:
    """Return the plan in minutes with these choices; limits of the Labour Code are not enforced."""
    return plan_in_minutes(
        plans={"as-usual": {"title": "As usual"} | choice}, labour_rules={"is_enforced": False}, scanners=2
    )


def visit(start: int, end: int, *, person: int = 0, upload: int = 0, scan: int = 0) -> Life:
    """Return a visit whose intake ends with a scan and an upload of so many minutes, without a back office."""
    edges = [start, end - upload - scan, end - upload, end]
    states = (State.INTAKE, State.SCAN, State.UPLOAD)
    stints: list[Stint] = [(State.WAIT_INTAKE, start, start, NEVER)]
    stints += [(state, a, b, person) for state, a, b in zip(states, edges, edges[1:], strict=False) if a < b]
    return Life(tuple(stints), received=end, settled=end, upload_bit=upload * BIT_PER_MIN)


def desk(start: int, end: int, *, person: int = 2) -> Life:
    """Return a record submitted online that somebody at a desk works on."""
    return Life(((State.BACK_OFFICE, start, end, person),), received=start, settled=end)


# -- people


def test_utilisation_is_work_over_hours_on_shift() -> None:
    """Friday: visits of 10 and 40 minutes and an hour at a desk, of four people with 7.5 hours each."""
    plan = with_plan()
    trace = told(plan, visit(at(8), at(8, 10)), visit(at(8), at(8, 40), person=1, upload=30), desk(at(9), at(10)))
    assert figure(measure(trace, plan), plan, "utilisation_ratio") == pytest.approx(by_span(110 / 1800, 0, 110 / 3600))


def test_guiding_is_work_too() -> None:
    """A quarter of an hour in the hall counts as much as one at a counter."""
    plan = with_plan()
    stints = ((State.WAIT_GUIDANCE, at(8), at(8), NEVER), (State.GUIDANCE, at(8), at(8, 15), 1))
    trace = told(plan, Life((*stints, (State.WAIT_INTAKE, at(8, 15), NEVER, NEVER))))
    assert figure(measure(trace, plan), plan, "utilisation_ratio")["04 day"] == pytest.approx(15 / 1800)


def test_a_visit_past_the_end_of_the_shift_is_overtime_only_off_shift() -> None:
    """From 11:00 to 14:00 it costs the two hours of lunch; the half hour of the afternoon is normal work."""
    plan = with_plan()
    measures = measure(told(plan, visit(at(11), at(14))), plan)
    assert figure(measures, plan, "overtime_h") == pytest.approx(by_span(2, 0, 2))
    assert figure(measures, plan, "lunch_h") == pytest.approx(by_span(2, 0, 2))
    assert figure(measures, plan, "utilisation_ratio")["04 day"] == pytest.approx(180 / (4 * 450 + 120))


def test_a_visit_over_night_is_overtime_of_each_day() -> None:
    """From Friday 16:55 to Monday 07:40 all but 5 and 10 minutes lie off shift; nothing of it is lunch."""
    plan = with_plan()
    measures = measure(told(plan, visit(at(16, 55), at(7, 40, day=3), upload=60)), plan)
    found = figure(measures, plan, "overtime_h")
    assert found == pytest.approx(by_span(7, 7.5, 7 + 48 + 7.5) | {"04 week": 7 + 48})
    assert figure(measures, plan, "lunch_h")["04 period"] == 0


def test_covers_are_overtime() -> None:
    """One officer and two desks through lunch, one officer and one desk until 19:00: 3 × 2 h and 2 × 2 h."""
    plan = with_plan(
        lunch=({"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1, "back-office": 2}},),
        evening=(
            {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1, "back-office": 1}, "until": "19:00"},
        ),
    )
    measures = measure(told(plan), plan)
    assert figure(measures, plan, "overtime_h") == pytest.approx(by_span(10, 0, 10))
    assert figure(measures, plan, "lunch_h") == pytest.approx(by_span(6, 0, 6))
    assert figure(measures, plan, "utilisation_ratio") == by_span(0, 0, 0)


def test_who_is_absent_has_neither_shift_nor_overtime() -> None:
    """With everybody of a group absent, only the others' hours count."""
    groups = staff(intake=2, back_office=2)
    groups["intake"] |= {"absence_ratio": 1.0}
    plan = plan_in_minutes(staff=groups, plans={"as-usual": {"title": "T"} | LUNCH})
    measures = measure(told(plan, desk(at(8), at(9))), plan)
    assert plan.absence_ppm.tolist() == [PPM, PPM, 0, 0]
    assert figure(measures, plan, "overtime_h") == by_span(0, 0, 0)
    assert figure(measures, plan, "utilisation_ratio")["04 day"] == pytest.approx(60 / 900)


def test_the_longest_hours_are_those_of_one_person() -> None:
    """One through lunch until 19:00 has 11.5 hours, four of them overtime: half an hour more than half of 7.5."""
    plan = with_plan(**LUNCH, **EVENING)
    measures = measure(told(plan), plan)
    assert figure(measures, plan, "labour_day_h_max") == pytest.approx(by_span(11.5, 11.5, 11.5))
    assert figure(measures, plan, "labour_day_overtime_h_max") == pytest.approx(by_span(4, 4, 4))
    # By turns, each has had four hours at the end.
    assert figure(measures, plan, "labour_month_overtime_h_max") == pytest.approx(by_span(4, 4, 4))
    assert figure(measures, plan, "labour_breach_count") == by_span(1, 1, 2)


def test_overtime_adds_up_over_a_month_and_a_year() -> None:
    """Four and a half hours by each of two officers: the same one has nine when the same visit comes again."""
    plan = with_plan()
    first, again = visit(at(16), at(21, 30)), visit(at(16, day=3), at(21, 30, day=3))
    measures = measure(told(plan, first, again), plan)
    assert figure(measures, plan, "labour_day_overtime_h_max") == pytest.approx(by_span(4.5, 4.5, 4.5))
    for kind in ("month", "year"):
        assert figure(measures, plan, f"labour_{kind}_overtime_h_max") == pytest.approx(by_span(4.5, 9, 9))


def test_a_month_begins_anew() -> None:
    """What was worked in July does not count for August, but for the year it does."""
    period = {"first_day": FRIDAY.replace(day=31), "last_day": FRIDAY.replace(month=8, day=1)}
    rules = {"is_enforced": False, "overtime_day_ratio": 2, "overtime_month_h": 5, "overtime_year_h": 8}
    plan = plan_in_minutes(
        period=period | {"peak_last_day": period["first_day"], "tick_ms": 60_000}, labour_rules=rules
    )
    late = visit(at(16), at(21, 30)), visit(at(16, day=1), at(21, 30, day=1))
    measures = measure(told(plan, *late), plan)
    assert measures.labour_month_overtime_h_max.tolist() == pytest.approx([4.5, 4.5, 4.5, 4.5])
    assert measures.labour_year_overtime_h_max.tolist() == pytest.approx([4.5, 9, 9, 9])
    # Nobody works above 12 hours a day, or 5 in a month; the year's limit is passed on 1 August, once.
    assert measures.labour_breach_count.tolist() == [0, 1, 1, 1]


def test_without_people_nobody_has_hours() -> None:
    """A centre without staff has no longest day and no use of hours."""
    plan = plan_in_minutes(staff=staff(intake=0, back_office=0))
    measures = measure(told(plan), plan)
    for name in ("labour_day_h_max", "labour_year_overtime_h_max", "utilisation_ratio"):
        assert np.isnan(getattr(measures, name)).all(), name


# -- things


def test_counters_and_scanners_are_used_in_part_of_the_opening_hours() -> None:
    """Of two counters and two scanners, 9.5 hours a day: an hour at one, of which ten minutes on a scanner."""
    plan = with_plan()
    measures = measure(told(plan, visit(at(8), at(9), scan=10, upload=20)), plan)
    assert figure(measures, plan, "counter_utilisation_ratio") == pytest.approx(by_span(60 / 1140, 0, 60 / 2280))
    assert figure(measures, plan, "scanner_utilisation_ratio") == pytest.approx(by_span(10 / 1140, 0, 10 / 2280))


def test_what_lies_outside_opening_hours_uses_no_counter() -> None:
    """Of a visit from 16:30 to 18:00 half an hour counts."""
    plan = with_plan()
    measures = measure(told(plan, visit(at(16, 30), at(18), upload=70)), plan)
    assert figure(measures, plan, "counter_utilisation_ratio")["04 day"] == pytest.approx(30 / 1140)
    assert figure(measures, plan, "link_utilisation_ratio")["04 day"] == pytest.approx(10 / 570)


def test_things_without_number_have_no_use() -> None:
    """A scenario that names no number of scanners says nothing of how many are in use."""
    plan = plan_in_minutes()
    assert np.isnan(measure(told(plan, visit(at(8), at(9), scan=5)), plan).scanner_utilisation_ratio).all()


def test_an_upload_that_holds_no_counter_takes_none() -> None:
    """Where officer and counter do not wait for it, only the work before it uses the counter."""
    plan = plan_in_minutes(link={"mbit_per_s": BIT_PER_MIN / 60e6, "holds_counter": False})
    life = Life(
        (
            (State.WAIT_INTAKE, at(8), at(8), NEVER),
            (State.INTAKE, at(8), at(8, 10), 0),
            (State.UPLOAD, at(8, 10), at(9), NEVER),
        ),
        received=at(9),
        settled=at(9),
        upload_bit=50 * BIT_PER_MIN,
    )
    measures = measure(told(plan, life), plan)
    assert figure(measures, plan, "counter_utilisation_ratio")["04 day"] == pytest.approx(10 / 1140)
    assert figure(measures, plan, "utilisation_ratio")["04 day"] == pytest.approx(10 / 1800)
    assert figure(measures, plan, "link_utilisation_ratio")["04 day"] == pytest.approx(50 / 570)


def test_uploads_at_once_use_the_link_once() -> None:
    """From 8:30 to 9:00 and from 8:40 to 9:10 it is in use for forty minutes; one more comes at 10:00."""
    plan = with_plan()
    lives = (
        visit(at(8), at(9), upload=30),
        visit(at(8), at(9, 10), upload=30, person=1),
        visit(at(9, 50), at(10, 10), upload=10),
    )
    measures = measure(told(plan, *lives), plan)
    assert figure(measures, plan, "link_utilisation_ratio") == pytest.approx(by_span(50 / 570, 0, 50 / 1140))


def test_transfers_are_slower_than_alone() -> None:
    """Two uploads of ten minutes each that share the line take twenty; one that is not through yet does not count."""
    plan = with_plan()
    shared = [
        Life(
            ((State.UPLOAD, at(8), at(8, 20), person),),
            received=at(8, 20),
            settled=at(8, 20),
            upload_bit=10 * BIT_PER_MIN,
        )
        for person in (0, 1)
    ]
    under_way = Life(((State.UPLOAD, at(8, day=3), NEVER, 0),), upload_bit=5 * BIT_PER_MIN)
    measures = measure(told(plan, *shared, under_way), plan)
    found = figure(measures, plan, "transfer_slowdown_ratio")
    assert (found["04 day"], found["04 period"]) == (pytest.approx(2), pytest.approx(2))
    assert np.isnan(found["07 day"])


def test_alone_means_with_the_traffic_of_the_hour() -> None:
    """Half of the line is free until 9:00, all of it later: forty minutes' worth from 8:30 on end alone at 9:25."""
    link = {"mbit_per_s": BIT_PER_MIN / 60e6, "background_ratio": 0, "background_by_hour": {8: 0.5}}
    plan = plan_in_minutes(link=link)
    life = Life(
        ((State.UPLOAD, at(8, 30), at(10, 20), 0),),
        received=at(10, 20),
        settled=at(10, 20),
        upload_bit=40 * BIT_PER_MIN,
    )
    found = figure(measure(told(plan, life), plan), plan, "transfer_slowdown_ratio")
    assert found["04 day"] == pytest.approx(110 / 55)


def test_a_line_that_is_down_is_not_in_use() -> None:
    """Of an upload of forty minutes the line is down for ten and at half of its speed for ten: it carries 25."""
    plan = with_plan()
    down, slow = (System.LINK, at(8, 30), at(8, 40), 0, 0), (System.LINK, at(8, 40), at(8, 50), 500, 0)
    life = visit(at(8), at(9), upload=40)
    measures = measure(told(plan, replace(life, upload_bit=25 * BIT_PER_MIN), outages=(down, slow)), plan)
    assert figure(measures, plan, "link_utilisation_ratio") == pytest.approx(by_span(25 / 570, 0, 25 / 1140))
    # Alone on the line, and so no slower than alone.
    assert figure(measures, plan, "transfer_slowdown_ratio")["04 day"] == pytest.approx(1)


def test_what_an_outage_makes_vain_does_not_slow_transfers() -> None:
    """Ten minutes are lost at 8:30, when the line fails for five: then two share the line for forty minutes."""
    plan = with_plan()
    cut = (System.LINK, at(8, 30), at(8, 35), 0, 1)
    lives = [
        replace(visit(at(8), at(9, 15), upload=55, person=person), upload_bit=20 * BIT_PER_MIN) for person in (0, 1)
    ]
    measures = measure(told(plan, *lives, outages=(cut,)), plan)
    assert figure(measures, plan, "transfer_slowdown_ratio")["04 day"] == pytest.approx(2)
    assert figure(measures, plan, "link_utilisation_ratio")["04 day"] == pytest.approx(50 / 570)


# -- money


def costly(**changes: object) -> Plan:
    """Return a plan with wages, overtime at lunch and in the evening, and prices."""
    groups = staff(intake=2, back_office=2)
    groups["intake"] |= {"wage_per_h": 10.0}
    groups["back-office"] |= {"wage_per_h": 20.0}
    parts = {
        "staff": groups,
        "costs": {"citizen_wait_h": 3.0, "volunteer_team_day": 7.0},
        "labour_rules": {"is_enforced": False},
        "plans": {"as-usual": {"title": "T", "volunteers": (DAYS | {"teams": 1},)} | LUNCH | EVENING},
    }
    return plan_in_minutes(**(parts | changes))


def test_wages_are_paid_for_normal_hours() -> None:
    """Two people at 10 and two at 20 an hour, for 7.5 hours a day."""
    plan = costly()
    assert figure(measure(told(plan), plan), plan, "wage_cost") == pytest.approx(by_span(450, 450, 900))


def test_overtime_is_paid_with_its_supplement() -> None:
    """Four hours of cover at 10, and a visit until 17:30 by the officer who does not stay: 4.5 hours at 150 %."""
    plan = costly()
    stays = int(plan.overtime[plan.overtime[:, 2] == at(19), 0][0])
    measures = measure(told(plan, visit(at(16, 50), at(17, 30), person=1 - stays)), plan)
    assert figure(measures, plan, "overtime_cost") == pytest.approx(by_span(67.5, 60, 127.5))


def test_pay_of_overruns_is_what_the_rules_say() -> None:
    """A visit that lasts over night, a weekend and into Monday is paid hour by hour as `overtime_pay` pays it."""
    plan = costly(plans={"as-usual": {"title": "T"}})
    measures = measure(told(plan, visit(at(16), at(7, 30, day=3), person=0, upload=5)), plan)
    rows, end = np.array([(0, at(17), at(7, 30, day=3))]), plan.hours.timebase.end_tick
    assert measures.overtime_cost[-1] == pytest.approx(overtime_pay(plan, rows, 0, end))
    assert measures.wage_cost[-1] == pytest.approx(normal_pay(plan, 0, end))
    assert measures.overtime_cost[0] == pytest.approx(overtime_pay(plan, rows, 0, at(24)))


def test_pay_is_added_up_in_the_order_of_people() -> None:
    """What starts at one tick is added up person by person, to the last bit, however many people there are."""
    n_people = 40  # more than a sort that does not keep their order leaves in place
    groups = {
        f"g{k}": {"people": 1, "skills": ("intake",), "wage_per_h": round(0.1 + (k * 0.37) % 1, 2)}
        for k in range(n_people)
    }
    desk = {"people": 1, "skills": ("handover", "guidance", "back-office", "check", "approval")}
    plan = plan_in_minutes(staff=groups | {"desk": desk}, labour_rules={"is_enforced": False})
    visits = [visit(at(16), at(18, k), person=k) for k in reversed(range(n_people))]
    earned, wages = [0.0, 0.0], [0.0, 0.0]
    hours = np.interp([at(17), *(at(18, k) for k in range(n_people))], *overtime_curve(plan.hours, plan.labour_rules))
    for k, wage in enumerate(plan.wage_per_h[:n_people]):
        for which, hour in enumerate((hours[0], hours[1 + k])):
            wages[which] += wage
            earned[which] += wage * hour
    at_end = np.interp(plan.hours.timebase.end_tick, *overtime_curve(plan.hours, plan.labour_rules))
    paid = (wages[0] * at_end - earned[0]) - (wages[1] * at_end - earned[1])
    assert measure(told(plan, *visits), plan).overtime_cost[-1] == paid


def test_fixed_costs_are_shared_by_days() -> None:
    """A team for two working days costs 14; a quarter of it falls on each of the four calendar days."""
    plan = costly()
    assert plan.fixed_cost == 14
    found = figure(measure(told(plan), plan), plan, "fixed_cost")
    assert found == pytest.approx(by_span(3.5, 3.5, 14) | {"04 week": 10.5})


def test_citizens_time_costs_what_leaders_say() -> None:
    """Waits of half an hour for guidance, intake and handover, at 3 an hour; time at home or at a counter is free."""
    plan = costly()
    stints = (
        (State.WAIT_GUIDANCE, at(8), at(8, 30), NEVER),
        (State.WAIT_INTAKE, at(8, 30), at(9), NEVER),
        (State.INTAKE, at(9), at(9, 30), 0),
        (State.COLLECT, at(9, 30), at(10), NEVER),
        (State.WAIT_HANDOVER, at(10), at(10, 30), NEVER),
        (State.SENT_HOME, at(10, 30), NEVER, NEVER),
    )
    measures = measure(told(plan, Life(stints, received=at(9, 30), settled=at(9, 30))), plan)
    assert figure(measures, plan, "citizen_cost") == pytest.approx(by_span(4.5, 0, 4.5))


def test_the_cost_is_all_of_them() -> None:
    """Wages, overtime, things and citizens together."""
    plan = costly()
    measures = measure(told(plan, visit(at(16, 50), at(17, 30))), plan)
    parts = measures.wage_cost + measures.overtime_cost + measures.fixed_cost + measures.citizen_cost
    assert measures.cost.tolist() == pytest.approx(parts.tolist())


def test_without_prices_nothing_costs() -> None:
    """A scenario that names none has costs of 0."""
    plan = build_plan(small_scenario(), "as-usual")
    assert not measure(told(plan), plan).cost.any()
