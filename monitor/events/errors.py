"""What is wrong with an event, told without repeating what it said.

Place in the pipeline: at the door. In: what pydantic found, or a value. Out: one `EventError`. Invariant: a value is
shown only where it cannot be personal: a time, a version, or a type name of our own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from monitor.events.fields import IDENTIFIER
from monitor.personal import PersonalError, is_personal
from sim import InputError, near_name

_IMPERSONAL_TEXT = re.compile(r"org\.peakweek(\.[a-z_]{1,20}){1,3}(\.v\d)?|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_WORDS = {
    "missing": "this field to be there",
    "string_type": "text",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "int_type": "a whole number",
}


@dataclass(eq=False)
class EventError(InputError):
    """An event that a sender offers is wrong; nothing of its batch was stored.

    Attributes:
        index: number of the event in its batch, from 0; -1 where the whole body is wrong.
        is_personal: whether it was refused because it looks like a citizen's number or name.
    """

    index: int = -1
    is_personal: bool = False


def told_error(
    problem: ValidationError, model: type[BaseModel], parent: Sequence[str], index: int, told: Iterable[str]
) -> EventError:
    """Return the first of pydantic's errors without the value that it refuses; `told` are the fields that came."""
    # The unknown name goes first: with its suggestion it explains the field that it leaves missing.
    details = min(problem.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    name = str(details["loc"][0]) if details["loc"] else ""
    place, hint = f"event {index}", ""
    if details["type"] == "extra_forbidden":
        near = near_name(name, model.model_fields)
        field, found = ".".join((*parent, shown_name(name))), "an unknown field"
        expected = "one of: " + ", ".join(model.model_fields)
        hint = f"did you mean {near}?" if near else ""
    else:
        field = ".".join((*parent, name))
        found = "nothing" if details["type"] == "missing" else shown(details["input"])
        meant = near_name(name, set(told) - set(model.model_fields)) if details["type"] == "missing" else None
        hint = f"is {shown_name(meant)} meant to be {name}?" if meant else ""
        expected = _WORDS.get(details["type"], details["msg"].removeprefix("Value error, "))
        expected = expected.removeprefix("Input should be ")
    is_personal = isinstance(details.get("ctx", {}).get("error"), PersonalError)
    return EventError(place, field, found, expected, hint, index=index, is_personal=is_personal)


def shown_name(name: str) -> str:
    """Return the name of a field, unless it could be a person's."""
    return name if IDENTIFIER.fullmatch(name) and not is_personal(name) else "(name not shown)"


def shown(value: object) -> str:
    """Return what a value is, and the value itself only where it cannot be personal."""
    if isinstance(value, str):
        return repr(value) if _IMPERSONAL_TEXT.fullmatch(value) else f"text of {len(value)} characters"
    words = {dict: "an object", list: "an array", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number")
