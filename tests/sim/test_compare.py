"""Plans held against a baseline: paired differences, what they say, and how they are shown."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy import stats

from sim.experiment import Case, Difference, Table, compare
from sim.measures import spans
from sim.report.comparison import comparison_csv, comparison_json, comparison_table
from sim.report.page import write_comparison
from tests.laws.strategies import small_scenario

ROOT = Path(__file__).parents[2]
PLANS = {name: {"title": name.upper()} for name in ("base", "other", "third")}
N = 30


def table_of(figures: dict[str, Sequence[np.ndarray]]) -> Table:
    """Return a table of three plans with these values, ``[n]`` each, in the peak week."""
    scenario = small_scenario(plans=PLANS)
    weeks = tuple(span for span in spans(scenario.office_hours) if span.kind == "week")[:1]
    columns = {name: tuple(values[:, np.newaxis] for values in of_cases) for name, of_cases in figures.items()}
    n = len(next(iter(columns.values()))[0])
    return Table(tuple(Case(scenario, plan) for plan in PLANS), 1, 0, n, (weeks,) * 3, columns)


@pytest.fixture
def table() -> Table:
    """Return plans that share most of their chance: one better, one as good."""
    draw = np.random.default_rng(7)
    shared = draw.normal(100, 30, N)
    noise = draw.normal(0, 1, (2, N))
    return table_of(
        {
            "backlog_count": (shared, shared - 5 + noise[0], shared + noise[1] - noise[1].mean() + 0.01),
            "on_time_ratio": (shared / 200, shared / 200 - 0.1, shared / 200),
        }
    )


def found_in(table: Table, plan: int, figure: str) -> Difference:
    """Return one of the differences to the first plan."""
    (found,) = [
        each
        for each in compare(table, 0, ("backlog_count", "on_time_ratio"))
        if (each.plan, each.figure) == (plan, figure)
    ]
    return found


def test_an_interval_is_that_of_the_paired_differences(table: Table) -> None:
    """As scipy's paired t test gives it, with a confidence that lets all four hold together."""
    values = table.figures["backlog_count"]
    expected = stats.ttest_rel(values[1][:, 0], values[0][:, 0]).confidence_interval(1 - 0.05 / 4)
    found = found_in(table, 1, "backlog_count")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_verdicts_know_which_way_is_better(table: Table) -> None:
    """Less backlog is better, less on time is worse, what never differs is the same."""
    verdicts = {
        (each.plan, each.figure): each.verdict for each in compare(table, 0, ("backlog_count", "on_time_ratio"))
    }
    assert verdicts == {
        (1, "backlog_count"): "better",
        (1, "on_time_ratio"): "worse",
        (2, "backlog_count"): "cannot tell",
        (2, "on_time_ratio"): "same",
    }


def test_as_many_more_as_it_says_would_tell(table: Table) -> None:
    """With the same spread and so many replications the interval would just leave out 0."""
    found = found_in(table, 2, "backlog_count")
    assert found.n_more is not None
    half = (found.high - found.low) / 2
    assert half * np.sqrt(N / (N + found.n_more)) <= abs(found.mean)
    assert half * np.sqrt(N / (N + found.n_more - 1)) > abs(found.mean)


def test_pairing_is_worth_what_variance_it_saves(table: Table) -> None:
    """The variance of the difference of two independent runs, over that of the paired one."""
    base, other = (values[:, 0] for values in table.figures["backlog_count"][:2])
    found = found_in(table, 1, "backlog_count")
    assert found.variance_ratio == pytest.approx((base.var() + other.var()) / (other - base).var())
    assert found.variance_ratio > 100
    assert found_in(table, 2, "on_time_ratio").variance_ratio is None


def test_plans_without_a_common_value_are_not_compared() -> None:
    """A figure that a plan never has is left out; a replication that one of the two lacks is, too."""
    values = np.arange(4.0)
    gaps = np.array([np.nan, 1, 2, 3.5])
    table = table_of({"wait_s_mean": (values, gaps, np.full(4, np.nan))})
    (found,) = compare(table, 0, ("wait_s_mean",))
    assert (found.plan, found.n, found.mean) == (1, 3, pytest.approx(0.5 / 3))


def test_all_forms_tell_the_same(table: Table, tmp_path: Path) -> None:
    """CSV and JSON have the differences themselves; the text, the picture and the page show each plan."""
    found = compare(table, 0, ("backlog_count", "on_time_ratio"))
    sheet = list(csv.DictReader(io.StringIO(comparison_csv(table, found, 0))))
    document = json.loads(comparison_json(table, found, 0))["differences"]
    for each, row, told in zip(found, sheet, document, strict=True):
        assert (told["plan"], told["baseline"], told["figure"]) == (row["plan"], "base", row["figure"])
        assert told["mean"] == each.mean
        assert float(row["mean"]) == pytest.approx(each.mean, abs=1e-6)
        assert told["no_worse_ratio"] == each.no_worse.ratio
    text = comparison_table(table, found, 0)
    assert [name for name, _ in text.sections] == ["backlog at the end", "on time, points of %"]
    assert [line[0] for line in text.sections[0][1]] == ["OTHER", "THIRD"]
    paths = {path.name: path.read_text(encoding="utf-8") for path in write_comparison(table, found, 0, tmp_path)}
    assert set(paths) == {"comparison.csv", "comparison.json", "comparison.svg", "comparison.html"}
    picture = "".join(ET.fromstring(paths["comparison.svg"]).itertext())  # noqa: S314 - our own
    assert all(word in picture for word in ("OTHER", "THIRD", "backlog at the end"))
    assert paths["comparison.svg"] in paths["comparison.html"]
    assert "http" not in paths["comparison.html"].replace("http://www.w3.org/", "")


def test_the_command_compares_and_writes_files(tmp_path: Path) -> None:
    """The baseline is the first of all plans unless named; the table tells verdicts; files are named."""
    command = [sys.executable, "-m", "sim", "compare", "scenarios/four-staff.yaml", "--replications", "4"]
    asked = ["--plans", "as-usual", "leave", "--baseline", "leave", "--out", str(tmp_path / "out")]
    run = subprocess.run([*command, *asked], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert "Against One of the back office on leave for two weeks" in run.stdout
    assert "hold all together 95 times in 100" in " ".join(run.stdout.split())
    written = [line for line in run.stderr.splitlines() if line.startswith("wrote ")]
    assert {line.removeprefix("wrote ") for line in written} == {str(path) for path in (tmp_path / "out").iterdir()}
    alone = subprocess.run([*command, "--plans", "leave"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "plans: found only leave; expected another plan to hold against it" in alone.stderr
