"""What the Labour Code allows, and what overtime and the night are paid."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.plan import Plan, build_plan
from sim.plan.labour import (
    Breach,
    find_breaches,
    find_breaches_of,
    most_overtime,
    normal_pay,
    overtime_pay,
    person_name,
)
from sim.scenario import Scenario
from tests.laws.strategies import FRIDAY, small_scenario

SATURDAY, SUNDAY, MONDAY = (FRIDAY + timedelta(days=days) for days in (1, 2, 3))
LONG = date(2025, 8, 31)
ALL_DAY = (0, 10**9)
SHIPPED = Path(__file__).parents[2] / "scenarios"


def scenario_of(last_day: date = MONDAY, *, staff: Any = None, hours: Any = None, **more: Any) -> Scenario:
    """Return a centre of two officers, paid 10 an hour, from Friday on; ticks are minutes, the plan is called p."""
    rules = {name: more.pop(name) for name in list(more) if name not in {"lunch", "evening", "sessions"}}
    officers = {"people": 2, "skills": ("intake",), "wage_per_h": 10.0}
    return small_scenario(
        period={"first_day": FRIDAY, "last_day": last_day, "peak_last_day": FRIDAY, "tick_ms": 60_000},
        hours={"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")} | (hours or {}),
        staff={"officers": officers | (staff or {})},
        labour_rules=rules,
        plans={"p": {"title": "P"} | more},
    )


def plan_of(*args: Any, **parts: Any) -> Plan:
    """Return the plan of such a centre, whatever it breaks."""
    return build_plan(scenario_of(*args, **(parts | {"is_enforced": False})), "p")


def on(first: date, last: date | None = None, n: int = 1, **more: Any) -> tuple[dict[str, Any], ...]:
    """Return a cover of these days by so many officers."""
    return ({"first_day": first, "last_day": last or first, "people": {"officers": n}} | more,)


def told(breaches: list[Breach]) -> list[tuple[str, str, str, float, float]]:
    """Return breaches with hours to two places."""
    return [(b.who, str(b.when), b.rule, round(b.hours, 2), round(b.allowed_h, 2)) for b in breaches]


# The longest that each limit allows (nothing is told), and a minute more.
@pytest.mark.parametrize(
    ("allowed", "broken", "breach"),
    [
        (
            {"hours": {"afternoon": ("13:30", "17:30")}},
            {"hours": {"afternoon": ("13:30", "17:31")}},
            [(f"officers {n}", day, "normal_day_h", 8.02, 8.0) for n in (1, 2) for day in ("2025-07-04", "2025-07-07")],
        ),
        (
            {"evening": on(FRIDAY, until="20:45")},
            {"evening": on(FRIDAY, until="20:46")},
            [("officers 1", "2025-07-04", "overtime_day_ratio", 3.77, 3.75)],
        ),
        (
            {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="18:45")},
            {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="18:46")},
            [("officers 1", "2025-07-04", "overtime_day_ratio", 3.77, 3.75)],
        ),
        (
            {"evening": on(FRIDAY, until="21:30"), "overtime_day_ratio": 1.0},
            {"evening": on(FRIDAY, until="21:31"), "overtime_day_ratio": 1.0},
            [("officers 1", "2025-07-04", "day_h", 12.02, 12.0)],
        ),
        (
            {"sessions": on(SATURDAY, opens="07:00", closes="19:00")},
            {"sessions": on(SATURDAY, opens="07:00", closes="19:01")},
            [("officers 1", "2025-07-05", "day_h", 12.02, 12.0)],
        ),
        (
            {"evening": on(FRIDAY, until="19:00"), "overtime_month_h": 2.0},
            {"evening": on(FRIDAY, until="19:01"), "overtime_month_h": 2.0},
            [("officers 1", "2025-07-01", "overtime_month_h", 2.02, 2.0)],
        ),
        (
            {"evening": on(FRIDAY, until="19:00"), "overtime_year_h": 2.0},
            {"evening": on(FRIDAY, until="19:01"), "overtime_year_h": 2.0},
            [("officers 1", "2025-01-01", "overtime_year_h", 2.02, 2.0)],
        ),
    ],
)
def test_each_limit_is_met_exactly(allowed: Any, broken: Any, breach: Any) -> None:
    """What the rule just allows is right; a minute more is a breach that says who, when, which, how much."""
    assert told(find_breaches(plan_of(**allowed))) == []
    assert told(find_breaches(plan_of(**broken))) == breach


def test_a_normal_week_is_from_monday_to_sunday() -> None:
    """Seven days of 7.5 hours are 52.5: too many in a full week, not in the part of one that the period has."""
    every_day = {"working_weekdays": {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}}
    weeks = told(find_breaches(plan_of(MONDAY + timedelta(days=7), hours=every_day, staff={"people": 1})))
    assert weeks == [("officers 1", "2025-07-07", "normal_week_h", 52.5, 48.0)]


def test_overtime_adds_up_by_month_and_year() -> None:
    """Three hours on each of 41 working days: 60 in July, 63 in August, 123 together; each person's are their own."""
    evening = on(FRIDAY, LONG, until="20:00")
    one = told(find_breaches(plan_of(LONG, staff={"people": 1}, evening=evening, overtime_year_h=100.0)))
    assert one == [
        ("officers 1", "2025-07-01", "overtime_month_h", 60.0, 40.0),
        ("officers 1", "2025-08-01", "overtime_month_h", 63.0, 40.0),
        ("officers 1", "2025-01-01", "overtime_year_h", 123.0, 100.0),
    ]
    two = told(find_breaches(plan_of(LONG, staff={"people": 2}, evening=evening, overtime_year_h=100.0)))
    assert two == []


