"""A document at the door: what is right becomes a model, what is wrong one line that says where and why."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.document import parse_document, read_document
from sim.errors import ConfigError, InputError, ScenarioError


class Part(BaseModel):
    """What every model of these tests shares."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Constant(Part):
    """One member of the union."""

    kind: Literal["constant"]
    value_s: float = Field(ge=0)


class Lognormal(Part):
    """The other member; its field ``constant`` has the name of the first one's tag."""

    kind: Literal["lognormal"]
    mean_s: float = Field(gt=0)
    constant: int = 0


class Shift(Part):
    """A part inside lists."""

    intake: int = Field(ge=0)
    start: str = Field(default="07:30", pattern=r"^\d\d:\d\d$")


class Plan(Part):
    """A part inside mappings."""

    lunch: tuple[Shift, ...] = ()
    service: Annotated[Constant | Lognormal, Field(discriminator="kind")] | None = None


class Book(Part):
    """The whole document."""

    name: str
    day: dt.date = dt.date(2025, 7, 1)
    last_day: dt.date = dt.date(2025, 12, 31)
    waiting_limit_s: float | None = None
    is_open: bool = True
    plans: dict[str, Plan] = {}

    @model_validator(mode="after")
    def _days_in_order(self) -> "Book":
        if self.last_day < self.day:
            raise ValueError("last_day on or after day")
        return self


def error_of(text: str) -> InputError:
    """Return the error that the text raises."""
    with pytest.raises(ScenarioError) as caught:
        parse_document(text, "book.yaml", Book, ScenarioError)
    return caught.value


def test_a_right_document_becomes_the_model(tmp_path: Path) -> None:
    """Dates arrive as dates, times of day as text, lists as tuples, and a byte order mark does no harm."""
    path = tmp_path / "book.yaml"
    text = "name: Thọ Xuân\nday: 2025-07-02\nplans:\n  x:\n    lunch:\n      - {intake: 2, start: 07:45}\n"
    path.write_text(text, encoding="utf-8-sig")
    book = read_document(path, Book, ConfigError)
    assert book.name == "Thọ Xuân"
    assert book.day == dt.date(2025, 7, 2)
    assert book.plans["x"].lunch == (Shift(intake=2, start="07:45"),)


def test_anchors_and_merges_work() -> None:
    """A part that is written once and named again is a part at each place."""
    text = "name: x\nplans:\n  a: &a {lunch: [{intake: 1}]}\n  b: *a\n  c: {<<: *a}\n"
    plans = parse_document(text, "book.yaml", Book, ScenarioError).plans
    assert plans["a"] == plans["b"] == plans["c"]


