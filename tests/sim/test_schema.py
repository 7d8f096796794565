"""What editors and readers are told about scenario files is what the program accepts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.explain import explain
from sim.schema import fields_page, json_schema
from tests.laws.strategies import FRIDAY, constant, procedure, small_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
THO_XUAN, EXTENDING = ROOT / "scenarios/tho-xuan.yaml", ROOT / "scenarios/volunteers.yaml"


def as_editors_see_it(value: Any) -> Any:
    """Return a YAML value as JSON has it: names are texts, and so are dates."""
    if isinstance(value, dict):
        return {str(key): as_editors_see_it(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_editors_see_it(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def shipped(path: Path) -> Any:
    """Return a shipped scenario as editors see it."""
    return as_editors_see_it(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


@cache
def validator() -> jsonschema.Draft202012Validator:
    """Return what editors check a file with."""
    return jsonschema.Draft202012Validator(json.loads(json_schema()))


def problems(document: Any) -> list[str]:
    """Return where a document does not fit the schema."""
    return [".".join(map(str, error.absolute_path)) for error in validator().iter_errors(document)]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_fit_the_schema(path: Path) -> None:
    """An editor has nothing against a shipped scenario, and finds the schema by its first line."""
    assert problems(shipped(path)) == []
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=scenario.schema.json\n")


def changed(document: Any, path: str, value: object) -> Any:
    """Return the document with a value at a path such as ``staff.intake.skills.0``."""
    *above, name = path.split(".")
    node = document
    for part in above:
        node = node[int(part) if isinstance(node, list) else part]
    node[int(name) if isinstance(node, list) else name] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("demand.visits_per_day", -1, "demand.visits_per_day"),
        ("demand.visits_per_dya", 40, "demand"),
        ("hours.morning", ["7.30", "11:30"], "hours.morning.0"),
        ("staff.intake.people", "two", "staff.intake.people"),
        ("staff.intake.skills.0", "smile", "staff.intake.skills.0"),
        ("staff.in take", {"people": 1, "skills": ["intake"]}, "staff"),
        ("demand.hour_weights.24", 1, "demand.hour_weights"),
        ("demand.records_per_visit.0", 1, "demand.records_per_visit"),
        ("citizens.return_offset_min.law", "normal", "citizens.return_offset_min"),
        ("outages.0.what", "weather", "outages.0.what"),
        ("outages.0", {"what": "link"}, "outages.0"),
        ("plans.lunch-cover.lunch.0.people.intake", 1.5, "plans.lunch-cover.lunch.0.people.intake"),
        ("plans.lunch-cover", {}, "plans.lunch-cover"),
        ("hours", {}, "hours"),
    ],
)
def test_editors_mark_what_is_wrong(path: str, value: object, where: str) -> None:
    """Values out of bounds, unknown names, wrong times, types and laws, and what is missing: each is marked there."""
    assert where in problems(changed(shipped(THO_XUAN), path, value))


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("demand", {"visits_per_day": -1}, "demand.visits_per_day"),
        ("demand", {"visits": 40}, "demand"),
        ("outages", [{"what": "link"}], "outages.0"),
        ("plans.nobody", {}, "plans.nobody"),
        ("plans.nobody.world", {"counters": -1}, "plans.nobody.world.counters"),
        ("plans.nobody.world", {"conters": 1}, "plans.nobody.world"),
    ],
)
def test_editors_mark_what_is_wrong_in_a_file_that_extends_another(path: str, value: object, where: str) -> None:
    """What is said is checked as ever, and entries of lists and plans are whole."""
    assert set(problems(changed(shipped(EXTENDING), path, value))) == {where}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("demand", {"visits_per_day": 4}),
        ("procedures", {"certification": {"intake_min": {"mean": 9}}}),
        ("plans.nobody.world", {"demand": {"visits_per_day": 4}, "learning": {"first_day_factor": 1}}),
    ],
)
def test_a_file_that_extends_another_says_only_what_differs(path: str, value: object) -> None:
    """No field is asked for that the file beneath has; the same holds for a plan's world."""
    assert problems(changed(shipped(EXTENDING), path, value)) == []


