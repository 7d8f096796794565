"""A skip says why and what to do; in the gate it is a failure."""

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


def run_pytest(folder: Path, text: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Return exit status and output of pytest over ``text`` as the only test file."""
    (folder / "tests/test_small.py").write_text(text, encoding="utf-8")
    ours = {"CI", "PEAKWEEK_SKIPS_FAIL", "PEAKWEEK_LOGS", "PYTEST_ADDOPTS"}
    outer = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PYTEST_XDIST")
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    finished = subprocess.run(
        command, cwd=folder, env=outer | environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return finished.returncode, finished.stdout + finished.stderr


def test_skip_passes_for_a_newcomer(small_tests: Path) -> None:
    """Without the gate's word a skip passes, and its reason is shown."""
    status, output = run_pytest(small_tests, SKIPPING)
    assert status == 0
    assert "for a reason" in output
    assert "1 passed, 1 skipped, 1 xfailed" in output


@pytest.mark.parametrize(
    "environment", [{"PEAKWEEK_SKIPS_FAIL": "1"}, {"CI": "true"}], ids=["PEAKWEEK_SKIPS_FAIL", "CI"]
)
@pytest.mark.parametrize("arguments", [(), ("-n", "1")], ids=["alone", "workers"])
def test_skip_fails_in_the_gate(small_tests: Path, environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    """In the gate a skip is a failure with its reason, in worker processes too; an expected failure stays one."""
    status, output = run_pytest(small_tests, SKIPPING, *arguments, **environment)
    assert status == 1
    assert "for a reason" in output
    assert "1 failed, 1 passed, 1 xfailed" in output


@pytest.mark.parametrize("arguments", [(), ("-n", "1")], ids=["alone", "workers"])
def test_skipped_file_fails_in_the_gate(small_tests: Path, arguments: tuple[str, ...]) -> None:
    """In the gate a file that skips itself as a whole is an error with its reason."""
    text = "import pytest\n\npytest.importorskip('a_module_that_is_not_there')\n"
    status, output = run_pytest(small_tests, text, *arguments, CI="true")
    assert status != 0
    assert "a_module_that_is_not_there" in output
    assert "1 error" in output


def test_missing_server_says_how_to_get_it(small_tests: Path) -> None:
    """A test whose server is missing skips and names the script and the package that bring it."""
    with (small_tests / "tests/servers.txt").open("a", encoding="utf-8") as servers:
        servers.write("server-that-is-not-there  its-package\n")
    status, output = run_pytest(small_tests, SERVER.format(name="server-that-is-not-there"))
    assert status == 0
    assert "sudo tests/install-servers (Debian package its-package)" in output


def test_unlisted_server_fails(small_tests: Path) -> None:
    """A test that asks for a server that nothing installs fails rather than skip forever."""
    status, output = run_pytest(small_tests, SERVER.format(name="promethues"))
    assert status == 1
    assert "tests/servers.txt does not name 'promethues'" in output


def test_real_logs_are_found_or_missed_aloud(small_tests: Path, tmp_path: Path) -> None:
    """Real logs are where PEAKWEEK_LOGS says; without them a test skips saying so, and a wrong folder fails."""
    (tmp_path / "logs").mkdir()
    assert run_pytest(small_tests, LOGS, PEAKWEEK_LOGS=str(tmp_path / "logs"))[0] == 0
    status, output = run_pytest(small_tests, LOGS)
    assert (status, "set PEAKWEEK_LOGS" in output) == (0, True)
    status, output = run_pytest(small_tests, LOGS, PEAKWEEK_LOGS=str(tmp_path / "gone"))
    assert (status, "is not a folder" in output) == (1, True)


@pytest.mark.parametrize(("arguments", "count"), [((), 50), (("--hypothesis-profile=all",), 2_000)])
def test_profile_sets_the_number_of_examples(small_tests: Path, arguments: tuple[str, ...], count: int) -> None:
    """The number of random examples is bounded by default and many with the profile that asks for all."""
    assert run_pytest(small_tests, PROFILE.format(count=count), *arguments)[0] == 0
