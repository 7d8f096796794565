"""The ordinary pipeline against the closed forms of queueing theory, each a scenario file of its own.

The cases, with their sources, are in `closed_forms`; the rule by which they are judged is in `judging`.
"""

from pathlib import Path

import pytest

from sim.engine import EngineName
from tests.theory.cases import ENGINES, PAGE_ENGINE, SCENARIOS, Case, case_rows, judge
from tests.theory.closed_forms import CASES
from tests.theory.judging import INSIDE


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pipeline_gives_what_theory_knows(case: Case, engine: EngineName, n_times: int, project_root: Path) -> None:
    """Each figure's interval holds the exact value and is narrow, and the validation page shows it."""
    verdicts = judge(case, engine, n_times=n_times)
    rows = case_rows(case, verdicts)
    assert all(found.word == INSIDE for found in verdicts), rows
    if n_times == 1 and engine == PAGE_ENGINE:
        page = (project_root / "docs/validation.md").read_text(encoding="utf-8")
        assert rows in page, f"renew the page with: make validation\n{rows}"


def test_no_scenario_is_idle(project_root: Path) -> None:
    """Each scenario file of this folder is on the validation page, by its link, and opens with question and source."""
    page = (project_root / "docs/validation.md").read_text(encoding="utf-8")
    files = sorted(SCENARIOS.glob("*.yaml"))
    assert files
    for file in files:
        assert f"](../tests/theory/scenarios/{file.name})" in page
        assert "# Question: " in file.read_text(encoding="utf-8").splitlines()[1]
