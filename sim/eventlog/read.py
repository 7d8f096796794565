"""Reading a log, whichever of the known formats it is in.

Place in the pipeline: the door itself. In: a path and a choice of day and part. Out: `EventLog`. Invariant: the format
is recognised from the header alone, and a file of no known format is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.eventlog import bank, warsaw
from sim.eventlog.log import EventLog
from sim.eventlog.table import Table, read_table


@dataclass(frozen=True)
class Format:
    """A format of logs: its columns, and what reads a table that has them."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Table, str | None, str | None], EventLog]


FORMATS = (
    Format("warsaw (snapshots of an office's queues)", warsaw.COLUMNS, warsaw.read_snapshots),
    Format("bank (calls of a call centre)", bank.COLUMNS, bank.read_calls),
)


def read_event_log(path: str | Path, *, day: str | None = None, part: str | None = None) -> EventLog:
    """Return what a log of real events says.

    Args:
        path: a file in one of the known formats, named ``….csv`` or ``….csv.gz``.
        day: a day of the log such as ``2020-01-14``; all days by default.
        part: a part of the log: the office, in a log of several offices.

    Raises:
        EventLogError: the file is not such a log, a row of the chosen day and part is wrong, there is no such day or
            part, or the log has several parts and none was chosen. Rows of other days and parts are not looked into.

    Example:
        ``read_event_log("queues.csv.gz", day="2019-12-30", part="UD_Bielany").waiting_at(1577703600)``
    """
    table = read_table(Path(path))
    return _recognise(table).read(table, day, part)


def _recognise(table: Table) -> Format:
    """Return the format that shares most columns with the table, so that one missing column can be named."""

    def shared(known: Format) -> float:
        return len(set(known.columns) & set(table.header)) / len(known.columns)

    best = max(FORMATS, key=shared)
    if shared(best) <= 1 / 2:
        known = " or ".join(f"{known.name}: {','.join(known.columns)}" for known in FORMATS)
        raise table.error("", f"the header {','.join(table.header)[:100]!r}", f"the columns of a known format: {known}")
    return best