def test_a_day_off_has_no_normal_hours_to_compare_with() -> None:
    """Ten hours on a Sunday are more than half of nothing, and allowed; they count for the month."""
    sunday = on(SUNDAY, opens="08:00", closes="18:00")
    assert told(find_breaches(plan_of(sessions=sunday))) == []
    month = told(find_breaches(plan_of(sessions=sunday, overtime_month_h=9.0)))
    assert month == [("officers 1", "2025-07-01", "overtime_month_h", 10.0, 9.0)]


def test_hours_that_people_really_worked_are_judged_alike() -> None:
    """An hour that a visit lasted beyond an evening of 3.75 hours breaks the limit of the day."""
    plan = plan_of(evening=on(FRIDAY, until="20:45"))
    longer = np.array([[0, (20 * 60) + 45, (21 * 60) + 45]], dtype=np.int64)
    worked = np.concatenate([plan.shifts[:, :3], longer])
    breaches = find_breaches_of(plan, worked, np.concatenate([plan.overtime, longer]))
    assert told(breaches) == [
        ("officers 1", "2025-07-04", "overtime_day_ratio", 4.75, 3.75),
        ("officers 1", "2025-07-04", "day_h", 12.25, 12.0),
    ]
    assert breaches[0].person == 0
    assert person_name(plan, 1) == "officers 2"


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "lunch": (
        {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="17:30"), "overtime_day_ratio": 0.2},
        "plans.p.lunch[0]: found 2.50 h of overtime for officers 1 on 2025-07-04",
        "at most 1.50 h (labour_rules.overtime_day_ratio)",
    ),
    "evening": (
        {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="19:00")},
        "plans.p.evening[0]: found 4.00 h of overtime for officers 1 on 2025-07-04",
        "at most 3.75 h (labour_rules.overtime_day_ratio)",
    ),
    "evening after a lunch that just reaches the limit": (
        {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="18:00"), "overtime_month_h": 2.0},
        "plans.p.evening[0]: found 3.00 h of overtime for officers 1 in 2025-07",
        "at most 2.00 h (labour_rules.overtime_month_h)",
    ),
    "long day": (
        {"lunch": on(FRIDAY), "evening": on(FRIDAY, until="20:00"), "overtime_day_ratio": 1.0},
        "plans.p.evening[0]: found 12.50 h of work for officers 1 on 2025-07-04",
        "at most 12.00 h (labour_rules.day_h)",
    ),
    "session": (
        {"lunch": on(FRIDAY, n=2), "sessions": on(SATURDAY, opens="08:00", closes="11:00"), "overtime_month_h": 4.0},
        "plans.p.sessions[0]: found 5.00 h of overtime for officers 1 in 2025-07",
        "at most 4.00 h (labour_rules.overtime_month_h)",
    ),
    "year": (
        {"lunch": on(FRIDAY, MONDAY, n=2), "overtime_year_h": 3.0},
        "plans.p.lunch[0]: found 4.00 h of overtime for officers 1 in 2025",
        "at most 3.00 h (labour_rules.overtime_year_h)",
    ),
    "office hours": (
        {"hours": {"afternoon": ("13:30", "18:30")}},
        "hours: found 9.00 h of normal hours for officers 1 on 2025-07-04",
        "at most 8.00 h (labour_rules.normal_day_h)",
    ),
    "hours of a group": (
        {"staff": {"times": (("07:00", "16:00"),)}},
        "staff.officers.times: found 9.00 h of normal hours for officers 1 on 2025-07-04",
        "at most 8.00 h (labour_rules.normal_day_h)",
    ),
    "week": (
        {"normal_week_h": 7.0},
        "hours: found 7.50 h of normal hours for officers 1 in the week from 2025-06-30 on",
        "at most 7.00 h (labour_rules.normal_week_h)",
    ),
    "day too long without overtime": (
        {"lunch": on(MONDAY), "day_h": 7.0},
        "hours: found 7.50 h of work for officers 1 on 2025-07-04",
        "at most 7.00 h (labour_rules.day_h)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_plan_that_breaks_a_limit_is_refused(case: str) -> None:
    """The message names what causes it, who, when, how much, the limit, and what to do."""
    parts, found, expected = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        build_plan(scenario_of(**parts), "p")
    message = str(caught.value)
    assert message.startswith(f"small: {found}; expected {expected} (")
    assert "labour_rules.is_enforced: false" in message


def test_all_breaches_are_told_up_to_ten() -> None:
    """After the first, nine more are told with their fields, and then how many are left."""
    scenario = scenario_of(LONG, lunch=on(FRIDAY, LONG, n=2), day_h=9.0)
    breaches = find_breaches(plan_of(LONG, lunch=on(FRIDAY, LONG, n=2), day_h=9.0))
    with pytest.raises(ScenarioError) as caught:
        build_plan(scenario, "p")
    message = str(caught.value)
    assert message.count("labour_rules.day_h") + message.count("labour_rules.overtime_month_h") == 10
    assert message.count("also plans.p.lunch[0]: ") == 9
    assert f"and {len(breaches) - 10:,} more" in message


def test_the_most_overtime_of_each_group_is_known() -> None:
    """Two hours at lunch on two days, for each of two officers."""
    assert most_overtime(plan_of(lunch=on(FRIDAY, MONDAY, n=2))) == {"officers": (2.0, 4.0, 4.0)}
    assert most_overtime(plan_of()) == {}


def pay(plan: Plan, *hours: tuple[float, float], person: int = 0) -> float:
    """Return the pay of overtime from one hour to another, counted from the period's first midnight."""
    rows = [(person, round(60 * start), round(60 * end)) for start, end in hours]
    return overtime_pay(plan, np.array(rows, dtype=np.int64).reshape(-1, 3), *ALL_DAY)


def test_overtime_is_paid_by_the_day() -> None:
    """Of a wage of 10: one and a half on a working day, twice on a day of rest, three times on a holiday."""
    plan = plan_of(hours={"holidays": {MONDAY}})
    assert pay(plan, (17, 19)) == pytest.approx(2 * 15)
    assert pay(plan, (24 + 8, 24 + 9)) == pytest.approx(20)
    assert pay(plan, (72 + 8, 72 + 9)) == pytest.approx(30)
    assert pay(plan) == 0


def test_overtime_at_night_is_paid_more() -> None:
    """By day 150, 200, 300 %; at night 210, 270, 390 %, as the decree counts where overtime by day came before."""
    plan = plan_of(hours={"holidays": {MONDAY}})
    assert pay(plan, (21, 23)) == pytest.approx(15 + 21)
    assert pay(plan, (5, 7)) == pytest.approx(21 + 15)
    assert pay(plan, (23, 24 + 1)) == pytest.approx(21 + 27)
    assert pay(plan, (48 + 23, 72 + 1)) == pytest.approx(27 + 39)
    assert pay(plan, (0, 96)) == pytest.approx(10 * (16 * (1.5 + 2 + 2 + 3) + 8 * (2.1 + 2.7 + 2.7 + 3.9)))


def test_a_night_may_lie_within_a_day() -> None:
    """Where night work starts after midnight, only the hours up to its end are night."""
    plan = plan_of(night_starts="01:00", night_ends="05:00")
    assert pay(plan, (0, 6)) == pytest.approx(2 * 15 + 4 * 21)
    assert pay(plan_of(night_starts="00:00", night_ends="05:00"), (0, 6)) == pytest.approx(5 * 21 + 15)


def test_pay_counts_within_the_span_only() -> None:
    """Parts before and after are left out, so that the days of a week sum to the week."""
    plan = plan_of(evening=on(FRIDAY, MONDAY, n=2, until="20:00"))
    day = 24 * 60
    assert overtime_pay(plan, plan.overtime, 18 * 60, 19 * 60) == pytest.approx(2 * 15)
    by_day = [overtime_pay(plan, plan.overtime, start, start + day) for start in range(0, 4 * day, day)]
    assert by_day == pytest.approx([90, 0, 0, 90])
    assert [normal_pay(plan, start, start + day) for start in range(0, 4 * day, day)] == pytest.approx([150, 0, 0, 150])
    normal, extra = plan.pay_by_day
    assert (normal.tolist(), extra.tolist()) == (pytest.approx([150, 0, 0, 150]), pytest.approx([90, 0, 0, 90]))
    assert normal_pay(plan, 8 * 60, 9 * 60) == pytest.approx(20)
    assert normal_pay(plan, 17 * 60, 18 * 60) == pytest.approx(0)


def test_normal_hours_at_night_have_a_supplement() -> None:
    """Two hours of an evening shift lie in the night: 30 % more for these."""
    plan = plan_of(FRIDAY, staff={"people": 1, "times": (("16:00", "23:59"),)})
    assert normal_pay(plan, *ALL_DAY) == pytest.approx(60 + 13 * 119 / 60)


def test_each_is_paid_the_wage_of_their_group() -> None:
    """Pay goes by the group of the person."""
    groups = {
        name: {"people": 1, "skills": ("intake",), "wage_per_h": wage} for name, wage in (("a", 10.0), ("b", 30.0))
    }
    plan = build_plan(small_scenario(staff=groups), "as-usual")
    per_h = plan.ticks_per_h
    rows = np.array([[0, 18 * per_h, 19 * per_h], [1, 18 * per_h, 20 * per_h]])
    assert overtime_pay(plan, rows, 0, 24 * per_h) == pytest.approx(15 + 2 * 45)
    assert normal_pay(plan, 0, 24 * per_h) == pytest.approx(75 + 225)


def test_an_hour_of_work_is_an_hour_when_the_clocks_change() -> None:
    """In the night of the change to summer time, two to three does not happen and is not paid."""
    period = {"first_day": date(2025, 3, 29), "last_day": date(2025, 3, 30), "peak_last_day": date(2025, 3, 30)}
    period |= {"time_zone": "Europe/Warsaw", "tick_ms": 60_000}
    hours = {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")}
    hours |= {"working_weekdays": {"mon", "tue", "wed", "thu", "fri", "sat"}}
    staff = {"a": {"people": 1, "skills": ("intake",), "wage_per_h": 10.0}}
    plan = build_plan(small_scenario(period=period, hours=hours, staff=staff), "as-usual")
    row = np.array([[0, 24 * 60, 24 * 60 + 5 * 60]])  # midnight to six by the clock
    assert overtime_pay(plan, row, *ALL_DAY) == pytest.approx(5 * 27)


def test_a_breach_is_told_with_the_line_of_its_shift(tmp_path: Path) -> None:
    """The command names the file, and the line of the entry of the plan that is too much."""
    text = (SHIPPED / "peak-week.yaml").read_text(encoding="utf-8")
    entry = '      - {first_day: 2026-02-23, last_day: 2026-02-27, people: {intake: 3, back-office: 4}, until: "23:30"}'
    file = tmp_path / "late.yaml"
    file.write_text(f"{text}  late:\n    title: Late\n    evening:\n{entry}\n", encoding="utf-8")
    (tmp_path / "tho-xuan.yaml").write_bytes((SHIPPED / "tho-xuan.yaml").read_bytes())
    line = file.read_text(encoding="utf-8").splitlines().index(entry) + 1
    for command in (["scenario", "check", file], ["run", file, "--plan", "late"]):
        found = subprocess.run(
            [sys.executable, "-m", "sim", *command], capture_output=True, encoding="utf-8", check=False
        )
        assert found.returncode == 2
        assert found.stderr.startswith(f"peakweek: {file}:{line}: plans.late.evening[0]: found 6.50 h of overtime for")
