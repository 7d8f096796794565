"""Breaks the model in named ways, one at a time, and asks whether some test notices.

``python tests/mutation/mutate.py`` tells for each mutant which test failed first; status 1 when one survives. Each runs
in a copy of the project, which is not touched. ``make mutants`` calls it.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the project's root, when run as a script

from tests.mutation.mutants import MUTANTS, Mutant  # noqa: E402 - after the path that leads to it

_JUDGES = ("tests/sim", "tests/laws", "tests/identity", "tests/theory")
_PARTS = ("sim", "monitor", "tests", "scenarios", "docs", "pyproject.toml")


def first_failure(mutant: Mutant) -> str:
    """Return the name of the first test that fails when the model is broken in this way; empty when none does."""
    with tempfile.TemporaryDirectory(prefix="peakweek-mutant-") as folder:
        copy = Path(folder)
        for part in _PARTS:
            source = ROOT / part
            skip = shutil.ignore_patterns("*.pyc")  # what is compiled comes along, and holds for its sources
            shutil.copytree(source, copy / part, ignore=skip) if source.is_dir() else shutil.copy(source, copy / part)
        broken = copy / mutant.path
        broken.write_text(broken.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:cacheprovider", *_JUDGES]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, encoding="utf-8", check=False)
        found = re.search(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
        return found[1] if found else ""


def main() -> int:
    """Try every mutant, or those whose names contain the arguments; return 1 when one survives."""
    chosen = [each for each in MUTANTS if not sys.argv[1:] or any(word in each.name for word in sys.argv[1:])]
    survivors = []
    for number, mutant in enumerate(chosen, start=1):
        noticed = first_failure(mutant)
        survivors += [] if noticed else [mutant.name]
        print(f"{number:2}/{len(chosen)} {mutant.name}: {noticed or 'NOBODY NOTICED'}", flush=True)  # noqa: T201
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
