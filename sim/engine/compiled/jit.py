"""How the engine is compiled: by the compiler that all of `sim` has, and from which sources.

In: functions over NumPy arrays. Out: the same functions, compiled. Invariant: nothing is allocated inside.
"""

from pathlib import Path

import sim.engine.order
import sim.scenario.people
import sim.trace
from sim.compiler import bare, digest_of, inner, making, outer, woven

__all__ = ["bare", "inner", "making", "outer", "sources_digest", "woven"]


def sources_digest() -> int:
    """Return a number that changes with any source that is compiled in."""
    others = (sim.engine.order, sim.scenario.people, sim.trace)
    return digest_of([*sorted(Path(__file__).parent.glob("*.py")), *(Path(str(module.__file__)) for module in others)])
