"""The examples in docstrings run, and print what they show."""

import doctest
import importlib

import pytest


def modules_with_examples(sources: dict[str, str]) -> list[str]:
    """Return the dotted names of the modules that have examples."""
    ours = (path for path, text in sources.items() if path.startswith(("sim/", "monitor/")) and ">>> " in text)
    return [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in ours]


def test_examples_run(sources: dict[str, str]) -> None:
    """Each example of each module prints what its docstring shows."""
    names = modules_with_examples(sources)
    assert names
    for name in names:
        found = doctest.testmod(importlib.import_module(name))
        assert found.attempted > 0
        assert found.failed == 0, name


def test_wrong_example_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """An example that prints something else counts as failed."""
    (example,) = doctest.DocTestFinder().find(type("Wrong", (), {"__doc__": ">>> 1 + 1\n3\n"}), "wrong", module=False)
    assert doctest.DocTestRunner().run(example).failed == 1
    assert "Expected" in capsys.readouterr().out
