"""Arrivals: how many tickets each hour brought, and what is usual for such an hour.

Place in the pipeline: a part of `monitor.state`, under the hall. Invariant: it holds one number an hour, for five weeks
at most.
"""

from dataclasses import dataclass, field
from statistics import median

from monitor.figures import ArrivalFigures
from monitor.state.tally import HOUR_US

_WEEK_H = 7 * 24
_N_WEEKS = 4


@dataclass(slots=True)
class Arrivals:
    """Tickets issued by hour, which is numbered since 1970.

    Attributes:
        first: the first hour of which anything is known.
    """

    hours: dict[int, int] = field(default_factory=dict)
    first: int | None = None

    def issue(self, time_us: int, received_us: int) -> None:
        """Count a ticket in its hour, which is not later than that of the receipt; one too old counts nowhere."""
        hour = min(time_us, received_us) // HOUR_US
        if hour >= _oldest(received_us):
            self.hours[hour] = self.hours.get(hour, 0) + 1
            self.first = hour if self.first is None else min(self.first, hour)

    def sweep(self, received_us: int) -> None:
        """Forget the hours that nothing is compared with any more."""
        if min(self.hours, default=_oldest(received_us)) < _oldest(received_us):
            self.hours = {hour: n for hour, n in self.hours.items() if hour >= _oldest(received_us)}

    def figures(self, now_us: int) -> ArrivalFigures:
        """Return the last full hour beside the median of the same hour in the weeks before."""
        if self.first is None:
            return ArrivalFigures(n_issued=None, n_usual=None)
        hour = now_us // HOUR_US - 1
        before = [hour - week * _WEEK_H for week in range(1, _N_WEEKS + 1)]
        usual = [self.hours.get(each, 0) for each in before if each >= self.first]
        return ArrivalFigures(self.hours.get(hour, 0), median(usual) if usual else None)


def _oldest(received_us: int) -> int:
    """Return the first hour that still matters."""
    return received_us // HOUR_US - (_N_WEEKS + 1) * _WEEK_H
