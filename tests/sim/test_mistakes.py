"""Typical mistakes in every field of a scenario: the program tells each in plain words, and an editor marks it."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sim.document import Source, fitted, parse_document, read_source
from sim.errors import ScenarioError
from sim.scenario import Scenario
from sim.schema import fields_page
from tests.sim.test_schema import as_editors_see_it, problems, validator

EVERYTHING = Path(__file__).with_name("everything.yaml")
Way = tuple[Any, ...]
ABSENT = object()


@pytest.fixture(scope="module")
def source() -> Source:
    """Return a scenario in which every field is there."""
    return read_source(EVERYTHING, ScenarioError)


def ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """Yield the way to each part of a value."""
    if way:
        yield way
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    for key, part in pairs:
        yield from ways(part, (*way, key))


def spoilt(value: Any, way: Way, *, part: Any = ABSENT, name: str = "") -> Any:
    """Return the value with another part at the end of the way, or with another name for it."""
    key, *rest = way
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    if rest:
        pairs = [(each, spoilt(of, tuple(rest), part=part, name=name) if each == key else of) for each, of in pairs]
    elif name:
        pairs = [(name if each == key else each, of) for each, of in pairs]
    else:
        pairs = [(each, part if each == key else of) for each, of in pairs]
    return dict(pairs) if isinstance(value, dict) else tuple(of for _, of in pairs)


def refusal(content: Any, source: Source) -> ScenarioError | None:
    """Return what the program says of a content; nothing if it takes it."""
    try:
        fitted(content, Scenario, ScenarioError, [source])
    except ScenarioError as error:
        return error
    return None


def is_marked(content: Any, changed: str) -> bool:
    """Return whether an editor has something against the changed part of a content, whatever the others are."""
    part = {key: of for key, of in content.items() if key == changed}
    return not _of_a_part().is_valid(as_editors_see_it(part))


@cache
def _of_a_part() -> Draft202012Validator:
    """Return what editors check a file with, but for the parts that must be there."""
    parts = validator().schema["$defs"]
    return Draft202012Validator(parts["Scenario"] | {"$defs": parts, "required": []})


def test_everything_is_right_and_complete(source: Source) -> None:
    """The scenario that is spoilt is taken as it is, and has every field that there is."""
    assert refusal(source.content, source) is None
    assert problems(as_editors_see_it(source.content)) == []
    told = [line.split(" | ")[0].strip("| `") for line in fields_page().splitlines() if line.startswith("| `")]
    wanted = {re.sub(r"\.<name>|\[\]", "", path) for path in told} - {"extends"}
    own = {"land", "officers", "clerks", "all", "mon", "fri"}
    found = {".".join(key for key in way if isinstance(key, str) and key not in own) for way in ways(source.content)}
    laws = {"deterministic", "exponential", "lognormal", "gamma", "weibull", "empirical"}
    assert wanted - laws - found == set()
    assert {path.rpartition(".")[2] for path in found} > {"mean", "cv", "values", "weights"}


# What stands in the place of each part, one mistake after the other.
MISTAKES: dict[str, Any] = {
    "text": "soon",
    "a unit": "6 min",
    "below 0": -1,
    "far too much": 1e15,
    "a fraction": 1.5,
    "nothing": None,
    "an empty list": (),
    "an empty mapping": {},
    "true": True,
    "a list of mappings": ({},),
    "a list of numbers": (1,),
    "a date": date(2025, 7, 1),
    "a number in quotation marks": "5",
}
# Whether these are right depends on other parts, and a date is text for an editor: only the program can know.
DEPENDS = re.compile(
    r"an IANA time zone|a day from |a time in office hours|"
    r"one of: (land|officers|landx|clerks)|a stage that land|as many weights as values|"
    r"how many there are to scan|in quotation marks it is text|above low_factor"
)
# Words of pydantic, of Python or of a regular expression, which mean nothing to a planner.
FOREIGN = re.compile(
    r"Input|[Ff]ield required|\bvalid\b|should|pattern|\bdict|[Tt]uple|None\b|True|False|instance|validation|"
    r"<class|\\d|\[a-z|integer|string|boolean|frozenset|extra_|datetime",
)


@pytest.mark.parametrize("mistake", [*MISTAKES, "a misspelt name"])
def test_program_and_editor_refuse_the_same(mistake: str, source: Source) -> None:
    """One mistake at each place of a scenario: one clear line, and a mark in the editor unless other parts matter."""
    n_refused = 0
    for way in ways(source.content):
        if mistake in MISTAKES:
            content = spoilt(source.content, way, part=MISTAKES[mistake])
        elif isinstance(way[-1], str):
            content = spoilt(source.content, way, name=f"{way[-1]}x")
        else:
            continue
        (changed,) = {*content} - {*source.content} or {way[0]}
        error, is_wrong = refusal(content, source), is_marked(content, changed)
        if error is None:
            assert not is_wrong, way
            continue
        n_refused += 1
        message = str(error)
        assert is_wrong or DEPENDS.search(message), message
        assert re.match(rf"{re.escape(str(EVERYTHING))}:\d+: [a-z_]+.*: found .+; expected .+", message)
        assert "\n" not in message
        assert not FOREIGN.search(message.removeprefix(str(EVERYTHING))), message
    assert n_refused > 50


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("counters: 3", "conters: 3", "conters: found an unknown field; expected one of: name,"),
        ("counters: 3", "conters: 3", "(did you mean counters?; problem 1 of 2)"),
        (
            "mean: 6, cv: 0.6",
            "maen: 6, cv: 0.6",
            "intake_min.maen: found an unknown field; expected one of: law, mean, cv",
        ),
        ("lognormal, mean: 6", "lognormall, mean: 6", "(did you mean lognormal?)"),
        (
            "{law: lognormal, mean: 6, cv: 0.6}",
            "6 min",
            "intake_min: found '6 min'; expected a mapping with law, one of:",
        ),
        (
            "deadline: {working_days: 3, ",
            "deadline: {",
            "land.deadline: found neither; expected either working_days or",
        ),
        ("working_hours: null", "working_hours: 8", "land.deadline: found both; expected either working_days or"),
        (
            "link: {mbit_per_s: 100,",
            "link: 100 #",
            "link: found 100; expected a mapping with: mbit_per_s, mbit_per_s_from",
        ),
        ("mbit_per_s: 100", "mbit_per_s: 100 Mbit/s", "(a number alone: its unit is in the field's name"),
        ("[mon, tue, wed, thu, fri]", "[mon, tue, mon]", "hours.working_weekdays[2]: found 'mon' again; expected each"),
        ("holidays: [2025-07-10]", "holidays: [2025-07-10, 2025-07-10]", "hours.holidays[1]: found 2025-07-10 again"),
        (
            "holidays: [2025-07-10]",
            "holidays: [20250710]",
            "hours.holidays[0]: found 20250710; expected a date such as",
        ),
        (
            "holidays: [2025-07-10]",
            "holidays: [2025-02-30]",
            "found impossible date 2025-02-30; expected a date that exists",
        ),
        (
            "holidays: [2025-07-10]",
            'holidays: ["2025-02-30"]',
            "hours.holidays[0]: found '2025-02-30'; expected a date that",
        ),
        ('at: "08:00"', 'at: "8h00"', "slots[0].at: found '8h00'; expected a time of day such as \"07:30\""),
        ("ends: 2025-07-01T09:00:00", "ends: 09:00", "outages[0].ends: found '09:00'; expected a local time such as"),
        (
            "ends: 2025-07-01T09:00:00",
            "ends: 2025-07-01T09:00:00Z",
            "outages[0].ends: found 2025-07-01 09:00:00+00:00;",
        ),
        ('closes: "11:00"', 'closes: "07:00"', "sessions[0].closes: found 07:00; expected a time after opens 08:00"),
        ("{8: 1.0, 9: 2}", "{8: 0, 9: 0}", "demand.hour_weights: found no weight above 0; expected at least one"),
        ("{8: 1.0, 9: 2}", "{8: 1.0, 8: 2}", 'found duplicate key "8"; expected each key once'),
        ("counters: 3\n", "counters: 3\ncounters: 4\n", 'found duplicate key "counters"; expected each key once'),
        ("currency: VND", "currency: dong", "costs.currency: found 'dong'; expected three capital letters such as VND"),
        (
            "title: A centre with every field",
            "title: 2025",
            "title: found 2025; expected text (in quotation marks it is text)",
        ),
    ],
)
def test_typical_mistakes_are_told_so_that_one_knows_what_to_do(old: str, new: str, told: str) -> None:
    """What was found, what is expected, and often what was probably meant; the line is the one that is wrong."""
    text = EVERYTHING.read_text(encoding="utf-8")
    assert old in text
    wrong = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        parse_document(wrong, "wrong.yaml", Scenario, ScenarioError)
    assert told in str(caught.value)
    first = text[: text.index(old)].count("\n") + 1
    assert first <= caught.value.line <= first + 1


def test_dates_and_times_may_be_written_as_one_does() -> None:
    """A date in quotation marks, an hour of one digit and an instant without seconds are what they look like."""
    text = EVERYTHING.read_text(encoding="utf-8")
    for old, new in (
        ("holidays: [2025-07-10]", 'holidays: ["2025-07-10"]'),
        ('morning: ["07:30"', 'morning: ["7:30"'),
        ("ends: 2025-07-01T09:00:00", "ends: 2025-07-01 09:00"),
    ):
        text = text.replace(old, new, 1)
    assert parse_document(text, "right.yaml", Scenario, ScenarioError) == parse_document(
        EVERYTHING.read_text(encoding="utf-8"), "everything.yaml", Scenario, ScenarioError
    )
