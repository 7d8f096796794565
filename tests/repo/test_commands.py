"""What the README tells people to type is what the Makefile does and what the gate runs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt


def commands(markdown: str) -> list[str]:
    """Return the commands in the code blocks of a Markdown text, without remarks."""
    blocks = [token.content for token in MarkdownIt().parse(markdown) if token.type in {"fence", "code_block"}]
    lines = [line.partition("#")[0].removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def make_targets(makefile: str) -> set[str]:
    """Return the targets that a Makefile explains."""
    return set(re.findall(r"^([a-z-]+):.*##", makefile, flags=re.MULTILINE))


def test_readme_shows_both_commands(texts: dict[str, str]) -> None:
    """The README's code blocks have the two commands that a newcomer types."""
    assert {"make run", "make test"} <= set(commands(texts["README.md"]))


def test_readme_commands_exist(texts: dict[str, str]) -> None:
    """Every make command in the README names a target that there is."""
    shown = {line.split()[1] for line in commands(texts["README.md"]) if line.startswith("make ")}
    assert shown <= make_targets(texts["Makefile"])


def test_gate_runs_the_readme_test_command(texts: dict[str, str]) -> None:
    """The gate's last command is the README's own test command, where a skip is a failure."""
    (command,) = {line for line in commands(texts["README.md"]) if line.startswith("make test")}
    gate = texts[".ci/run"].splitlines()
    assert gate[-1] == command
    assert "export CI=true PEAKWEEK_SKIPS_FAIL=1" in gate


def test_commands_are_read_from_code_only() -> None:
    """Commands in prose are not taken for shown ones, remarks and prompts are not taken for commands."""
    assert commands("`make a`\n\n```sh\n$ make b  # why\n# c\n```\n\n    make d\n") == ["make b", "make d"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit; the README names the commands without make")
def test_scripts_can_be_run(project_root: Path) -> None:
    """The scripts are executable as they stand."""
    assert all(os.access(project_root / name, os.X_OK) for name in (".ci/run", "tests/install-servers"))


@pytest.mark.server("prometheus")
def test_servers_that_are_there_are_left_alone(project_root: Path) -> None:
    """Where every server is there, the script that installs them changes nothing and needs no rights."""
    command = [project_root / "tests/install-servers"]
    finished = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert finished.stdout == "The servers for the tests are all there.\n"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make (Debian: sudo apt-get install make)")
@pytest.mark.parametrize("python", ["python-that-is-not-there", "false"])
def test_python_that_will_not_do_is_explained(project_root: Path, tmp_path: Path, python: str) -> None:
    """Without a fit Python, make says what to install and how to name another, and makes nothing."""
    for name in ("Makefile", "requirements.lock", "requirements-test.lock", "pyproject.toml"):
        shutil.copy(project_root / name, tmp_path)
    command = ["make", "test", f"PYTHON={python}"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert finished.returncode == 2
    assert "sudo apt-get install python3 python3-venv" in finished.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make (Debian: sudo apt-get install make)")
def test_failed_setup_is_loud_and_tried_again(project_root: Path, tmp_path: Path) -> None:
    """A set-up that fails shows the end of its output, and does not count as made."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(project_root / name, tmp_path)
    for name in ("requirements.lock", "requirements-test.lock"):
        (tmp_path / name).write_text("no such thing\n", encoding="utf-8")
    finished = subprocess.run(["make", "test"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert finished.returncode == 2
    assert "Invalid requirement" in finished.stderr
    plan = subprocess.run(["make", "-n", "test"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert "-m venv .venv" in plan.stdout
