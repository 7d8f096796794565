"""What was probed lately: all attempts for a while, failures for longer.

Place in the pipeline: beside the schedule. In: results. Out: the same with a number. Invariant: its size is bounded,
successes do not push failures out, and the failures of one target not those of another.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.probes.result import ProbeResult

_RECENT = 100
_FAILURES_EACH = 10
_MOST_TARGETS = 1_000
_MOST_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """One attempt that was made.

    Attributes:
        number: its number since the service started, from 1.
        ended: when it ended, in UTC.
        target: what was probed.
        module: name of the module.
        result: what it told; of more than 200 samples, the first.
    """

    number: int
    ended: datetime
    target: str
    module: str
    result: ProbeResult


class History:
    """The last hundred attempts, and the last ten failures of each target."""

    def __init__(self) -> None:
        self._n = 0
        self._recent: deque[Kept] = deque(maxlen=_RECENT)
        self._failures: OrderedDict[str, deque[Kept]] = OrderedDict()

    def keep(self, ended: datetime, target: str, module: str, result: ProbeResult) -> Kept:
        """Keep what an attempt told."""
        self._n += 1
        short = replace(result, samples=result.samples[:_MOST_SAMPLES])
        kept = Kept(self._n, ended, target, module, short)
        self._recent.append(kept)
        if not result.success:
            self._failures.setdefault(target, deque(maxlen=_FAILURES_EACH)).append(kept)
            self._failures.move_to_end(target)
            if len(self._failures) > _MOST_TARGETS:
                self._failures.popitem(last=False)
        return kept

    def listed(self) -> list[Kept]:
        """Return all that is kept, the latest first."""
        kept = {each.number: each for each in self._recent}
        for failures in self._failures.values():
            kept |= {each.number: each for each in failures}
        return [kept[number] for number in sorted(kept, reverse=True)]

    def find(self, number: int) -> Kept | None:
        """Return the attempt of that number; none where it is not kept any more."""
        return next((kept for kept in self.listed() if kept.number == number), None)
