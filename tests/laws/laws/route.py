"""Each record goes where its draws and the plan send it: online or to the hall, from stage to stage, and back."""

from bisect import bisect_left

from sim.scenario.people import Stage
from sim.scenario.things import System
from sim.trace import NEVER, State
from tests.laws.laws.told import AWAY, LINE_OF, WORK_OF, Stint, Told

_ROUTE = (Stage.BACK_OFFICE, Stage.APPROVAL)


def check_routes(told: Told) -> None:
    """Each record goes from state to state as its draws, the plan and the time of day say."""
    down = _portal_down(told)
    for record in range(told.workload.n_records):
        _Walk(told, record, down).check()


class _Walk:
    """One record on its way."""

    def __init__(self, told: Told, record: int, down: list[tuple[int, int]]) -> None:
        self.told, self.record, self.life, self.down = told, record, told.lives[record], down
        self.was_guided = self.was_wrong = self.was_incomplete = False
        self.n_in_vain = 0
        self.received = self.settled = NEVER
        self.has_entry = int(told.workload.entry[record]) != NEVER

    def check(self) -> None:
        told, record = self.told, self.record
        arrival = int(told.workload.arrival[record])
        if self.has_entry:
            first: set[State] = {LINE_OF[Stage(int(told.workload.entry[record]))]}
            self.received = NEVER if first == {State.WAIT_CHECK} else arrival
        elif told.is_online[record]:
            first = self._online(arrival)
        else:
            first = self._in_hall(arrival) if told.leader[record] == record else {State.PARTY}
        self._assert(first, 0, f"it arrives at {arrival}")
        for index, stint in enumerate(self.life):
            self._check_stint(stint, index)
        assert told.received[record] == self.received, f"record {record} is received at {self.received}"
        assert told.settled[record] == self.settled, f"record {record} is settled at {self.settled}"

    def _assert(self, expected: set[State], index: int, why: str) -> None:
        """Judge the state at this place of the life; nothing is expected where the life ends."""
        found = self.life[index].state if index < len(self.life) else None
        wanted = ", ".join(state.name for state in expected) or "nothing"
        is_right = found in expected if expected else found is None
        assert is_right, f"record {self.record}: {why}; expected {wanted}, not {found and found.name}"

    def _check_stint(self, stint: Stint, index: int) -> None:
        if stint.state in AWAY:
            self.n_in_vain += 1
        until = self._until(stint)
        if until is not None:
            self._check_end(stint, until)
        if not stint.is_cut:
            self._assert(self._after(stint, index), index + 1, f"after {stint}")

    def _check_end(self, stint: Stint, until: int) -> None:
        if until >= self.told.end:
            assert stint.is_cut, f"{stint} should last to the end of the period"
        else:
            assert stint.end == until and not stint.is_cut, f"{stint} should end at {until}"

    def _until(self, stint: Stint) -> int | None:
        """Return when a stint has to end, where the time alone says so; the period's end where it never does."""
        told, workload = self.told, self.told.workload
        never = told.end
        if stint.state in AWAY:
            if self.n_in_vain == workload.n_tries[self.record]:
                return stint.start
            opening = told.opening_from(stint.start + 1)
            return never if opening is None else opening + int(workload.return_offset[self.record])
        if stint.state == State.GONE:
            return never
        if stint.state == State.SUPPLEMENT:
            ready = stint.start + int(workload.supplement_delay[self.record])
            return ready if self._is_sent_online else _or(told.visit_from(ready, self.record), never)
        if stint.state == State.COLLECT:
            ready = stint.start + int(workload.collect_delay[self.record])
            return _or(told.visit_from(ready, self.record), never)
        if stint.state == State.WAIT_PORTAL:
            return next((end for start, end in self.down if start <= stint.start < end), stint.start - 1)
        return None

    @property
    def _is_sent_online(self) -> bool:
        return self.has_entry or self.told.is_online[self.record]

    def _after(self, stint: Stint, index: int) -> set[State]:
        """Return what may follow a stint; nothing where its life ends."""
        if stint.state in AWAY:
            is_last = self.n_in_vain == self.told.workload.n_tries[self.record]
            return {State.GONE} if is_last else self._in_hall(stint.end)
        if stint.state in {State.SUPPLEMENT, State.COLLECT, State.WAIT_PORTAL}:
            if stint.state == State.COLLECT or not self._is_sent_online:
                return self._in_hall(stint.end)
            return self._online(stint.end)
        if stint.state in {State.GUIDANCE, State.WRONG_COUNTER}:
            self.was_guided |= stint.state == State.GUIDANCE
            self.was_wrong |= stint.state == State.WRONG_COUNTER
            return {State.WAIT_INTAKE if self.told.is_inside(stint.end) else State.SENT_HOME}
        if stint.state in {State.WAIT_INTAKE, State.PARTY}:
            return self._called(stint)
        if stint.state in {State.INTAKE, State.CHECK, State.SCAN, State.UPLOAD}:
            return self._after_papers(stint, index)
        if stint.state in {State.BACK_OFFICE, State.APPROVAL}:
            if self.life[index + 1 : index + 2] and self.life[index + 1].state == LINE_OF[WORK_OF[stint.state]]:
                return {LINE_OF[WORK_OF[stint.state]]}  # put down; whether rightly so is judged by the work done
            return self._office(WORK_OF[stint.state], stint.end)
        return {State.WAIT_APPROVAL} if stint.state == State.WAIT_SIGNING else self._as_it_may(stint)

    def _as_it_may(self, stint: Stint) -> set[State]:
        """Return what may follow where people choose: taken, or (in the hall) out of patience or out of time."""
        ends = {State.RENEGED, State.SENT_HOME}
        return {
            State.WAIT_GUIDANCE: {State.GUIDANCE} | ends,
            State.WAIT_HANDOVER: {State.HANDOVER} | ends,
            State.WAIT_CHECK: {State.CHECK},
            State.WAIT_BACK_OFFICE: {State.BACK_OFFICE},
            State.WAIT_APPROVAL: {State.APPROVAL},
            State.WAIT_SCANNER: {State.SCAN},
        }.get(stint.state, set())

    def _in_hall(self, tick: int) -> set[State]:
        """Return what becomes of who arrives for the hall; whether they balk rightly is judged with the hall."""
        if not self.told.is_open(tick):
            return {State.SENT_HOME}
        if self.settled != NEVER:
            return {State.WAIT_HANDOVER, State.BALKED}
        is_guided = self.told.work[Stage.GUIDANCE][self.record] >= 0 and not self.was_guided
        return {State.WAIT_GUIDANCE if is_guided else State.WAIT_INTAKE, State.BALKED}

    def _online(self, tick: int) -> set[State]:
        """Return what becomes of what is sent online."""
        if any(start <= tick < end for start, end in self.down):
            return {State.WAIT_PORTAL}
        return {State.WAIT_CHECK} if self.told.work[Stage.CHECK][self.record] >= 0 else self._receive(tick)

    def _called(self, stint: Stint) -> set[State]:
        """Return what follows a wait for the counter: those with a leader leave for good only with the leader."""
        told, workload = self.told, self.told.workload
        if stint.state == State.PARTY:
            return {State.INTAKE, State.GONE}
        part = told.plan.wrong_ppm[told.procedure[self.record], told.day(stint.end)]
        is_wrong = not self.was_wrong and workload.wrong_draw[self.record] < part
        return {State.WRONG_COUNTER if is_wrong else State.INTAKE, State.RENEGED, State.SENT_HOME}

    def _after_papers(self, stint: Stint, index: int) -> set[State]:
        """Return what follows intake, check, scanning or upload."""
        told, workload, tick = self.told, self.told.workload, stint.end
        if stint.state == State.CHECK and [each.state for each in self.life[index + 1 : index + 2]] == [
            State.WAIT_CHECK
        ]:
            return {State.WAIT_CHECK}
        if stint.state in {State.INTAKE, State.CHECK}:
            part = told.plan.incomplete_ppm[told.procedure[self.record], told.day(tick)]
            if not self.was_incomplete and workload.incomplete_draw[self.record] < part:
                self.was_incomplete = True
                return {State.SUPPLEMENT}
            if stint.state == State.CHECK:
                return self._receive(tick)
            if workload.scan_work[self.record] > 0:
                return {State.SCAN, State.WAIT_SCANNER}
        if stint.state != State.UPLOAD and workload.upload_bit[self.record] > 0:
            return {State.UPLOAD}
        return self._receive(tick)

    def _receive(self, tick: int) -> set[State]:
        self.received = tick
        return self._office(None, tick)

    def _office(self, done: Stage | None, tick: int) -> set[State]:
        """Return what follows a stage of the back office, or receipt."""
        for stage in _ROUTE:
            if (done is None or stage > done) and self.told.work[stage][self.record] >= 0:
                is_signed = stage == Stage.APPROVAL and len(self.told.plan.signings) > 0
                return {State.WAIT_SIGNING if is_signed else LINE_OF[stage]}
        self.settled, self.n_in_vain = tick, 0
        return {State.COLLECT} if self.told.work[Stage.HANDOVER][self.record] >= 0 else set()


