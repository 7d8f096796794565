"""Models that both Peakweek and Ciw can express, each run with random numbers of its own, must agree.

Where no closed form is known (priorities before two officers, a fixed patience, a lunch), a second simulator is the
witness. The models are in `peers`.
"""

from pathlib import Path

import pytest

pytest.importorskip("ciw", reason="ciw is not there: pip install ciw, which the test extra names")

from tests.theory.judging import INSIDE
from tests.theory.peers import PEERS, Peer, compare, peer_rows


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_ciw_tells_the_same(peer: Peer, n_times: int, project_root: Path) -> None:
    """Each figure's difference has an interval that holds 0 and is narrow, and the validation page shows it."""
    comparisons = compare(peer, n_times=n_times)
    rows = peer_rows(peer, comparisons)
    assert all(found.word == INSIDE for found in comparisons), rows
    if n_times == 1:
        page = (project_root / "docs/validation.md").read_text(encoding="utf-8")
        assert rows in page, f"renew the page with: make validation\n{rows}"
