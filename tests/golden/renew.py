"""Writes the golden file anew, after a change that is meant to move the numbers: ``python tests/golden/renew.py``."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project's root, when run as a script

from tests.golden.figures import GOLDEN, golden_figures

if __name__ == "__main__":
    with ThreadPoolExecutor(1) as executor:
        text = json.dumps(golden_figures(executor), indent=1) + "\n"
    GOLDEN.write_text(text, encoding="utf-8", newline="\n")
