"""Lint, format, types and import directions hold in the whole repository, judged by the tools' own commands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNTYPED = '"""Nothing."""\n\n\ndef twice(x):\n    """Return twice x."""\n    return 2 * x\n'
UNFORMATTED = "x = { 'a':1 }\n"
LINT = ("ruff", "check", "--no-cache")
FORMAT = ("ruff", "format", "--check", "--no-cache")


def run_tool(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Return the finished ``python -m module`` run in ``folder``."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def check_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return the finished run of import-linter, with the contracts of ``folder``'s pyproject.toml."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def small_project(project_root: Path, tmp_path: Path) -> Path:
    """Return a folder with this project's rules and two empty packages, to be broken."""
    shutil.copy(project_root / "pyproject.toml", tmp_path)
    for package in ("sim", "monitor"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""Nothing."""\n', encoding="utf-8")
    (tmp_path / "sim/errors.py").write_text('"""Nothing."""\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("tool", [LINT, FORMAT], ids=["lint", "format"])
def test_ruff_finds_nothing(project_root: Path, tool: tuple[str, ...]) -> None:
    """The linter and the formatter have nothing to say about any Python file."""
    finished = run_tool(project_root, *tool, ".")
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(("tool", "text"), [(LINT, UNTYPED), (FORMAT, UNFORMATTED)], ids=["lint", "format"])
def test_ruff_would_find_it(small_project: Path, tool: tuple[str, ...], text: str) -> None:
    """A file that is wrong fails the linter or the formatter under this project's rules."""
    (small_project / "sim/wrong.py").write_text(text, encoding="utf-8")
    finished = run_tool(small_project, *tool, ".")
    assert finished.returncode == 1
    assert "wrong.py" in finished.stdout


@pytest.mark.long
def test_types_are_sound(project_root: Path) -> None:
    """Strict mypy accepts both packages."""
    finished = run_tool(project_root, "mypy")
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_types_would_be_found_wrong(small_project: Path) -> None:
    """A function without types fails mypy under this project's rules."""
    (small_project / "sim/wrong.py").write_text(UNTYPED, encoding="utf-8")
    finished = run_tool(small_project, "mypy")
    assert finished.returncode == 1
    assert "wrong.py:4: error: Function is missing a type annotation" in finished.stdout


def test_imports_point_one_way(project_root: Path) -> None:
    """Every import keeps the layers that pyproject.toml draws."""
    finished = check_imports(project_root)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("path", "text", "broken"),
    [
        ("sim/timebase.py", "import sim.report", "sim is one pipeline BROKEN"),
        ("sim/plan.py", "import sim.workload", "sim is one pipeline BROKEN"),
        ("monitor/clock.py", "import monitor.store", "monitor is one pipeline BROKEN"),
        ("sim/plan.py", "import monitor.clock", "the simulator knows nothing of the service BROKEN"),
        ("sim/plan.py", "import aiohttp", "the simulator knows nothing of the service BROKEN"),
        ("sim/unplaced.py", "", "sim is one pipeline BROKEN"),
    ],
)
def test_imports_would_be_found_wrong(small_project: Path, path: str, text: str, broken: str) -> None:
    """An upward, sideways or forbidden import, or a module without a layer, breaks its contract by name."""
    for module in ("sim/report.py", "sim/workload.py", "monitor/store.py", "monitor/clock.py"):
        (small_project / module).write_text("", encoding="utf-8")
    (small_project / path).write_text(text, encoding="utf-8")
    finished = check_imports(small_project)
    assert finished.returncode == 1
    assert broken in finished.stdout
