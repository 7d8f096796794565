"""A YAML file as it stands there: its values, and the lines that they stand on.

Place in the pipeline: a part of `sim.document`. In: a file, or its text. Out: a `Source`. Invariant: whatever is wrong
with a file, the only exception is the caller's `InputError` subclass.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.document.place import Way
from sim.errors import InputError

# What was expected where the YAML parser finds something else, by how its finding starts.
_EXPECTED_BY_START = {
    "duplicate key": "each key once",
    "impossible date": "a date that exists",
    "another document": "one document",
}
_MAX_BYTES = 2 * 1024 * 1024  # some forty times what the longest scenario has; more would be read for minutes


@dataclass(frozen=True, eq=False)
class Source:
    """A file's content.

    Attributes:
        name: the file's name as the user gave it.
        root: its nodes, which know their lines.
        content: its values, with tuples for lists.
    """

    name: str
    root: Node
    content: object

    def found(self, way: Way) -> tuple[int, int]:
        """Return how far the content follows a way from the root, in steps, and the line, from 1, where that ends."""
        node = self.root
        depth, line = 0, self.root.start_mark.line + 1
        for part in way:
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
            depth += 1
        return depth, line


def locate(sources: Sequence[Source], way: Way) -> tuple[str, int]:
    """Return file and line of what several files, laid over one another, say at a place: of the first that has it.

    What none of them has, such as a missing field, belongs where most of the way to it is found.
    """
    found = [(source.name, *source.found(way)) for source in sources]
    name, _, line = max(found, key=lambda each: each[1])
    return name, line


def read_source(path: str | os.PathLike[str], error: type[InputError]) -> Source:
    """Return a file's content.

    Raises:
        InputError: as the given subclass, when the file cannot be read or is not YAML.
    """
    name = os.fspath(path)
    return parse_source(_text(name, error), name, error)


def parse_source(text: str, name: str, error: type[InputError]) -> Source:
    """Return the content of a YAML text; `name` is what an error calls it.

    Raises:
        InputError: as the given subclass, when it is not YAML.
    """
    try:
        yaml = _yaml()
        root = yaml.compose(text)
        content = _with_tuples(yaml.constructor.construct_document(root), {}) if root else None
    except YAMLError as problem:
        raise _syntax_error(problem, name, error) from None
    except RecursionError:
        raise error(name, "", "a document nested too deeply", "a document of few levels") from None
    except ValueError as problem:  # Python refuses to read a number of more than 4,300 digits
        raise error(name, "", f"a value that cannot be read ({problem})", "a number of ordinary size") from None
    if content is None:
        raise error(name, "", "an empty document", "a mapping (names with values)")
    return Source(name, root, content)


def _text(name: str, error: type[InputError]) -> str:
    hint = "is the path right?"
    if Path(name).is_dir():
        raise error(name, "", "a folder", "a YAML file", hint)
    try:
        with Path(name).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise error(name, "", f"more than {_MAX_BYTES // 1024**2} MB", "a YAML file that people write", hint)
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise error(name, "", "no such file", "a YAML file", hint) from None
    except OSError as problem:
        raise error(name, "", problem.strerror or str(problem), "a YAML file that can be read") from None
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        raise error(name, "", "bytes that are not UTF-8", "text in UTF-8", "save the file as UTF-8", line) from None


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


def _syntax_error(problem: YAMLError, name: str, error: type[InputError]) -> InputError:
    """Return the error for a text that is not one YAML document."""
    mark = problem.problem_mark if isinstance(problem, MarkedYAMLError) else None
    said = (problem.problem if isinstance(problem, MarkedYAMLError) else "") or str(problem)
    # The parser's own sentence may be "expected X, but found Y", "but found Y", "found Y" or only Y.
    head, _, tail = said.splitlines()[0].rpartition("but found ")
    got = tail.partition(" with value ")[0].removeprefix("found ")
    usual = next((text for start, text in _EXPECTED_BY_START.items() if got.startswith(start)), "a YAML 1.2 document")
    expected = head.removeprefix("expected ").strip(" ,") or usual
    return error(name, "", got, expected, line=mark.line + 1 if mark else 0)
