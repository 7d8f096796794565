"""What editors and readers are told about scenario files is what the program accepts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.explain import explain
from sim.schema import fields_page, json_schema
from tests.laws.strategies import small_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


def as_editors_see_it(value: Any) -> Any:
    """Return a YAML value as JSON has it: names are texts, and so are dates."""
    if isinstance(value, dict):
        return {str(key): as_editors_see_it(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def shipped(path: Path = SCENARIOS[0]) -> Any:
    """Return a shipped scenario as editors see it."""
    return as_editors_see_it(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def problems(document: Any) -> list[str]:
    """Return where a document does not fit the schema."""
    found = jsonschema.Draft202012Validator(json.loads(json_schema())).iter_errors(document)
    return [".".join(map(str, error.absolute_path)) for error in found]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_fit_the_schema(path: Path) -> None:
    """An editor has nothing against a shipped scenario, and finds the schema by its first line."""
    assert problems(shipped(path)) == []
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=scenario.schema.json\n")


@pytest.mark.parametrize(
    ("part", "name", "value", "where"),
    [
        ("demand", "visits_per_day", -1, "demand.visits_per_day"),
        ("demand", "visits_per_dya", 40, "demand"),
        ("hours", "morning", ["7.30", "11:30"], "hours.morning.0"),
        ("staff", "intake", "two", "staff.intake"),
        ("return_offset_min", "law", "normal", "return_offset_min"),
    ],
)
def test_editors_mark_what_is_wrong(part: str, name: str, value: object, where: str) -> None:
    """Values out of bounds, unknown names, wrong times, types and laws are marked in their place."""
    document = shipped()
    document[part][name] = value
    assert where in problems(document)


def descriptions(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each field of the schema with its description."""
    for name, part in node.get("$defs", {}).items():
        yield from descriptions(part, name)
    for name, field in node.get("properties", {}).items():
        yield f"{path}.{name}", field.get("description", "")


def test_every_field_is_described() -> None:
    """No field of a scenario is without a sentence on what it means."""
    found = dict(descriptions(json.loads(json_schema())))
    assert len(found) > 40
    assert [path for path, text in found.items() if not text] == []


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
    """Two days of 40 visits: 80 × 8 min at the counter, 80 × 10 min behind it, against 2 × 7.5 h a day and station."""
    told = explain(small_scenario()).splitlines()
    assert told[0].endswith("2 working days from 2025-07-03 to 2025-07-04.")
    assert told[1] == "80 visits expected, 80 of them in the peak week (to 2025-07-04)."
    assert told[3] == "  as-usual: intake 11/30, back office 13/30"


def test_check_says_ok_or_what_is_wrong(tmp_path: Path) -> None:
    """The command ends with 0 and an explanation, or with 2 and one line."""
    command = [sys.executable, "-m", "sim", "scenario", "check"]
    good = subprocess.run([*command, SCENARIOS[0]], capture_output=True, cwd=ROOT, check=True)
    assert good.stdout.decode().startswith(f"{SCENARIOS[0]}: ok\n")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\n", encoding="utf-8")
    bad = subprocess.run([*command, wrong], capture_output=True, cwd=ROOT, check=False)
    assert (bad.returncode, bad.stdout, bad.stderr.count(b"\n")) == (2, b"", 1)
