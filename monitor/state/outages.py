"""Outages: what is out of order.

Place in the pipeline: a part of `monitor.state`. Invariant: everything is as its latest event says, by the event's own
time; outages of the same thing that overlap are one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from monitor.events import Outage, OutageEnded, OutageStarted
from monitor.figures import OutageFigures
from monitor.state.tally import SECOND_US, Anomalies, Anomaly


@dataclass(slots=True)
class _Thing:
    """What can be out of order: its last known change, and what its outages so far amount to.

    Attributes:
        is_unbegun: whether that change is an end of which nobody told the beginning.
    """

    changed_us: int
    is_out: bool = False
    is_unbegun: bool = False
    n_outages: int = 0
    lasted_us: int = 0


@dataclass(slots=True)
class Outages:
    """Things of which an outage was told."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    things: dict[str, _Thing] = field(default_factory=dict)

    def start(self, told: OutageStarted, time_us: int, received_us: int) -> None:
        """Let something be out of order, or count an outage whose end was told before."""
        del received_us
        thing = self.things.setdefault(told.what, _Thing(time_us))
        if time_us < thing.changed_us and thing.is_unbegun:
            thing.n_outages += 1
            thing.lasted_us += thing.changed_us - time_us
            thing.is_unbegun = False
        elif time_us < thing.changed_us:
            self.anomalies.add(Anomaly.STALE)
        elif thing.is_out:
            self.anomalies.add(Anomaly.REPEATED)
        else:
            thing.changed_us, thing.is_out, thing.is_unbegun = time_us, True, False
            thing.n_outages += 1

    def end(self, told: OutageEnded, time_us: int, received_us: int) -> None:
        """Let something work again."""
        del received_us
        thing = self.things.get(told.what)
        if thing is None:
            self.things[told.what] = _Thing(time_us, is_unbegun=True)
        elif time_us < thing.changed_us:
            self.anomalies.add(Anomaly.STALE)
        elif thing.is_out:
            thing.lasted_us += time_us - thing.changed_us
            thing.changed_us, thing.is_out = time_us, False
        elif time_us == thing.changed_us:
            self.anomalies.add(Anomaly.REPEATED)
        else:
            thing.changed_us, thing.is_unbegun = time_us, True

    def figures(self) -> Mapping[str, OutageFigures]:
        """Return the figures of all that can be out of order; whether it is, only where anything was told of it."""
        return {what: _figures(self.things.get(what)) for what in get_args(Outage)}


def _figures(thing: _Thing | None) -> OutageFigures:
    if thing is None:
        return OutageFigures(is_out=None, n_outages=0, lasted_s=0.0)
    return OutageFigures(thing.is_out, thing.n_outages, thing.lasted_us / SECOND_US)
