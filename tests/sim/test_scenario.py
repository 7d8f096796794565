"""A scenario at the door: each kind of wrong input is one line that names the field and what is expected."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.errors import ScenarioError
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from tests.laws.strategies import FRIDAY, constant, document, procedure, small_scenario

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
    "overlapping halves": ('["13:30", "17:00"]', '["11:00", "17:00"]', ("hours", "in the order of the day")),
    "no weekday": (
        "[mon, tue, wed, thu, fri]",
        "[]",
        ("hours.working_weekdays: found none; expected at least one entry",),
    ),
    "unknown weekday": (
        "[mon, tue, ",
        "[mo, tue, ",
        ("hours.working_weekdays[0]: found 'mo'; expected one of: mon, tue,", "did you mean mon?"),
    ),
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
    "negative demand": (
        "visits_per_day: ",
        "visits_per_day: -1 #",
        ("demand.visits_per_day", "-1", "a number of at least 0"),
    ),
    "endless demand": (
        "visits_per_day: ",
        "visits_per_day: .inf #",
        ("demand.visits_per_day", "inf", "a finite number"),
    ),
    "no weights": ("hour_weights:        #", "hour_weights: {7: 0}\n  x:  #", ("demand", "hour_weights")),
    "hour 24": ("    7: 0.5 ", "    24: 0.5 ", ("demand.hour_weights.24", "a number of at most 23")),
    "shares": (
        "share: 0.45",
        "share: 0.35",
        ("procedures: found shares that sum to 0.9; expected shares that sum to 1",),
    ),
    "law": (
        "{law: lognormal, mean: 6, cv: 0.6}",
        "{law: normal, mean: 6}",
        ("intake_min.law: found 'normal'; expected one of: deterministic,", "did you mean lognormal?"),
    ),
    "law without spread": ("mean: 6, cv: 0.6", "mean: 6", ("procedures.certification.intake_min.cv", "to be there")),
    "mean 0": ("mean: 6, cv: 0.6", "mean: 0, cv: 0.6", ("intake_min.mean", "found 0", "a number above 0")),
    "endless mean": ("mean: 6, cv: 0.6", "mean: .inf, cv: 0.6", ("intake_min.mean", "found inf", "a finite number")),
    "mean of years": ("mean: 6, cv: 0.6", "mean: 1e12, cv: 0.6", ("intake_min.mean", "a number of at most 1,000,000")),
    "wild spread": ("mean: 6, cv: 0.6", "mean: 6, cv: 1e9", ("intake_min.cv", "a number of at most 10")),
    "cut-off": (
        'working_days: 0, cutoff: "15:00"',
        'working_days: 0, cutoff: "18:00"',
        ("deadline.cutoff: found 18:00; expected a time in office hours",),
    ),
    "half an officer": (
        "intake: {people: 3",
        "intake: {people: 2.5",
        ("staff.intake.people", "2.5", "a whole number"),
    ),
    "text for a number": ("counters: 3", "counters: three", ("counters", "'three'", "a whole number")),
    "background": ("background_ratio: 0.5", "background_ratio: 1", ("link.background_ratio", "a number below 1")),
    "outage backwards": (
        "ends: 2025-07-01T11:30:00",
        "ends: 2025-07-01T07:30:00",
        ("outages[0].ends", "an instant after starts"),
    ),
    "outage with a zone": ("T11:30:00,", "T11:30:00Z,", ("outages[0].ends", "a local time without a zone")),
    "more cover than staff": (
        "people: {intake: 2, ",
        "people: {intake: 4, ",
        ("lunch[0].people.intake: found 4; expected at most the people there are: 3",),
    ),
    "evening before closing": (
        'until: "18:45"',
        'until: "16:00"',
        ("evening[0].until: found 16:00; expected a time after 17:00",),
    ),
    "no plan": ("plans:\n", "plans: {}\nx:\n", ("plans: found none; expected at least one entry",)),
    "name with a blank": (
        "name: tho-xuan",
        "name: tho xuan",
        ("name", "'tho xuan'", "a name of small letters, digits and hyphens"),
    ),
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


def plain(value: Any) -> Any:
    """Return a value as YAML has it: lists for tuples and sets."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, tuple | set) else value


