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
from sim.measures.lost import lost_figures
from sim.measures.money import money_figures
from sim.measures.records import record_figures
from sim.measures.spans import Span, spans
from sim.measures.staff import staff_figures
from sim.measures.things import thing_figures
from sim.measures.visits import visit_figures
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
    facts = Facts(trace, plan, basis_of(plan))
    return Measures(
        **record_figures(facts),
        **visit_figures(facts),
        **staff_figures(facts),
        **thing_figures(facts),
        **money_figures(facts),
        **lost_figures(facts, facts.sheet),
        breakdowns={kind: _break_down(kind, facts) for kind in breakdowns},
    )


def _break_down(kind: str, facts: Facts) -> Breakdown:
    require(kind in BREAKDOWNS, "no such breakdown", kind=kind, known=BREAKDOWNS)
    return break_down(kind, facts)
