"""What a scenario asks to be drawn for each record: worked out once for all replications.

Place in the pipeline: a part of the workload. In: a scenario. Out: `Asked`. Invariant: it depends on the scenario
alone.
"""

import numpy as np

from sim.laws import Geometric, Law, Laws, shares_so_far
from sim.scenario import Scenario
from sim.scenario.people import STAGES_BY_NAME, Stage
from sim.streams import PPM, Floats, Purpose
from sim.timebase import NEVER
from sim.workload.thinning import Whole
from sim.workload.visits import LONGEST_S

_S_PER_MIN, _S_PER_H = 60, 3600
_BITS_PER_MB = 8e6
_MOST_WORK = float((1 << 31) - 1)  # ticks: 25 days of milliseconds without a break; longer work is cut to that
_MOST_BITS = float(1 << 53)  # whole numbers up to here are exact
_MOST_WAITING = float(1 << 30)
_ALWAYS = 1 << 30  # tries of who never gives up


# The rows of a record's whole numbers: its work by `Stage`, what else laws are drawn for, then what is not.
N_ROWS = len(Stage) + 16
(
    SCAN,
    UPLOAD,
    PATIENCE,
    BALK_AT,
    N_TRIES,
    RETURN_OFFSET,
    SUPPLEMENT_DELAY,
    COLLECT_DELAY,
    CHANNEL,
    WRONG_COUNTER,
    INCOMPLETE,
    ARRIVAL,
    ENTRY,
    FOLLOWER,
    PROCEDURE,
    PRIORITY,
) = range(len(Stage), N_ROWS)

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
    CHANNEL: (Purpose.CHANNEL, "online_ratio"),
    WRONG_COUNTER: (Purpose.WRONG_COUNTER, "wrong_counter_ratio"),
    INCOMPLETE: (Purpose.INCOMPLETE, "incomplete_ratio"),
}
Outcome = tuple[int, float, float, float, float, bool]  # row, factor, unit, most, per, whether draws are whole before


