"""What a scenario asks to be drawn for each record: worked out once for all replications.

Place in the pipeline: a part of the workload. In: a scenario. Out: `Asked`. Invariant: it depends on the scenario
alone.
"""

from functools import lru_cache

import numpy as np

from sim.laws import Law, Laws
from sim.scenario import Scenario
from sim.scenario.people import STAGES_BY_NAME, Stage
from sim.streams import PPM, Address, Purpose
from sim.timebase import NEVER

_S_PER_MIN, _S_PER_H = 60, 3600
_BITS_PER_MB = 8e6
_MOST_WORK = float((1 << 31) - 1)  # ticks: 25 days of milliseconds without a break; longer work is cut to that
_MOST_BITS = float(1 << 53)  # whole numbers up to here are exact
_MOST_WAITING = float(1 << 30)
LONGEST_S = 3660 * 86_400.0  # ten years, as long as the longest period: a longer delay is cut to that

# The rows of a record's whole numbers: its work by `Stage`, then these.
SCAN, UPLOAD, PATIENCE, BALK_AT, RETURN_OFFSET, SUPPLEMENT_DELAY, COLLECT_DELAY = range(len(Stage), len(Stage) + 7)
N_ROWS = COLLECT_DELAY + 1

_WORK = {
    Stage.GUIDANCE: (Purpose.GUIDANCE_WORK, "guidance_min"),
    Stage.INTAKE: (Purpose.INTAKE_WORK, "intake_min"),
    Stage.CHECK: (Purpose.CHECK_WORK, "check_min"),
    Stage.BACK_OFFICE: (Purpose.BACK_OFFICE_WORK, "back_office_min"),
    Stage.APPROVAL: (Purpose.APPROVAL_WORK, "approval_min"),
    Stage.HANDOVER: (Purpose.HANDOVER_WORK, "handover_min"),
}
_DELAYS = {
    PATIENCE: (Purpose.PATIENCE, "patience_min", _S_PER_MIN),
    RETURN_OFFSET: (Purpose.RETURN_OFFSET, "return_offset_min", _S_PER_MIN),
    SUPPLEMENT_DELAY: (Purpose.SUPPLEMENT_DELAY, "supplement_delay_h", _S_PER_H),
    COLLECT_DELAY: (Purpose.COLLECT_DELAY, "collect_delay_h", _S_PER_H),
}
_RATIOS = {
    Purpose.CHANNEL: "online_ratio",
    Purpose.WRONG_COUNTER: "wrong_counter_ratio",
    Purpose.INCOMPLETE: "incomplete_ratio",
}


class Staff:
    """Whose absence is drawn: all that any plan may have, of groups that are ever absent.

    Attributes:
        nobody: ``int64[n_groups, n_members, n_days]``, as if nobody ever were: `PPM`.
        ever: ``int64[n]``, the groups that are drawn for.
        address: of the draws, by group, member and day.
    """

    def __init__(self, scenario: Scenario) -> None:
        n_members = max(
            max(group.people, *(plan.staff.get(name, 0) for plan in scenario.plans.values()))
            for name, group in scenario.staff.items()
        )
        self.nobody = np.full((len(scenario.staff), n_members, scenario.timebase.n_days), PPM)
        self.ever = np.flatnonzero([group.absence_ratio > 0 for group in scenario.staff.values()])
        group, member, day = (each.ravel() for each in np.indices((len(self.ever), *self.nobody.shape[1:])))
        self.address = Address(day, self.ever[group], member)