def _or(tick: int | None, never: int) -> int:
    return never if tick is None else tick


def _portal_down(told: Told) -> list[tuple[int, int]]:
    """Return the disjoint times in which nothing can be submitted, sorted."""
    found: list[tuple[int, int]] = []
    for system, start, end, permille, _ in told.workload.outages.tolist():
        if system == System.PORTAL and permille == 0 and start < end:
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
    return found


def check_parties(told: Told) -> None:
    """Followers share the fate of their leader's visit: a turn after hers, at once and with the same officer, or none."""
    for record, follower in enumerate(told.follower):
        if follower == NEVER or told.is_online[record]:
            continue
        party = told.lives[follower][0]
        turn = next((index for index, stint in enumerate(told.lives[record]) if stint.state == State.INTAKE), None)
        if turn is None:
            before = told.lives[record][-1]
            is_gone = before.state == State.GONE
            assert party.is_cut != is_gone, f"record {follower} should have left with {before}"
            assert not is_gone or party.end == before.start, f"record {follower} leaves at {party.end}, not as {before}"
            continue
        own = next(told.turns(told.lives[record], turn))[-1]
        assert party.is_cut == own.is_cut, f"{party} should end with {own}"
        if not party.is_cut:
            after = told.lives[follower][1]
            assert after.state == State.INTAKE, f"{after} should be the turn after {own}"
            assert (after.start, after.person) == (own.end, own.person), f"{after} should follow {own}"


def check_signings(told: Told) -> None:
    """Who waits for a signing leaves at the next one that happens, all together."""
    ticks: list[int] = [*told.plan.signings[told.plan.signings < told.end].tolist(), told.end, told.end]
    for life in told.lives:
        for index, stint in enumerate(life):
            if stint.state != State.WAIT_SIGNING:
                continue
            number = bisect_left(ticks, stint.start)
            allowed = {ticks[number]}
            if allowed == {stint.start} and _could_come_after_signing(life, index):
                allowed.add(ticks[number + 1])
            assert stint.end in allowed, f"{stint} should end at {allowed}"


def _could_come_after_signing(life: list[Stint], index: int) -> bool:
    """Return whether a record may have begun to wait after the signing of the same tick.

    What ends comes before a signing, unless it began at that tick too; what arrives comes after it.
    """
    before = life[index - 1] if index else None
    return before is None or before.start == life[index].start or before.state == State.WAIT_PORTAL
