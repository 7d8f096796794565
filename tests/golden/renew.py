"""Writes the golden files anew, after a change that is meant to move numbers: ``python tests/golden/renew.py``."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project's root, when run as a script

from tests.golden.figures import GOLDEN, SCENARIOS, golden_figures

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with ThreadPoolExecutor(1) as executor:
        for path in SCENARIOS:
            text = json.dumps(golden_figures(path, executor), indent=1) + "\n"
            (GOLDEN / f"{path.stem}.json").write_text(text, encoding="utf-8", newline="\n")