def descriptions(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield each field of the schema with its description."""
    for part, node in schema["$defs"].items():
        for name, field in node.get("properties", {}).items():
            yield f"{part}.{name}", field.get("description", "")


def test_every_field_is_described() -> None:
    """No field of a scenario is without a sentence on what it means."""
    found = dict(descriptions(json.loads(json_schema())))
    assert len(found) > 150
    assert [path for path, text in found.items() if not text] == []


def test_the_page_has_every_field_and_every_law() -> None:
    """Each field is a row with kind and meaning, named by the way to it; so is each law, with its fields."""
    rows = [line.split(" | ") for line in fields_page().splitlines() if line.startswith("| `")]
    assert all(row[-1].removesuffix(" |").strip() for row in rows)
    paths = {row[0].strip("| `") for row in rows}
    assert {
        "extends",
        "costs.ups.life_years",
        "demand.weekday_hour_weights.<name>.<name>",
        "labour_rules.is_enforced",
        "plans.<name>.sessions[].people.<name>",
        "plans.<name>.world",
        "staff.<name>.skills[]",
        "staff.<name>.times[]",
    } < paths
    assert {"deterministic", "empirical", "exponential", "gamma", "lognormal", "weibull"} < paths


def test_schema_and_fields_are_up_to_date() -> None:
    """The committed files are what is printed; renew them with peakweek scenario schema, peakweek scenario fields."""
    assert (ROOT / "scenarios/scenario.schema.json").read_text(encoding="utf-8") == json_schema()
    assert (ROOT / "docs/scenario.md").read_text(encoding="utf-8") == fields_page()


@pytest.mark.parametrize("number", range(3))
def test_schema_does_not_depend_on_the_process(number: int) -> None:
    """The schema is the same text in every process, whatever the order of Python's sets there."""
    command = [sys.executable, "-m", "sim", "scenario", "schema"]
    environment = os.environ | {"PYTHONHASHSEED": str(number), "PYTHONIOENCODING": "utf-8"}
    printed = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=True).stdout
    assert printed.decode() == json_schema()


def test_explanation_is_told_by_hand() -> None:
    """Two days of 40 visits: 80 × 8 min at the counter, 80 × 10 min behind it, against 2 × 7.5 h a day and group."""
    told = explain(small_scenario()).splitlines()
    assert told[0].endswith("2 working days from 2025-07-03 to 2025-07-04.")
    assert told[1] == "80 visits expected, 80 of them in the peak week (to 2025-07-04); 1.00 records a visit."
    assert told[2] == "2 counters, enough desks, enough scanners; 100 Mbit/s. People, with what they do:"
    assert told[3:5] == ["  intake: 2, intake, handover, guidance", "  back-office: 2, back-office, check, approval"]
    assert told[-1] == "  as-usual: work intake 11, back-office 13; shifts intake 30, back-office 30"


