"""The hall: nobody waits behind closed doors or longer than their patience, and people turn around where it is full."""

from bisect import bisect_left, bisect_right
from itertools import pairwise

from sim.trace import NEVER, State
from tests.laws.laws.told import AWAY, Stint, Told

HALL_LINES = (State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.WAIT_HANDOVER)


def check_hall(told: Told) -> None:
    """Whoever waits in the hall came while the day's doors let them, and has left when the hall is cleared."""
    for life in told.lives:
        for stint, after in pairwise([*life, None]):
            if stint is None or stint.state not in HALL_LINES:
                continue
            assert told.is_inside(stint.start), f"{stint} joins a line in a closed hall"
            dispersal = next(door[3] for door in told.doors if door[3] > stint.start)
            assert stint.end <= dispersal, f"{stint} waits past the dispersal at {dispersal}"
            if after is not None and after.state == State.SENT_HOME:
                assert stint.end == dispersal, f"{stint} is sent home before the dispersal at {dispersal}"
            _check_patience(told, stint, after)


def _check_patience(told: Told, stint: Stint, after: Stint | None) -> None:
    """Nobody waits longer than their patience, and nobody leaves before it ends; at its end leaving comes first."""
    patience = int(told.workload.patience[stint.record])
    leaves = after is not None and after.state == State.RENEGED
    if patience == NEVER:
        assert not leaves, f"{stint} loses a patience that has no end"
        return
    assert stint.end <= stint.start + patience, f"{stint} outlasts a patience of {patience}"
    if leaves:
        assert stint.end == stint.start + patience, f"{stint} ends before a patience of {patience}"
    elif stint.end == stint.start + patience and after is not None:
        assert after.state != State.SENT_HOME, f"{stint} is sent home at the tick at which its patience ends"


class _Lines:
    """How many wait in the hall at a tick: all of them, whatever comes first, and at most."""

    def __init__(self, told: Told) -> None:
        waits = [stint for stint in told.stints if stint.state in HALL_LINES]
        self._starts = sorted(stint.start for stint in waits)
        self._ends = sorted(stint.end for stint in waits)
        self._moments = sorted(stint.start for stint in waits if stint.start == stint.end)

    def at_least(self, tick: int) -> int:
        """Return how many wait all through a tick."""
        n_momentary = bisect_right(self._moments, tick) - bisect_left(self._moments, tick)
        return bisect_left(self._starts, tick) - (bisect_right(self._ends, tick) - n_momentary)

    def at_most(self, tick: int) -> int:
        """Return how many wait at some moment of a tick."""
        return bisect_right(self._starts, tick) - bisect_left(self._ends, tick)


def check_balking(told: Told) -> None:
    """Who arrives turns around when as many wait as they cannot bear to see, and joins when fewer do."""
    lines = _Lines(told)
    for life in told.lives:
        for before, stint in pairwise([None, *life]):
            if stint is None or not _arrives(before, stint):
                continue
            tick, bears = stint.start, int(told.workload.balk_at[stint.record])
            own = sum(each.start <= tick <= each.end for each in life if each.state in HALL_LINES)
            if stint.state == State.BALKED:
                assert bears != NEVER, f"{stint} balks, and minds nobody"
                assert lines.at_most(tick) - own >= bears, f"{stint} balks before {lines.at_most(tick) - own} waiting"
            elif bears != NEVER:
                assert lines.at_least(tick) < bears, f"{stint} joins, and should balk at {lines.at_least(tick)}"


def _arrives(before: Stint | None, stint: Stint) -> bool:
    """Return whether a stint begins with an arrival for the hall that may find it full."""
    from_outside = before is None or before.state in {*AWAY, State.SUPPLEMENT, State.COLLECT}
    return from_outside and stint.state in {*HALL_LINES, State.BALKED}
