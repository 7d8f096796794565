"""What is finished is kept: streams of tables, files to go on from, and how many replications are enough."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ResumeError
from sim.experiment import Case, Table, run_experiment, stream_experiment, until_precise
from sim.experiment.layout import Layout
from sim.experiment.precision import BATCH, reaches
from sim.experiment.store import Store
from sim.measures import FIGURES
from sim.workers import Threads
from tests.laws.strategies import small_scenario

CASES = [Case(small_scenario(), "as-usual")]
KINDS = ("procedure", "hour")


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Return two threads."""
    with Threads(2) as threads:
        yield threads


def run(executor: Executor, n: int, **options: Any) -> Table:
    """Return a table of so many replications."""
    return run_experiment(CASES, n_replications=n, executor=executor, breakdowns=KINDS, **({"seed": 1} | options))


def assert_same(one: Table, other: Table) -> None:
    """Raise AssertionError unless both have the same numbers, to the last bit."""
    assert one.n_replications == other.n_replications
    for figure in FIGURES:
        assert one.figures[figure][0].tobytes() == other.figures[figure][0].tobytes(), figure
    for kind in KINDS:
        parts, others = one.breakdowns[kind][0], other.breakdowns[kind][0]
        assert parts.names == others.names
        for figure in parts.figures:
            assert parts.figures[figure].tobytes() == others.figures[figure].tobytes(), figure


def test_tables_grow_by_one_and_stay_what_they_are(executor: Executor) -> None:
    """Each table is that of its own first replications, also when later ones have come."""
    stream = stream_experiment(CASES, seed=1, n_replications=5, executor=executor, breakdowns=KINDS)
    tables = list(stream)
    assert [table.n_replications for table in tables] == [1, 2, 3, 4, 5]
    for table in (tables[1], tables[4].head(2)):
        assert_same(table, run(executor, 2))


@pytest.mark.parametrize("lost_byte", [0, 1, 1000])
def test_a_run_goes_on_where_it_was_stopped(executor: Executor, tmp_path: Path, lost_byte: int) -> None:
    """The same numbers as without a stop; of a file that was torn, what is whole is taken."""
    path = tmp_path / "kept"
    for n in (3, 5):  # two chunks
        run(executor, n, kept_in=path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - lost_byte)
    stream = stream_experiment(CASES, seed=1, n_replications=7, executor=executor, breakdowns=KINDS, kept_in=path)
    tables = list(stream)
    assert tables[0].n_replications == (3 if lost_byte else 5)
    assert_same(tables[-1], run(executor, 7))
    assert_same(run(executor, 7, kept_in=path), tables[-1])


def test_a_changed_byte_is_found(executor: Executor, tmp_path: Path) -> None:
    """Numbers that are not what was written are not taken; what comes before them is."""
    path = tmp_path / "kept"
    run(executor, 2, kept_in=path)
    size = path.stat().st_size
    run(executor, 4, kept_in=path)
    content = bytearray(path.read_bytes())
    content[size + 100] ^= 1
    path.write_bytes(content)
    assert_same(run(executor, 4, kept_in=path), run(executor, 4))
    assert path.stat().st_size == len(content)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 2}, "seed: found 1; expected 2"),
        ({"first": 5}, "first replication: found 0; expected 5"),
        ({"breakdowns": ()}, r"breakdowns: found \['procedure', 'hour'\]; expected \[\]"),
        ({"cases": [Case(small_scenario(counters=7), "as-usual")]}, "digest of the scenario: "),
    ],
)
def test_a_file_of_another_run_is_refused(
    executor: Executor, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    """The error says what differs, and the file stays as it is."""
    path = tmp_path / "kept"
    run(executor, 2, kept_in=path)
    before = path.read_bytes()
    asked = {"cases": CASES, "seed": 1, "breakdowns": KINDS} | options
    with pytest.raises(ResumeError, match=message):
        run_experiment(n_replications=3, executor=executor, kept_in=path, **asked)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"name: x\n", b"{}\n", b"[1]\n", b"PK\x03\x04 no line"])
def test_another_kind_of_file_is_refused(executor: Executor, tmp_path: Path, content: bytes) -> None:
    """A scenario that was named by mistake, for one, is not written over."""
    path = tmp_path / "kept"
    path.write_bytes(content)
    with pytest.raises(ResumeError, match="expected one of a run"):
        run(executor, 1, kept_in=path)
    assert path.read_bytes() == content


