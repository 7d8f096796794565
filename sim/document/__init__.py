"""Reads a YAML document at one of the doors into a frozen model, or says on one line why it cannot.

Place in the pipeline: just above the errors; scenarios and configurations come in through here. In: a file (or its
text) and a pydantic model. Out: an instance of the model. Invariant: whatever is wrong with the document, the only
exception is the caller's `InputError` subclass, with the line and the field where the reader must look.

What a model receives: YAML 1.2 values (``2025-07-01`` is a `datetime.date`, ``07:30`` is text, ``yes`` is text) and a
*tuple* for every sequence, so that a strict, frozen model can declare ``tuple[X, ...]``. A validator that refuses a
value raises ``ValueError`` whose text completes "expected …", such as ``ValueError("a time such as 07:30")``; one that
compares several parts raises `MisfitError` with the place of the part that does not fit.
"""

import os
import reprlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.document.place import Place, find_place, near_name
from sim.errors import InputError

__all__ = ["MisfitError", "laid_over", "load_document", "near_name", "parse_document", "read_document"]


class MisfitError(ValueError):
    """What a model's validator raises when one of its parts does not fit the others.

    Args:
        at: keys and indexes from the model to the part.
        got: what was found there.
        expected: completes "expected …".
    """

    def __init__(self, *at: str | int, got: object, expected: str) -> None:
        super().__init__(expected)
        self.at, self.got = at, got


ModelT = TypeVar("ModelT", bound=BaseModel)

# What pydantic calls a Python type, said in the words of somebody who writes YAML.
_EXPECTED_BY_TYPE = {
    "bool_type": "true or false",
    "dict_type": "a mapping (names with values)",
    "float_type": "a number",
    "int_type": "a whole number",
    "mapping_type": "a mapping (names with values)",
    "model_attributes_type": "a mapping (names with values)",
    "model_type": "a mapping (names with values)",
    "missing": "this field to be there",
    "path_type": "the name of a file",
    "string_type": "text",
    "tuple_type": "a list",
}
# The same for what the YAML parser finds.
_EXPECTED_BY_START = {
    "duplicate key": "each key once",
    "impossible date": "a date that exists",
    "another document": "one document",
}
_PREFIXES = {
    "Input should be ": "",
    "Input should ": "something that should ",
    "String should ": "text that should ",
    "Value error, ": "",
    "Assertion failed, ": "",
}


Complete = Callable[[Mapping[str, object]], Mapping[str, object]]


def read_document(
    path: str | os.PathLike[str],
    model: type[ModelT],
    error: type[InputError],
    *,
    complete: Complete = lambda part: part,
) -> ModelT:
    """Return the file's content, once `complete` has added what it leaves to others, as an instance of the model.

    Raises:
        InputError: as the given subclass, when the file cannot be read or does not fit the model.
    """
    return parse_document(_text(os.fspath(path), error), os.fspath(path), model, error, complete=complete)


def load_document(path: str | os.PathLike[str], error: type[InputError]) -> Mapping[str, object]:
    """Return the file's content as it stands there.

    Raises:
        InputError: as the given subclass, when the file cannot be read or is no YAML mapping.
    """
    name = os.fspath(path)
    _, content = _loaded(_text(name, error), name, error)
    if not isinstance(content, Mapping):
        raise error(name, "", "no mapping", "a mapping (names with values)")
    return content


def laid_over(
    beneath: Mapping[str, object], content: Mapping[str, object], *, whole: Iterable[str] = ()
) -> dict[str, object]:
    """Return what holds when one mapping is laid over another: mappings part by part, all else as a whole.

    >>> laid_over({"a": {"x": 1, "y": 2}, "b": (1, 2)}, {"a": {"y": 3}, "b": ()})
    {'a': {'x': 1, 'y': 3}, 'b': ()}
    """
    found = dict(beneath)
    for key, part in content.items():
        under = found.get(key)
        is_mixed = isinstance(part, Mapping) and isinstance(under, Mapping) and key not in whole
        # A law is one thing: the parameters of another kind of law have no place in it.
        is_law = isinstance(part, Mapping) and "law" in part
        found[key] = laid_over(under, part) if is_mixed and not is_law else part  # type: ignore[arg-type]
    return found


def _text(name: str, error: type[InputError]) -> str:
    hint = "is the path right?"
    if Path(name).is_dir():
        raise error(name, "", "a folder", "a YAML file", hint)
    try:
        return Path(name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise error(name, "", "no such file", "a YAML file", hint) from None
    except OSError as problem:
        raise error(name, "", problem.strerror or str(problem), "a YAML file that can be read") from None
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        raise error(name, "", "bytes that are not UTF-8", "text in UTF-8", "save the file as UTF-8", line) from None


def parse_document(
    text: str, path: str, model: type[ModelT], error: type[InputError], *, complete: Complete = lambda part: part
) -> ModelT:
    """Return the YAML text as an instance of the model; `path` is what an error calls the document.

    Raises:
        InputError: as the given subclass, when the text is not YAML or does not fit the model.
    """
    root, content = _loaded(text, path, error)
    if isinstance(content, Mapping):
        content = complete(content)
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        details, place, n_problems = _first_problem(problem, content, root, model)
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, MisfitError):
            place = Place(place.path + cause.at, ())
            field, got, expected, hint = place.field, str(cause.got), str(cause), ""
        else:
            field, got, expected, hint = _described(details, place)
        if n_problems > 1:
            hint = f"{hint + '; ' if hint else ''}problem 1 of {n_problems}"
        raise error(path, field, got, expected, hint, _line(root, place.path)) from None