def read(folder: Path, name: str = "small.yaml", **parts: Any) -> Scenario:
    """Return the small centre with these parts, read from a file."""
    yaml = YAML(typ="safe", pure=True)
    yaml.representer.sort_base_mapping_type_on_output = False
    with (folder / name).open("w", encoding="utf-8") as file:
        yaml.dump(plain(document(**parts)), file)
    return read_scenario(folder / name)


def plan(**parts: Any) -> dict[str, Any]:
    """Return one plan, p."""
    return {"plans": {"p": {"title": "P"} | parts}}


def group(**parts: Any) -> dict[str, Any]:
    """Return one group, g, that takes in."""
    return {"staff": {"g": {"people": 2, "skills": ("intake",)} | parts}}


def kind(**parts: Any) -> dict[str, Any]:
    """Return one procedure, land."""
    return {"procedures": {"land": procedure(**parts)}}


DAY = {"first_day": FRIDAY, "last_day": FRIDAY}
SESSION = DAY | {"people": {"intake": 1}, "opens": "08:00", "closes": "11:00"}

# What is said, and what the line says: where it is, and what is wrong.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such stage": (
        group(skills=("smile",)),
        "staff.g.skills[0]: found 'smile'; expected one of: guidance, intake, check",
    ),
    "no such stage, nearly": (group(skills=("intaek",)), "such as intake:land (did you mean intake?)"),
    "no skill": (group(skills=()), "staff.g.skills: found none; expected at least one entry"),
    "no such procedure in a skill": (
        kind() | group(skills=("back-office", "intake:lond")),
        "staff.g.skills[1]: found 'lond'; expected one of: land (did you mean land?)",
    ),
    "a group that goes before it comes": (
        group(first_day=FRIDAY, last_day=date(2025, 7, 1)),
        "staff.g.last_day: found 2025-07-01; expected a day from first_day 2025-07-04 on",
    ),
    "a group's times out of order": (
        group(times=(("08:00", "12:00"), ("11:00", "15:00"))),
        "staff.g.times: found 08:00–12:00, 11:00–15:00; expected parts of a day in their order",
    ),
    "both kinds of deadline": (
        kind(deadline={"working_days": 1, "working_hours": 8}),
        "procedures.land.deadline: found both; expected either working_days or working_hours",
    ),
    "no deadline": (kind(deadline={}), "procedures.land.deadline: found neither; expected either working_days"),
    "upload without pages": (
        kind(pages=None),
        "procedures.land.pages: found nothing; expected how many there are to scan or to upload",
    ),
    "values without their weights": (
        kind(intake_min={"law": "empirical", "values": (1, 2), "weights": (1,)}),
        "procedures.land.intake_min.weights: found 1 for 2 values; expected as many weights as values, at least one",
    ),
    "visits without records": (
        {"demand": {"visits_per_day": 1, "hour_weights": {8: 1}, "records_per_visit": {0: 1}}},
        "demand.records_per_visit.0",
    ),
    "weights of nothing": (
        {"demand": {"visits_per_day": 1, "hour_weights": {8: 1}, "weekday_hour_weights": {"mon": {8: 0}}}},
        "demand.weekday_hour_weights.mon: found no weight above 0; expected at least one",
    ),
    "served before closing": (
        {"hours": document()["hours"] | {"inside_served_until": "16:59"}},
        "hours.inside_served_until: found 16:59; expected a time not before 17:00",
    ),
    "all of the line in an hour": (
        {"link": {"mbit_per_s": 1, "background_by_hour": {9: 1}}},
        "link.background_by_hour.9: found 1; expected a number below 1",
    ),
    "no such system": (
        {"random_outages": ({"what": "weather", "per_day": 1, "duration_min": constant(1)},)},
        "random_outages[0].what: found 'weather'; expected one of: link, portal, software, power",
    ),
    "old records of no procedure": (
        kind() | {"initial": ({"procedure": "lend", "stage": "check", "records": 1},)},
        "initial[0].procedure: found 'lend'; expected one of: land (did you mean land?)",
    ),
    "old records off their route": (
        kind() | {"initial": ({"procedure": "land", "stage": "check", "records": 1},)},
        "initial[0].stage: found check; expected a stage that land goes through",
    ),
    "people of no group": (
        plan(staff={"intaek": 1}),
        "plans.p.staff.intaek: found 'intaek'; expected one of: intake, back-office (did you mean intake?)",
    ),
    "training of no group": (plan(training_days={"x": 1}), "plans.p.training_days.x: found 'x'; expected one of:"),
    "skills of no group": (plan(skills={"x": ("intake",)}), "plans.p.skills.x: found 'x'; expected one of"),
    "skills for no procedure": (
        plan(skills={"intake": ("intake:x",)}),
        "plans.p.skills.intake[0]: found 'x'; expected one of: only",
    ),
    "a cover of no group": (
        plan(lunch=(DAY | {"people": {"x": 1}},)),
        "plans.p.lunch[0].people.x: found 'x'; expected one of: intake, back-office",
    ),
    "a cover of nobody": (
        plan(lunch=(DAY | {"people": {}},)),
        "plans.p.lunch[0].people: found none; expected at least one entry",
    ),
    "more cover than the plan has": (
        plan(staff={"intake": 1}, lunch=(DAY | {"people": {"intake": 2}},)),
        "plans.p.lunch[0].people.intake: found 2; expected at most the people there are: 1",
    ),
    "a session that ends before it begins": (
        plan(sessions=(SESSION | {"closes": "08:00"},)),
        "plans.p.sessions[0].closes: found 08:00; expected a time after opens 08:00",
    ),
    "two sessions on a day": (
        plan(sessions=(SESSION, SESSION)),
        "plans.p.sessions[0]: found 2025-07-04 to 2025-07-04; expected days that no other sessions entry",
    ),
    "a world of other days": (
        plan(world={"period": {"last_day": "2025-07-05"}}),
        "plans.p.world.period: found period; expected a field of the world",
    ),
    "a world with no such field": (
        plan(world={"conters": 1}),
        "plans.p.world.conters: found an unknown field; expected one of: name, ",
    ),
    "a world out of bounds": (
        plan(world={"demand": {"visits_per_day": -1}}),
        "plans.p.world.demand.visits_per_day: found -1; expected a number of at least 0",
    ),
    "a law in a world that is only a number": (
        plan(world={"procedures": {"only": {"intake_min": 6}}}),
        "plans.p.world.procedures.only.intake_min: found 6; expected a mapping with law, one of: deterministic,",
    ),
    "a skill that is misspelt in a world": (
        plan(world={"staff": {"intake": {"skills": ("intaek",)}}}),
        "plans.p.world.staff.intake.skills[0]: found 'intaek'; expected one of: guidance, intake, check, back-office",
    ),
    "a world that does not fit": (
        plan(world={"procedures": {"only": {"share": 0.5}}}),
        "plans.p.world.procedures: found shares that sum to 0.5; expected shares that sum to 1",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_parts_that_are_wrong_or_do_not_fit_are_refused(case: str, tmp_path: Path) -> None:
    """The line says where it is, what was found, and what is expected."""
    parts, said = REFUSED[case]
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, **parts)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'small.yaml'}:")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(("first", "last"), [(1, 7), (3, 5), (5, 12), (11, 20)])
def test_covers_of_one_kind_do_not_overlap(first: int, last: int, tmp_path: Path) -> None:
    """Whichever of two entries begins first, a day that both have is an error."""
    kept = {"first_day": date(2025, 7, 4), "last_day": date(2025, 7, 11), "people": {"intake": 1}}
    other = kept | {"first_day": date(2025, 7, first), "last_day": date(2025, 7, last)}
    with pytest.raises(ScenarioError, match="days that no other lunch entry of the plan has"):
        read(tmp_path, **plan(lunch=(kept, other)))


