"""Prints the tables of docs/validation.md, or with --write puts them there: ``python tests/theory/tables.py``.

In: the cases and the peers. Out: Markdown. Invariant: the page's tables are what this prints; the tests hold it to that
row by row, as they judge the same replications anyway.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project's root, when run as a script

from tests.theory.cases import PAGE_ENGINE, case_rows, judge
from tests.theory.closed_forms import CASES
from tests.theory.peers import PEERS, compare, peer_rows

PAGE = Path(__file__).parents[2] / "docs/validation.md"
CLOSED_FORMS = "| queue | file | figure | theory | simulated | verdict |\n|---|---|---|---|---|---|"
CIW = "| model | file | figure | Peakweek | Ciw | difference | verdict |\n|---|---|---|---|---|---|---|"


def tables() -> dict[str, str]:
    """Return the page's tables by their names."""
    cases = (case_rows(case, judge(case, PAGE_ENGINE)) for case in CASES)
    peers = (peer_rows(peer, compare(peer)) for peer in PEERS)
    return {"closed forms": _table(CLOSED_FORMS, cases), "ciw": _table(CIW, peers)}


def _table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, *rows])


def with_tables(page: str, found: dict[str, str]) -> str:
    """Return a page with these tables between the marks that have their names."""
    for name, table in found.items():
        marks = f"(<!-- table: {name} -->\n)[^<]*(<!-- end -->)"
        page = re.sub(marks, lambda match, table=table: f"{match[1]}{table}\n{match[2]}", page)
    return page


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description="The tables of docs/validation.md.")
    parser.add_argument("--write", action="store_true", help="put them into the page instead of printing them")
    is_writing = parser.parse_args().write
    found = tables()
    if is_writing:
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8", newline="\n")
    else:
        sys.stdout.write("\n\n".join(found.values()) + "\n")


if __name__ == "__main__":
    main()
