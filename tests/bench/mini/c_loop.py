"""The mini-centre in C, on the draws and the shifts that our engine gets.

In: a workload and its plan. Out: an array of what happened, as our trace tells it. Needs gcc.
"""

import ctypes
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim import State, Trace
from sim.plan import Plan
from sim.scenario.people import Stage
from sim.workload import Workload

Rows = NDArray[np.int64]
HAS_COMPILER = shutil.which("gcc") is not None


@lru_cache(maxsize=1)
def compiled(folder: Path) -> ctypes._CFuncPtr:
    """Return the loop, compiled into a folder."""
    library = folder / "loop.so"
    source = Path(__file__).with_name("loop.c")
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source], check=True)
    loop = ctypes.CDLL(str(library)).simulate
    array = np.ctypeslib.ndpointer(dtype=np.int64, flags="C_CONTIGUOUS")
    loop.argtypes = [ctypes.c_int64, array, array, array, ctypes.c_int64, array, array, array]
    loop.restype = None
    return loop


class CLoop:
    """One week of the mini-centre, laid out for C.

    Attributes:
        out: ``int64[n, 6]``, filled by a call: called, done, person at the reception; the same at a counter.
    """

    def __init__(self, workload: Workload, plan: Plan, folder: Path) -> None:
        self._loop = compiled(folder)
        self._arrival = np.ascontiguousarray(workload.arrival)
        self._guidance = np.ascontiguousarray(workload.work[Stage.GUIDANCE])
        self._intake = np.ascontiguousarray(workload.work[Stage.INTAKE])
        self._shift = _steps(plan)
        self._second = np.empty(len(self._arrival), dtype=np.int64)
        self.out = np.empty((len(self._arrival), 6), dtype=np.int64)

    def __call__(self) -> Rows:
        """Simulate the week."""
        n, n_shifts = len(self._arrival), len(self._shift)
        self._loop(n, self._arrival, self._guidance, self._intake, n_shifts, self._shift, self._second, self.out)
        return self.out


def _steps(plan: Plan) -> Rows:
    person, start, end = plan.shifts[:, :3].T
    ends = np.column_stack([end, person, np.zeros_like(end)])
    starts = np.column_stack([start, person, np.ones_like(start)])
    steps = np.concatenate([ends, starts])
    return np.ascontiguousarray(steps[np.lexsort((steps[:, 1], steps[:, 2], steps[:, 0]))])


def told(trace: Trace) -> Rows:
    """Return what happened as the loop in C tells it: ``int64[n, 6]``."""
    stints = trace.stints
    of_stage = [stints[stints[:, 1] == state][:, 2:5] for state in (State.GUIDANCE, State.INTAKE)]
    return np.concatenate(of_stage, axis=1)
