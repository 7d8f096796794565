"""The desks: which counters are staffed.

Place in the pipeline: a part of `monitor.state`. Invariant: a counter is as its latest event says, by the event's own
time.
"""

from dataclasses import dataclass, field

from monitor.events import CounterClosed, CounterOpened
from monitor.state.tally import HOUR_US, Anomalies, Anomaly

_CLOSED_LIFE_US = 12 * HOUR_US


@dataclass(slots=True)
class _Counter:
    """The last known change of a counter."""

    seen_us: int
    changed_us: int
    is_open: bool


@dataclass(slots=True)
class Desks:
    """Counters that are open, or were closed not long ago."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    counters: dict[str, _Counter] = field(default_factory=dict)
    is_known: bool = False

    def open(self, told: CounterOpened, time_us: int, received_us: int) -> None:
        """Open a counter, unless something later is known of it."""
        self._change(told.counter, time_us, received_us, is_open=True)

    def close(self, told: CounterClosed, time_us: int, received_us: int) -> None:
        """Close a counter, unless something later is known of it."""
        self._change(told.counter, time_us, received_us, is_open=False)

    def sweep(self, received_us: int) -> None:
        """Forget the counters that have been closed for long; one that was left open stays open."""
        for name, counter in list(self.counters.items()):
            if not counter.is_open and counter.seen_us < received_us - _CLOSED_LIFE_US:
                del self.counters[name]

    def n_open(self) -> int | None:
        """Return how many counters are open; none before the first event about a counter: absent is not zero."""
        return sum(counter.is_open for counter in self.counters.values()) if self.is_known else None

    def _change(self, name: str, time_us: int, received_us: int, *, is_open: bool) -> None:
        self.is_known = True
        known = self.counters.get(name)
        if known and time_us < known.changed_us:
            self.anomalies.add(Anomaly.STALE)
        else:
            self.counters[name] = _Counter(received_us, time_us, is_open)
