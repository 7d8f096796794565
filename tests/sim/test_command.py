"""The command `peakweek run` as a user meets it: exit statuses, one-line errors, formats, Ctrl-C."""

import csv
import io
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.__main__ import main
from tests.processes import HANGUP, KILL, all_end, children

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "scenarios" / "tho-xuan.yaml"
QUICK = ("--plan", "as-usual", "--replications", "1", "--workers", "1")
COMMAND = [sys.executable, "-m", "sim"]


class Told(NamedTuple):
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


def peakweek(*arguments: str | Path) -> Told:
    """Return what the command does, in this process; whatever depends on how a process ends has one of its own."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as end:  # of argparse
            status = int(str(end.code))
    return Told(status, out.getvalue(), errors.getvalue())


def started(*arguments: str | Path, cwd: Path = ROOT) -> Told:
    """Return what the command does as a process."""
    command = [*COMMAND, *map(str, arguments)]
    run = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return Told(run.returncode, run.stdout, run.stderr)


def altered(tmp_path: Path, old: str, new: str) -> Path:
    """Return the shipped scenario with one text in place of another, over a short period."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "altered.yaml"
    path.write_text(text.replace("2025-08-29", "2025-07-11").replace(old, new, 1), encoding="utf-8")
    return path


def test_formats_tell_the_same_and_nothing_else_is_said(tmp_path: Path) -> None:
    """JSON and CSV are read back, the table is for people, and standard error stays empty."""
    path = short(tmp_path)
    told = {name: peakweek("run", path, *QUICK, "--seed", "5", "--format", name) for name in ("json", "csv", "table")}
    assert [(run.returncode, run.stderr) for run in told.values()] == [(0, "")] * 3
    (plan,) = json.loads(told["json"].stdout)["plans"]
    sheet = list(csv.DictReader(io.StringIO(told["csv"].stdout)))
    assert [float(row["settled_count_mean"]) for row in sheet] == [
        span["figures"]["settled_count"]["mean"] for span in plan["spans"]
    ]
    period = plan["spans"][-1]["figures"]
    shown = next(line for line in told["table"].stdout.splitlines() if "whole period" in line).split()
    assert shown[2:4] == [f"{period[name]['mean']:.0f}" for name in ("received_count", "settled_count")]


def test_seed_and_first_choose_the_replications(tmp_path: Path) -> None:
    """The same seed gives the same text; another seed, or another first replication, gives another one."""
    path = short(tmp_path)
    choices = (("--seed", "5"), ("--seed", "5"), ("--seed", "6"), ("--seed", "5", "--first", "1"))
    texts = [peakweek("run", path, *QUICK, "--format", "csv", *choice).stdout for choice in choices]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_files_are_written_and_named(tmp_path: Path) -> None:
    """--out makes the folder, says which files it wrote, and what is printed is also in the file."""
    out = tmp_path / "new" / "folder"
    run = peakweek("run", short(tmp_path), *QUICK, "--format", "csv", "--out", out)
    assert run.returncode == 0
    assert set(run.stderr.splitlines()) == {f"wrote {path}" for path in out.iterdir()}
    assert run.stdout == (out / "results.csv").read_text(encoding="utf-8")


def short(tmp_path: Path) -> Path:
    """Return the shipped scenario over a short period."""
    return altered(tmp_path, "counters: 3", "counters: 2")


