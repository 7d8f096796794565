"""The mini-centre in other simulators, as people write it there, on the very draws that our engine gets.

Each function takes a `Week` and returns the mean wait for a specialist in minutes, so that all can be seen to simulate
the same centre. Ours and the loop in C agree in every tick; the others break ties and see to lunch in their own ways.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_MIN, LUNCH_MIN, BACK_MIN, WEEK_MIN = 1440.0, 690.0, 810.0, 5 * 1440.0
RECEPTION, SPECIALISTS, AT_LUNCH = 2, 5, 3


@dataclass(frozen=True)
class Week:
    """Five days of draws, in minutes since Monday's midnight.

    Attributes:
        arrival: ``float64[n]``, increasing.
        guidance: ``float64[n]``, work at the reception.
        intake: ``float64[n]``, work of a specialist.
    """

    arrival: Floats
    guidance: Floats
    intake: Floats


def simpy(week: Week) -> float:
    """SimPy, a process for each visit; whoever goes to lunch is a visit of the highest priority."""
    import simpy as library  # noqa: PLC0415

    env = library.Environment()
    reception = library.Resource(env, RECEPTION)
    specialists = library.PriorityResource(env, SPECIALISTS)
    waits = []

    def visit(guidance: float, intake: float):  # noqa: ANN202
        with reception.request() as turn:
            yield turn
            yield env.timeout(guidance)
        joined = env.now
        with specialists.request(priority=1) as turn:
            yield turn
            waits.append(env.now - joined)
            yield env.timeout(intake)

    def arrivals():  # noqa: ANN202
        for at, guidance, intake in zip(
            week.arrival.tolist(), week.guidance.tolist(), week.intake.tolist(), strict=True
        ):
            yield env.timeout(at - env.now)
            env.process(visit(guidance, intake))

    def lunch():  # noqa: ANN202
        for day in range(5):
            yield env.timeout(day * DAY_MIN + LUNCH_MIN - env.now)
            with specialists.request(priority=0) as turn:
                yield turn
                yield env.timeout(max(0.0, day * DAY_MIN + BACK_MIN - env.now))

    env.process(arrivals())
    for _ in range(AT_LUNCH):
        env.process(lunch())
    env.run()
    return float(np.mean(waits))


def ciw(week: Week) -> float:
    """Ciw; whoever goes to lunch is a visit of the highest priority: its schedules let the new serve beside the old."""
    import ciw as library  # noqa: PLC0415

    class UntilBack(library.dists.Distribution):  # type: ignore[misc]
        def sample(self, t: float, ind: object = None) -> float:  # noqa: ARG002 - its own interface
            return max(0.0, BACK_MIN - t % DAY_MIN)

    draw, always = library.dists.Sequential, library.dists.Deterministic
    gaps, lunches = np.diff(week.arrival, prepend=0.0), [LUNCH_MIN, *[DAY_MIN] * 4, np.inf]
    network = library.create_network(
        arrival_distributions={"Visit": [draw([*gaps.tolist(), np.inf]), None], "Lunch": [None, draw(lunches)]},
        batching_distributions={"Visit": [always(1), always(1)], "Lunch": [always(1), always(AT_LUNCH)]},
        service_distributions={
            "Visit": [draw(week.guidance.tolist()), draw(week.intake.tolist())],
            "Lunch": [always(0.0), UntilBack()],
        },
        routing={"Visit": [[0.0, 1.0], [0.0, 0.0]], "Lunch": [[0.0, 0.0], [0.0, 0.0]]},
        priority_classes={"Lunch": 0, "Visit": 1},
        number_of_servers=[RECEPTION, SPECIALISTS],
    )
    simulation = library.Simulation(network)
    simulation.simulate_until_max_time(WEEK_MIN)
    served = (record for record in simulation.get_all_records() if record.node == 2)
    return float(np.mean([record.waiting_time for record in served if record.customer_class == "Visit"]))


def salabim(week: Week) -> float:
    """Salabim, a component for each visit, without generators; at lunch the resource has a smaller capacity."""
    import salabim as library  # noqa: PLC0415

    library.yieldless(False)  # noqa: FBT003 - its own interface
    env = library.Environment(trace=False, do_reset=True)
    reception, specialists = library.Resource(capacity=RECEPTION), library.Resource(capacity=SPECIALISTS)
    waits = []

    class Visit(library.Component):  # type: ignore[misc]
        def setup(self, guidance: float, intake: float) -> None:
            self.work = guidance, intake

        def process(self):  # noqa: ANN202
            guidance, intake = self.work
            yield self.request(reception)
            yield self.hold(guidance)
            self.release(reception)
            joined = env.now()
            yield self.request(specialists)
            waits.append(env.now() - joined)
            yield self.hold(intake)
            self.release(specialists)

    class Arrivals(library.Component):  # type: ignore[misc]
        def process(self):  # noqa: ANN202
            told = zip(week.arrival.tolist(), week.guidance.tolist(), week.intake.tolist(), strict=True)
            for at, guidance, intake in told:
                yield self.hold(till=at)
                Visit(guidance=guidance, intake=intake)

    class Lunch(library.Component):  # type: ignore[misc]
        def process(self):  # noqa: ANN202
            for day in range(5):
                yield self.hold(till=day * DAY_MIN + LUNCH_MIN)
                specialists.set_capacity(SPECIALISTS - AT_LUNCH)
                yield self.hold(till=day * DAY_MIN + BACK_MIN)
                specialists.set_capacity(SPECIALISTS)

    Arrivals()
    Lunch()
    env.run(till=WEEK_MIN)
    return float(np.mean(waits))


PEERS = {"SimPy": simpy, "Ciw": ciw, "salabim": salabim}
