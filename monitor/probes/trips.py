"""Round trips of one attempt that asks several times: what was lost, how long the rest took, and how much that varies.

Place in the pipeline: under the probers that count (`icmp`, `dns`). In: one round trip after the other. Out: samples of
the attempt. Invariant: what is known is noted after each question, so an attempt that is cut off has told what it saw.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason


@dataclass(slots=True)
class Trips:
    """What came back of what was sent.

    Attributes:
        attempt: takes the samples.
        seconds: of each that came back.
        n_sent: so many were sent.
    """

    attempt: Attempt
    seconds: list[float] = field(default_factory=list)
    n_sent: int = 0

    @property
    def n_lost(self) -> int:
        """Return how many were not answered."""
        return self.n_sent - len(self.seconds)

    def note(self, trip_s: float | None) -> None:
        """Take one more: how long it took; none where nobody answered."""
        self.n_sent += 1
        if trip_s is not None:
            self.seconds.append(trip_s)
        note, seconds = self.attempt.note, self.seconds
        note("peakweek_probe_echoes_sent", self.n_sent)
        note("peakweek_probe_echoes_lost", self.n_lost)
        note("peakweek_probe_loss_ratio", self.n_lost / self.n_sent)
        if seconds:
            note("peakweek_probe_round_trip_min_seconds", min(seconds))
            note("peakweek_probe_round_trip_mean_seconds", sum(seconds) / len(seconds))
            note("peakweek_probe_round_trip_max_seconds", max(seconds))
        if seconds[1:]:
            steps_s = [abs(after - before) for before, after in pairwise(seconds)]
            note("peakweek_probe_jitter_seconds", sum(steps_s) / len(steps_s))

    def judge(self, loss_limit_ratio: float) -> None:
        """Return if enough came back.

        Raises:
            ProbeError: more was lost than that, or everything.
        """
        if not self.seconds or self.n_lost / self.n_sent > loss_limit_ratio:
            told = f"{self.n_lost} of {self.n_sent} were not answered"
            raise ProbeError(Reason.LOSS if self.seconds else Reason.TIMEOUT, told)