def test_explanation_follows_records_through_the_whole_centre() -> None:
    """Each stage gets what comes to it: half of the walk-ins online, a quarter looked at twice, two records a visit."""
    kind = procedure(
        online_ratio=0.5,
        incomplete_ratio=0.25,
        guidance_min=constant(3),
        intake_min=constant(8),
        check_min=constant(6),
        back_office_min=constant(10),
        approval_min=constant(1.5),
        handover_min=constant(4.5),
    )
    appointments = {"slots": ({"at": "08:00", "visits": 25},), "no_show_ratio": 0.2}
    demand = {
        "visits_per_day": 40,
        "hour_weights": {8: 1.0},
        "records_per_visit": {1: 1.0, 3: 1.0},
        "appointments": appointments,
    }
    cover = {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1}}
    teams = {"first_day": FRIDAY, "last_day": FRIDAY, "teams": 1}
    plans = {
        "one": {"title": "One", "lunch": (cover,), "staff": {"back-office": 0}},
        "team": {"title": "Team", "volunteers": (teams,)},
        "half": {"title": "Half", "world": {"demand": {"visits_per_day": 10.0}}},
    }
    parts = {
        "procedures": {"only": kind},
        "demand": demand,
        "volunteer_effect": {"moves_online_ratio": 0.2, "intake_factor": 0.5},
        "costs": {"volunteer_team_day": 5.0, "counter": {"price": 1461.0, "life_years": 4.0}},
    }
    told = explain(small_scenario(plans=plans, **parts)).splitlines()
    of_plan = {line.split(":")[0]: line for line in told}
    assert told[1] == "120 visits expected, 120 of them in the peak week (to 2025-07-04); 2.00 records a visit."
    work = "work guidance 4, intake 27, check 10, back-office 40, approval 6, handover 18"
    assert of_plan["  one"] == f"  one: {work}; shifts intake 32 (2); 4 VND beside wages in the whole period"
    team = "work guidance 4, intake 19, check 11, back-office 40, approval 6, handover 18"
    assert (
        of_plan["  team"] == f"  team: {team}; shifts intake 30, back-office 30; 9 VND beside wages in the whole period"
    )
    half = "work guidance 2, intake 17, check 2, back-office 20, approval 3, handover 9"
    assert (
        of_plan["  half"] == f"  half: {half}; shifts intake 30, back-office 30; 4 VND beside wages in the whole period"
    )


def test_explanation_tells_what_a_plan_chooses_and_asks() -> None:
    """Beside hours: the choices, with their numbers, and the fields of the world that would be otherwise."""
    world = {"demand": {"visits_per_day": 10.0}, "citizens": {"patience_min": constant(30)}, "outages": ()}
    choice = {"title": "Both", "counters": 3, "training_days": {"intake": 2.0}, "world": world}
    told = explain(small_scenario(plans={"both": choice, "none": {"title": "None"}})).splitlines()
    place = next(index for index, line in enumerate(told) if line.startswith("  both: "))
    assert told[place + 1 : place + 3] == [
        "    with training_days, counters 3",
        "    what if: demand.visits_per_day, citizens.patience_min, outages",
    ]
    assert told[place + 3].startswith("  none: ")
    assert told[-1] == told[place + 3]


def test_explanation_tells_what_the_labour_rules_do_not_allow() -> None:
    """Where they are not enforced, a plan that breaks them says how often and how first."""
    cover = {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 2}, "until": "21:00"}
    plans = {"late": {"title": "Late", "evening": (cover,)}}
    told = explain(small_scenario(plans=plans, labour_rules={"is_enforced": False})).splitlines()
    assert next(line for line in told if line.startswith("  late: ")).endswith(
        "; breaks the labour rules 2 times, first by 4.00 h of overtime for intake 1 on 2025-07-04; "
        "at most 3.75 h (labour_rules.overtime_day_ratio)"
    )


def test_check_says_ok_or_what_is_wrong(tmp_path: Path) -> None:
    """The command ends with 0 and an explanation, or with 2 and a line for each mistake."""
    command = [sys.executable, "-m", "sim", "scenario", "check"]
    good = subprocess.run([*command, THO_XUAN], capture_output=True, cwd=ROOT, check=True)
    assert good.stdout.decode().startswith(f"{THO_XUAN}: ok\n")
    odd = tmp_path / "odd.yaml"
    text = (ROOT / THO_XUAN).read_text(encoding="utf-8")
    odd.write_text(text.replace("  as-usual:\n", "  as-usual:\n    ups_min: 5\n", 1), encoding="utf-8")
    doubted = subprocess.run([*command, odd], capture_output=True, cwd=ROOT, check=True)
    line = odd.read_text(encoding="utf-8").splitlines().index("    ups_min: 5") + 1
    warning = f"warning: {odd}:{line}: plans.as-usual.ups_min: does nothing without a power outage"
    assert doubted.stdout.decode().splitlines()[-1] == warning
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\n", encoding="utf-8")
    bad = subprocess.run([*command, wrong], capture_output=True, cwd=ROOT, check=False)
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert all(f"{wrong}:1: ".encode() in line for line in bad.stderr.splitlines())
    assert len(bad.stderr.splitlines()) > 1
