"""What every test may use: the project's root, real logs, real servers; in the gate, a skip is a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SKIPS_FAIL = os.environ.get("PEAKWEEK_SKIPS_FAIL", os.environ.get("CI", "")) in {"1", "true"}

# No deadlines and no judgement of speed: a busy machine is not a defect. `--hypothesis-profile=all` chooses by name.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("default", _patient, max_examples=50)
# In the gate the same change gets the same verdict; looking for new counterexamples is the work of `all`.
settings.register_profile("gate", _patient, max_examples=50, derandomize=True, database=None)
settings.register_profile("all", _patient, max_examples=2_000)
settings.load_profile("gate" if SKIPS_FAIL else "default")


@pytest.hookimpl(trylast=True)  # after they have been shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with its part of the long tests, so that at the end none waits for another one's."""
    n_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))  # each is given as many, one after the other
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    items[:] = [item for place in range(n_workers) for item in (*long[place::n_workers], *short[place::n_workers])]


def servers() -> dict[str, str]:
    """Return the Debian package that brings each server program: the list that tests/install-servers installs."""
    lines = (ROOT / "tests/servers.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose server is not on this machine, and say how to get it."""
    for marker in item.iter_markers("server"):
        program = marker.args[0]
        if program not in servers():
            pytest.fail(f"tests/servers.txt does not name {program!r}, so nothing installs it", pytrace=False)
        if shutil.which(program) is None:
            package = servers()[program]
            pytest.skip(f"{program} is not on PATH: sudo tests/install-servers (Debian package {package})")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Return the test's report; where skips fail, a skipped test has failed with its reason."""
    report = yield
    _fail_if_skipped(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Return the report on a file's collection; where skips fail, a file that skips itself has failed too."""
    report = yield
    _fail_if_skipped(report, collector.nodeid)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    # An expected failure (`wasxfail`) is reported as skipped, and is none.
    if SKIPS_FAIL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped, and here a skip is a failure. {reason}"


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def logs_folder() -> Path:
    """Return the folder of real logs: $PEAKWEEK_LOGS, or else shared/data beside the project."""
    named = os.environ.get("PEAKWEEK_LOGS")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if named:
        pytest.fail(f"PEAKWEEK_LOGS={named} is not a folder", pytrace=False)
    pytest.skip("no real logs: set PEAKWEEK_LOGS to the folder that holds them")