def test_a_stop_keeps_what_is_finished(executor: Executor, tmp_path: Path) -> None:
    """Whoever leaves a stream half-way finds its replications in the file."""
    path = tmp_path / "kept"
    with closing(
        stream_experiment(CASES, seed=1, n_replications=9, executor=executor, breakdowns=KINDS, kept_in=path)
    ) as stream:
        assert next(stream).n_replications == 1
        assert next(stream).n_replications == 2
    with closing(
        stream_experiment(CASES, seed=1, n_replications=9, executor=executor, breakdowns=KINDS, kept_in=path)
    ) as stream:
        assert_same(next(stream), run(executor, 2))


def test_a_file_is_of_one_run_at_a_time(executor: Executor, tmp_path: Path) -> None:
    """Who comes second is told so at once and changes nothing; when the first has stopped, another goes on."""
    path = tmp_path / "kept"
    run(executor, 1, kept_in=path)
    before = path.read_bytes()
    with closing(
        stream_experiment(CASES, seed=1, n_replications=9, executor=executor, breakdowns=KINDS, kept_in=path)
    ) as stream:
        assert next(stream).n_replications == 1
        with pytest.raises(ResumeError, match=r"kept: found another run .*; expected none"):
            run(executor, 3, kept_in=path)
        assert path.read_bytes() == before
    assert_same(run(executor, 3, kept_in=path), run(executor, 3))


HOLDER = """
import sys
from pathlib import Path
from sim.experiment.store import Store

store = Store({}, Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def test_a_run_that_was_killed_holds_no_file(tmp_path: Path, project_root: Path) -> None:
    """What it had locked is free with its end, without anything to be cleaned up."""
    path = tmp_path / "kept"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=project_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(ResumeError, match="another run"):
            Store({}, path)
        holder.kill()
        holder.wait()
        Store({}, path).close()
    assert not path.exists()


def test_many_replications_lie_on_the_disk(executor: Executor) -> None:
    """Figures are the same numbers whether they wait in memory or have gone to the file, chunk by chunk."""
    stream = stream_experiment(CASES, seed=1, n_replications=1, executor=executor)
    table = next(stream)
    measured = _measures(table)
    store, layout = Store({}), Layout.of([measured])
    n = 40_000  # 55 MB: more than is held in memory
    for number in range(n):
        measured.received_count[:] = number
        store.append(layout, layout.row([measured]))
    assert store.values(0, "received_count", n)[:, 0].tolist() == list(range(n))
    assert store.values(0, "received_count", 10)[:, -1].tolist() == list(range(10))


def _measures(table: Table) -> Any:
    from sim.measures import Measures  # noqa: PLC0415

    return Measures.of(np.stack([table.figures[name][0][0] for name in FIGURES]), {})


def test_enough_is_when_every_plan_is_precise() -> None:
    """The first multiple of the batch at which the interval of the peak week's mean is as narrow as was asked for."""
    with ThreadPoolExecutor(1) as executor:
        stream = stream_experiment(CASES, seed=1, n_replications=1_000, executor=executor)
        table = until_precise(stream, {"backlog_count": 0.5})
    (reach,) = reaches(table, {"backlog_count": 0.5})
    assert reach.is_reached
    assert table.n_replications % BATCH == 0
    for n in range(BATCH, table.n_replications, BATCH):
        assert not reaches(table.head(n), {"backlog_count": 0.5})[0].is_reached
    values = table.figures["backlog_count"][0][:, table.peak_week(0)]
    assert reach.half_width == pytest.approx(1.96 * values.std(ddof=1) / np.sqrt(len(values)), rel=0.05)


def test_too_much_precision_ends_at_the_most(executor: Executor) -> None:
    """All replications are used, and it is told how many it would take."""
    aim = {"wait_s_mean": 0.01}
    table = until_precise(stream_experiment(CASES, seed=1, n_replications=50, executor=executor), aim)
    (reach,) = reaches(table, aim)
    assert table.n_replications == 50
    assert not reach.is_reached
    assert reach.n_needed == pytest.approx(50 * (reach.half_width / 0.01) ** 2, rel=0.01)