class Asked:
    """What is drawn for records, whatever the plan.

    A *cell* is a purpose and a procedure that has a law for it; cells of laws that are drawn alike are neighbours. An
    *outcome* is a row that a cell's draws fill: ``min(draw · factor · unit, most) · per``, to the nearest whole number.

    Attributes:
        laws: of the cells.
        outcomes: rows (cell, procedure, row) and (factor, unit, most, per), and whether draws are rounded first.
        drawn: ``int64[n_blocks]``, the pairs of purposes that are drawn for; ``int64[n_cells, 2]``, row of the numbers
            and procedure of each cell; ``int64[n, 2]``, row of the numbers and row of what is compared with a part of
            a whole; ``int64[N_ROWS]``, what stands where nothing is drawn.
        of_visits: what tells the records of visits, in three parts. How many records a visit may bring,
            ``int64[n]``, and the shares of each and those before it. With which row of the numbers a procedure is
            chosen, their shares so far, ``float64[n_procedures]``, their priorities, ``int64[n_procedures]``, and what
            an appointment adds to it. Stage and procedure of each entry of `initial`, ``int64[2, n_entries]``, and
            which part of the work there is left, ``float64[n_entries]``.
    """

    def __init__(self, scenario: Scenario) -> None:
        cells, by_ratio = _in_order_of_law(scenario), _by_ratio(scenario)
        purposes = {Purpose.PROCEDURE, *(purpose for purpose, *_ in cells), *by_ratio.values()}
        blocks = sorted({purpose // 2 for purpose in purposes})

        def row(purpose: Purpose) -> int:
            return 2 * blocks.index(purpose // 2) + purpose % 2

        self.laws = Laws([law for _, _, law, _ in cells])
        table = np.array(
            [(cell, kind, *outcome) for cell, (_, kind, _, outcomes) in enumerate(cells) for outcome in outcomes],
            dtype=np.float64,
        )
        self.outcomes = (table[:, :3].astype(np.int64), table[:, 3:7].copy(), table[:, 7] > 0)
        self.drawn = (
            np.array(blocks, dtype=np.int64),
            np.array([(row(purpose), kind) for purpose, kind, _, _ in cells], dtype=np.int64),
            np.array([(row(purpose), of) for of, purpose in by_ratio.items()], dtype=np.int64).reshape(-1, 2),
            _without(scenario),
        )
        self.of_visits = (_parties(scenario), (row(Purpose.PROCEDURE), *_kinds(scenario)), _first_day(scenario))


def _parties(scenario: Scenario) -> tuple[Whole, Floats]:
    weights = sorted(scenario.demand.records_per_visit.items())
    return np.array([n for n, _ in weights], dtype=np.int64), shares_so_far([weight for _, weight in weights])


def _kinds(scenario: Scenario) -> tuple[Floats, Whole, int]:
    kinds, told = scenario.procedures.values(), scenario.demand.appointments
    priority = np.array([kind.priority for kind in kinds], dtype=np.int64)
    return shares_so_far([kind.share for kind in kinds]), priority, told.priority if told else 0


def _first_day(scenario: Scenario) -> tuple[Whole, Floats]:
    names, told = list(scenario.procedures), scenario.initial
    entries = [[STAGES_BY_NAME[each.stage] for each in told], [names.index(each.procedure) for each in told]]
    return np.array(entries, dtype=np.int64), 1 - np.array([each.done_ratio for each in told], dtype=np.float64)


def _in_order_of_law(scenario: Scenario) -> list[tuple[Purpose, int, Law | Geometric, list[Outcome]]]:
    """Return purpose, procedure, law and outcomes of each cell; those of laws of the same name are neighbours."""
    citizens, found = scenario.citizens, []
    tries = Geometric(ratio=citizens.gives_up_ratio) if 0 < citizens.gives_up_ratio < 1 else None
    ticks_per_s = scenario.timebase.ticks_per_s
    for number, kind in enumerate(scenario.procedures.values()):
        for stage, (purpose, name) in _WORK.items():
            work = (int(stage), 1.0, ticks_per_s * _S_PER_MIN, _MOST_WORK, 1.0, False)
            found.append((purpose, number, getattr(kind, name), [work]))
        scan = (SCAN, kind.scan_s_per_page, ticks_per_s, _MOST_WORK, 1.0, True)
        upload = (UPLOAD, kind.page_mb, _BITS_PER_MB, _MOST_BITS, 1.0, True)
        found.append((Purpose.PAGES, number, kind.pages, [scan, upload]))
        for row, (purpose, name, unit_s) in _DELAYS.items():
            delay = (row, 1.0, float(unit_s), LONGEST_S, ticks_per_s, False)
            found.append((purpose, number, getattr(citizens, name), [delay]))
        found.append((Purpose.BALKING, number, citizens.balk_at, [(BALK_AT, 1.0, 1.0, _MOST_WAITING, 1.0, False)]))
        found.append((Purpose.TRIES, number, tries, [(N_TRIES, 1.0, 1.0, float(_ALWAYS), 1.0, False)]))
    return sorted((cell for cell in found if cell[2] is not None), key=lambda cell: cell[2].law)


def _without(scenario: Scenario) -> Whole:
    """Return what stands in each row where nothing is drawn."""
    found = np.full(N_ROWS, NEVER)
    found[[SCAN, UPLOAD, RETURN_OFFSET, SUPPLEMENT_DELAY, COLLECT_DELAY]] = 0
    found[[CHANNEL, WRONG_COUNTER, INCOMPLETE]] = PPM  # below nothing
    found[N_TRIES] = 1 if scenario.citizens.gives_up_ratio else _ALWAYS
    return found


def _by_ratio(scenario: Scenario) -> dict[int, Purpose]:
    """Return which rows a ratio of the scenario asks for, and what the numbers are for."""
    kinds = scenario.procedures.values()
    found = {row: purpose for row, (purpose, name) in _RATIOS.items() if any(getattr(kind, name) for kind in kinds)}
    if scenario.volunteer_effect.moves_online_ratio:
        found[CHANNEL] = Purpose.CHANNEL
    return found
