"""What becomes of a record once it is received, or submitted online: check, back office, signatory, result."""

from collections.abc import Callable

from sim.engine.reference.calendar import Calendar
from sim.engine.reference.diary import Diary
from sim.engine.reference.floor import Floor
from sim.engine.reference.given import Given
from sim.scenario.people import Stage
from sim.trace import NEVER, State

WAITING = {
    Stage.GUIDANCE: State.WAIT_GUIDANCE,
    Stage.INTAKE: State.WAIT_INTAKE,
    Stage.CHECK: State.WAIT_CHECK,
    Stage.BACK_OFFICE: State.WAIT_BACK_OFFICE,
    Stage.APPROVAL: State.WAIT_APPROVAL,
    Stage.HANDOVER: State.WAIT_HANDOVER,
}


class Office:
    """The way of every record after the hall."""

    def __init__(
        self,
        calendar: Calendar,
        floor: Floor,
        diary: Diary,
        given: Given,
        *,
        collect: Callable[[int, int], None],
    ) -> None:
        """`collect(record, tick)` is what makes a citizen come for the result from that tick on."""
        workload, plan = given.workload, given.plan
        self._calendar, self._floor, self._diary, self._given, self._collect = calendar, floor, diary, given, collect
        self._work: list[list[int]] = workload.work.tolist()
        self._collect_delay: list[int] = workload.collect_delay.tolist()
        self._supplement_delay: list[int] = workload.supplement_delay.tolist()
        self._incomplete_draw: list[int] = workload.incomplete_draw.tolist()
        self._incomplete_ppm: list[list[int]] = plan.incomplete_ppm.tolist()
        self._has_signings = len(plan.signings) > 0
        self._awaiting_signature: list[int] = []
        self._was_incomplete = [False] * workload.n_records
        self.received = [NEVER] * workload.n_records
        self.settled = [NEVER] * workload.n_records

    def take_over(self, record: int, stage: Stage, *, received: int) -> None:
        """Put a record of the first day into its line, where it has been since it was received."""
        if stage != Stage.CHECK:
            self.received[record] = received
        self._diary.enter(record, WAITING[stage], since=received)
        self._floor.join(stage, record, received)

    def submit(self, record: int) -> None:
        """Take what comes in online."""
        if self._work[Stage.CHECK][record] == NEVER:
            self.receive(record)
        else:
            self._join(Stage.CHECK, record)

    def receive(self, record: int) -> None:
        """Receive a record, whose papers are complete."""
        self.received[record] = self._calendar.tick
        self.go_on(record, Stage.CHECK)

    def go_on(self, record: int, done: Stage) -> None:
        """Send a received record to the stage of its route that follows the one that is done."""
        has_back_office, has_approval = (
            done < stage and self._work[stage][record] != NEVER for stage in (Stage.BACK_OFFICE, Stage.APPROVAL)
        )
        if has_back_office:
            self._join(Stage.BACK_OFFICE, record)
        elif has_approval and self._has_signings:
            self._diary.enter(record, State.WAIT_SIGNING)
            self._awaiting_signature.append(record)
        elif has_approval:
            self._join(Stage.APPROVAL, record)
        else:
            self._settle(record)

    def lay_before_signatory(self) -> None:
        """Let all that wait for this time of day join the signatory's line."""
        waiting, self._awaiting_signature = self._awaiting_signature, []
        for record in waiting:
            self._join(Stage.APPROVAL, record)

    def is_incomplete(self, record: int) -> bool:
        """Return whether papers turn out to be missing; once they have been brought, they are complete."""
        ppm = self._incomplete_ppm[self._given.procedure[record]][self._given.day(self._calendar.tick)]
        if self._was_incomplete[record] or self._incomplete_draw[record] >= ppm:
            return False
        self._was_incomplete[record] = True
        return True

    def ask_for_supplement(self, record: int) -> int:
        """Send the citizen for what is missing; return the tick at which they have it."""
        self._diary.enter(record, State.SUPPLEMENT)
        return self._calendar.tick + self._supplement_delay[record]

    def put_back(self, record: int, stage: Stage, joined: int) -> None:
        """Put a record back into its line, where it stands as if it had never left."""
        self._diary.enter(record, WAITING[stage])
        self._floor.join(stage, record, joined)

    def _join(self, stage: Stage, record: int) -> None:
        self.put_back(record, stage, self._calendar.tick)

    def _settle(self, record: int) -> None:
        self.settled[record] = self._calendar.tick
        if self._work[Stage.HANDOVER][record] == NEVER:
            self._diary.close(record)
        else:
            self._diary.enter(record, State.COLLECT)
            self._collect(record, self._calendar.tick + self._collect_delay[record])
