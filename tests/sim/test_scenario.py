"""A scenario at the door: each kind of wrong input is one line that names the field and what is expected."""

from datetime import date
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario import Scenario, read_scenario
from tests.laws.strategies import small_scenario

SHIPPED = Path(__file__).parents[2] / "scenarios" / "tho-xuan.yaml"


def wrong(tmp_path: Path, old: str, new: str) -> ScenarioError:
    """Return the error of the shipped scenario with one text in place of another."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    return caught.value


# What is replaced, by what, and parts of the one line that says so.
CASES = {
    "unknown field": ("counters: 3", "conters: 3", ("conters: found an unknown field", "did you mean counters?")),
    "unknown plan field": ("    lunch: ", "    lunhc: ", ("plans.lunch-cover.lunhc", "did you mean lunch?")),
    "time of day": ('["07:30", "11:30"]', '["7h30", "11:30"]', ("hours.morning[0]", "'7h30'", 'such as "07:30"')),
    "order of the day": ('["07:30", "11:30"]', '["11:30", "07:30"]', ("hours", "in the order of the day")),
    "overlapping halves": ('["13:30", "17:00"]', '["11:30", "17:00"]', ("hours", "in the order of the day")),
    "no weekday": ("[mon, tue, wed, thu, fri]", "[]", ("hours", "at least one working weekday")),
    "unknown weekday": ("[mon, tue, ", "[mo, tue, ", ("hours.working_weekdays", "'mo'", "'mon'")),
    "time zone": ("Asia/Ho_Chi_Minh", "Hanoi", ("period.time_zone", "'Hanoi'", "IANA time zone")),
    "period": (
        "last_day: 2025-08-29",
        "last_day: 2025-06-29",
        ("period.last_day", "a day from first_day 2025-07-01 on"),
    ),
    "peak": (
        "peak_last_day: 2025-07-04",
        "peak_last_day: 2025-09-04",
        ("period.peak_last_day", "a day from 2025-07-01 to 2025-08-29"),
    ),
    "peak without work": ("[mon, tue, wed, thu, fri]", "[sat]", ("a working day from period.first_day",)),
    "too long a period": ("last_day: 2025-08-29", "last_day: 9999-12-31", ("period", "at most")),
    "negative demand": ("visits_per_day: 44", "visits_per_day: -1", ("demand.visits_per_day", "-1", "greater than 0")),
    "endless demand": (
        "visits_per_day: 44",
        "visits_per_day: .inf",
        ("demand.visits_per_day", "inf", "a finite number"),
    ),
    "no weights": ("hour_weights:        #", "hour_weights: {7: 0}\n  x:  #", ("demand", "hour_weights")),
    "hour 24": ("    7: 0.5 ", "    24: 0.5 ", ("demand.hour_weights.24", "less than or equal to 23")),
    "shares": (
        "share: 0.45",
        "share: 0.35",
        ("procedures: found shares that sum to 0.9; expected shares that sum to 1",),
    ),
    "law": (
        "{law: lognormal, mean: 6, cv: 0.6}",
        "{law: normal, mean: 6}",
        ("intake_min.law", "'normal'", "'lognormal'"),
    ),
    "law without spread": ("mean: 6, cv: 0.6", "mean: 6", ("procedures.certification.intake_min.cv", "to be there")),
    "mean 0": ("mean: 6, cv: 0.6", "mean: 0, cv: 0.6", ("intake_min.mean", "found 0", "greater than 0")),
    "endless mean": ("mean: 6, cv: 0.6", "mean: .inf, cv: 0.6", ("intake_min.mean", "found inf", "a finite number")),
    "mean of years": ("mean: 6, cv: 0.6", "mean: 1e12, cv: 0.6", ("intake_min.mean", "less than or equal to")),
    "wild spread": ("mean: 6, cv: 0.6", "mean: 6, cv: 1e9", ("intake_min.cv", "less than or equal to")),
    "cut-off": (
        'working_days: 0, cutoff: "15:00"',
        'working_days: 0, cutoff: "18:00"',
        ("deadline.cutoff: found 18:00:00; expected a time in office hours",),
    ),
    "half an officer": ("  intake: 3 ", "  intake: 2.5 ", ("staff.intake", "2.5", "a whole number")),
    "text for a number": ("counters: 3", "counters: three", ("counters", "'three'", "a whole number")),
    "background": ("background_ratio: 0.5", "background_ratio: 1", ("link.background_ratio", "less than 1")),
    "fault backwards": (
        "ends: 2025-07-01T11:30:00",
        "ends: 2025-07-01T07:30:00",
        ("link.faults[0]", "an instant after starts"),
    ),
    "fault with a zone": ("T11:30:00,", "T11:30:00Z,", ("link.faults[0]", "local times without a zone")),
    "more cover than staff": ("intake: 2, back_office: 3}", "intake: 4, back_office: 3}", ("lunch[0]", "intake 3")),
    "evening before closing": (
        'until: "19:00"',
        'until: "16:00"',
        ("evening[0].until: found 16:00:00; expected a time after 17:00",),
    ),
    "no plan": ("plans:\n", "plans: {}\nx:\n", ("plans",)),
    "name with a blank": ("name: tho-xuan", "name: tho xuan", ("name", "'tho xuan'", "pattern")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_scenario_is_one_clear_line(case: str, tmp_path: Path) -> None:
    """File, line, field, what was found and what is expected; never a traceback, never two lines."""
    old, new, parts = CASES[case]
    message = str(wrong(tmp_path, old, new))
    assert message.startswith(f"{tmp_path / 'wrong.yaml'}:")
    assert "\n" not in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize(("first", "last"), [(1, 7), (3, 5), (5, 12), (11, 20)])
def test_covers_of_one_kind_do_not_overlap(first: int, last: int, tmp_path: Path) -> None:
    """Whichever of two entries begins first, a day that both have is an error."""
    entry = "- {first_day: 2025-07-01, last_day: 2025-07-11, intake: 2, back_office: 3}"
    kept = "- {first_day: 2025-07-04, last_day: 2025-07-11, intake: 1, back_office: 1}"
    other = f"- {{first_day: 2025-07-{first:02}, last_day: 2025-07-{last:02}, intake: 1, back_office: 1}}"
    error = wrong(tmp_path, entry, f"{kept}\n      {other}")
    assert "days that no other lunch entry of the plan has" in str(error)


def test_covers_that_follow_each_other_are_right(tmp_path: Path) -> None:
    """One entry until Friday and another from Saturday on do not overlap."""
    entry = "- {first_day: 2025-07-01, last_day: 2025-07-11, intake: 2, back_office: 3}"
    early = "- {first_day: 2025-07-05, last_day: 2025-07-11, intake: 2, back_office: 3}"
    late = "- {first_day: 2025-07-01, last_day: 2025-07-04, intake: 1, back_office: 3}"
    path = tmp_path / "right.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(entry, f"{early}\n      {late}", 1), encoding="utf-8")
    assert [cover.intake for cover in read_scenario(path).plans["lunch-cover"].lunch] == [2, 1]


def test_demand_has_the_shape_that_was_written() -> None:
    """An hour's visits: the day's, by the hour's weight, the weekday's factor and each surge that covers the day."""
    surge = {"first_day": date(2025, 7, 1), "last_day": date(2025, 7, 4), "factor": 1.5}
    demand = {
        "visits_per_day": 40,
        "hour_weights": {8: 3.0, 9: 1.0},
        "weekday_factors": {"fri": 0.5},
        "surges": (surge, surge | {"first_day": date(2025, 7, 4), "factor": 2}),
    }
    read: Scenario = small_scenario(demand=demand)
    thursday, friday, saturday = (date(2025, 7, day) for day in (3, 4, 5))
    assert read.demand.visits_per_hour(thursday, 8) == pytest.approx(40 * 0.75 * 1.5)
    assert read.demand.visits_per_hour(friday, 9) == pytest.approx(40 * 0.25 * 0.5 * 1.5 * 2)
    assert read.demand.visits_per_hour(saturday, 8) == pytest.approx(40 * 0.75)
    assert read.demand.visits_per_hour(thursday, 10) == 0
