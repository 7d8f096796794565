"""The senders: how late their events are, and how far their clocks go wrong, as far as anybody can know.

Place in the pipeline: a part of `monitor.state`. An event is received later than it happened, by the sender's delay and
minus what its clock is ahead. The delay is never negative: so the clock is ahead at least by the largest difference
between an event's time and its receipt. That is the figure; events that come late do not disturb it as long as some are
prompt. Where it is negative nobody can tell a clock that is slow from a sender whose promptest event is that late.

Invariant: a sender that was silent for a day is forgotten; at most so many are known at a time, and others are one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.state.tally import DAY_US, HOUR_US, OTHER, SECOND_US, Tally

MAX_SENDERS = 10
_LIFE_US = DAY_US


@dataclass(slots=True)
class Lags(Tally):
    """From an event to its receipt."""

    BOUNDS_S = SHOWN_S = (1, 15, 60, 300, 3600, 86400)


@dataclass(slots=True)
class _Sender:
    """A sender: its largest lead in the hour of its last event, and in the last such hour before that."""

    seen_us: int
    ahead_us: int
    before_us: int | None = None


@dataclass(slots=True)
class Senders:
    """Senders that were heard of within a day."""

    senders: dict[str, _Sender] = field(default_factory=dict)
    lags: Lags = field(default_factory=Lags)

    def hear(self, name: str, time_us: int, received_us: int) -> None:
        """Note when an event happened, by its sender's clock, and when it was received."""
        ahead_us = time_us - received_us
        self.lags.add(max(0, -ahead_us))
        if name not in self.senders and len(self.senders.keys() - {OTHER}) >= MAX_SENDERS:
            name = OTHER
        sender = self.senders.get(name)
        if sender is None:
            self.senders[name] = _Sender(received_us, ahead_us)
            return
        if sender.seen_us // HOUR_US == received_us // HOUR_US:
            sender.ahead_us = max(sender.ahead_us, ahead_us)
        else:
            sender.before_us, sender.ahead_us = sender.ahead_us, ahead_us
        sender.seen_us = received_us

    def sweep(self, received_us: int) -> None:
        """Forget the senders that are silent."""
        for name, sender in list(self.senders.items()):
            if sender.seen_us < received_us - _LIFE_US:
                del self.senders[name]

    def ahead_s(self) -> Mapping[str, float]:
        """Return how far each sender's clock is ahead at least, in the last one or two hours in which it was heard."""
        return {
            name: max(sender.ahead_us, sender.ahead_us if sender.before_us is None else sender.before_us) / SECOND_US
            for name, sender in self.senders.items()
        }
