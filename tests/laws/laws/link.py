"""The link: bits in are bits out, shared equally by all transfers under way, to the tick."""

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

from sim.scenario.things import System
from sim.trace import State
from tests.laws.laws.told import Stint, Told
from tests.laws.laws.work import felt_outages, permille_left

_ROUNDING = Fraction(1, 10**9)  # an engine counts bits in floating point; this part of a transfer may get lost
_SYSTEMS = (System.LINK, System.PORTAL, System.POWER)


def check_bits(told: Told) -> None:
    """Each transfer ends at the first tick at which its equal share of the link has carried its last bit."""
    uploads = [stint for stint in told.stints if stint.state == State.UPLOAD]
    outages = [outage for outage in felt_outages(told) if outage[0] in _SYSTEMS]
    losses = sorted({start for _, start, _, _, loses in outages if loses})
    shares = _Shares(told, uploads, outages)
    sizes = told.workload.upload_bit.tolist()
    for stint in uploads:
        spans = _ends(shares, stint, Fraction(sizes[stint.record]), losses)
        assert any(first <= stint.end <= last for first, last in spans), f"{stint} should end in one of {spans}"


def _ends(shares: "_Shares", stint: Stint, size: Fraction, losses: list[int]) -> list[tuple[int, int]]:
    """Return from when to when a transfer may end, with a bit lost or won by rounding: in the last try after losses.

    There are several answers where rounding decides whether the last bit passes before a loss.
    """
    found: list[tuple[int, int]] = []
    starts = [stint.start, *losses[bisect_right(losses, stint.start) : bisect_left(losses, shares.end)]]
    rounding = 0 if shares.are_exact(stint.end) else _ROUNDING
    for start, loss in pairwise([*starts, shares.end]):
        first, last = (shares.done(start, size * part) for part in (1 - rounding, 1 + rounding))
        if first <= loss:
            found.append((first, min(last, loss)))
        if last <= loss:
            return found
    return [*found, (shares.end, shares.end)]


class _Shares:
    """The bits that a single transfer under way has been given by each tick."""

    def __init__(self, told: Told, uploads: list[Stint], outages: list[tuple[int, int, int, int, bool]]) -> None:
        self.end = told.end
        steps, capacity = told.plan.link_step_tick.tolist(), told.plan.link_bit_per_tick.tolist()
        changes: dict[int, int] = defaultdict(int)
        for stint in uploads:
            changes[stint.start] += 1
            changes[stint.end] -= 1
        felt = {min(max(0, edge), told.end) for outage in outages for edge in outage[1:3]}
        self._edges = sorted({0, *steps, *felt, *changes, told.end})
        n_under_way = 0
        self._carried, self._rates = [Fraction(0)], list[Fraction]()
        self._exact = list[bool]()  # whether the bits up to each edge's follower can be counted without rounding
        for edge, following in pairwise(self._edges):
            n_under_way += changes[edge]
            left = Fraction(permille_left(outages, _SYSTEMS, edge), 1000)
            rate = left * Fraction(capacity[bisect_right(steps, edge) - 1]) / max(1, n_under_way)
            self._rates.append(rate if n_under_way else Fraction(0))
            self._carried.append(self._carried[-1] + self._rates[-1] * (following - edge))
            was_exact = self._exact[-1] if self._exact and n_under_way else True  # an idle link forgets
            self._exact.append(was_exact and _is_exact(rate) and _is_exact(self._carried[-1]))

    def are_exact(self, tick: int) -> bool:
        """Return whether floating point counts the bits of a transfer that ends here without rounding."""
        return self._exact[bisect_left(self._edges, tick) - 1]

    def done(self, start: int, size: Fraction) -> int:
        """Return the first whole tick at which a transfer that starts here has passed; the period's end for never."""
        number = bisect_right(self._edges, start) - 1
        target = self._carried[number] + self._rates[number] * (start - self._edges[number]) + size
        at = bisect_left(self._carried, target) - 1  # the last edge before the target is reached
        if at >= len(self._rates):
            return self.end
        return int(self._edges[at] - ((self._carried[at] - target) // self._rates[at]))


def _is_exact(bits: Fraction) -> bool:
    """Return whether a double has this value."""
    return bits.denominator & (bits.denominator - 1) == 0 and bits.numerator.bit_length() <= sys.float_info.mant_dig
