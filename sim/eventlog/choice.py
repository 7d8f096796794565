"""The choice of a day and a part of a log.

Place in the pipeline: below the readers of the formats. In: what was chosen and what there is. Out: nothing, or the
error that lists what there is. Invariant: a log without any row of the choice never becomes an `EventLog`.
"""

from collections.abc import Collection

from sim.eventlog.table import Table


def check_day(table: Table, day: str | None, days: Collection[str]) -> None:
    """Raise `EventLogError` where the log has no row, or none of the chosen day."""
    if not days:
        raise table.error("", "a header without rows", "at least one row")
    if day is not None and day not in days:
        raise table.error("day", repr(day), f"one of {', '.join(sorted(days))}")


def check_part(table: Table, part: str | None, parts: Collection[str]) -> None:
    """Raise `EventLogError` where the log has several parts and none is chosen, or not the chosen one."""
    if part is None and len(parts) > 1:
        raise table.error("part", "none chosen", f"one of {', '.join(sorted(parts))}")
    if part is not None and part not in parts:
        raise table.error("part", repr(part), f"one of {', '.join(sorted(parts))}")
