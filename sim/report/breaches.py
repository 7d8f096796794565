"""Who exceeds the Labour Code in a run, for programs that read it.

In: a `Table`. Out: rows of names and numbers, lines of CSV. Invariant: they are those of the table that people read.
"""

import csv
import io
from typing import Any

from sim.experiment import Excess, Table, find_excesses

_COLUMNS = ("who", "rule", "when", "allowed_h", "hours_mean", "hours_max", "n_replications", "n_looked_at")


def breaches(table: Table, case: int) -> list[dict[str, Any]]:
    """Return who exceeds which limit of the Labour Code under a plan, when, by how much, and in how many replications.

    `when` is the day, or the first day of the week, month or year that the limit is for.
    """
    return [dict(zip(_COLUMNS, _values(each), strict=True)) for each in find_excesses(table) if each.case == case]


def breaches_to_csv(table: Table) -> str:
    """Return the same of all plans as CSV: a row for each plan, person, limit and time; numbers to six digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["plan", *_COLUMNS])
    for each in find_excesses(table):
        told = (round(value, 6) if isinstance(value, float) else value for value in _values(each))
        writer.writerow([table.cases[each.case].plan, *told])
    return out.getvalue()


def _values(excess: Excess) -> tuple[str | float, ...]:
    breach = excess.breach
    told = (breach.who, breach.rule, breach.when.isoformat(), breach.allowed_h, breach.hours, excess.hours_max)
    return (*told, excess.n_times, excess.n_looked_at)
