"""Breaks the model in named ways, one at a time, and asks whether some test notices.

``python tests/mutation/mutate.py`` tells for each mutant which test failed first; status 1 when one survives. Each runs
in a copy of the project, which is not touched, in one process, and asks the files first that are about what it breaks.
A mutant that hangs has been noticed, too: no test takes so long. What has been told is kept in `out/mutants.json`; who
stops and starts again goes on where it stopped, unless a source or a test has changed since. ``make mutants`` calls it.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the project's root, when run as a script

from tests.mutation.mutants import MUTANTS, Mutant  # noqa: E402 - after the path that leads to it

_TOLD = ROOT / "out/mutants.json"
_PARTS = ("sim", "monitor", "tests", "scenarios", "docs", "pyproject.toml")
_BY_HAND = ("tests/sim/test_engine.py", "tests/sim/test_engine_hall.py", "tests/sim/test_engine_things.py")
_JUDGES = {  # who is likely to notice first, by the beginning of the path; everybody else is asked after them
    "sim/engine": _BY_HAND,
    "sim/conditions": ("tests/sim/test_conditions.py", "tests/sim/test_engine_things.py"),
    "sim/steps": ("tests/sim/test_conditions.py", "tests/sim/test_engine_things.py"),
    "sim/plan": ("tests/sim/test_plan.py", "tests/sim/test_effects.py"),
    "sim/timebase": ("tests/sim/test_timebase.py",),
    "sim/laws": ("tests/sim/test_quantiles.py", "tests/sim/test_draws.py"),
    "sim/workload": ("tests/sim/test_draws.py", "tests/identity/test_same_draws.py"),
}
_ALL = ("tests/sim", "tests/laws", "tests/identity", "tests/theory")
_FIRST_LIMIT_S, _LIMIT_S = 300, 1800  # for who is asked first, and for everybody else


def first_notice(mutant: Mutant) -> str:
    """Return what noticed first that the model is broken in this way: a test, or that it hung; empty when nothing."""
    with tempfile.TemporaryDirectory(prefix="peakweek-mutant-") as folder:
        copy = Path(folder)
        for part in _PARTS:
            source = ROOT / part
            skip = shutil.ignore_patterns("*.pyc")  # what is compiled comes along, and holds for its sources
            shutil.copytree(source, copy / part, ignore=skip) if source.is_dir() else shutil.copy(source, copy / part)
        broken = copy / mutant.path
        broken.write_text(broken.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")
        first = next(files for start, files in _JUDGES.items() if mutant.path.startswith(start))
        return _failure(copy, first, _FIRST_LIMIT_S) or _failure(copy, _ALL, _LIMIT_S)


def _failure(copy: Path, judges: tuple[str, ...], limit_s: int) -> str:
    """Return the first failure among these tests; what hangs is stopped after a limit, and named after the tests."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *judges]
    try:
        run = subprocess.run(
            command, cwd=copy, capture_output=True, text=True, encoding="utf-8", check=False, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        return f"no end within {limit_s} s of {judges[0]}"
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
    return found[1] if found else ""


def _sources() -> str:
    """Return what stands for all that a verdict depends on."""
    digest = hashlib.sha256()
    for part in _PARTS:
        for file in sorted(_files(ROOT / part)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(part: Path) -> Iterator[Path]:
    yield from (file for file in part.rglob("*") if file.suffix in {".py", ".yaml"}) if part.is_dir() else [part]


def main() -> int:
    """Try every mutant, or those whose names contain the arguments; return 1 when one survives."""
    chosen = [each for each in MUTANTS if not sys.argv[1:] or any(word in each.name for word in sys.argv[1:])]
    sources = _sources()
    kept = json.loads(_TOLD.read_text(encoding="utf-8")) if _TOLD.exists() else {}
    noticed: dict[str, str] = kept["noticed"] if kept.get("sources") == sources else {}
    for number, mutant in enumerate(chosen, start=1):
        if mutant.name not in noticed:
            noticed[mutant.name] = first_notice(mutant)
            _TOLD.parent.mkdir(exist_ok=True)
            _TOLD.write_text(json.dumps({"sources": sources, "noticed": noticed}, indent=1), encoding="utf-8")
        print(f"{number:2}/{len(chosen)} {mutant.name}: {noticed[mutant.name] or 'NOBODY NOTICED'}", flush=True)  # noqa: T201
    survivors = [mutant.name for mutant in chosen if not noticed[mutant.name]]
    told = f"{len(chosen) - len(survivors)} of {len(chosen)} mutants noticed"
    print(f"{datetime.now(UTC):%Y-%m-%d}: {told}; survivors: {', '.join(survivors) or 'none'}")  # noqa: T201
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
