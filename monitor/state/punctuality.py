"""Punctuality: how much of what was received in the last 30 days was settled, and how much of that late.

Place in the pipeline: a part of `monitor.state`, under the backlog. Invariant: it holds one entry a day at most.
"""

from dataclasses import dataclass, field

from monitor.figures import OnTimeFigures
from monitor.state.tally import DAY_US

_N_DAYS = 30


@dataclass(slots=True)
class _Day:
    """What happened on a day, by UTC."""

    n_received: int = 0
    n_settled: int = 0
    n_settled_late: int = 0


@dataclass(slots=True)
class Punctuality:
    """The days that count, by their number since 1970."""

    days: dict[int, _Day] = field(default_factory=dict)

    def receive(self, time_us: int, received_us: int) -> None:
        """Count a record that was received."""
        self._day(time_us, received_us).n_received += 1

    def settle(self, time_us: int, received_us: int, *, is_late: bool) -> None:
        """Count a record that was settled."""
        day = self._day(time_us, received_us)
        day.n_settled += 1
        day.n_settled_late += is_late

    def sweep(self, received_us: int) -> None:
        """Forget the days that count no more."""
        first = received_us // DAY_US - _N_DAYS
        self.days = {number: day for number, day in self.days.items() if number >= first}

    def figures(self, now_us: int, n_in_progress: int, n_overdue: int) -> OnTimeFigures:
        """Return the share that was on time, by both definitions.

        As the provinces publish it: late = (late in progress + late done) / (received + carried
        over); and of what was settled alone.
        """
        days = [day for number, day in self.days.items() if number > now_us // DAY_US - _N_DAYS]
        n_received, n_settled, n_late = (
            sum(getattr(day, name) for day in days) for name in ("n_received", "n_settled", "n_settled_late")
        )
        n_carried = max(0, n_in_progress - n_received + n_settled)
        return OnTimeFigures(
            of_received=_share_without(n_overdue + n_late, n_received + n_carried),
            of_settled=_share_without(n_late, n_settled),
        )

    def _day(self, time_us: int, received_us: int) -> _Day:
        """Return the day of an instant, which is not later than that of the receipt; one too old counts nowhere."""
        number = min(time_us, received_us) // DAY_US
        if number < received_us // DAY_US - _N_DAYS:
            return _Day()
        return self.days.setdefault(number, _Day())


def _share_without(n_late: int, n_all: int) -> float | None:
    """Return the share that is not late; none of nothing."""
    return 1 - min(n_late, n_all) / n_all if n_all else None
