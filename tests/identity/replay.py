"""A case on which the engines were asked, as a file: a scenario, and in its first line which replication of what seed.

``python tests/identity/replay.py FILE`` asks them again, for each plan of the file, and tells where they differ; status
1 when they do. A file without that first line, such as any scenario, is asked for the first replication of seed 1.
"""

import hashlib
import re
import sys
from datetime import time
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from sim.engine import simulate
from sim.plan import build_plan
from sim.scenario import Scenario, read_scenario
from sim.trace import State, Trace
from sim.workload import sample_workload

FOUND = Path(__file__).parents[2] / "out/differences"
_FIRST_LINE = re.compile(r"# seed (\d+), replication (\d+)")


def write_case(scenario: Scenario, seed: int, replication: int, folder: Path = FOUND) -> Path:
    """Write a case into the folder, and return its file; a name stands for its content."""
    text = StringIO()
    whole = scenario.model_dump(exclude={"extends"})  # what it extends is in it, and does not lie beside the case
    yaml = YAML(typ="safe", pure=True)
    yaml.representer.ignore_aliases = lambda _: True  # a day that is named twice is written twice
    yaml.dump(_as_written(whole), text)
    content = f"# seed {seed}, replication {replication}\n{text.getvalue()}"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{hashlib.sha256(content.encode()).hexdigest()[:12]}.yaml"
    file.write_text(content, encoding="utf-8")
    return file


def _as_written(value: object) -> object:
    """Return a part of a scenario as a file would say it."""
    if isinstance(value, dict):
        return {key: _as_written(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_as_written(part) for part in value]
    return f"{value:%H:%M}" if isinstance(value, time) else value


def read_case(file: Path) -> tuple[Scenario, int, int]:
    """Return the scenario of a file, and the seed and the replication that it names."""
    told = _FIRST_LINE.match(file.read_text(encoding="utf-8"))
    seed, replication = (int(told[1]), int(told[2])) if told else (1, 0)
    return read_scenario(file), seed, replication


def differences(scenario: Scenario, seed: int, replication: int) -> list[str]:
    """Return where the engines differ, plan by plan; nothing when they agree."""
    found = []
    for name in scenario.plans:
        workload = sample_workload(scenario.world(name), seed=seed, replication=replication)
        plan = build_plan(scenario, name)
        reference, compiled = (simulate(workload, plan, engine=engine) for engine in ("reference", "compiled"))
        if names := compiled.differences(reference):
            found.append(f"plan {name}: {', '.join(names)} differ; {_first_difference(reference, compiled)}")
    return found


def _first_difference(reference: Trace, compiled: Trace) -> str:
    """Return what each engine says of the first record on which they differ."""
    for record in range(reference.workload.n_records):
        lives = [_life(trace, record) for trace in (reference, compiled)]
        if lives[0] != lives[1]:
            return f"record {record}\n  reference: {lives[0]}\n  compiled:  {lives[1]}"
    return "the stints of no record do"


def _life(trace: Trace, record: int) -> str:
    """Return a record's life on one line."""
    rows = trace.stints[trace.stints[:, 0] == record].tolist()
    told = [f"{State(state).name} {start}-{end} by {person}" for _, state, start, end, person in rows]
    return f"received {trace.received[record]}, settled {trace.settled[record]}: {'; '.join(told)}"


def main() -> int:
    """Ask the engines again about each file named on the command line; return 1 when they differ on one."""
    status = 0
    for name in sys.argv[1:]:
        found = differences(*read_case(Path(name)))
        status |= bool(found)
        print(f"{name}: {'; '.join(found) or 'the engines agree'}")  # noqa: T201 - a command
    return status


if __name__ == "__main__":
    sys.exit(main())
