"""The folder that a run's files go to.

In: a path, and later the files' texts. Out: files. Invariant: a file is there whole or as it was before, and a run that
fails or is stopped leaves no empty folder that was not there.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import OutputError

_READABLE = 0o644  # of a temporary file, which others may not read


@contextmanager
def output_folder(folder: Path) -> Iterator[None]:
    """Make the folder if it is not there: better before a long run than after it. When the block fails, take it back.

    Raises:
        OutputError: it cannot be made.
    """
    made: list[Path] = []
    try:
        try:
            made = [each for each in (folder, *folder.parents) if not each.exists()]
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputError(str(folder), problem.strerror or str(problem)) from problem
        yield
    except BaseException:
        for each in made:  # from the innermost; what holds something stays
            with suppress(OSError):
                each.rmdir()
        raise


def write_texts(folder: Path, texts: Mapping[str, str | Iterable[str]]) -> list[Path]:
    """Write files by their names into a folder; return their paths. All are written before the first is shown.

    A long text may come in pieces.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".peakweek-") as beside:
            for name, text in texts.items():
                with (Path(beside) / name).open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines([text] if isinstance(text, str) else text)
            return [(Path(beside) / name).replace(folder / name) for name in texts]
    except OSError as problem:
        raise OutputError(str(folder), problem.strerror or str(problem)) from problem


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files, each in its folder; all are written before the first is shown.

    Raises:
        OutputError: one of them cannot be written.
    """
    beside: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".peakweek-", delete=False) as file:
                beside[path] = Path(file.name)
                file.write(content)
        for path, written in beside.items():
            written.chmod(_READABLE)
            written.replace(path)
    except OSError as problem:
        raise OutputError(str(path), problem.strerror or str(problem)) from problem
    finally:
        for written in beside.values():
            written.unlink(missing_ok=True)
