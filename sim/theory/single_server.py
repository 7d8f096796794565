"""One server, visits at random, any law of service: the formulas of Pollaczek, Khinchine, Cobham and Kleinrock.

In: rates, means and coefficients of variation, in any one unit of time. Out: mean times in that unit. Invariant: of a
law of service nothing counts but what the arguments say of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.errors import require


@dataclass(frozen=True)
class Traffic:
    """Visits of one kind that come at random to one server.

    Attributes:
        arrival_rate: visits per unit of time.
        mean_service: in that unit.
        cv_service: standard deviation of the service time divided by its mean; 1 is that of the exponential law.
    """

    arrival_rate: float
    mean_service: float
    cv_service: float = 1.0

    @property
    def load(self) -> float:
        """Return the part of a server's time that they need."""
        return self.arrival_rate * self.mean_service

    @property
    def residual(self) -> float:
        """Return the mean service time left of such a visit, in service or not, at a random instant: λ·E[S²]/2."""
        return self.load * self.mean_service * (1 + self.cv_service**2) / 2


def pollaczek_khinchine(traffic: Traffic) -> float:
    """Return the mean wait at one server, first come first served (M/G/1); infinite under overload.

    Source: Pollaczek 1930, Khinchine 1932.

    >>> pollaczek_khinchine(Traffic(0.0625, 8.0, cv_service=0.0))  # per minute, minutes; load 0.5, always 8 minutes
    4.0
    """
    return traffic.residual / (1 - traffic.load) if traffic.load < 1 else math.inf


def batch_wait(visits: Traffic, records_by_visit: Mapping[int, float]) -> float:
    """Return the mean wait of a record at one server where visits bring several records at once (M^X/G/1).

    A record waits for what is there when its visit comes, and for those of its own visit that are served before it.
    Source: Burke 1975; Medhi 2003, section 6.6.

    Args:
        visits: rate of the visits; mean and spread of the work on one record.
        records_by_visit: the part of the visits that bring so many records, by their number; they sum to 1.

    >>> batch_wait(Traffic(1.0, 0.25), {1: 0.5, 3: 0.5})
    0.625
    """
    mean = sum(part * n for n, part in records_by_visit.items())
    second = sum(part * n * n for n, part in records_by_visit.items())
    record = Traffic(visits.arrival_rate * mean, visits.mean_service, visits.cv_service)
    if record.load >= 1:
        return math.inf
    return (record.residual + (second / mean - 1) / 2 * record.mean_service) / (1 - record.load)


def vacation_wait(traffic: Traffic, mean_vacation: float, cv_vacation: float) -> float:
    """Return the mean wait at one server who goes away whenever nobody waits, again and again (M/G/1, vacations).

    Source: Levy and Yechiali 1975; Fuhrmann and Cooper 1985 (the wait is that of the M/G/1 line and, on top of it, the
    rest of a vacation).

    >>> vacation_wait(Traffic(0.0625, 8.0, cv_service=0.0), mean_vacation=10.0, cv_vacation=0.0)
    9.0
    """
    return pollaczek_khinchine(traffic) + mean_vacation * (1 + cv_vacation**2) / 2


def cobham(kinds: Sequence[Traffic]) -> list[float]:
    """Return the mean wait of each kind of visit at one server who serves the first kind first (M/G/1, priorities).

    Nobody's service is broken off. Where the kinds up to one overload the server, its wait is infinite.
    Source: Cobham 1954.

    Args:
        kinds: most important first; any number of them.

    >>> cobham([Traffic(0.25, 1.0), Traffic(0.25, 1.0)])
    [0.6666666666666666, 1.3333333333333333]
    """
    residual = sum(traffic.residual for traffic in kinds)
    waits, above = [], 0.0
    for traffic in kinds:
        up_to = above + traffic.load
        waits.append(residual / ((1 - above) * (1 - up_to)) if up_to < 1 else math.inf)
        above = up_to
    return waits


def processor_sharing_sojourn(work: float, load: float) -> float:
    """Return the mean time that a transfer of this work takes, where all under way share the line (M/G/1-PS).

    `work` is the time that it would take alone. With the mean work in its place it is the mean over all transfers: the
    law of the work does not matter.
    Source: Kleinrock 1967; Sakata, Noguchi and Oizumi 1971.

    Args:
        work: the result has its unit.
        load: arrival rate × mean work of all transfers, < 1.

    >>> processor_sharing_sojourn(2.0, 0.6)
    5.0
    """
    require(0 <= load < 1, "the line is overloaded", load=load)
    return work / (1 - load)
