"""The hall: who comes in, waits, loses patience, is sent home, and comes again."""

from bisect import bisect_left, bisect_right

from sim.engine.order import Kind
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.diary import Diary
from sim.engine.reference.floor import Floor
from sim.engine.reference.given import Given
from sim.engine.reference.office import WAITING, Office
from sim.scenario.people import Stage
from sim.trace import NEVER, State


class Hall:
    """The visits, each a leader with the followers that come along."""

    def __init__(self, calendar: Calendar, floor: Floor, diary: Diary, office: Office, given: Given) -> None:
        workload, plan = given.workload, given.plan
        self._calendar, self._floor, self._diary, self._office, self._given = calendar, floor, diary, office, given
        self._follower: list[int] = workload.follower.tolist()
        self._work: list[list[int]] = workload.work.tolist()
        self._patience: list[int] = workload.patience.tolist()
        self._balk_at: list[int] = workload.balk_at.tolist()
        self._tries_left: list[int] = workload.n_tries.tolist()
        self._n_tries: list[int] = workload.n_tries.tolist()
        self._return_offset: list[int] = workload.return_offset.tolist()
        self._channel_draw: list[int] = workload.channel_draw.tolist()
        self._online_ppm: list[list[int]] = plan.online_ppm.tolist()
        self._portal_down: list[tuple[int, int]] = given.conditions.portal_down.tolist()
        self._midnight, self._opening, self._last_entry, self._dispersal = plan.doors.T.tolist()
        self._is_online = [entry == Stage.CHECK for entry in workload.entry.tolist()]
        self._was_guided = [False] * workload.n_records
        self._n_joins = [0] * workload.n_records

    # -- coming

    def arrive_first(self, leader: int) -> None:
        """Let a visit come: online, each of its records by itself, or to the hall, the followers with their leader."""
        ppm = self._online_ppm[self._given.procedure[leader]][self._given.day(self._calendar.tick)]
        is_online = self._channel_draw[leader] < ppm
        for record in self._party(leader):
            if is_online:
                self._is_online[record], self._follower[record] = True, NEVER
                self._arrive_online(record)
            elif record != leader:
                self._diary.enter(record, State.PARTY)
        if not is_online:
            self._arrive(leader, Stage.INTAKE)

    def come_again(self, record: int) -> None:
        """Let somebody come who was sent home or left, brings what was missing, or collects a result."""
        if self._office.settled[record] != NEVER:
            self._arrive(record, Stage.HANDOVER)
        elif self._is_online[record]:
            self._arrive_online(record)
        else:
            self._arrive(record, Stage.INTAKE)

    def _arrive(self, record: int, stage: Stage) -> None:
        """Come in, unless the doors are closed or the line is too long."""
        if not self._is_open():
            self._leave_in_vain(record, State.SENT_HOME)
        elif self._balk_at[record] != NEVER and len(self._floor.in_hall()) >= self._balk_at[record]:
            self._leave_in_vain(record, State.BALKED)
        elif stage == Stage.INTAKE and self._work[Stage.GUIDANCE][record] != NEVER and not self._was_guided[record]:
            self._join(Stage.GUIDANCE, record)
        else:
            self._join(stage, record)

    def _arrive_online(self, record: int) -> None:
        """Submit a record, as soon as the portal is up."""
        for down, up in self._portal_down:
            if down <= self._calendar.tick < up:
                self._diary.enter(record, State.WAIT_PORTAL)
                self._calendar.call_at(up, Kind.ARRIVAL, record, lambda: self._office.submit(record))
                return
        self._office.submit(record)

    # -- waiting

    def move(self, record: int, stage: Stage) -> None:
        """Let somebody who is in the hall join another line of it; in the evening they may have to leave instead."""
        if stage == Stage.INTAKE:
            self._was_guided[record] = True
        if self._is_inside():
            self._join(stage, record)
        else:
            self._leave_in_vain(record, State.SENT_HOME)

    def _join(self, stage: Stage, record: int) -> None:
        self._diary.enter(record, WAITING[stage])
        self._floor.join(stage, record, self._calendar.tick)
        self._n_joins[record] += 1
        if self._patience[record] != NEVER:
            tick, join = self._calendar.tick + self._patience[record], self._n_joins[record]
            self._calendar.call_at(tick, Kind.RENEGE, record, lambda: self._renege(record, join))

    def _renege(self, record: int, join: int) -> None:
        if self._n_joins[record] == join and self._floor.is_waiting_in_hall(record):
            self._floor.leave(record)
            self._leave_in_vain(record, State.RENEGED)

    def disperse(self) -> None:
        """Send home all who wait."""
        for record in self._floor.in_hall():
            self._floor.leave(record)
            self._leave_in_vain(record, State.SENT_HOME)

    # -- leaving

    def take_next(self, record: int) -> int:
        """Return the record of the same visit whose turn comes next, and let this one go its own way."""
        following, self._follower[record] = self._follower[record], NEVER
        return following

    def expect(self, record: int, ready: int) -> None:
        """Let somebody come at the first tick from `ready` on at which the doors are open."""
        day = bisect_right(self._opening, ready) - 1
        if day >= 0 and ready < self._last_entry[day]:
            self._come_at(ready, record)
        else:
            self._come_after_opening(bisect_left(self._opening, ready), record)

    def expect_supplement(self, record: int, ready: int) -> None:
        """Let somebody bring what was missing, to the hall or online."""
        if self._is_online[record]:
            self._come_at(ready, record)
        else:
            self.expect(record, ready)

    def expect_collection(self, record: int, ready: int) -> None:
        """Let somebody come for the result; how often they came in vain before is forgotten."""
        self._tries_left[record] = self._n_tries[record]
        self.expect(record, ready)

    def _leave_in_vain(self, record: int, why: State) -> None:
        """Go home; come back after the next opening, unless that was one time too many."""
        self._diary.enter(record, why)
        self._tries_left[record] -= 1
        if self._tries_left[record] > 0:
            self._come_after_opening(bisect_right(self._opening, self._calendar.tick), record)
        else:
            for gone in self._party(record):
                self._diary.enter(gone, State.GONE)

    def _come_after_opening(self, day: int, record: int) -> None:
        """Come some time after this opening, if the period has it."""
        if day < len(self._opening):
            self._come_at(self._opening[day] + self._return_offset[record], record)

    def _come_at(self, tick: int, record: int) -> None:
        self._calendar.call_at(tick, Kind.ARRIVAL, record, lambda: self.come_again(record))

    def _party(self, leader: int) -> list[int]:
        party = [leader]
        while (following := self._follower[party[-1]]) != NEVER:
            party.append(following)
        return party

    def _is_open(self) -> bool:
        """Return whether one can come in: people queue from midnight of a working day on."""
        day = bisect_right(self._midnight, self._calendar.tick) - 1
        return day >= 0 and self._calendar.tick < self._last_entry[day]

    def _is_inside(self) -> bool:
        """Return whether one may stay in the hall."""
        day = bisect_right(self._midnight, self._calendar.tick) - 1
        return day >= 0 and self._calendar.tick < self._dispersal[day]