class Asked:
    """What is drawn for records, whatever the plan.

    A *cell* is a purpose and a procedure that has a law for it; cells of laws that are drawn alike are neighbours. An
    *outcome* is a row that a cell's draws fill: ``min(draw · factor · unit, most) · per``, to the nearest whole number.

    Attributes:
        blocks: ``int64[n_blocks]``, the pairs of purposes that are drawn for.
        laws: of the cells.
        cells: ``int64[n_cells, 2]``, row of the numbers, procedure.
        outcomes: rows (cell, procedure, row) and (factor, unit, most, per), and whether draws are rounded first.
        without: ``int64[N_ROWS, 1]``, what stands where no law is.
        shares: of the procedures.
        priority: ``int64[n_procedures]``.
        brought: ``int64[n]``, how many records a visit may bring, and `weights` of each.
        of_entry: ``int64[2, n_entries]``, stage and procedure of the records of the first day.
        left: ``float64[n_entries]``, which part of their work there is left.
        staff: whose absence is drawn.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._kinds = list(scenario.procedures.values())
        self._laws: list[tuple[Purpose, int, Law]] = []
        outcomes: list[tuple[int, int, int, float, float, float, float, bool]] = []
        for index, (purpose, kind, law, rows) in enumerate(_in_order_of_law(scenario)):
            self._laws.append((purpose, kind, law))
            outcomes += [(index, kind, *row) for row in rows]
        self._purposes = {Purpose.PROCEDURE, *(purpose for purpose, _, _ in self._laws)}
        self._purposes.update(_by_ratio(scenario))
        self.blocks = np.array(sorted({purpose // 2 for purpose in self._purposes}), dtype=np.int64)
        self.laws = Laws([law for _, _, law in self._laws])
        self.cells = np.array([(self.row(purpose), kind) for purpose, kind, _ in self._laws], dtype=np.int64)
        table = np.array(outcomes, dtype=np.float64)
        self.outcomes = (table[:, :3].astype(np.int64), table[:, 3:7].copy(), table[:, 7] > 0)
        self.without = np.full((N_ROWS, 1), NEVER)
        self.without[[SCAN, UPLOAD, RETURN_OFFSET, SUPPLEMENT_DELAY, COLLECT_DELAY]] = 0
        self.shares = [kind.share for kind in self._kinds]
        self.priority = np.array([kind.priority for kind in self._kinds], dtype=np.int64)
        weights = sorted(scenario.demand.records_per_visit.items())
        self.brought, self.weights = np.array([count for count, _ in weights]), [weight for _, weight in weights]
        names, told = list(scenario.procedures), scenario.initial
        self.of_entry = np.array(
            [[STAGES_BY_NAME[each.stage] for each in told], [names.index(each.procedure) for each in told]],
            dtype=np.int64,
        )
        self.staff = Staff(scenario)
        self.left = 1 - np.array([each.done_ratio for each in told], dtype=np.float64)

    def asks(self, purpose: Purpose) -> bool:
        """Return whether anything is drawn for a purpose."""
        return purpose in self._purposes

    def row(self, purpose: Purpose) -> int:
        """Return the row of the numbers that are for a purpose."""
        return 2 * int(self.blocks.searchsorted(purpose // 2)) + purpose % 2


Outcome = tuple[int, float, float, float, float, bool]  # row, factor, unit, most, per, whether draws are whole before


def _in_order_of_law(scenario: Scenario) -> list[tuple[Purpose, int, Law, list[Outcome]]]:
    """Return purpose, procedure, law and outcomes of each cell; those of laws of the same name are neighbours."""
    ticks_per_s, found = scenario.timebase.ticks_per_s, []
    for number, kind in enumerate(scenario.procedures.values()):
        for stage, (purpose, name) in _WORK.items():
            work = (int(stage), 1.0, ticks_per_s * _S_PER_MIN, _MOST_WORK, 1.0, False)
            found.append((purpose, number, getattr(kind, name), [work]))
        scan = (SCAN, kind.scan_s_per_page, ticks_per_s, _MOST_WORK, 1.0, True)
        upload = (UPLOAD, kind.page_mb, _BITS_PER_MB, _MOST_BITS, 1.0, True)
        found.append((Purpose.PAGES, number, kind.pages, [scan, upload]))
        for row, (purpose, name, unit_s) in _DELAYS.items():
            delay = (row, 1.0, float(unit_s), LONGEST_S, ticks_per_s, False)
            found.append((purpose, number, getattr(scenario.citizens, name), [delay]))
        balks = (BALK_AT, 1.0, 1.0, _MOST_WAITING, 1.0, False)
        found.append((Purpose.BALKING, number, scenario.citizens.balk_at, [balks]))
    return sorted((cell for cell in found if cell[2] is not None), key=lambda cell: cell[2].law)


def _by_ratio(scenario: Scenario) -> list[Purpose]:
    """Return which purposes a ratio of the scenario asks for."""
    kinds = scenario.procedures.values()
    found = [purpose for purpose, name in _RATIOS.items() if any(getattr(kind, name) for kind in kinds)]
    if scenario.volunteer_effect.moves_online_ratio:
        found.append(Purpose.CHANNEL)
    if 0 < scenario.citizens.gives_up_ratio < 1:
        found.append(Purpose.TRIES)
    return found


def asked_of(scenario: Scenario) -> Asked:
    """Return what a scenario asks for, from memory if it was asked lately."""
    return _asked(_Same(scenario))


class _Same:
    """A scenario as a key: the very same object, for it is too large to be compared by value."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario


@lru_cache(maxsize=64)
def _asked(same: _Same) -> Asked:
    return Asked(same.scenario)
