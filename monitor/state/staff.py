"""The staff: how many people of each group are on duty. Nobody knows who.

Place in the pipeline: a part of `monitor.state`. Invariant: those on duty are those who came without those who went,
in whatever order that was told; a group of which nobody has heard for 12 hours has gone home.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.events import StaffSignedIn, StaffSignedOut
from monitor.state.tally import HOUR_US, MAX_GROUPS, Anomalies, Anomaly

_SHIFT_LIFE_US = 12 * HOUR_US


@dataclass(slots=True)
class _Group:
    """People who do the same work: how many of them, and when they were mentioned last."""

    n_on_duty: int = 0
    seen_us: int = 0


@dataclass(slots=True)
class Staff:
    """Groups that have been heard of."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    groups: dict[str, _Group] = field(default_factory=dict)

    def sign_in(self, told: StaffSignedIn, time_us: int, received_us: int) -> None:
        """Let people come on duty."""
        del time_us
        self._change(told.group, told.count, received_us)

    def sign_out(self, told: StaffSignedOut, time_us: int, received_us: int) -> None:
        """Let people go."""
        del time_us
        self._change(told.group, -told.count, received_us)

    def sweep(self, received_us: int) -> None:
        """Send home who was forgotten."""
        for group in self.groups.values():
            if group.n_on_duty and group.seen_us < received_us - _SHIFT_LIFE_US:
                self.anomalies.add(Anomaly.EXPIRED if group.n_on_duty > 0 else Anomaly.ORPHAN)
                group.n_on_duty = 0

    def figures(self, now_us: int) -> Mapping[str, int]:
        """Return how many are on duty, by group."""
        return {
            name: max(0, group.n_on_duty) if group.seen_us >= now_us - _SHIFT_LIFE_US else 0
            for name, group in self.groups.items()
        }

    def _change(self, name: str, n_more: int, received_us: int) -> None:
        label = self.anomalies.label(self.groups, name, _Group, Anomaly.TOO_MANY_GROUPS, n_max=MAX_GROUPS)
        self.groups[label].n_on_duty += n_more
        self.groups[label].seen_us = received_us
