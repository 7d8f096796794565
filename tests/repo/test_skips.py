"""A skip says why and what to do; in the gate it is a failure. Each way of calling pytest is called once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_good():
    pass

def test_skipped():
    pytest.skip("for a reason")

@pytest.mark.xfail(reason="known", strict=True)
def test_expected():
    raise AssertionError
"""
SKIPPED_FILE = "import pytest\n\npytest.importorskip('a_module_that_is_not_there')\n"
SERVER = "import pytest\n\n@pytest.mark.server({name!r})\ndef test_server():\n    pass\n"
LOGS = "def test_logs(logs_folder):\n    assert logs_folder.name == 'logs'\n"
PROFILE = "from hypothesis import settings\n\ndef test_profile():\n    assert settings().max_examples == {count}\n"


@pytest.fixture
def small_tests(project_root: Path, tmp_path: Path) -> Path:
    """Return a project folder that has our pytest rules and no test yet."""
    tests = tmp_path / "project/tests"
    tests.mkdir(parents=True)
    shutil.copy(project_root / "pyproject.toml", tests.parent)
    for name in ("conftest.py", "servers.txt"):
        shutil.copy(project_root / "tests" / name, tests)
    return tests.parent


def run_pytest(folder: Path, *texts: str, arguments: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
    """Return exit status and output of pytest over the texts as the only test files."""
    for number, text in enumerate(texts):
        (folder / f"tests/test_{number}.py").write_text(text, encoding="utf-8")
    ours = {"CI", "PEAKWEEK_SKIPS_FAIL", "PEAKWEEK_LOGS", "PYTEST_ADDOPTS"}
    outer = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PYTEST_XDIST")
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    finished = subprocess.run(
        command, cwd=folder, env=outer | environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return finished.returncode, finished.stdout + finished.stderr


def test_a_newcomer_is_told_what_is_skipped(small_tests: Path) -> None:
    """Without the gate's word what cannot run is skipped; the reason, or how to get what is missing, is shown."""
    with (small_tests / "tests/servers.txt").open("a", encoding="utf-8") as servers:
        servers.write("server-that-is-not-there  its-package\n")
    server = SERVER.format(name="server-that-is-not-there")
    status, output = run_pytest(small_tests, SKIPPING, SKIPPED_FILE, server, LOGS, PROFILE.format(count=50))
    assert status == 0
    assert "2 passed, 4 skipped, 1 xfailed" in output
    assert "for a reason" in output
    assert "a_module_that_is_not_there" in output
    assert "sudo tests/install-servers (Debian package its-package)" in output
    assert "set PEAKWEEK_LOGS" in output


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [((), {"CI": "true"}), (("-n", "1"), {"PEAKWEEK_SKIPS_FAIL": "1"})],
    ids=["alone", "workers"],
)
def test_a_skip_fails_in_the_gate(small_tests: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    """In the gate a skipped test is a failure, a skipped file an error, in workers too; what is expected is none."""
    arguments = ("--continue-on-collection-errors", *arguments)
    status, output = run_pytest(small_tests, SKIPPING, SKIPPED_FILE, arguments=arguments, **environment)
    assert status == 1
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in output
    assert "for a reason" in output
    assert "a_module_that_is_not_there" in output


def test_what_can_never_run_fails(small_tests: Path, tmp_path: Path) -> None:
    """A server that nothing installs, and a folder of logs that is not there, fail rather than skip for ever."""
    server = SERVER.format(name="promethues")
    status, output = run_pytest(small_tests, server, LOGS, PEAKWEEK_LOGS=str(tmp_path / "gone"))
    assert status == 1
    assert "tests/servers.txt does not name 'promethues'" in output
    assert "is not a folder" in output
    assert "passed" not in output


def test_real_logs_are_found_and_all_examples_are_many(small_tests: Path, tmp_path: Path) -> None:
    """Real logs are where PEAKWEEK_LOGS says; the profile that asks for all has many random examples."""
    (tmp_path / "logs").mkdir()
    status, output = run_pytest(
        small_tests,
        LOGS,
        PROFILE.format(count=2_000),
        arguments=("--hypothesis-profile=all",),
        PEAKWEEK_LOGS=str(tmp_path / "logs"),
    )
    assert (status, "2 passed" in output) == (0, True)