def test_covers_that_follow_each_other_are_right(tmp_path: Path) -> None:
    """One entry until Friday and another from Saturday on do not overlap."""
    late = {"first_day": date(2025, 7, 5), "last_day": date(2025, 7, 11), "people": {"intake": 2}}
    early = {"first_day": date(2025, 7, 1), "last_day": date(2025, 7, 4), "people": {"intake": 1}}
    covers = read(tmp_path, **plan(lunch=(late, early))).plans["p"].lunch
    assert [cover.people["intake"] for cover in covers] == [2, 1]


def test_what_is_left_out_changes_nothing(tmp_path: Path) -> None:
    """Without costs, fatigue, outages, … a scenario is one in which they do not occur."""
    scenario = read(tmp_path)
    assert (scenario.fatigue.growth_per_h, scenario.learning.first_day_factor) == (0, 1)
    assert (scenario.desks, scenario.scanners, scenario.outages, scenario.initial) == (None, None, (), ())
    assert scenario.world("as-usual") is scenario


def test_demand_has_the_shape_that_was_written() -> None:
    """An hour's visits: the day's, by the hour's weight, the weekday's factor and each surge that covers the day."""
    surge = {"first_day": date(2025, 7, 1), "last_day": date(2025, 7, 4), "factor": 1.5}
    demand = {
        "visits_per_day": 40,
        "hour_weights": {8: 3.0, 9: 1.0},
        "weekday_factors": {"fri": 0.5},
        "surges": (surge, surge | {"first_day": date(2025, 7, 4), "factor": 2}),
    }
    scenario = small_scenario(demand=demand)
    thursday, friday, saturday, monday = (date(2025, 7, day) for day in (3, 4, 5, 7))
    assert scenario.visits_per_hour(thursday, 8) == pytest.approx(40 * 0.75 * 1.5)
    assert scenario.visits_per_hour(friday, 9) == pytest.approx(40 * 0.25 * 0.5 * 1.5 * 2)
    assert scenario.visits_per_hour(monday, 8) == pytest.approx(40 * 0.75)
    assert scenario.visits_per_hour(thursday, 10) == 0
    assert scenario.visits_per_hour(saturday, 8) == 0
    by_hour = {day * 24 + hour: rate for day, hour, rate in ((0, 8, 45), (0, 9, 15), (1, 8, 45), (1, 9, 15))}
    assert list(scenario.hourly_visits) == pytest.approx([by_hour.get(hour, 0) for hour in range(48)])


