"""Results for notebooks: tidy columns, a sheet of every replication, and a page of examples that run."""

import csv
import io
import math
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from sim.experiment import Table, run_scenario
from sim.measures import FIGURES
from sim.report.frames import band_columns, replication_columns, replications_to_csv
from sim.report.rows import rows
from tests.laws.strategies import small_scenario


@pytest.fixture(scope="module")
def table() -> Table:
    """Return four replications."""
    return run_scenario(small_scenario(), n_replications=4)


def test_bands_are_a_row_each(table: Table) -> None:
    """Every plan, span and figure has one row, with the band's own numbers."""
    columns = band_columns(table)
    found = list(zip(columns["first_day"], columns["span"], columns["figure"], columns["high"], strict=True))
    assert found == [
        (row.span.first_day, row.span.kind, figure, band and band.high)
        for row in rows(table)
        for figure, band in row.bands.items()
    ]


def test_replications_are_a_row_each(table: Table) -> None:
    """Figures are columns, and every one of the chosen spans has a row for each replication."""
    columns = replication_columns(table, ("day", "week", "period"))
    assert {len(column) for column in columns.values()} == {4 * len(table.spans[0])}
    assert columns["replication"][:5] == [0, 1, 2, 3, 0]
    for figure in FIGURES:
        values = table.figures[figure][0].T.ravel().tolist()
        assert [str(value) for value in columns[figure]] == [str(value) for value in values]


def test_the_sheet_has_the_same_numbers(table: Table) -> None:
    """Read back, to six digits; empty where there is no value."""
    sheet = list(csv.DictReader(io.StringIO("".join(replications_to_csv(table)))))
    columns = replication_columns(table)
    assert [row["span"] for row in sheet] == columns["span"]
    for figure in FIGURES:
        for row, value in zip(sheet, columns[figure], strict=True):
            assert row[figure] == "" if math.isnan(value) else float(row[figure]) == pytest.approx(value, abs=1e-6)


def test_without_a_frame_library_it_is_said_what_to_do() -> None:
    """Neither pandas nor polars: one clear error."""
    script = (
        "import sys; sys.modules['pandas'] = sys.modules['polars'] = None\n"
        "from sim.report.frames import _frame\n_frame({'a': [1]})"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False)
    assert run.stderr.splitlines()[-1].startswith("ModuleNotFoundError: frames need pandas or polars")


def test_the_librarys_examples_run(project_root: Path, tmp_path: Path) -> None:
    """The page of the library is a program: its examples, one after the other, print and draw."""
    text = (project_root / "docs/library.md").read_text(encoding="utf-8")
    examples = [block.content for block in MarkdownIt().parse(text) if block.type == "fence" and block.info == "python"]
    (tmp_path / "scenarios").symlink_to(project_root / "scenarios")
    script = "\n".join(["import sys", f"sys.path.insert(0, {str(project_root)!r})", *examples])
    command = [sys.executable, "-W", "error", "-c", script]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert run.stderr == ""
    assert run.stdout.count("Band(") == 3
    assert {path.name for path in tmp_path.glob("*.svg")} == {"backlog.svg", "differences.svg"}
