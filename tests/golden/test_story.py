"""The shipped scenario tells the published story, and goes on telling it with the same numbers.

After a change that is meant to move the numbers, renew the golden file with ``python tests/golden/renew.py`` from the
project's root, and say in the commit why they moved.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.experiment import Case, Table, run_experiment
from sim.scenario import read_scenario
from sim.workers import Workers
from tests.golden.figures import GOLDEN, SCENARIOS, golden_figures

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tho-xuan.yaml"
N_REPLICATIONS = 60
N_WORKERS = 2
PUBLISHED_RECORDS = 2000
ON_TIME_LINE = 0.9
_NUMBER = re.compile(r"(?<![\w-])-?\d+(\.\d+)?(?![\w-])|\d{4}-\d\d-\d\d")
_MARK = re.compile(r"\[[SPAT]\]")


@pytest.fixture(scope="module")
def as_told() -> Table:
    """Return the scenario under the plan that the story tells: lunch cover and evening overtime."""
    with Workers(N_WORKERS) as executor:
        case = Case(read_scenario(SCENARIO), "lunch-and-evening")
        return run_experiment([case], seed=1, n_replications=N_REPLICATIONS, executor=executor)


def weekly_on_time(table: Table) -> NDArray[np.float64]:
    """Return the on-time rate of every week: ``float64[n_replications, n_weeks]``."""
    weeks = [index for index, span in enumerate(table.spans[0]) if span.kind == "week"]
    return table.figures["on_time_ratio"][0][:, weeks]


def test_about_two_thousand_records_are_received(as_told: Table) -> None:
    """The published volume lies in the 80 % band of the records received in the period."""
    band = as_told.band("received_count", 0, len(as_told.spans[0]) - 1)
    assert band is not None
    assert band.low <= PUBLISHED_RECORDS <= band.high
    assert band.high - band.low < 0.3 * PUBLISHED_RECORDS  # a band that holds everything would prove nothing


def test_the_first_week_stays_under_the_line(as_told: Table) -> None:
    """Under 90 % on time in the first week, in the median of the replications."""
    assert np.median(weekly_on_time(as_told)[:, 0]) < ON_TIME_LINE


def test_the_first_week_is_seldom_over_the_line(as_told: Table) -> None:
    """Under 90 % on time in the first week in at least three replications of four."""
    assert np.mean(weekly_on_time(as_told)[:, 0] < ON_TIME_LINE) >= 0.75


def test_every_later_week_lies_over_the_line(as_told: Table) -> None:
    """From the second week on, the median of every week is over 90 %."""
    assert np.all(np.median(weekly_on_time(as_told)[:, 1:], axis=0) > ON_TIME_LINE)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_numbers_are_the_committed_ones(path: Path) -> None:
    """The golden file's figures come out again, exactly."""
    with ThreadPoolExecutor(N_WORKERS) as executor:
        committed = json.loads((GOLDEN / f"{path.stem}.json").read_text(encoding="utf-8"))
        assert golden_figures(path, executor) == committed


def numbers_without_mark(text: str) -> list[str]:
    """Return the lines that give a number and no mark of where it comes from."""
    found = []
    for line in text.splitlines():
        content, _, comment = line.partition("#")
        if content.strip().startswith(("title:", "question:")):
            continue  # prose
        if _NUMBER.search(content) and not _MARK.search(comment):
            found.append(line)
    return found


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_number_says_where_it_comes_from(path: Path) -> None:
    """Each line of a shipped scenario that has a number carries [S], [P], [A] or [T]."""
    assert numbers_without_mark(path.read_text(encoding="utf-8")) == []


def test_a_number_without_a_mark_is_found() -> None:
    """The search sees plain numbers, keys, times and dates; no digits inside a word, and no titles."""
    text = 'a: 1\nb: 2  # [A]\n8: x\nc: ["07:30"]\nd: 2025-07-01  # told\ntitle: Plan 2\n    x2: B2\n'
    assert numbers_without_mark(text) == ["a: 1", "8: x", 'c: ["07:30"]', "d: 2025-07-01  # told"]
