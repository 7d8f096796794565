"""A folder into which another system, or a person, drops tables: CSV or XLSX.

Place in the pipeline: an adapter. In: files. Out: events. Invariant: a file is read when it no longer grows; it is
moved to ``taken`` once its events are acknowledged, or to ``refused`` with the reasons beside it, so that a look at the
folder tells what has become of each.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from monitor.adapters.source import SourceError
from monitor.config import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.adapters.mapping import TableMapping
    from monitor.events import Event

TAKEN, REFUSED = "taken", "refused"
_MAX_BYTES = 256 * 1024 * 1024
_Size = tuple[int, int]


class FolderReading(Section):
    """Where tables are dropped.

    Attributes:
        path: the folder; as read, relative to the folder of the file that names it.
        sheet: of a workbook, the sheet; without it, the first.
    """

    path: Annotated[Path, Field(strict=False)]
    sheet: str | None = None


@dataclass(frozen=True)
class _File:
    """A file that was read, and what of it could not be told."""

    path: Path
    problems: list[str]


class FolderSource:
    """A folder that is followed.

    Args:
        name: what the user calls it.
        reading: where it is.
        mapping: what the rows of its files tell.
    """

    def __init__(self, name: str, reading: FolderReading, mapping: TableMapping) -> None:
        self.skipped: Counter[str] = Counter()
        self._name = name
        self._reading = reading
        self._mapping = mapping
        self._sizes: dict[Path, _Size] = {}
        self._read: list[_File] = []

    async def read(self) -> Sequence[Event]:
        """Return what the files tell that no longer grow."""
        return await asyncio.to_thread(self._events)

    async def keep(self) -> None:
        """Move the files that were read to where they belong."""
        await asyncio.to_thread(self._put_away)

    async def aclose(self) -> None:
        """There is nothing to give back."""

    def _events(self) -> list[Event]:
        self._read = []
        found: list[Event] = []
        for path in self._settled():
            skipped: Counter[str] = Counter()
            try:
                rows = read_rows(path, self._reading.sheet)
                missing = self._mapping.unknown_columns(rows[0]) if rows else {}
                if missing:
                    problems = [
                        f"there is no column {name}" + (f" (is it {near}?)" if near else "")
                        for name, near in missing.items()
                    ]
                else:
                    found += self._mapping.events(rows, skipped)
                    problems = [f"{n} × {reason}" for reason, n in sorted(skipped.items())]
            except (OSError, ValueError) as problem:
                problems = [str(problem)]
            self.skipped += skipped
            self._read.append(_File(path, problems))
        return sorted(found, key=lambda event: event.time)

    def _settled(self) -> Iterator[Path]:
        """Yield the tables whose size and time are as at the last look."""
        folder = self._reading.path
        try:
            there = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".xlsx"))
            sizes = {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in there}
        except OSError as problem:
            raise SourceError(self._name, f"the folder {folder} cannot be read: {problem.strerror}") from None
        before, self._sizes = self._sizes, sizes
        yield from (path for path, size in sizes.items() if before.get(path) == size)

    def _put_away(self) -> None:
        for file in self._read:
            folder = file.path.parent / (REFUSED if file.problems else TAKEN)
            try:
                folder.mkdir(exist_ok=True)
                target = _free(folder / file.path.name)
                if file.problems:
                    why = target.with_name(target.name + ".why.txt")
                    why.write_text("\n".join(file.problems) + "\n", encoding="utf-8")
                file.path.rename(target)
            except OSError as problem:
                raise SourceError(
                    self._name, f"{file.path.name} cannot be moved to {folder}: {problem.strerror}"
                ) from None
        self._read = []


def read_rows(path: Path, sheet: str | None = None) -> list[dict[str, object]]:
    """Return the rows of a table whose first row names the columns; empty rows are left out.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such table; the text says why.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"the file is larger than {_MAX_BYTES // 1024**2} MB")
    table = list(_sheet(path, sheet) if path.suffix.lower() == ".xlsx" else _csv(path))
    if not table:
        raise ValueError("the file is empty; expected a first row with the names of the columns")
    columns = [str(name or "").strip() for name in table[0]]
    twice = [name for name, n in Counter(filter(None, columns)).items() if n > 1]
    if twice:
        raise ValueError(f"the column {twice[0]} is there twice")
    return [
        {name: value for name, value in zip(columns, row, strict=False) if name}
        for row in table[1:]
        if any(value not in (None, "") for value in row)
    ]


def _csv(path: Path) -> Iterator[Sequence[object]]:
    """Yield the rows of a CSV file in UTF-8, whatever parts its cells."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not in UTF-8 (save it as “CSV UTF-8”)") from None
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    except csv.Error as problem:
        raise ValueError(f"the file is no CSV ({problem})") from None


def _sheet(path: Path, sheet: str | None) -> Iterator[Sequence[object]]:
    """Yield the rows of a workbook's sheet, with the values that its formulas had when it was saved."""
    import openpyxl  # noqa: PLC0415 - slow to load, and few folders hold workbooks

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as problem:  # noqa: BLE001 - whatever a damaged file makes of the reader
        raise ValueError(f"the file is no workbook ({type(problem).__name__})") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise ValueError(f"the workbook has no sheet {sheet}, but {', '.join(book.sheetnames)}")
        yield from (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
    finally:
        book.close()


def _free(path: Path) -> Path:
    """Return the path, or the first with a number behind it that no file has."""
    n, free = 1, path
    while free.exists():
        n += 1
        free = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return free