WRONG = {
    "no such file": (["run", "none.yaml"], "none.yaml: found no such file"),
    "unknown plan": (["run", SHIPPED, "--plan", "x"], ": plans: found 'x'; expected one of as-usual"),
    "no replication": (["run", SHIPPED, "--replications", "0"], "found '0'; expected a whole number from 1"),
    "no number": (["run", SHIPPED, "--seed", "x"], "found 'x'; expected a whole number from 0"),
    "unknown format": (["run", SHIPPED, "--format", "xml"], "'xml'"),
    "no command": ([], "COMMAND"),
    "unknown figure": (["run", SHIPPED, "--precision", "x=1"], "found 'x=1'; expected a figure and a number above 0"),
    "a file for a folder": (["run", SHIPPED, *QUICK, "--out", SHIPPED], str(SHIPPED)),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_status_2_and_one_line(case: str) -> None:
    """Whatever is wrong with the input is told on one line on standard error, beside argparse's line of usage."""
    arguments, expected = WRONG[case]
    run = peakweek(*arguments)
    lines = [line for line in run.stderr.splitlines() if not line.startswith(("usage: ", " "))]
    assert (run.returncode, run.stdout, len(lines)) == (2, "", 1)
    assert lines[0].startswith("peakweek")
    assert expected in lines[0]


def test_a_wrong_scenario_names_file_line_and_field(tmp_path: Path) -> None:
    """The first thing that is wrong in the file, where it stands."""
    path = altered(tmp_path, "counters: 3", "conters: 3")
    run = peakweek("run", path, *QUICK)
    assert run.returncode == 2
    assert run.stderr.startswith(f"peakweek: {path}:")
    assert "did you mean counters?" in run.stderr


@pytest.mark.long
def test_a_failed_replication_is_status_1_and_can_be_replayed(tmp_path: Path) -> None:
    """The one line ends with the command that fails in the same way, here in a copy of the program that is broken."""
    # With what the compiler has left there, but for files that another test is just writing.
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("*.pyc*", "*.tmp*"))
    engine = tmp_path / "sim/engine/__init__.py"
    whole = engine.read_text(encoding="utf-8")
    conditions = "conditions = find_conditions(workload, plan)"
    assert conditions in whole
    engine.write_text(whole.replace(conditions, 'raise RuntimeError("the engine is broken")'), encoding="utf-8")
    path = altered(tmp_path, "counters: 3", "counters: 2")
    run = started("run", path, *QUICK, "--seed", "3", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    line = run.stderr.splitlines()[
        -1
    ]  # before it, perhaps, what the command waits for in a copy that was never compiled
    assert "RuntimeError: the engine is broken" in line
    _, _, command = line.partition("replay it with: peakweek ")
    assert shlex.split(command)[:2] == ["run", str(path)]
    again = started(*shlex.split(command), "--out", tmp_path / "out", cwd=tmp_path)
    assert (again.returncode, again.stderr.splitlines()[-1]) == (1, line)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("shown", ["table", "csv", "fields"])
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path, shown: str) -> None:
    """When the reader closes the pipe, the command ends without a word, with status 0 and its files written."""
    out = tmp_path / "out"
    run = ["run", str(short(tmp_path)), *QUICK, "--format", shown, "--out", str(out)]
    command = [*COMMAND, *(["scenario", "fields"] if shown == "fields" else run)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode().splitlines()
        assert process.wait(timeout=60) == 0
    assert {line.removeprefix("wrote ") for line in said} == {str(path) for path in out.glob("*")}
    assert bool(said) == (shown != "fields")


def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path) -> None:
    """What cannot be printed is told on standard error, with status 1 and without a traceback."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a device that is always full")
    command = [*COMMAND, "run", str(short(tmp_path)), *QUICK]
    with full.open("w", encoding="utf-8") as out:
        run = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("peakweek: standard output cannot be written to: ")


@contextmanager
def long_run(scenario: Path, *arguments: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start a run without end at a terminal of its own; yield it and the terminal when two workers are at work."""
    pty = pytest.importorskip("pty", reason="Windows has no such terminals")
    ours, theirs = pty.openpty()
    command = [*COMMAND, "run", scenario, "--replications", "1000000", "--workers", "2", *arguments]
    with subprocess.Popen(
        list(map(str, command)), cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            read_until(ours, rb"[1-9]\d*/1000000")
            yield process, ours
        finally:
            os.close(ours)
            process.kill()


TO_ALL = {"Ctrl-C": signal.SIGINT, "a closed terminal": HANGUP, "a stop of the group": signal.SIGTERM}


REFERENCE = ("--engine", "reference")


@pytest.mark.parametrize("case", TO_ALL)
def test_a_signal_to_all_ends_everything_with_one_line(tmp_path: Path, case: str) -> None:
    """A signal that the workers get too: status 128 + its number, one line, no traceback, what is finished kept."""
    out = tmp_path / "new" / "out"
    arguments = ("--out", out, "--format", "csv", *REFERENCE)
    with long_run(short(tmp_path), *arguments) as (process, terminal), all_end(children(process.pid)):
        os.killpg(process.pid, TO_ALL[case])
        said = read_until(terminal, rb"from there")
        assert process.wait(timeout=60) == 128 + TO_ALL[case]
    assert re.search(rb"peakweek: interrupted; \d+ of 1000000 replications are kept in ", said)
    assert b"Traceback" not in said
    assert [path.name for path in out.iterdir()] == ["finished.replications"]


def test_ctrl_c_shows_the_bands_of_what_is_finished(tmp_path: Path) -> None:
    """Threads end with the command, the table says how many replications it is of, and nothing is left."""
    with long_run(short(tmp_path)) as (process, terminal):
        os.killpg(process.pid, signal.SIGINT)
        said = read_until(terminal, rb"half-written")
        assert process.wait(timeout=60) == 130
    assert re.search(rb"(\d+|One)\s+replications?,\s+seed\s+1", said)
    assert b"Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} == {"altered.yaml"}


def test_one_huge_replication_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A stop is obeyed although compiled code, which nothing can interrupt, has minutes to go."""
    peakweek("run", short(tmp_path), *QUICK)  # whatever has to be compiled is
    path = altered(tmp_path, "visits_per_day: 38", "visits_per_day: 100000")
    command = [*COMMAND, "run", str(path), "--replications", "2"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=6)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 128 + signal.SIGTERM
        assert process.stderr is not None
        assert process.stderr.read() == b"peakweek: interrupted; nothing is left half-written\n"


@pytest.mark.long
def test_a_stopped_run_goes_on_to_the_same_numbers(tmp_path: Path) -> None:
    """Replications from a file and new ones give what a run without a stop gives; the file goes when all is written."""
    path, out = short(tmp_path), tmp_path / "out"
    with long_run(path, "--out", out, "--format", "csv") as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    kept = out / "finished.replications"
    wrong = peakweek("run", path, "--seed", "2", "--out", out)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith(f"peakweek: {kept}: seed: found 1; expected 2")
    again = peakweek("run", path, "--replications", "30", "--format", "csv", "--out", out)
    assert again.returncode == 0
    assert not kept.exists()
    assert again.stdout == peakweek("run", path, "--replications", "30", "--format", "csv").stdout


def test_precision_says_what_it_takes(tmp_path: Path) -> None:
    """What is reached and what is not is told for each figure, with status 0."""
    asked = ("--precision", "on_time_ratio=0.5", "--precision", "wait_s_mean=0.001", "--replications", "40")
    run = peakweek("run", short(tmp_path), "--plan", "as-usual", *asked, "--format", "csv")
    reached, missed = run.stderr.splitlines()
    assert run.returncode == 0
    assert reached.startswith("peakweek: on_time_ratio is known to ± ")
    assert re.search(r"after 40 replications, not to ± 0.001: that takes about [\d,]+; allow more than 40", missed)


@pytest.mark.parametrize("number", [signal.SIGTERM, HANGUP, KILL])
def test_no_worker_outlives_the_command(tmp_path: Path, number: signal.Signals) -> None:
    """However the command alone is stopped, also by kill -9, its workers end too."""
    with long_run(short(tmp_path), *REFERENCE) as (process, _), all_end(children(process.pid)):
        process.send_signal(number)
        assert process.wait(timeout=60) == (-number if number == KILL else 128 + number)


def test_a_lost_worker_is_status_1_and_one_line(tmp_path: Path) -> None:
    """When the system ends a worker, the command says so and stops the others."""
    with long_run(short(tmp_path), *REFERENCE) as (process, terminal), all_end(children(process.pid)):
        os.kill(children(process.pid, running=b"spawn_main")[0], KILL)
        said = read_until(terminal, b"fewer workers")
        assert process.wait(timeout=60) == 1
    assert b"peakweek: a worker process was ended from outside" in said
    assert b"Traceback" not in said


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Return what the terminal shows until it shows this pattern, within a minute."""
    shown, deadline = b"", time.monotonic() + 60
    while not re.search(wanted, shown):
        assert select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0], shown
        shown += os.read(terminal, 65536)
    return shown


def test_help_answers_at_once() -> None:
    """The help loads neither the model nor a chart library: best of three under a second."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run = started("run", "--help")
        seconds.append(time.perf_counter() - start)
        assert run.returncode == 0
        assert "--replications" in run.stdout
    assert min(seconds) < 1
    assert loaded_by("--help") & {"numpy", "simpy", "altair", "pydantic"} == set()


def test_a_table_needs_no_chart_library(tmp_path: Path) -> None:
    """A run that writes no files does not spend its start on loading what draws charts and pages."""
    path = short(tmp_path)
    assert loaded_by("run", path, *QUICK) & {"altair", "vl_convert", "jinja2"} == set()


def loaded_by(*arguments: str | Path) -> set[str]:
    """Return the names of the modules that are loaded when the command ends."""
    script = (
        "import sys, sim.__main__\ntry: sim.__main__.main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *map(str, arguments)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stderr.split())
