"""The figures of finished replications, in a file: what an experiment holds, and what it goes on from after a stop.

In: rows of figures, one replication after the other. Out: each figure of all of them. Invariant: a replication is in
the file whole or not at all; rows already there never change, and memory does not grow with their number. A named file
is of one run at a time.

A line says what the figures are of. Chunks follow: how many replications, a checksum, and the numbers, figure by figure
(each ``float64[n, n_spans, ...]``), so that one figure is read without the others.
"""

import json
import struct
import tempfile
import weakref
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.errors import OutputError, ResumeError
from sim.experiment.layout import MAIN, Layout
from sim.experiment.table import Floats
from sim.locks import lock, unlock

_HEAD = struct.Struct("<4sII")  # mark, number of replications, checksum
_MARK = b"rows"
_MEMORY_BYTE = 32 << 20  # a small experiment never touches the disk
_CHUNK_BYTE = 4 << 20  # a figure is read chunk by chunk; and of a second's work at most is lost with the power
_NAMED_OTHERWISE = "or name another file with --resume"


class Store:
    """The figures of replications in order.

    Attributes:
        n: how many there are.
        layout: of their rows; empty before there are any.
    """

    def __init__(self, about: dict[str, Any], path: Path | None = None) -> None:
        """Open a file, or one that lasts as long as the object.

        Args:
            about: what the figures are of; a file that is of something else is refused.
            path: the file; made if it is not there.

        Raises:
            ResumeError: it is of something else, or another run is at it.
            OutputError: it cannot be written to.
        """
        self.n = 0
        self.layout = Layout((), {})
        self._about = about
        self._path = path
        self._chunks: list[tuple[int, int]] = []  # where the numbers begin, how many replications
        self._n_waiting = 0
        self._waiting: Floats = np.empty((0, 0))
        self._file: IO[bytes] = self._opened()
        weakref.finalize(self, self._file.close)  # tables read it as long as they live
        if path:
            is_ours = lock(self._file)
            self._refuse_unless(
                is_ours, "", "another run that keeps its replications in it", "none", "wait for its end"
            )
            self._go_on()

    def _opened(self) -> IO[bytes]:
        if self._path is None:
            return tempfile.SpooledTemporaryFile(_MEMORY_BYTE)
        try:
            self._path.touch()
            return self._path.open("r+b")
        except OSError as problem:
            raise self._unwritable(problem) from problem

    def _unwritable(self, problem: OSError) -> OutputError:
        return OutputError(str(self._path or tempfile.gettempdir()), problem.strerror or str(problem))

    def append(self, layout: Layout, row: Floats) -> None:
        """Add the figures of the next replication; all have the same layout."""
        if not self.layout.figures:
            self._begin(layout)
        self._waiting[self._n_waiting] = row
        self._n_waiting += 1
        self.n += 1
        if self._n_waiting == len(self._waiting):
            self.flush()

    def flush(self) -> None:
        """Write what is not in the file yet."""
        if not self._n_waiting:
            return
        rows = self._waiting[: self._n_waiting]
        places = self.layout.places.values()
        numbers = b"".join(rows[:, place.start : place.start + place.size].tobytes() for place in places)
        try:
            start = self._file.seek(0, 2) + _HEAD.size
            self._file.write(_HEAD.pack(_MARK, len(rows), zlib.crc32(numbers)) + numbers)
            self._file.flush()
        except OSError as problem:
            raise self._unwritable(problem) from problem
        self._chunks.append((start, len(rows)))
        self._n_waiting = 0

    def close(self) -> None:
        """Write what is not in the file yet, and leave it to others; of nothing, leave none. Figures can be read on."""
        if self._path and not self.n:
            self._file.close()
            self._path.unlink()
            return
        self.flush()
        if self._path:
            unlock(self._file)

    def values(self, case: int, figure: str, n: int, kind: str = MAIN) -> Floats:
        """Return a figure of the first replications: ``float64[n, n_spans]``, of a breakdown ``[n, n_spans, n_names]``.

        Args:
            case: number of the case.
            figure: its name.
            n: how many replications, at most `Store.n`.
            kind: kind of the breakdown that it is of.
        """
        place = self.layout.places[case, kind, figure]
        found = np.empty((n, place.size))
        done = 0
        for start, n_rows in self._chunks:
            count = min(n_rows, n - done)
            if count == 0:
                break
            self._file.seek(start + 8 * n_rows * place.start)
            read = self._file.read(8 * count * place.size)
            found[done : done + count] = np.frombuffer(read).reshape(count, place.size)
            done += count
        found[done:] = self._waiting[: n - done, place.start : place.start + place.size]
        return found.reshape(n, *place.shape)

    def _begin(self, layout: Layout) -> None:
        """Settle where each figure stands; write it down."""
        self._settle(layout)
        figures = [[*key, shape] for key, shape in layout.figures]
        line = json.dumps({"of": self._about, "layout": figures, "names": layout.names})
        try:
            self._file.write(line.encode() + b"\n")
        except OSError as problem:
            raise self._unwritable(problem) from problem

    def _settle(self, layout: Layout) -> None:
        self.layout = layout
        self._waiting = np.empty((max(1, _CHUNK_BYTE // (8 * layout.width)), layout.width))

    def _go_on(self) -> None:
        """Take up what the file holds, but for a last chunk that was not written whole."""
        line = self._file.readline()
        if not line.endswith(b"\n"):  # nothing has finished yet
            self._refuse_unless(b'{"of": '.startswith(line[:7]), "what it is", "another kind of file", "one of a run")
            self._cut(0)
            return
        try:
            head = json.loads(line)
            found, layout, names = head["of"], head["layout"], head["names"]
        except (ValueError, KeyError, TypeError):
            self._refuse_unless(False, "what it is", "another kind of file", "one of a run")  # noqa: FBT003
            return
        for field, expected in self._about.items():
            self._refuse_unless(found.get(field) == expected, field, str(found.get(field)), str(expected))
        self._settle(Layout.read(layout, names))
        self._find_chunks()

    def _find_chunks(self) -> None:
        row_byte = 8 * self._waiting.shape[1]
        whole = self._file.tell()
        while len(head := self._file.read(_HEAD.size)) == _HEAD.size:
            mark, n_rows, checksum = _HEAD.unpack(head)
            if mark != _MARK or n_rows > len(self._waiting):
                break
            numbers = self._file.read(n_rows * row_byte)
            if len(numbers) != n_rows * row_byte or zlib.crc32(numbers) != checksum:
                break
            self._chunks.append((whole + _HEAD.size, n_rows))
            self.n += n_rows
            whole = self._file.tell()
        self._cut(whole)

    def _cut(self, length: int) -> None:
        self._file.seek(length)
        self._file.truncate()

    def _refuse_unless(self, is_right: bool, field: str, got: str, expected: str, hint: str = "delete it") -> None:  # noqa: FBT001
        if not is_right:
            self._file.close()
            raise ResumeError(str(self._path), field, got, expected, f"{hint}, {_NAMED_OTHERWISE}")
