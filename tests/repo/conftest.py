"""The repository's files as its tests see them: all that .gitignore does not leave out, committed or not yet."""

import os
from collections.abc import Iterator
from pathlib import Path

import pathspec
import pytest


def walk(root: Path) -> Iterator[Path]:
    """Yield every file under ``root`` that belongs to the repository; works without git and outside a clone."""
    ignored = pathspec.GitIgnoreSpec.from_lines(
        [".git", *(root / ".gitignore").read_text(encoding="utf-8").splitlines()]
    )
    for folder, names, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        names[:] = [name for name in names if not ignored.match_file(f"{(inside / name).as_posix()}/")]
        yield from (root / inside / file for file in files if not ignored.match_file((inside / file).as_posix()))


@pytest.fixture(scope="session")
def texts(project_root: Path) -> dict[str, str]:
    """Return the text of each text file of the repository, by its path from the root with forward slashes."""
    found = {}
    for path in walk(project_root):
        try:
            found[path.relative_to(project_root).as_posix()] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:  # a picture or an archive: nothing to read
            continue
    return found


@pytest.fixture(scope="session")
def sources(texts: dict[str, str]) -> dict[str, str]:
    """Return the text of each Python file of the repository."""
    return {path: text for path, text in texts.items() if path.endswith(".py")}
