"""What does not fit a model, in the words of somebody who writes YAML.

Place in the pipeline: a part of `sim.document`. In: what pydantic says of a content. Out: a `MisfitError`. Invariant:
no word of pydantic's or Python's own reaches the reader.
"""

import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.document.place import Place, Way, find_place, near_name


class MisfitError(ValueError):
    """What a model's validator raises when one of its parts does not fit.

    Args:
        at: keys and indexes from the model to the part.
        got: what was found there: the value, or words for it.
        expected: completes "expected …".
        hint: what to do about it; may be empty.
    """

    def __init__(self, *at: str | int, got: object, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.at, self.expected, self.hint = at, expected, hint
        self.got = got if isinstance(got, str) else shown(got)


_MAPPING = "a mapping (names with values)"
_LIST = "a list"
_THERE = "this field to be there"
_DATE = "a date such as 2025-07-01"
_INSTANT = "a local time such as 2025-07-01T08:00:00"
# What pydantic calls a mistake, and what is expected instead; in braces, the numbers that it knows.
_EXPECTED = {
    "bool_type": "true or false",
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "datetime_parsing": _INSTANT,
    "datetime_type": _INSTANT,
    "dict_type": _MAPPING,
    "finite_number": "a finite number",
    "float_type": "a number",
    "frozen_set_type": _LIST,
    "greater_than": "a number above {gt:,.12g}",
    "greater_than_equal": "a number of at least {ge:,.12g}",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "less_than": "a number below {lt:,.12g}",
    "less_than_equal": "a number of at most {le:,.12g}",
    "mapping_type": _MAPPING,
    "missing": _THERE,
    "model_attributes_type": _MAPPING,
    "model_type": _MAPPING,
    "path_type": "the name of a file",
    "set_type": _LIST,
    "string_too_long": "text of at most {max_length} characters",
    "string_too_short": "text of at least {min_length} characters",
    "string_type": "text",
    "time_type": 'a time of day such as "07:30"',
    "tuple_type": _LIST,
}
_FEW = 8  # fields of a part that a message names
_PREFIXES = {
    "Input should be ": "",
    "Input should ": "something that should ",
    "String should ": "text that should ",
    "Value error, ": "",
    "Assertion failed, ": "",
}


def misfits(
    problem: ValidationError, content: object, model: type[BaseModel], line_of: Callable[[Way], int] = lambda _: 0
) -> list[MisfitError]:
    """Return every problem in the file's order, at least one.

    Args:
        problem: what pydantic says.
        content: what does not fit.
        model: what it does not fit.
        line_of: where the content stands.
    """
    details = problem.errors(include_url=False)
    # A list whose only entry is wrong is not too short as well.
    wrong = {each["loc"][:-1] for each in details}
    found = [
        _misfit(each, content, model) for each in details if each["type"] != "too_short" or each["loc"] not in wrong
    ]
    # A missing field often is one that has been misspelt: the unknown name, with its suggestion, goes first.
    return sorted(found, key=lambda each: (each.expected == _THERE, line_of(each.at)))


def first_misfit(problem: ValidationError, content: object, model: type[BaseModel]) -> MisfitError:
    """Return the first problem; its hint says how many there are."""
    first, *others = misfits(problem, content, model)
    return MisfitError(*first.at, got=first.got, expected=first.expected, hint=counted(first.hint, 1 + len(others)))


def counted(hint: str, n_problems: int) -> str:
    """Return the hint of the first of so many problems."""
    return "; ".join(filter(None, (hint, f"problem 1 of {n_problems}" if n_problems > 1 else "")))


def _misfit(details: ErrorDetails, content: object, model: type[BaseModel]) -> MisfitError:
    kind, context = details["type"], details.get("ctx", {})
    place = find_place(model, content, details["loc"], is_missing=kind == "missing")
    cause = context.get("error")
    if isinstance(cause, MisfitError):
        return MisfitError(*place.way, *cause.at, got=cause.got, expected=cause.expected, hint=cause.hint)
    if kind in {"missing", "union_tag_not_found"}:
        way = place.way if kind == "missing" else (*place.way, place.tag)
        return MisfitError(*way, got="nothing", expected=_THERE)
    if kind == "extra_forbidden":
        return _unknown_field(place)
    if kind == "literal_error":
        return _unknown_name(place.way, details["input"], _named(context["expected"]))
    if kind == "union_tag_invalid":
        return _unknown_name((*place.way, place.tag), details["input"][place.tag], place.tags)
    return _wrong_value(place, details)


def _unknown_field(place: Place) -> MisfitError:
    expected = f"one of: {', '.join(place.names)}" if place.names else "no such field"
    hint = did_you_mean(str(place.way[-1]), place.names)
    return MisfitError(*place.way, got="an unknown field", expected=expected, hint=hint)


def _unknown_name(way: Way, name: object, names: Sequence[str]) -> MisfitError:
    hint = did_you_mean(name, names) if isinstance(name, str) else ""
    return MisfitError(*way, got=shown(name), expected=f"one of: {', '.join(names)}", hint=hint)


def _wrong_value(place: Place, details: ErrorDetails) -> MisfitError:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "too_short":
        return MisfitError(*place.way, got="none", expected=_at_least(context["min_length"]))
    if kind == "too_long":
        got, expected = f"{context['actual_length']} entries", f"at most {context['max_length']:,} entries"
        return MisfitError(*place.way, got=got, expected=expected)
    expected, hint = _expected(details), ""
    if expected == _MAPPING and (place.tag or 0 < len(place.fields) <= _FEW):
        names = ", ".join(place.tags or place.fields)
        expected = f"a mapping with {place.tag}, one of: {names}" if place.tag else f"a mapping with: {names}"
    if isinstance(value, str) and kind in {"float_type", "int_type"} and value[:1].isdigit():
        hint = "a number alone: its unit is in the field's name, and quotation marks make it text"
    if kind == "string_type" and value is not None and not isinstance(value, Mapping | tuple):
        hint = "in quotation marks it is text"
    return MisfitError(*place.way, got=shown(value), expected=expected, hint=hint)


def _at_least(n: int) -> str:
    return "at least one entry" if n == 1 else f"at least {n} entries"


def _expected(details: ErrorDetails) -> str:
    """Return what completes "expected …"."""
    if details["type"] in _EXPECTED:
        return _EXPECTED[details["type"]].format(**details.get("ctx", {}))
    for prefix, instead in _PREFIXES.items():
        if details["msg"].startswith(prefix):
            return instead + details["msg"].removeprefix(prefix)
    return details["msg"]


def _named(said: str) -> list[str]:
    """Return the names in a text such as ``'mon', 'tue' or 'wed'``."""
    return said.split("'")[1::2]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a hint at the name that was probably meant; empty where none is near."""
    near = near_name(name, names)
    return f"did you mean {near}?" if near else ""


def shown(value: object) -> str:
    """Return a value short enough for one line, as one would write it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value).lower()
    if isinstance(value, str | int):
        return reprlib.repr(value)
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "auto")
    return "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, tuple) else str(value)
