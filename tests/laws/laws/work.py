"""Work: each stint takes exactly the work that was given, in the hands and at the pace of the time."""

from bisect import bisect_left, bisect_right
from itertools import pairwise

from sim.scenario.people import Stage
from sim.scenario.things import System
from sim.trace import State
from tests.laws.laws.told import LINE_OF, OFFICE_STAGES, WORK_OF, Stint, Told

_FULL = 1000  # permille
_Outage = tuple[int, int, int, int, bool]


def felt_outages(told: Told) -> list[_Outage]:
    """Return what is felt of the outages: (system, start, end, permille left, loses work); batteries cover a start."""
    found = []
    for system, start, end, permille, loses in told.workload.outages.tolist():
        begins = start + told.plan.ups if system == System.POWER else start
        if begins < end:
            found.append((system, begins, end, permille, bool(loses) and begins >= 0))
    return found


def permille_left(outages: list[_Outage], systems: tuple[System, ...], tick: int) -> int:
    """Return what all outages leave at a tick: of each system the least, of several systems their product."""
    left = _FULL
    for system in systems:
        felt = [permille for of, start, end, permille, _ in outages if of == system and start <= tick < end]
        left = left * min([_FULL, *felt]) // _FULL
    return left


class _Pace:
    """How fast work goes, and where it starts anew."""

    def __init__(self, told: Told) -> None:
        systems = (System.SOFTWARE, System.POWER)
        outages = [outage for outage in felt_outages(told) if outage[0] in systems]
        self.edges = sorted({0, *(max(0, edge) for outage in outages for edge in outage[1:3])})
        self.losses = sorted({start for _, start, _, _, loses in outages if loses})
        self._permille = [permille_left(outages, systems, edge) for edge in self.edges]
        self._passed = [0]
        for number in range(1, len(self.edges)):
            width = self.edges[number] - self.edges[number - 1]
            self._passed.append(self._passed[-1] + width * self._permille[number - 1])

    def passed(self, start: int, end: int) -> int:
        """Return the permille-ticks that pass from one tick to another."""
        return self._until(end) - self._until(start)

    def _until(self, tick: int) -> int:
        number = bisect_right(self.edges, tick) - 1
        return self._passed[number] + (tick - self.edges[number]) * self._permille[number]

    def starts(self, start: int, end: int) -> list[int]:
        """Return where work at hand in between starts anew, its first start included; not at the end."""
        return [start, *self.losses[bisect_right(self.losses, start) : bisect_left(self.losses, end)]]

    def is_unfinished(self, start: int, end: int, duration: int) -> bool:
        """Return whether work taken up at `start` is not done by `end`, nor was it before it started anew."""
        tries = pairwise([*self.starts(start, end), end])
        return all(self.passed(*each) < duration * _FULL for each in tries)

    def is_done(self, start: int, end: int, duration: int) -> bool:
        """Return whether `end` is the first tick at which work taken up at `start` is done."""
        if duration == 0:
            return end == start
        *_, last = self.starts(start, end)
        is_enough = self.passed(last, end) >= duration * _FULL
        return end > start and is_enough and self.is_unfinished(start, max(start, end - 1), duration)


def check_work(told: Told) -> None:
    """Every stint of work ends when its work is done, and what is put down is taken up where it was left."""
    pace = _Pace(told)
    scan_work = told.workload.scan_work.tolist()
    for life in told.lives:
        left = {stage: told.work[stage][life[0].record] for stage in Stage} if life else {}
        for index, stint in enumerate(life):
            if stint.state == State.WRONG_COUNTER:
                _check_done(told, pace, stint, {told.plan.wrong_work})
            elif stint.state == State.SCAN:
                _check_done(told, pace, stint, {scan_work[stint.record]})
            elif stint.state in WORK_OF:
                stage = WORK_OF[stint.state]
                durations = _durations(told, stint, left[stage])
                after = life[index + 1].state if index + 1 < len(life) else None
                if stage in OFFICE_STAGES and after == LINE_OF[stage]:
                    (duration,) = durations
                    left[stage] = _remainder(told, pace, stint, left[stage], duration)
                else:
                    _check_done(told, pace, stint, durations)
                    left[stage] = told.work[stage][stint.record]  # a second check is as much work as the first


def _check_done(told: Told, pace: _Pace, stint: Stint, durations: set[int]) -> None:
    if stint.state == State.GUIDANCE:
        (duration,) = durations
        is_right = min(stint.start + duration, told.end) == stint.end
    elif stint.is_cut:
        is_right = any(pace.is_unfinished(stint.start, told.end - 1, duration) for duration in durations)
    else:
        is_right = any(pace.is_done(stint.start, stint.end, duration) for duration in durations)
    assert is_right, f"{stint} should last {durations} ticks at full speed"


def _durations(told: Told, stint: Stint, work: int) -> set[int]:
    """Return how many ticks at full speed the work takes in these hands: one number.

    Only where a new shift begins at the very tick, in the middle of an attendance, the day's first hour may be either
    that of the new day or that of the old.
    """
    day = told.day(stint.start)
    practised = work * int(told.plan.work_permille[stint.person, day]) // _FULL
    if stint.state == State.INTAKE:
        practised = practised * int(told.plan.intake_permille[day]) // _FULL
    shifts = {told.shift_at(stint.person, stint.start)}
    if stint.state == State.INTAKE:
        shifts.add(told.shift_at(stint.person, stint.start - 1))
    hours = {min(24, (stint.start - shift.day_start) // told.plan.ticks_per_h) for shift in shifts if shift}
    return {practised * int(told.plan.fatigue_permille[hour]) // _FULL for hour in hours}


def _remainder(told: Told, pace: _Pace, stint: Stint, work: int, duration: int) -> int:
    """Return what is left of work that is put down, which happens at the end of a shift and only if it is not done."""
    shift = told.shift_at(stint.person, stint.start)
    assert shift is not None
    assert stint.end == shift.end, f"{stint} is put down before the end of {shift}"
    assert pace.is_unfinished(stint.start, stint.end, duration), f"{stint} is put down, and was done"
    *_, last = pace.starts(stint.start, stint.end + 1)  # what is lost at the very tick is lost
    done = min(duration, pace.passed(last, stint.end) // _FULL)
    return -(-work * (duration - done) // duration)
