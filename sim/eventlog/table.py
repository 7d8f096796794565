"""A CSV file, gzipped or not, as rows with their line numbers; and the errors that point at them.

Place in the pipeline: below the readers of the formats. In: a path. Out: `Table`. Invariant: every row has as many
cells as the header, and whatever is wrong with the file is one `EventLogError`.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from sim.errors import EventLogError


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """The rows of one file, to be read once.

    Attributes:
        path: the file as the user gave it.
        header: names of the columns.
        rows: line and cells of each row; an `EventLogError` comes out of it where the file is broken.
    """

    path: str
    header: list[str]
    rows: Iterator[Row]

    def error(self, field: str, got: str, expected: str, *, line: int = 0, hint: str = "") -> EventLogError:
        """Return the error that points at a place of this file."""
        return EventLogError(self.path, field, got, expected, hint, line)

    def positions(self, columns: Sequence[str]) -> list[int]:
        """Return where the columns stand; raise `EventLogError` where one is missing or there twice."""
        for column in columns:
            if self.header.count(column) != 1:
                got = f"{self.header.count(column)} columns of that name in the header"
                raise self.error(column, got, "one", line=1)
        return [self.header.index(column) for column in columns]

    def whole(self, row: Row, field: str, text: str, *, most: int) -> int:
        """Return the cell's whole number from 0 to `most`; raise `EventLogError` where it is none."""
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
            raise self.error(field, repr(text[:40]), f"a whole number from 0 to {most}", line=row.line)
        return int(text)

    def instant(self, row: Row, field: str, text: str, zone: ZoneInfo) -> int:
        """Return the cell's local time as seconds since 1970-01-01 UTC; of an hour that comes twice, the first."""
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            local = None
        if local is None or local.tzinfo is not None or local.year < 1970:  # noqa: PLR2004 - the epoch's year
            raise self.error(
                field, repr(text[:40]), "a local time since 1970 such as '2020-01-14 08:04:00'", line=row.line
            )
        return int(local.replace(tzinfo=zone).timestamp())


def read_table(path: Path) -> Table:
    """Return the file's table; raise `EventLogError` where it cannot be opened or has no header."""
    lines = _read_lines(path)
    first = next(lines, None)
    if first is None:
        raise EventLogError(str(path), "", "an empty file", "a header and rows")
    return Table(str(path), first.cells, _read_rows(path, len(first.cells), lines))


def _read_rows(path: Path, n_columns: int, lines: Iterator[Row]) -> Iterator[Row]:
    for row in lines:
        if len(row.cells) != n_columns:
            if not row.cells:
                continue  # an empty line, such as the last one of a file edited by hand
            got = f"{len(row.cells)} cells"
            raise EventLogError(str(path), "", got, f"{n_columns}, as in the header", "", row.line)
        yield row


def _read_lines(path: Path) -> Iterator[Row]:
    line = 0
    try:
        with closing(_open(path)) as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                line = reader.line_num
                yield Row(line, cells)
    except (gzip.BadGzipFile, EOFError, zlib.error) as broken:
        raise EventLogError(str(path), "", f"a broken gzip file: {broken}", "a whole one", "copy it again") from None
    except UnicodeDecodeError:
        raise EventLogError(str(path), "", "bytes that are not UTF-8", "CSV text") from None
    except csv.Error as wrong:
        raise EventLogError(str(path), "", f"broken CSV: {wrong}", "CSV text", "", line + 1) from None
    except OSError as fault:
        raise EventLogError(str(path), "", fault.strerror or str(fault), "a file that can be read") from None


def _open(path: Path) -> TextIO:
    if path.name.endswith(".csv.gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    if path.name.endswith(".csv"):
        return path.open(encoding="utf-8-sig", newline="")
    raise EventLogError(str(path), "", f"the name {path.name!r}", "a name that ends in .csv or .csv.gz")