def _loaded(text: str, path: str, error: type[InputError]) -> tuple[Node, object]:
    """Return the document as nodes, which know their lines, and as values."""
    try:
        root = _yaml().compose(text)
        content = _with_tuples(_yaml().load(text), {})
    except YAMLError as problem:
        raise _syntax_error(problem, path, error) from None
    except RecursionError:
        raise error(path, "", "a document nested too deeply", "a document of few levels") from None
    except ValueError as problem:  # Python refuses to read a number of more than 4,300 digits
        raise error(path, "", f"a value that cannot be read ({problem})", "a number of ordinary size") from None
    if content is None:
        raise error(path, "", "an empty document", "a mapping (names with values)")
    return root, content


class _Constructor(SafeConstructor):
    """ruamel's safe constructor, which also says where a date stands that no calendar has."""

    def construct_date(self, node: ScalarNode) -> object:
        """Return the date or the instant."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            raise ConstructorError(problem=f"impossible date {node.value}", problem_mark=node.start_mark) from None


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_date)


def _yaml() -> YAML:
    """Return a fresh safe parser; it refuses duplicate keys and foreign tags by itself."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    yaml.version = (1, 2)
    return yaml


def _with_tuples(value: object, seen: dict[int, object]) -> object:
    """Return the value with tuples for lists; an aliased part is converted once, however often it is named."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in seen:
        if isinstance(value, dict):
            seen[id(value)] = {key: _with_tuples(part, seen) for key, part in value.items()}
        else:
            seen[id(value)] = tuple(_with_tuples(part, seen) for part in value)
    return seen[id(value)]


def _syntax_error(problem: YAMLError, path: str, error: type[InputError]) -> InputError:
    """Return the error for a text that is not one YAML document."""
    mark = problem.problem_mark if isinstance(problem, MarkedYAMLError) else None
    said = (problem.problem if isinstance(problem, MarkedYAMLError) else "") or str(problem)
    # The parser's own sentence may be "expected X, but found Y", "but found Y", "found Y" or only Y.
    head, _, tail = said.splitlines()[0].rpartition("but found ")
    got = tail.partition(" with value ")[0].removeprefix("found ")
    usual = next((text for start, text in _EXPECTED_BY_START.items() if got.startswith(start)), "a YAML 1.2 document")
    expected = head.removeprefix("expected ").strip(" ,") or usual
    return error(path, "", got, expected, line=mark.line + 1 if mark else 0)


def _first_problem(
    problem: ValidationError, content: object, root: Node, model: type[BaseModel]
) -> tuple[ErrorDetails, Place, int]:
    """Return the first problem in the file's order, its place, and how many problems there are."""
    found = [
        (details, find_place(model, content, details["loc"], is_missing=details["type"] == "missing"))
        for details in problem.errors(include_url=False)
    ]
    # A missing field often is one that has been misspelt: the unknown name, with its suggestion, goes first.
    found.sort(key=lambda pair: (pair[0]["type"] == "missing", _line(root, pair[1].path)))
    return *found[0], len(found)


def _described(details: ErrorDetails, place: Place) -> tuple[str, str, str, str]:
    """Return field, what was found, what was expected, and a hint (perhaps empty) for one of pydantic's errors."""
    kind, context, field = details["type"], details.get("ctx", {}), place.field
    if kind == "missing":
        return field, "nothing", _EXPECTED_BY_TYPE[kind], ""
    if kind == "extra_forbidden":
        near = near_name(str(place.path[-1]), place.names)
        expected = "one of: " + ", ".join(place.names) if place.names else "no such field"
        return field, "an unknown field", expected, f"did you mean {near}?" if near else ""
    if kind == "union_tag_not_found":
        return f"{field}.{_unquoted(context)}".lstrip("."), "nothing", "this field to be there", ""
    if kind == "union_tag_invalid":
        tags = str(context["expected_tags"])
        near = near_name(str(context["tag"]), tags.replace("'", "").split(", "))
        hint = f"did you mean {near}?" if near else ""
        return f"{field}.{_unquoted(context)}".lstrip("."), repr(context["tag"]), f"one of: {tags}", hint
    return field, _shown(details["input"]), _expected(details), ""


def _unquoted(context: Mapping[str, object]) -> str:
    """Return the name of the field that tells the members of a union apart."""
    return str(context["discriminator"]).strip("'")


def _expected(details: ErrorDetails) -> str:
    """Return pydantic's message as the end of a sentence that begins with "expected"."""
    if details["type"] in _EXPECTED_BY_TYPE:
        return _EXPECTED_BY_TYPE[details["type"]]
    for prefix, instead in _PREFIXES.items():
        if details["msg"].startswith(prefix):
            return instead + details["msg"].removeprefix(prefix)
    return details["msg"]


def _shown(value: object) -> str:
    """Return the value short enough for one line."""
    if value is None:
        return "nothing"
    if isinstance(value, str | int | float):
        return reprlib.repr(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, tuple) else str(value)


def _line(root: Node, path: tuple[str | int, ...]) -> int:
    """Return the line, from 1, of the deepest part of the path that the document has."""
    node = root
    line: int = root.start_mark.line + 1
    for part in path:
        if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, MappingNode):
            entry = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if entry is None:
                break
            node, line = entry[1], entry[0].start_mark.line + 1
        else:
            break
    return line
