"""The mini-centre in cimba, whose models are classes that it compiles.

People are processes there, and an officer who is idle when lunch begins takes one more visit before going. Run as a
program it gets a week's draws in a file of NumPy's, simulates it often, and prints the median of the seconds it took
and the mean wait: its compiler and ours do not go together in one process.
"""

# ruff: noqa: ANN201, D102 - processes take the form that cimba compiles

import sys
from functools import lru_cache
from statistics import median

import cimba as cb
import numpy as np

from tests.bench.mini.peers import AT_LUNCH, BACK_MIN, DAY_MIN, LUNCH_MIN, RECEPTION, SPECIALISTS, WEEK_MIN, Week
from tests.bench.timing import seconds

_AFTER_ALL = 1e6


class MiniCentre(cb.Model):
    """A week of the centre."""

    gap: cb.Input[float] = cb.inputs.dist.exponential(mean=1.0)
    guidance: cb.Input[float] = cb.inputs.dist.exponential(mean=1.0)
    intake: cb.Input[float] = cb.inputs.dist.exponential(mean=1.0)
    hall: cb.Container
    line: cb.Container
    mean_line: cb.Output[float]

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(self.gap.next())
            self.hall.put(1)

    @cb.process(copies=RECEPTION)
    def reception(self):
        while True:
            self.hall.get(1)
            cb.hold(self.guidance.next())
            self.line.put(1)

    @cb.process(copies=SPECIALISTS - AT_LUNCH)
    def specialist(self):
        while True:
            self.line.get(1)
            cb.hold(self.intake.next())

    @cb.process(copies=AT_LUNCH)
    def at_lunch(self):
        while True:
            minute = cb.now() % DAY_MIN
            if minute >= LUNCH_MIN and minute < BACK_MIN:
                cb.hold(BACK_MIN - minute)
            self.line.get(1)
            cb.hold(self.intake.next())

    @cb.on_end
    def measure(self) -> None:
        self.mean_line = self.line.mean_level()


def cimba_week(week: Week) -> float:
    """Return the mean wait for a specialist in minutes; by Little's law, from the mean number of those who wait."""
    model = _model()
    model.gap = cb.inputs.trace(np.append(np.diff(week.arrival, prepend=0.0), _AFTER_ALL))
    model.guidance = cb.inputs.trace(week.guidance)
    model.intake = cb.inputs.trace(week.intake)
    window = cb.Window(warmup=0, duration=WEEK_MIN)
    results = cb.Experiment(model, replications=1, window=window, seed=1).run()
    return float(np.ravel(results[model].mean_line)[0]) * WEEK_MIN / len(week.arrival)


@lru_cache(maxsize=1)
def _model() -> MiniCentre:
    return MiniCentre()


if __name__ == "__main__":
    with np.load(sys.argv[1]) as drawn:
        told = Week(drawn["arrival"], drawn["guidance"], drawn["intake"])
    wait = cimba_week(told)
    print(median(seconds(lambda: cimba_week(told)) for _ in range(50)), wait)  # noqa: T201 - the answer