CASES = {
    "empty": ("", "book.yaml: found an empty document; expected a mapping (names with values)"),
    "only a comment": ("# nothing\n", "book.yaml: found an empty document; expected a mapping (names with values)"),
    "a list": ("- 1\n", "book.yaml:1: found a list; expected a mapping with: name, day,"),
    "syntax": ("name: x\nday: [1,\n", "book.yaml:3: found '<stream end>'; expected the node content"),
    "two values": ("name: x: y\n", "book.yaml:1: found mapping values are not allowed here; expected a YAML 1.2 doc"),
    "two documents": ("name: x\n---\nname: y\n", "book.yaml:2: found another document; expected one document"),
    "duplicate key": ("name: x\nname: y\n", 'book.yaml:2: found duplicate key "name"; expected each key once'),
    "foreign tag": ("name: !!python/name:os.system x\n", "book.yaml:1: found "),
    "control character": ("name: \x00\n", "book.yaml: found "),
    "impossible date": (
        "name: x\nday: 2025-02-30\n",
        "book.yaml:2: found impossible date 2025-02-30; expected a date",
    ),
    "text for a number": (
        "name: x\nplans:\n  lunch-cover:\n    lunch:\n      - intake: 1\n      - start: 07:30\n        intake: eight\n",
        "book.yaml:7: plans.lunch-cover.lunch[1].intake: found 'eight'; expected a whole number",
    ),
    "number for a text": ("name: 5\n", "book.yaml:1: name: found 5; expected text"),
    "no boolean": ("name: x\nis_open: yes\n", "book.yaml:2: is_open: found 'yes'; expected true or false"),
    "no date": ("name: x\nday: soon\n", "book.yaml:2: day: found 'soon'; expected a date such as 2025-07-01"),
    "no list": ("name: x\nplans: {a: {lunch: 3}}\n", "book.yaml:2: plans.a.lunch: found 3; expected a list"),
    "no mapping": ("name: x\nplans: [a]\n", "book.yaml:2: plans: found a list; expected a mapping"),
    "value left out": ("name:\n", "book.yaml:1: name: found nothing; expected text"),
    "out of range": (
        "name: x\nplans: {a: {lunch: [{intake: -1}]}}\n",
        "book.yaml:2: plans.a.lunch[0].intake: found -1; expected a number of at least 0",
    ),
    "wrong pattern": (
        "name: x\nplans: {a: {lunch: [{intake: 1, start: early}]}}\n",
        "book.yaml:2: plans.a.lunch[0].start: found 'early'; expected text that should match pattern",
    ),
    "missing": ("day: 2025-07-01\n", "book.yaml:1: name: found nothing; expected this field to be there"),
    "missing in a list": (
        "name: x\nplans:\n  a:\n    lunch:\n      - {intake: 1}\n      - {start: 07:30}\n",
        "book.yaml:6: plans.a.lunch[1].intake: found nothing; expected this field to be there",
    ),
    "unknown key": (
        "name: x\nwiating_limit_s: 5\n",
        "last_day, waiting_limit_s, is_open, plans (did you mean waiting_limit_s?)",
    ),
    "unknown key in a list": (
        "name: x\nplans: {a: {lunch: [{intake: 1, intaek: 2}]}}\n",
        "plans.a.lunch[0].intaek: found an unknown field; expected one of: intake, start (did you mean intake?)",
    ),
    "unknown tag": (
        "name: x\nplans: {a: {service: {kind: constnat}}}\n",
        "plans.a.service.kind: found 'constnat'; expected one of: constant, lognormal (did you mean constant?)",
    ),
    "no tag": ("name: x\nplans: {a: {service: {value_s: 1}}}\n", "plans.a.service.kind: found nothing"),
    "inside a union": (
        "name: x\nplans:\n  a:\n    service:\n      kind: lognormal\n      constant: 1.5\n      mean_s: 3\n",
        "book.yaml:6: plans.a.service.constant: found 1.5; expected a whole number",
    ),
    "unknown key inside a union": (
        "name: x\nplans:\n  a:\n    service:\n      kind: constant\n      value_s: 1\n      mean_s: 3\n",
        "book.yaml:7: plans.a.service.mean_s: found an unknown field; expected one of: kind, value_s",
    ),
    "key that is no text": ("name: x\nplans: {1: {}}\n", "book.yaml:2: plans.1: found 1; expected"),
    "rule of the whole": (
        "name: x\nday: 2026-01-01\n",
        "book.yaml:1: found a mapping; expected last_day on or after day",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_on_one_line(case: str) -> None:
    """File, line, field, what was found and what was expected, for every kind of mistake."""
    text, expected = CASES[case]
    message = str(error_of(text))
    assert expected in message
    assert "\n" not in message


def test_many_mistakes_are_counted() -> None:
    """The first mistake in the file's order is told, the others are counted, and missing fields come last."""
    error = error_of("wiating_limit_s: 5\nis_open: 3\nplans: {a: {lunch: 3}}\n")
    assert error.field == "wiating_limit_s"
    assert error.hint == "did you mean waiting_limit_s?; problem 1 of 4"


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "[" * 3000])
def test_a_hostile_document_is_refused(text: str) -> None:
    """A list inside itself and a very deep one end in the ordinary error."""
    assert isinstance(error_of(text), ScenarioError)


def test_a_bomb_of_aliases_does_no_harm() -> None:
    """A document whose aliases stand for 10^30 values is refused at once."""
    levels = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 30)]
    text = "l0: &l0 [x]\n" + "\n".join(levels) + "\n"
    assert error_of(text).got == "an unknown field"


def test_a_long_value_is_shortened() -> None:
    """The message of a wrong value stays readable, however long the value is."""
    assert len(str(error_of(f"name: x\nday: {'z' * 10_000}\n"))) < 200


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """The message names the file as it was given."""
    path = tmp_path / "none.yaml"
    with pytest.raises(ConfigError, match=r"none\.yaml: found no such file; expected a YAML file"):
        read_document(path, Book, ConfigError)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the place of a file is called a folder."""
    with pytest.raises(ConfigError, match="found a folder"):
        read_document(tmp_path, Book, ConfigError)


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused with the line where they begin."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"# one\nname: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: found bytes that are not UTF-8"):
        read_document(path, Book, ConfigError)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file that nobody can have written by hand is refused before it fills the memory."""
    (tmp_path / "huge.yaml").write_bytes(b"a: " + b"x" * 2 * 1024 * 1024)
    with pytest.raises(ScenarioError, match=r"huge\.yaml: found more than 2 MB; expected a YAML file"):
        read_document(tmp_path / "huge.yaml", Part, ScenarioError)
