"""The formats, and how a file comes to be whole.

Place in the pipeline: the face of `monitor.export`. In: events. Out: a file. To add a format: write a function that
writes events into a file, and list it in `FORMATS`.
"""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.events import Stored
from monitor.export import mining
from monitor.export.table import COLUMNS, as_text, cells
from sim import PeakweekError


@dataclass(eq=False)
class ExportError(PeakweekError):
    """A file cannot be written.

    Attributes:
        file: the file.
        reason: why.
    """

    file: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.file}: {self.reason}"


def _write_csv(events: Iterable[Stored], file: Path) -> int:
    n = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for n, stored in enumerate(events, start=1):  # noqa: B007 - the last number is the count
            writer.writerow([as_text(cell) for cell in cells(stored)])
    return n


def _write_parquet(events: Iterable[Stored], file: Path) -> int:
    try:
        import polars as pl  # noqa: PLC0415 - an extra that few need
    except ImportError:
        raise ExportError(str(file), "Parquet needs polars: pip install 'peakweek[export]'") from None
    instant = pl.Datetime("us", "UTC")
    kinds = {"seq": pl.Int64(), "count": pl.Int64(), "received": instant, "time": instant, "due": instant}
    schema = {name: kinds.get(name, pl.String()) for name in COLUMNS}
    rows = [cells(stored) for stored in events]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(file)
    return len(rows)


FORMATS: dict[str, Callable[[Iterable[Stored], Path], int]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "xes": mining.write_xes,
    "ocel": mining.write_ocel,
}
"""What writes each format: events into a file, returning how many there were."""


def export(events: Iterable[Stored], file: Path, fmt: str) -> int:
    """Write events into a new file, and return how many there were.

    Args:
        events: in the order of the log.
        file: where; it is there only once it is whole.
        fmt: one of `FORMATS`.

    Raises:
        ExportError: the file is there already, or cannot be written.
    """
    if file.exists():
        raise ExportError(str(file), "is there already (choose another name, or remove it)")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as problem:
        raise ExportError(str(file), f"cannot be written: {problem.strerror}") from None
    os.close(handle)
    half = Path(name)
    try:
        n = FORMATS[fmt](events, half)
        half.replace(file)
    except OSError as problem:
        raise ExportError(str(file), f"cannot be written: {problem.strerror}") from None
    finally:
        half.unlink(missing_ok=True)
    return n
