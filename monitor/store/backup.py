"""A log as one compressed file of JSON lines, for both kinds of store: what one wrote, the other can read.

Place in the pipeline: beside `writer`; a service may run meanwhile. In: a place. Out: a file, or a log from one.
Invariant: a file is whole or refused (its last line counts and sums up the others), and nothing that is there is
overwritten.
"""

import contextlib
import gzip
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from monitor.store.log import SCHEMA_VERSION, Log, Place, Row
from monitor.store.protocol import SavedState, StoreError

_PAGE = 5_000
_SPEED = 1  # gzip's fastest: events shrink to a tenth even so


def back_up(place: Place, path: Path) -> int:
    """Write the log of one instant into a new file, and return how many events are in it.

    Raises:
        StoreError: when the log cannot be read, or the file is there already.
        OSError: when the file cannot be written; it is not there then.
    """
    if path.exists():
        raise StoreError(str(path), "is there already, and is not overwritten (choose another name)")
    part = path.with_name(f"{path.name}.part")
    n_events = 0
    try:
        with _reading(place) as log, part.open("xb") as file:
            summed = sha256()
            n_lines = 0
            with gzip.open(file, "wb", compresslevel=_SPEED) as packed:
                for line in _lines(log):
                    packed.write(line)
                    summed.update(line)
                    n_lines += 1
                    n_events += line.startswith(b'["event"')
                packed.write(_line("end", n_lines, summed.hexdigest()))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a renaming, it fails when somebody made the file meanwhile
    except FileExistsError:
        raise StoreError(str(path), "another backup of this name is being written, or was broken off") from None
    finally:
        part.unlink(missing_ok=True)
    return n_events


def restore(place: Place, path: Path) -> int:
    """Fill an empty log, which is made when there is none, with a backup, and return how many events are in it.

    Raises:
        StoreError: when the file is no whole backup, or the log has events; nothing is changed then.
    """
    found = _Checked()
    for line in _read(path):
        found.check(path, line)
    if not found.is_whole:
        raise StoreError(str(path), "the backup ends too early; it is not used")
    with _writing(place) as log:
        if log.last_seq():
            raise StoreError(place.name, "has events, and is not overwritten (restore into a new log)")
        log.begin()
        _fill(log, _read(path))
        log.commit()
    return found.n_events


def _line(*values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(log: Log) -> Iterator[bytes]:
    """Yield all that is in a log."""
    yield _line("peakweek log", SCHEMA_VERSION)
    seq = 0
    while rows := log.rows(seq, _PAGE):
        yield from (_line("event", *row) for row in rows)
        seq = rows[-1].seq
    for state in log.saved().base:
        yield _line("base", *state)
    key = b""
    while digests := log.removed(key, _PAGE):
        yield from (_line("removed", key.hex(), body.hex()) for key, body in digests)
        key = digests[-1][0]


def _fill(log: Log, lines: Iterator[bytes]) -> None:
    """Put all that the lines of a backup say into an empty log."""
    rows: list[Row] = []
    base: list[SavedState] = []
    digests: list[tuple[bytes, bytes]] = []
    for line in lines:
        kind, *values = json.loads(line)
        if kind == "event":
            rows.append(Row(*values))
        elif kind == "base":
            base.append(SavedState(*values))
        elif kind == "removed":
            digests.append((bytes.fromhex(values[0]), bytes.fromhex(values[1])))
        if len(rows) == _PAGE:
            log.insert(rows)
            rows = []
    log.insert(rows)
    if base:
        log.remove(base, digests)


def _read(path: Path) -> Iterator[bytes]:
    """Yield the lines of a backup; raise `StoreError` when it cannot be read."""
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except (OSError, EOFError, zlib.error) as problem:
        raise StoreError(str(path), f"cannot read the backup ({problem})") from None


@dataclass
class _Checked:
    """What the lines of a backup have shown so far."""

    n_lines: int = 0
    n_events: int = 0
    is_whole: bool = False
    summed: Any = field(default_factory=sha256)

    def check(self, path: Path, line: bytes) -> None:
        """Look at the next line; raise `StoreError` when it is wrong."""
        try:
            kind, *values = json.loads(line)
        except (ValueError, TypeError):
            raise StoreError(str(path), f"line {self.n_lines + 1} is no line of a backup") from None
        if self.n_lines == 0 and (kind != "peakweek log" or values != [SCHEMA_VERSION]):
            expected = f"a backup of a log of schema version {SCHEMA_VERSION}"
            raise StoreError(str(path), f"is not {expected}")
        if kind == "end":
            self.is_whole = values == [self.n_lines, self.summed.hexdigest()]
            if not self.is_whole:
                raise StoreError(str(path), "the backup was changed: its last line does not fit the others")
            return
        self.is_whole = False
        self.n_lines += 1
        self.n_events += kind == "event"
        self.summed.update(line)


@contextlib.contextmanager
def _reading(place: Place) -> Iterator[Log]:
    """Give the block the log at one instant."""
    with _told(place, "read"), contextlib.closing(place.reader()) as log:
        log.begin_reading()
        yield log
        log.rollback()


@contextlib.contextmanager
def _writing(place: Place) -> Iterator[Log]:
    """Give the block the log, alone."""
    with _told(place, "write"), contextlib.closing(place.open()) as log:
        yield log


@contextlib.contextmanager
def _told(place: Place, verb: str) -> Iterator[None]:
    """Have what the driver raises told as ours."""
    try:
        yield
    except (StoreError, OSError):
        raise
    except Exception as problem:  # noqa: BLE001 - every driver has its own
        raise StoreError(place.name, f"cannot {verb} the log of events ({' '.join(str(problem).split())})") from None
