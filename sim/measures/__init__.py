"""The figures of one replication, for every working day, every week and the whole period.

In: a `Trace` and the `Plan` it ran under. Out: frozen `Measures`, one value per figure and span, and breakdowns by
procedure, stage, group or hour if they are asked for. Invariant: a figure that has nothing to be taken from (no visit
called that day) is NaN, never 0.
"""

from collections.abc import Iterable

from sim.errors import require
from sim.measures.basis import basis_of
from sim.measures.breakdown import BREAKDOWNS, Breakdown, break_down
from sim.measures.facts import Facts, due_ticks
from sim.measures.figures import CAUSES, FIGURES, MEANINGS, Measures
from sim.measures.main import main_figures
from sim.measures.spans import Span, spans
from sim.measures.staff import breaches_of
from sim.plan import Plan
from sim.trace import Trace

__all__ = [
    "BREAKDOWNS",
    "CAUSES",
    "FIGURES",
    "MEANINGS",
    "Breakdown",
    "Measures",
    "Span",
    "breaches_of",
    "due_ticks",
    "measure",
    "spans",
]


def measure(trace: Trace, plan: Plan, *, breakdowns: Iterable[str] = ()) -> Measures:
    """Return the figures of a replication over the spans of its office hours, in the order of `spans`.

    Args:
        trace: what happened.
        plan: what it happened under.
        breakdowns: which of `BREAKDOWNS` to give besides; none costs nothing.
    """
    kinds = tuple(breakdowns)
    return Measures.of(main_figures(trace, plan), _broken_down(trace, plan, kinds) if kinds else {})


def _broken_down(trace: Trace, plan: Plan, kinds: tuple[str, ...]) -> dict[str, Breakdown]:
    facts = Facts(trace, plan, basis_of(plan))
    for kind in kinds:
        require(kind in BREAKDOWNS, "no such breakdown", kind=kind, known=BREAKDOWNS)
    return {kind: break_down(kind, facts) for kind in kinds}