def test_days_of_the_week_may_have_a_shape_of_their_own() -> None:
    """On Fridays all come at nine; the others keep the ordinary weights."""
    demand = {"visits_per_day": 40, "hour_weights": {8: 1.0}, "weekday_hour_weights": {"fri": {9: 2.0}}}
    scenario = small_scenario(demand=demand)
    thursday, friday = (date(2025, 7, day) for day in (3, 4))
    assert [scenario.visits_per_hour(thursday, hour) for hour in (8, 9)] == [40, 0]
    assert [scenario.visits_per_hour(friday, hour) for hour in (8, 9)] == [0, 40]


def test_more_come_on_the_first_working_day_after_a_holiday() -> None:
    """After a holiday on a Friday that is the Monday, after one on a Monday the Tuesday, and no day later."""
    demand = {"visits_per_day": 40, "hour_weights": {8: 1.0}, "after_holiday_factor": 1.5}
    friday, monday, tuesday, wednesday = (date(2025, 7, day) for day in (4, 7, 8, 9))
    hours = document()["hours"]
    one = small_scenario(demand=demand, hours=hours | {"holidays": {friday}})
    assert [one.visits_per_hour(day, 8) for day in (friday, monday, tuesday)] == [0, 60, 40]
    both = small_scenario(demand=demand, hours=hours | {"holidays": {friday, monday}})
    assert [both.visits_per_hour(day, 8) for day in (friday, monday, tuesday, wednesday)] == [0, 0, 60, 40]


BENEATH = "beneath.yaml"


def extending(folder: Path, text: str) -> Scenario:
    """Return the scenario of a file that extends the small centre."""
    read(folder, BENEATH, procedures={"only": procedure(), "rare": procedure(share=0.0)})
    (folder / "above.yaml").write_text(f"extends: {BENEATH}\n{text}", encoding="utf-8")
    return read_scenario(folder / "above.yaml")


ABOVE = "name: above\ntitle: Above\nquestion: And now?\nplans: {now: {title: Now}}\n"


