"""The figures of finished replications, in a file: what an experiment holds, and what it goes on from after a stop.

In: measures, one replication after the other. Out: each figure of all of them. Invariant: a replication is in the file
whole or not at all; rows already there never change, and memory does not grow with their number.

A line says what the figures are of. Chunks follow: how many replications, a checksum, and the numbers, figure by figure
(each ``float64[n, n_spans, ...]``), so that one figure is read without the others.
"""

import json
import struct
import tempfile
import weakref
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.errors import OutputError, ResumeError
from sim.experiment.table import Floats
from sim.measures import FIGURES, Measures

_HEAD = struct.Struct("<4sII")  # mark, number of replications, checksum
_MARK = b"rows"
_MEMORY_BYTE = 32 << 20  # a small experiment never touches the disk
_CHUNK_BYTE = 1 << 20
_MAIN = ""  # kind of the figures that are no breakdown's
Key = tuple[int, str, str]  # case, kind of breakdown, figure


@dataclass(frozen=True)
class _Place:
    start: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))


class Store:
    """The figures of replications in order.

    Attributes:
        n: how many there are.
        names: of the parts of each breakdown, by kind and case.
        part_figures: names of the figures of each kind of breakdown.
    """

    def __init__(self, about: dict[str, Any], path: Path | None = None) -> None:
        """Open a file, or one that lasts as long as the object.

        Args:
            about: what the figures are of; a file that is of something else is refused.
            path: the file; made if it is not there.

        Raises:
            ResumeError: it is of something else.
            OutputError: it cannot be written to.
        """
        self.n = 0
        self.names: dict[str, list[tuple[str, ...]]] = {}
        self.part_figures: dict[str, tuple[str, ...]] = {}
        self._about = about
        self._path = path
        self._places: dict[Key, _Place] = {}
        self._chunks: list[tuple[int, int]] = []  # where the numbers begin, how many replications
        self._n_waiting = 0
        self._waiting: Floats = np.empty((0, 0))
        self._file: IO[bytes] = self._opened()
        weakref.finalize(self, self._file.close)  # tables read it as long as they live
        if path:
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

    def append(self, of_cases: list[Measures]) -> None:
        """Add the measures of the next replication, one for each case."""
        if not self._places:
            self._lay_out(of_cases)
        values = [_value(of_cases[case], kind, figure).ravel() for case, kind, figure in self._places]
        np.concatenate(values, out=self._waiting[self._n_waiting])
        self._n_waiting += 1
        self.n += 1
        if self._n_waiting == len(self._waiting):
            self.flush()

    def flush(self) -> None:
        """Write what is not in the file yet."""
        if not self._n_waiting:
            return
        rows = self._waiting[: self._n_waiting]
        places = self._places.values()
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
        """Write what is not in the file yet; of nothing, leave no file. Figures can still be read."""
        if self._path and not self.n:
            self._file.close()
            self._path.unlink()
        else:
            self.flush()

    def values(self, case: int, figure: str, n: int, kind: str = _MAIN) -> Floats:
        """Return a figure of the first replications: ``float64[n, n_spans]``, of a breakdown ``[n, n_spans, n_names]``.

        Args:
            case: number of the case.
            figure: its name.
            n: how many replications, at most `Store.n`.
            kind: kind of the breakdown that it is of.
        """
        place = self._places[case, kind, figure]
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

    def _lay_out(self, of_cases: list[Measures]) -> None:
        """Settle where each figure stands, from the first replication; write it down."""
        kinds = of_cases[0].breakdowns
        self._settle(
            [
                (case, kind, figure, _value(measures, kind, figure).shape)
                for case, measures in enumerate(of_cases)
                for kind, figures in [(_MAIN, FIGURES), *((kind, kinds[kind].figures) for kind in kinds)]
                for figure in figures
            ],
            {kind: [measures.breakdowns[kind].names for measures in of_cases] for kind in kinds},
        )
        layout = [[*key, place.shape] for key, place in self._places.items()]
        line = json.dumps({"of": self._about, "layout": layout, "names": self.names})
        try:
            self._file.write(line.encode() + b"\n")
        except OSError as problem:
            raise self._unwritable(problem) from problem

    def _settle(
        self,
        layout: Iterable[tuple[int, str, str, tuple[int, ...]]],
        names: dict[str, list[tuple[str, ...]]],
    ) -> None:
        start = 0
        for case, kind, figure, shape in layout:
            place = self._places[case, kind, figure] = _Place(start, tuple(shape))
            start += place.size
        self.names = {kind: [tuple(each) for each in of_cases] for kind, of_cases in names.items()}
        self.part_figures = {
            kind: tuple(figure for case, its_kind, figure in self._places if case == 0 and its_kind == kind)
            for kind in self.names
        }
        self._waiting = np.empty((max(1, _CHUNK_BYTE // (8 * start)), start))

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
        self._settle(layout, names)
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

    def _refuse_unless(self, is_right: bool, field: str, got: str, expected: str) -> None:  # noqa: FBT001
        if not is_right:
            self._file.close()
            hint = "delete it, or name another file with --resume"
            raise ResumeError(str(self._path), field, got, expected, hint)


def _value(measures: Measures, kind: str, figure: str) -> Floats:
    value: Floats = measures.breakdowns[kind].figures[figure] if kind else getattr(measures, figure)
    return value
