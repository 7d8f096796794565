"""Named ways to break the model, each a line that says something else.

A mutant is a file, what stands there once, and what stands there instead. If no test fails, nobody would notice.
"""

from dataclasses import dataclass

_REFERENCE = "sim/engine/reference"


@dataclass(frozen=True)
class Mutant:
    """A change that some test must notice.

    Attributes:
        name: what is broken.
        path: the file.
        old: what stands there, once.
        new: what stands there instead.
    """

    name: str
    path: str
    old: str
    new: str


MUTANTS = (
    Mutant(
        "every hundredth visit is dropped",
        f"{_REFERENCE}/centre.py",
        "elif leads:",
        "elif leads and record % 100 != 99:",
    ),
    Mutant(
        "lunch ends a tick early",
        "sim/plan/roster.py",
        "[(a[1], b[0]) for a, b in pairwise(normal)]",
        "[(a[1], b[0] - 1) for a, b in pairwise(normal)]",
    ),
    Mutant(
        "priority is reversed",
        f"{_REFERENCE}/floor.py",
        "key = (self._priority[record], joined, record)",
        "key = (-self._priority[record], joined, record)",
    ),
    Mutant(
        "lines are last come, first served",
        f"{_REFERENCE}/floor.py",
        "key = (self._priority[record], joined, record)",
        "key = (self._priority[record], -joined, record)",
    ),
    Mutant(
        "the link's capacity is not shared",
        f"{_REFERENCE}/link.py",
        "self._bit_per_tick / len(self._target)",
        "self._bit_per_tick",
    ),
    Mutant(
        "an outage that loses uploads loses none",
        f"{_REFERENCE}/link.py",
        "        if loses:",
        "        if loses and not self._target:",
    ),
    Mutant(
        "practice changes nothing",
        f"{_REFERENCE}/people.py",
        "self._work[stage][record] * self._work_permille[person][today] // 1000",
        "self._work[stage][record]",
    ),
    Mutant(
        "what is put down starts anew",
        f"{_REFERENCE}/people.py",
        "-(-self._work[stage][record] * (duration - done) // duration)",
        "self._work[stage][record]",
    ),
    Mutant(
        "what is put down is done",
        f"{_REFERENCE}/people.py",
        "-(-self._work[stage][record] * (duration - done) // duration)",
        "0",
    ),
    Mutant(
        "tired hands are quick",
        f"{_REFERENCE}/people.py",
        "self._fatigue_permille[hours] // 1000",
        "1000 // self._fatigue_permille[hours]",
    ),
    Mutant(
        "people take up work at the tick at which their shift ends",
        f"{_REFERENCE}/floor.py",
        "if now < ends[person]",
        "if now <= ends[person]",
    ),
    Mutant(
        "counters and desks do not run out",
        f"{_REFERENCE}/floor.py",
        "self._n_free[place] > 0",
        "self._n_free[place] > -9",
    ),
    Mutant(
        "scanners do not run out",
        f"{_REFERENCE}/floor.py",
        "self._n_free -= 1\n            given",
        "self._n_free -= 0\n            given",
    ),
    Mutant(
        "patience lasts a tick longer",
        f"{_REFERENCE}/hall.py",
        "self._calendar.tick + self._patience[record], self",
        "self._calendar.tick + self._patience[record] + 1, self",
    ),
    Mutant(
        "closing sends nobody home",
        f"{_REFERENCE}/hall.py",
        "for record in self._floor.in_hall():",
        "for record in self._floor.in_hall()[:0]:",
    ),
    Mutant(
        "nobody gives up",
        f"{_REFERENCE}/hall.py",
        "if self._tries_left[record] > 0:",
        "if self._tries_left[record] > -9:",
    ),
    Mutant(
        "one more must wait before somebody turns around",
        f"{_REFERENCE}/hall.py",
        "len(self._floor.in_hall()) >= self._balk_at[record]",
        "len(self._floor.in_hall()) > self._balk_at[record]",
    ),
    Mutant(
        "who comes along is forgotten",
        f"{_REFERENCE}/hall.py",
        "following, self._follower[record] = self._follower[record], NEVER",
        "following, self._follower[record] = NEVER, NEVER",
    ),
    Mutant(
        "papers are found incomplete again and again",
        f"{_REFERENCE}/office.py",
        "self._was_incomplete[record] = True",
        "self._was_incomplete[record] = False",
    ),
    Mutant(
        "the signatory signs at any time",
        f"{_REFERENCE}/office.py",
        "self._has_signings = len(plan.signings) > 0",
        "self._has_signings = False",
    ),
    Mutant(
        "absent people work",
        f"{_REFERENCE}/people.py",
        "return bool(draw < plan.absence_ppm[person])",
        "return bool(draw < 0)",
    ),
    Mutant(
        "software and power change nothing",
        "sim/conditions.py",
        "(System.SOFTWARE, System.POWER)",
        "()",
    ),
    Mutant(
        "batteries last twice as long",
        "sim/plan/__init__.py",
        "ups=round(",
        "ups=2 * round(",
    ),
    Mutant(
        "deadlines are a day later",
        "sim/timebase.py",
        '        working_days,\n        roll="forward",',
        '        working_days + 1,\n        roll="forward",',
    ),
    Mutant(
        "all records of a visit are alike",
        "sim/workload/records.py",
        "two(key, number[k], within[k], blocks[row], member[k])",
        "two(key, number[k], within[k], blocks[row], 0)",
    ),
    Mutant(
        "more demand draws all visits anew",
        "sim/workload/thinning.py",
        "(band << _CELL_BITS) | cell",
        "(band << _CELL_BITS) | cell | int(rate[cell] * 1000) << 21",
    ),
    Mutant(
        "everyone gives up one time later",
        "sim/laws.py",
        "np.asarray(1 + np.floor(np.log(u) / parameters[0])",
        "np.asarray(2 + np.floor(np.log(u) / parameters[0])",
    ),
    Mutant(
        "outages alike happen together",
        "sim/workload/failures.py",
        "place((key, _PLACE, entry)",
        "place((key, _PLACE, 0)",
    ),
    Mutant(
        "office hours pass over lunch",
        "sim/timebase.py",
        "np.minimum(received - start[part], np.diff(passed)[part])",
        "(received - start[part])",
    ),
    Mutant(
        "guides send people to wrong counters",
        "sim/plan/effects.py",
        "guidance.wrong_counter_factor **",
        "guidance.wrong_counter_factor ** -1.0 **",
    ),
)
