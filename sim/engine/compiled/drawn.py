"""What was drawn for each record. It stays in the workload's arrays, and the memory has their addresses."""

import numpy as np

from sim.compiler import peek
from sim.engine.compiled import rec
from sim.engine.compiled.jit import woven
from sim.engine.compiled.tables import Whole
from sim.workload import Workload


@woven
def drawn(m: Whole, column: int, record: int) -> int:
    """Return what was drawn for a record, in one of the columns from `at.DRAWN` on."""
    return peek(m[column], record >> rec.SHIFT)


def columns_of(workload: Workload) -> tuple[Whole, ...]:
    """Return what is drawn, in the order of the columns from `at.DRAWN` on."""
    columns = (
        workload.arrival,
        workload.entry,
        workload.follower,
        workload.procedure,
        workload.priority,
        workload.channel_draw,
        workload.wrong_draw,
        workload.incomplete_draw,
        workload.scan_work,
        workload.upload_bit,
        workload.patience,
        workload.balk_at,
        workload.n_tries,
        workload.return_offset,
        workload.supplement_delay,
        workload.collect_delay,
        *workload.work,
    )
    return tuple(np.ascontiguousarray(column) for column in columns)