def test_a_file_that_extends_another_is_laid_over_it(tmp_path: Path) -> None:
    """Mappings are joined part by part; lists, laws and plans are as the upper file has them."""
    text = (
        ABOVE + "procedures: {rare: {intake_min: {law: exponential, mean: 3}}}\nhours: {working_weekdays: [thu, fri]}\n"
    )
    scenario = extending(tmp_path, text)
    assert (scenario.name, list(scenario.plans), scenario.counters) == ("above", ["now"], 2)
    assert scenario.hours.working_weekdays == {"thu", "fri"}
    assert f"{scenario.hours.morning[0]:%H:%M}" == "07:30"
    assert [kind.intake_min.mean for kind in scenario.procedures.values()] == [8, 3]
    assert scenario.procedures["rare"].back_office_min is not None


def test_a_file_that_extends_another_is_checked_as_a_whole(tmp_path: Path) -> None:
    """What does not fit what is beneath, and a file that is not there, are errors of their own."""
    with pytest.raises(ScenarioError, match=r"above\.yaml.*procedures: found shares that sum to 1\.5"):
        extending(tmp_path, ABOVE + "procedures: {rare: {share: 0.5}}\n")
    (tmp_path / "above.yaml").write_text(f"extends: nowhere.yaml\n{ABOVE}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"above\.yaml:1: extends: found 'nowhere\.yaml'"):
        read_scenario(tmp_path / "above.yaml")


def test_files_that_extend_one_another_in_a_circle_are_refused(tmp_path: Path) -> None:
    """A file that extends itself ends in an error, not in a loop."""
    (tmp_path / "a.yaml").write_text(f"extends: a.yaml\n{ABOVE}", encoding="utf-8")
    with pytest.raises(
        ScenarioError, match=r"extends: found 'a\.yaml'; expected files that end up at one which extends"
    ):
        read_scenario(tmp_path / "a.yaml")


def test_a_plan_may_ask_what_if() -> None:
    """Its world is the scenario's with what it says otherwise, and the plan itself; the scenario stays as it is."""
    world = {"demand": {"visits_per_day": 80.0}, "counters": 5}
    scenario = small_scenario(plans={"now": {"title": "Now"}, "twice": {"title": "Twice", "world": world}})
    other = scenario.world("twice")
    assert (other.demand.visits_per_day, other.demand.hour_weights) == (80, scenario.demand.hour_weights)
    assert (other.counters, list(other.plans), other.plans["twice"].title) == (5, ["twice"], "Twice")
    assert (scenario.demand.visits_per_day, scenario.counters) == (40, 2)
    assert scenario.world("now") is scenario
    with pytest.raises(ScenarioError, match=r"plans: found 'x'; expected one of now, twice"):
        scenario.world("x")


def test_a_deadline_of_the_other_kind_takes_the_place_of_the_one_beneath(tmp_path: Path) -> None:
    """A plan's world, or a file that extends another, says hours where days were said, and the days are gone."""
    hours = {"procedures": {"only": {"deadline": {"working_hours": 4.0}}}}
    scenario = small_scenario(plans={"now": {"title": "Now"}, "soon": {"title": "Soon", "world": hours}})
    for name, found in (("now", (0, None)), ("soon", (None, 4))):
        deadline = scenario.world(name).procedures["only"].deadline
        assert (deadline.working_days, deadline.working_hours) == found
    above = extending(tmp_path, ABOVE + "procedures: {rare: {deadline: {working_hours: 4}}}\n")
    assert [kind.deadline.working_hours for kind in above.procedures.values()] == [None, 4]


def test_what_is_wrong_beneath_is_told_where_it_stands(tmp_path: Path) -> None:
    """The error names the file that says it and its line, not the one that extends it."""
    (tmp_path / "above.yaml").write_text(f"extends: beneath.yaml\n{ABOVE}", encoding="utf-8")
    with (tmp_path / BENEATH).open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(plain(document(counters=-1)), file)
    line = (tmp_path / BENEATH).read_text(encoding="utf-8").splitlines().index("counters: -1") + 1
    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "above.yaml")
    assert str(caught.value).startswith(f"{tmp_path / BENEATH}:{line}: counters: found -1; expected a number of at")


@pytest.mark.parametrize("path", sorted(SHIPPED.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_keep_the_labour_code(path: Path) -> None:
    """Every plan of every shipped scenario can be built, which it cannot when it breaks a limit."""
    scenario = read_scenario(path)
    assert [build_plan(scenario, name).name for name in scenario.plans] == list(scenario.plans)
