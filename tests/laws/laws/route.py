"""Each record goes where its draws and the plan send it: online or to the hall, from stage to stage, and back."""

from bisect import bisect_left
from collections.abc import Callable

from sim.scenario.people import Stage
from sim.scenario.things import System
from sim.trace import NEVER, State
from tests.laws.laws.life import NEXT
from tests.laws.laws.told import AWAY, LINE_OF, WORK_OF, Stint, Told

_After = Callable[[int], set[State]]  # of the place in the life
_Until = Callable[[int], int | None]  # of the tick at which the stint starts
_ROUTE = (Stage.BACK_OFFICE, Stage.APPROVAL)


def check_routes(told: Told) -> None:
    """Each record goes from state to state as its draws, the plan and the time of day say."""
    down = _portal_down(told)
    for record in range(told.workload.n_records):
        _Walk(told, record, down).check()


def _names(states: set[State]) -> str:
    return ", ".join(state.name for state in states) or "nothing"


class _Walk:
    """One record on its way: what each stint may lead to, and when it has to end where the time alone says so."""

    def __init__(self, told: Told, record: int, down: list[tuple[int, int]]) -> None:
        self.told, self.record, self.life, self.down = told, record, told.lives[record], down
        self.was_guided = self.was_wrong = self.was_incomplete = False
        self.n_in_vain = 0
        self.received = self.settled = NEVER
        self.has_entry = int(told.workload.entry[record]) != NEVER
        self.is_sent_online = self.has_entry or told.is_online[record]
        self.n_tries = int(told.workload.n_tries[record])
        self.after: dict[State, _After] = {
            **dict.fromkeys(AWAY, self._after_vain),
            State.GUIDANCE: self._after_guidance,
            State.WRONG_COUNTER: self._after_wrong,
            State.WAIT_INTAKE: self._called,
            State.INTAKE: self._after_papers,
            State.CHECK: self._after_papers,
            State.SCAN: self._after_scan,
            State.UPLOAD: lambda index: self._receive(self.life[index].end),
            State.BACK_OFFICE: self._after_desk,
            State.APPROVAL: self._after_desk,
            State.COLLECT: lambda index: self._in_hall(self.life[index].end),
            State.SUPPLEMENT: lambda index: self._arrive(self.life[index].end),
            State.WAIT_PORTAL: lambda index: self._online(self.life[index].end),
        }
        self.until: dict[State, _Until] = {
            **dict.fromkeys(AWAY, self._back_at),
            State.GONE: lambda _: None,
            State.SUPPLEMENT: self._supplemented_at,
            State.COLLECT: lambda tick: told.visit_from(tick + int(told.workload.collect_delay[record]), record),
            State.WAIT_PORTAL: lambda tick: next((up for down, up in self.down if down <= tick < up), tick - 1),
        }

    def check(self) -> None:
        """Go along the life, and compare it with what should have followed at each step."""
        told, record = self.told, self.record
        arrival = int(told.workload.arrival[record])
        if self.has_entry:
            entry = Stage(int(told.workload.entry[record]))
            self.received = NEVER if entry == Stage.CHECK else arrival
            self._assert({LINE_OF[entry]}, 0, "its entry on the first day")
        else:
            is_follower = not told.is_online[record] and told.leader[record] != record
            self._assert({State.PARTY} if is_follower else self._arrive(arrival), 0, f"arriving at {arrival}")
        for index, stint in enumerate(self.life):
            self.n_in_vain += stint.state in AWAY
            if stint.state in self.until:
                self._check_end(stint, self.until[stint.state](stint.start))
            if not stint.is_cut:
                follow = self.after[stint.state](index) if stint.state in self.after else NEXT[stint.state]
                self._assert(follow, index + 1, stint)
        assert told.received[record] == self.received, f"record {record} is received at {self.received}"
        assert told.settled[record] == self.settled, f"record {record} is settled at {self.settled}"

    def _assert(self, expected: set[State], index: int, after: Stint | str) -> None:
        """Judge the state at this place of the life; nothing is expected where the life ends."""
        found = self.life[index].state if index < len(self.life) else None
        is_right = found in expected if expected else found is None
        assert is_right, f"record {self.record} after {after}: expected {_names(expected)}, not {found and found.name}"

    def _check_end(self, stint: Stint, until: int | None) -> None:
        if until is None or until >= self.told.end:
            assert stint.is_cut, f"{stint} should last to the end of the period"
        else:
            assert stint.end == until, f"{stint} should end at {until}"

    # --- when

    def _back_at(self, tick: int) -> int | None:
        if self.n_in_vain == self.n_tries:
            return tick
        opening = self.told.opening_from(tick + 1)
        return None if opening is None else opening + int(self.told.workload.return_offset[self.record])

    def _supplemented_at(self, tick: int) -> int | None:
        ready = tick + int(self.told.workload.supplement_delay[self.record])
        return ready if self.is_sent_online else self.told.visit_from(ready, self.record)

    # --- where to

    def _arrive(self, tick: int) -> set[State]:
        return self._online(tick) if self.is_sent_online else self._in_hall(tick)

    def _in_hall(self, tick: int) -> set[State]:
        """Return what becomes of who arrives for the hall; whether they balk rightly is judged with the hall."""
        if not self.told.is_open(tick):
            return {State.SENT_HOME}
        if self.settled != NEVER:
            return {State.WAIT_HANDOVER, State.BALKED}
        needs_guidance = self.told.work[Stage.GUIDANCE][self.record] >= 0 and not self.was_guided
        return {State.WAIT_GUIDANCE if needs_guidance else State.WAIT_INTAKE, State.BALKED}

    def _online(self, tick: int) -> set[State]:
        if any(down <= tick < up for down, up in self.down):
            return {State.WAIT_PORTAL}
        return {State.WAIT_CHECK} if self.told.work[Stage.CHECK][self.record] >= 0 else self._receive(tick)

    def _after_vain(self, index: int) -> set[State]:
        return {State.GONE} if self.n_in_vain == self.n_tries else self._in_hall(self.life[index].end)

    def _after_guidance(self, index: int) -> set[State]:
        self.was_guided = True
        return {State.WAIT_INTAKE if self.told.is_inside(self.life[index].end) else State.SENT_HOME}

    def _after_wrong(self, index: int) -> set[State]:
        self.was_wrong = True
        return {State.WAIT_INTAKE if self.told.is_inside(self.life[index].end) else State.SENT_HOME}

    def _called(self, index: int) -> set[State]:
        """Return what follows a wait for the counter; whether patience or hours were over is judged with the hall."""
        told = self.told
        part = told.plan.wrong_ppm[told.procedure[self.record], told.day(self.life[index].end)]
        is_wrong = not self.was_wrong and told.workload.wrong_draw[self.record] < part
        return {State.WRONG_COUNTER if is_wrong else State.INTAKE, State.RENEGED, State.SENT_HOME}

    def _after_papers(self, index: int) -> set[State]:
        """Return what follows intake or check."""
        told, stint = self.told, self.life[index]
        if stint.state == State.CHECK and self._is_put_down(index):
            return {State.WAIT_CHECK}
        part = told.plan.incomplete_ppm[told.procedure[self.record], told.day(stint.end)]
        if not self.was_incomplete and told.workload.incomplete_draw[self.record] < part:
            self.was_incomplete = True
            return {State.SUPPLEMENT}
        if stint.state == State.INTAKE and told.workload.scan_work[self.record] > 0:
            return {State.SCAN, State.WAIT_SCANNER}
        return self._after_scan(index) if stint.state == State.INTAKE else self._receive(stint.end)

    def _after_scan(self, index: int) -> set[State]:
        has_files = self.told.workload.upload_bit[self.record] > 0
        return {State.UPLOAD} if has_files else self._receive(self.life[index].end)

    def _after_desk(self, index: int) -> set[State]:
        stage = WORK_OF[self.life[index].state]
        return {LINE_OF[stage]} if self._is_put_down(index) else self._office(stage, self.life[index].end)

    def _is_put_down(self, index: int) -> bool:
        """Return whether a record is back in its line; whether rightly so is judged by the work done."""
        after = self.life[index + 1].state if index + 1 < len(self.life) else None
        return after == LINE_OF[WORK_OF[self.life[index].state]]

    def _receive(self, tick: int) -> set[State]:
        self.received = tick
        return self._office(None, tick)

    def _office(self, done: Stage | None, tick: int) -> set[State]:
        """Return what follows a stage of the back office, or receipt; nothing where a life ends."""
        for stage in _ROUTE:
            if (done is None or stage > done) and self.told.work[stage][self.record] >= 0:
                is_signed = stage == Stage.APPROVAL and len(self.told.plan.signings) > 0
                return {State.WAIT_SIGNING if is_signed else LINE_OF[stage]}
        self.settled, self.n_in_vain = tick, 0
        return {State.COLLECT} if self.told.work[Stage.HANDOVER][self.record] >= 0 else set()


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
    """Followers share their leader's fate: a turn right after hers with the same officer, or gone with her."""
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
