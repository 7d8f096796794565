"""The people who work: each takes one task after the other, as long as the shift lasts."""

import simpy

from sim.conditions import finish, progress
from sim.engine.order import Kind
from sim.engine.reference.calendar import Calendar, Process
from sim.engine.reference.diary import Diary
from sim.engine.reference.floor import Floor, Scanners
from sim.engine.reference.given import Given
from sim.engine.reference.hall import Hall
from sim.engine.reference.link import Link
from sim.engine.reference.office import Office
from sim.scenario.people import Stage
from sim.trace import NEVER, State

_AT_DESK = {
    Stage.CHECK: State.CHECK,
    Stage.BACK_OFFICE: State.BACK_OFFICE,
    Stage.APPROVAL: State.APPROVAL,
}


class People:
    """A process for each person, and the calendar of their shifts."""

    def __init__(
        self, *, calendar: Calendar, floor: Floor, diary: Diary, office: Office, hall: Hall, given: Given
    ) -> None:
        workload, plan = given.workload, given.plan
        self._calendar, self._floor, self._diary, self._office, self._hall = calendar, floor, diary, office, hall
        self._given, self._plan, self._conditions = given, plan, given.conditions
        self._link, self._scanners = Link(calendar, given.conditions), Scanners(calendar, plan.n_scanners)
        self._work: list[list[int]] = workload.work.tolist()  # what is left of it
        self._scan_work: list[int] = workload.scan_work.tolist()
        self._upload_bit: list[int] = workload.upload_bit.tolist()
        self._wrong_draw: list[int] = workload.wrong_draw.tolist()
        self._was_wrong = [False] * workload.n_records
        self._work_permille: list[list[int]] = plan.work_permille.tolist()
        self._intake_permille: list[int] = plan.intake_permille.tolist()
        self._fatigue_permille: list[int] = plan.fatigue_permille.tolist()
        self._wrong_ppm: list[list[int]] = plan.wrong_ppm.tolist()
        self._day_began = [0] * plan.n_persons
        self._last_day = [NEVER] * plan.n_persons

    def start(self) -> None:
        """Let everyone wait for their shifts and for work."""
        for person, start, end, hall_end in self._plan.shifts.tolist():
            if not self._is_absent(person, start):
                self._calendar.call_at(
                    start,
                    Kind.SHIFT_START,
                    person,
                    lambda person=person, end=end, hall_end=hall_end: self._start_shift(person, end, hall_end),  # type: ignore[misc]
                )
        for person in range(self._plan.n_persons):
            self._calendar.process(self._person(person))

    def _is_absent(self, person: int, tick: int) -> bool:
        plan, draws = self._plan, self._given.workload.absence_draw
        draw = draws[plan.person_group[person], plan.person_member[person], self._given.day(tick)]
        return bool(draw < plan.absence_ppm[person])

    def _start_shift(self, person: int, end: int, hall_end: int) -> None:
        today = self._given.day(self._calendar.tick)
        if today != self._last_day[person]:
            self._last_day[person], self._day_began[person] = today, self._calendar.tick
        self._floor.start_shift(person, end, hall_end)

    def _person(self, person: int) -> Process:
        """Take one task after the other."""
        while True:
            stage, record = yield self._floor.turn(person)
            match stage:
                case Stage.GUIDANCE:
                    yield from self._guide(person, record)
                case Stage.INTAKE:
                    yield from self._attend(person, record)
                case Stage.HANDOVER:
                    yield from self._hand_over(person, record)
                case _:
                    yield from self._work_at_desk(person, stage, record)

    # -- in the hall: what is begun is finished

    def _guide(self, person: int, record: int) -> Process:
        """Help with papers and forms; no machine is needed for that."""
        self._diary.enter(record, State.GUIDANCE, person)
        duration = self._duration(person, Stage.GUIDANCE, record)
        yield self._calendar.at(self._calendar.tick + duration, Kind.WORK_END, record)
        self._hall.move(record, Stage.INTAKE)

    def _attend(self, person: int, record: int) -> Process:
        """Attend a visit at a counter: all its records in turn, unless it is the wrong counter."""
        if self._is_wrong_counter(record):
            self._was_wrong[record] = True
            self._diary.enter(record, State.WRONG_COUNTER, person)
            yield self._worked(self._plan.wrong_work, record)
            self._hall.move(record, Stage.INTAKE)
            return
        while record != NEVER:
            following = self._hall.take_next(record)
            yield from self._take_in(person, record)
            record = following

    def _take_in(self, person: int, record: int) -> Process:
        """Check the papers of a record, scan them, and upload the files."""
        self._diary.enter(record, State.INTAKE, person)
        yield self._worked(self._duration(person, Stage.INTAKE, record), record)
        if self._office.is_incomplete(record):
            self._hall.expect_supplement(record, self._office.ask_for_supplement(record))
            return
        if self._scan_work[record]:
            yield from self._scan(person, record)
        if not self._upload_bit[record]:
            self._office.receive(record)
        elif self._plan.holds_counter:
            self._diary.enter(record, State.UPLOAD, person)
            yield self._link.transfer(record, self._upload_bit[record])
            self._office.receive(record)
        else:
            self._diary.enter(record, State.UPLOAD)
            passed = self._link.transfer(record, self._upload_bit[record])
            passed.callbacks.append(lambda _: self._office.receive(record))

    def _scan(self, person: int, record: int) -> Process:
        """Scan the papers, once there is a scanner."""
        if self._scanners.are_taken():
            self._diary.enter(record, State.WAIT_SCANNER, person)
        yield self._scanners.take(record)
        self._diary.enter(record, State.SCAN, person)
        yield self._worked(self._scan_work[record], record)
        self._scanners.give_back()

    def _hand_over(self, person: int, record: int) -> Process:
        """Hand the result over; that ends the record's life."""
        self._diary.enter(record, State.HANDOVER, person)
        yield self._worked(self._duration(person, Stage.HANDOVER, record), record)
        self._diary.close(record)

    # -- at a desk: what is not finished is put down at the end of the shift

    def _work_at_desk(self, person: int, stage: Stage, record: int) -> Process:
        """Work on a record; what the shift does not suffice for is left to whoever takes it up next."""
        started, end = self._calendar.tick, self._floor.shift_end(person)
        joined = self._floor.joined_last(record)
        self._diary.enter(record, _AT_DESK[stage], person)
        duration = self._duration(person, stage, record)
        if finish(self._conditions, started, duration) > end:
            yield self._calendar.at(end, Kind.SHIFT_END, person)
            done = min(duration, progress(self._conditions, started, end))
            self._work[stage][record] = -(-self._work[stage][record] * (duration - done) // duration)
            self._office.put_back(record, stage, joined)
            return
        yield self._worked(duration, record)
        self._work[stage][record] = int(self._given.workload.work[stage, record])  # a second check is a whole one
        if stage != Stage.CHECK:
            self._office.go_on(record, stage)
        elif self._office.is_incomplete(record):
            self._hall.expect_supplement(record, self._office.ask_for_supplement(record))
        else:
            self._office.receive(record)

    # -- how long it takes

    def _worked(self, duration: int, record: int) -> simpy.Event:
        """Return an event that happens when this work, taken up now, is done."""
        return self._calendar.at(finish(self._conditions, self._calendar.tick, duration), Kind.WORK_END, record)

    def _duration(self, person: int, stage: Stage, record: int) -> int:
        """Return how many ticks at full speed the work takes in this person's hands, as practised and tired as now."""
        now = self._calendar.tick
        today = self._given.day(now)
        duration = self._work[stage][record] * self._work_permille[person][today] // 1000
        if stage == Stage.INTAKE:
            duration = duration * self._intake_permille[today] // 1000
        hours = min(24, (now - self._day_began[person]) // self._plan.ticks_per_h)
        return duration * self._fatigue_permille[hours] // 1000

    def _is_wrong_counter(self, record: int) -> bool:
        ppm = self._wrong_ppm[self._given.procedure[record]][self._given.day(self._calendar.tick)]
        return not self._was_wrong[record] and self._wrong_draw[record] < ppm
