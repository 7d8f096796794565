"""Several stations: visits that go from one to the next, and stations where nobody waits.

In: rates, routes and mean times, in any one unit of time. Out: mean numbers and times. Invariant: in the long run each
station is a line of its own, as if visits came to it at random (product form).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import pdtrc

from sim.theory.erlang import erlang_c_wait


@dataclass(frozen=True)
class Station:
    """Servers that share one line, first come first served, with an exponential service that is the same for all kinds.

    Attributes:
        n_servers: how many they are.
        mean_service: in the unit of time of the network's rates.
    """

    n_servers: int
    mean_service: float


@dataclass(frozen=True)
class Route:
    """Visits of one kind.

    Attributes:
        arrival_rate: visits from outside per unit of time.
        stations: names of the stations that each goes through, in this order.
    """

    arrival_rate: float
    stations: tuple[str, ...]


@dataclass(frozen=True)
class NetworkFigures:
    """What a network is like in the long run.

    Attributes:
        mean_wait: mean time in the line of each station, by its name.
        mean_number: mean number at each station, in the line and in service.
        mean_sojourn: mean time from arrival to the end, by the name of the route.
    """

    mean_wait: dict[str, float]
    mean_number: dict[str, float]
    mean_sojourn: dict[str, float]


def open_network(stations: Mapping[str, Station], routes: Mapping[str, Route]) -> NetworkFigures:
    """Return the figures of an open network of M/M/c stations; infinite at and after a station that is overloaded.

    Source: Jackson 1957; for kinds with routes of their own: Kelly 1975, Baskett et al. 1975.

    >>> line = {"counter": Station(1, 1.0), "desk": Station(1, 1.0)}
    >>> figures = open_network(line, {"all": Route(0.5, ("counter", "desk")), "online": Route(0.25, ("desk",))})
    >>> figures.mean_number, figures.mean_sojourn
    ({'counter': 1.0, 'desk': 3.0}, {'all': 6.0, 'online': 4.0})
    """
    rates = dict.fromkeys(stations, 0.0)
    for route in routes.values():
        for name in route.stations:
            rates[name] += route.arrival_rate
    waits = {
        name: erlang_c_wait(rates[name] * station.mean_service, station.n_servers, station.mean_service)
        for name, station in stations.items()
    }
    times = {name: waits[name] + station.mean_service for name, station in stations.items()}
    return NetworkFigures(
        mean_wait=waits,
        mean_number={name: rates[name] * time for name, time in times.items()},
        mean_sojourn={name: sum(times[at] for at in route.stations) for name, route in routes.items()},
    )


def infinite_servers_p(load: float, n_or_more: int) -> float:
    """Return the part of the time in which at least so many are at work, where nobody waits (M/G/∞).

    How many are at work is Poisson distributed, whatever the law of service; mean and variance are the load.
    Source: Palm 1943; Takács 1962, section 3.2.

    Args:
        load: arrival rate × mean service time, ≥ 0.
        n_or_more: ≥ 0.

    >>> round(infinite_servers_p(1.0, 1), 6)
    0.632121
    """
    return 1.0 if n_or_more <= 0 else float(pdtrc(n_or_more - 1, load))
