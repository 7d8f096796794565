"""Files and functions stay small, names say what is inside, and every test says what it proves."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

FILE_LINES = 500
FUNCTION_LINES = 60
EMPTY_WORDS = {"util", "helper", "common", "manager", "data", "info"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(text: str) -> Iterator[Function]:
    """Yield every function and method of a module."""
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


def size_offences(path: str, text: str) -> list[str]:
    """Return the file, if it is too long, and each of its functions that is."""
    n_lines = len(text.splitlines())
    file = [f"{path}: {n_lines} lines; split it by idea"] if n_lines > FILE_LINES else []
    return file + [
        f"{path}:{node.lineno}: {node.name} is over {FUNCTION_LINES} lines"
        for node in functions(text)
        if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]


def has_empty_name(path: str) -> bool:
    """Return whether a module or one of its folders has a word in its name that says nothing."""
    words = {word.removesuffix("s") for part in PurePosixPath(path).with_suffix("").parts for word in part.split("_")}
    return bool(words & EMPTY_WORDS)


def silent_tests(path: str, text: str) -> list[str]:
    """Return each test without a docstring of one sentence."""
    return [
        f"{path}:{node.lineno}: {node.name} needs one sentence on what it proves"
        for node in functions(text)
        if node.name.startswith("test_") and not is_one_sentence(ast.get_docstring(node) or "")
    ]


def is_one_sentence(text: str) -> bool:
    """Return whether a docstring is one sentence."""
    return text.endswith(".") and ". " not in text and "\n\n" not in text


def test_files_and_functions_are_small(sources: dict[str, str]) -> None:
    """No file and no function is longer than one can hold in the head."""
    assert [line for path, text in sources.items() for line in size_offences(path, text)] == []


def test_names_say_something(sources: dict[str, str]) -> None:
    """No module is named by a word that could stand on any module."""
    assert [path for path in sources if has_empty_name(path)] == []


def test_tests_say_what_they_prove(sources: dict[str, str]) -> None:
    """Every test has a docstring of one sentence."""
    tests = {path: text for path, text in sources.items() if path.startswith("tests/")}
    assert [line for path, text in tests.items() for line in silent_tests(path, text)] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = 1\n" * 500, 0),
        ("x = 1\n" * 501, 1),
        ("def f():\n" + "    x = 1\n" * 59, 0),
        ("class A:\n    async def f(self):\n" + "        x = 1\n" * 60, 1),
    ],
)
def test_oversize_is_found(text: str, count: int) -> None:
    """The limits are met exactly: the longest that is allowed passes, one line more does not."""
    assert len(size_offences("sim/plan.py", text)) == count


@pytest.mark.parametrize(
    ("path", "is_empty"),
    [
        ("sim/utils.py", True),
        ("sim/time_helpers.py", True),
        ("monitor/common/clock.py", True),
        ("sim/trace.py", False),
        ("sim/database.py", False),
    ],
)
def test_empty_name_is_found(path: str, *, is_empty: bool) -> None:
    """A word that says nothing is found in a file's and in a folder's name, whole words only."""
    assert has_empty_name(path) is is_empty


@pytest.mark.parametrize("docstring", ["", '"""No full stop"""', '"""One. Two."""', '"""One.\n\n    Two.\n    """'])
def test_silent_test_is_found(docstring: str) -> None:
    """A test with no docstring, or with more or less than a sentence, is found."""
    text = f"class TestAll:\n  async def test_it(self):\n    {docstring}\n    assert 1\n"
    assert len(silent_tests("tests/sim/test_plan.py", text)) == 1
