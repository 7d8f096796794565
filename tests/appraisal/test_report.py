"""The leaders' report as a whole: its numbers are those of a run, its forms say them, and mistakes are told."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sim.appraisal import Appraisal, appraise
from sim.errors import ScenarioError
from sim.experiment import Case, Table, run_experiment, run_scenario
from sim.report.leaders.form import to_html, to_pdf
from sim.report.leaders.writing import write_paper
from sim.scenario import Scenario, read_scenario
from tests.laws.strategies import small_scenario

N = 6
ROOT = Path(__file__).parents[2]
MILLION = 1e6
COSTS = {
    "currency": "VND",
    "citizen_wait_h": 30000,
    "link_per_mbit_month": 1000,
    "scanner": {"price": 15 * MILLION, "life_years": 5},
}


def centre(**changes: object) -> Scenario:
    """Return a small centre on a thin line, whose leaders may buy a line, a scanner, or both."""
    plans = {
        "as-usual": {"title": "As usual"},
        "line": {"title": "A wide line", "link_mbit_per_s": 50},
        "wider": {"title": "A wider line", "link_mbit_per_s": 100},
        "scanner": {"title": "A scanner", "scanners": 2},
    }
    assumptions = (
        {"title": "Visits a day", "fields": ("demand.visits_per_day",), "low_factor": 0.8, "high_factor": 1.2},
        {"title": "Value of an hour", "fields": ("costs.citizen_wait_h",), "low_factor": 0.5, "high_factor": 1.5},
    )
    ordinary = {
        "link": {"mbit_per_s": 0.3},
        "scanners": 1,
        "plans": plans,
        "costs": COSTS,
        "appraisal": {"assumptions": assumptions, "years": 5, "periods_per_year": 100},
    }
    return small_scenario(**(ordinary | changes))


def run(_: str, cases: Sequence[Case], n_replications: int) -> Table:
    """Simulate."""
    with ThreadPoolExecutor(2) as executor:
        return run_experiment(cases, seed=1, n_replications=n_replications, executor=executor)


@pytest.fixture(scope="module")
def told() -> Appraisal:
    """Return what is told of the centre."""
    return appraise(centre(), run=run, n_replications=N)


def test_the_numbers_are_those_of_a_run(told: Appraisal) -> None:
    """What an option saves is the difference of two plans as `peakweek run` has them, so many periods a year."""
    table = run_scenario(centre(), ["as-usual", "line"], seed=1, n_replications=N)
    period = [span.kind for span in table.spans[0]].index("period")
    before, after = (table.figures["citizen_cost"][case][:, period] for case in (0, 1))
    line = next(each for each in told.options if each.name == "line")
    assert line.citizen_value.mean == pytest.approx(100 * float(np.mean(before - after)))
    assert line.citizen_h.mean == pytest.approx(line.citizen_value.mean / 30000)
    peak = table.peak_week(0)
    before, after = (table.figures["backlog_count"][case][:, peak] for case in (0, 1))
    assert line.backlog.mean == pytest.approx(float(np.mean(before - after)))


def test_what_it_costs_is_worked_by_hand(told: Appraisal) -> None:
    """A scanner of 15 million that lasts five years costs three a year; a line its rent, 49.7 Mbit/s for a year."""
    by_name = {each.name: each for each in told.options}
    assert by_name["scanner"].outlay == 15 * MILLION
    assert by_name["scanner"].cost_per_year == pytest.approx(3 * MILLION)
    assert by_name["line"].outlay == 0
    assert by_name["line"].cost_per_year == pytest.approx(49.7 * 1000 * 12, rel=0.02)
    assert by_name["line"].net.mean == pytest.approx(
        by_name["line"].citizen_value.mean + by_name["line"].pay.mean - by_name["line"].cost_per_year
    )


def test_options_that_set_one_field_exclude_each_other(told: Appraisal) -> None:
    """Two lines are alternatives; neither is bought beside the other."""
    assert [(clash.pair, clash.fields) for clash in told.clashes] == [(("line", "wider"), ("link_mbit_per_s",))]
    assert not {"line", "wider"} <= {step.option for step in told.steps}


def test_shares_and_the_rest_are_all(told: Appraisal) -> None:
    """What each assumption explains by itself is never more than everything."""
    assert told.sensitivity is not None
    parts = [swing.share for swing in told.sensitivity.swings]
    assert all(0 <= part <= 1 for part in parts)
    assert sum(parts) <= 1 + 1e-9
    value = next(swing for swing in told.sensitivity.swings if swing.number == 1)
    assert value.at_low < value.at_high  # the more an hour is worth, the more is what saves hours


def test_both_forms_say_it(told: Appraisal) -> None:
    """The page has the answer and every option and loads nothing; the PDF is one, and the same each time."""
    paper = write_paper(told)
    page = to_html(paper)
    assert paper.answer
    for each in told.options:
        assert each.title in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "<script" not in page
    document = to_pdf(paper)
    assert document.startswith(b"%PDF-")
    assert document == to_pdf(paper)


@pytest.mark.parametrize(
    ("options", "baseline", "field"),
    [(["nothing"], None, "nothing"), (["line"], "nothing", "nothing"), (["line"], "line", "line")],
)
def test_a_wrong_option_is_told_before_anything_runs(options: list[str], baseline: str | None, field: str) -> None:
    """An option or a baseline that is no plan, or an option that is the baseline, is an error that names it."""

    def never(*_: object) -> Table:
        raise AssertionError("it was simulated")

    with pytest.raises(ScenarioError, match=field):
        appraise(centre(), options, baseline=baseline, run=never, n_replications=N)


def test_the_command_writes_both_and_prints_the_answer(tmp_path: Path) -> None:
    """`peakweek report` writes a page and a PDF, prints the answer, and leaves nothing else."""
    out = [tmp_path / "report.html", tmp_path / "report.pdf"]
    scenario = str(ROOT / "scenarios/four-staff.yaml")
    options = ["--options", "leave-and-help", "--baseline", "leave", "--replications", "2", "--out", *map(str, out)]
    process = [sys.executable, "-m", "sim", "report", scenario, *options]
    done = subprocess.run(process, capture_output=True, check=True, text=True, encoding="utf-8")
    assert sorted(tmp_path.iterdir()) == out
    title = read_scenario(scenario).titles["leave-and-help"]
    assert title in done.stdout
    assert title in out[0].read_text(encoding="utf-8")
    assert out[1].read_bytes().startswith(b"%PDF-")


def test_a_wrong_name_of_a_file_is_told(tmp_path: Path) -> None:
    """A form that there is not is refused with status 2; nothing is written."""
    process = [sys.executable, "-m", "sim", "report", "scenarios/link-upgrade.yaml", "--out", str(tmp_path / "a.docx")]
    done = subprocess.run(process, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert ".html or .pdf" in done.stderr
    assert not list(tmp_path.iterdir())
