"""No file tells of its author's machine, of a package index, of work undone, or of how the work was organised."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

BANNED = {
    "a folder of one machine": r"(?<![\w.])(/home/\w|/root/|/Users/\w|[A-Z]:\\Users\\)",
    "where packages come from": r"https?://\S+(/simple\b|\.whl\b|\.tar\.gz\b|\.tgz\b|\.deb\b)|pythonhosted|"
    r"(?<!no-emit-)\b(extra-)?index-url|--find-links",
    "work undone": r"(?i:\b(to" + r"do|fix" + r"me)\b)",
    "how the work was organised": r"(?i:\bissues? #?\d|\bwork" + r"tree\b)",
}
# A clone may stand right below one of these; they are on every machine and betray none.
EVERYWHERE = {"/", "/tmp", "/home", "/opt", "/srv", "/usr/src", "/app", "/build", "/src"}  # noqa: S108 - only compared
LONGEST_SHOWN = 120


@cache
def machine_places(root: Path) -> set[str]:
    """Return the folders and hosts that this machine alone knows: the clone, its parent, home, pip's sources."""
    places = {str(root), str(root.parent), str(Path.home())}
    command = [sys.executable, "-m", "pip", "config", "list"]
    configured = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    sources = re.findall(r"(?:index-url|find-links|trusted-host)='(.*)'", configured)
    for source in " ".join(sources).replace("\\n", " ").split():
        places.add(re.sub(r"^[a-z+]+://(\w*:?[^@/]*@)?", "", source).removesuffix("/"))
    return places - EVERYWHERE - {"", "pypi.org/simple"}


def banned_words(path: str, text: str, places: Iterable[str] = ()) -> list[str]:
    """Return each line that says what no file may say; ``places`` are this machine's own."""
    local = [("a place that only this machine knows", rf"(?<![\w.-]){re.escape(place)}(?![\w-])") for place in places]
    found = [(kind, pattern) for kind, pattern in (*BANNED.items(), *local) if re.search(pattern, text)]
    return [
        f"{path}:{number}: {kind}: {line.strip()[:LONGEST_SHOWN]}"
        for number, line in enumerate(text.splitlines() if found else (), start=1)
        for kind, pattern in found
        if re.search(pattern, line)
    ]


def test_no_file_betrays_its_making(texts: dict[str, str], project_root: Path) -> None:
    """No text of the repository names a place of this machine, a package's address, or the making of the project."""
    places = machine_places(project_root)
    here = Path(__file__).relative_to(project_root).as_posix()  # its examples are what it looks for
    assert [line for path, text in texts.items() if path != here for line in banned_words(path, text, places)] == []


@pytest.mark.parametrize(
    "line",
    [
        "see /home/planner/notes",
        "cd /root/peakweek",
        r"C:\Users\planner",
        "pip install https://example.org/peakweek-1.0.whl",
        "index = 'https://example.org/simple'",
        "pip install --extra-index-url x",
        "uv --find-links x",
        "# TO" + "DO: later",
        "closes issue #7",
        "in my work" + "tree",
        "cp /clones/peakweek/x .",
    ],
)
def test_banned_word_is_found(line: str) -> None:
    """Each kind of leak is found in a line that has it."""
    assert len(banned_words("x.md", f"First.\n{line}\n", ["/clones/peakweek", "/elsewhere"])) >= 1


@pytest.mark.parametrize(
    "line",
    [
        "curl /homepage",
        "uv --no-emit-index-url",
        "https://pypi.org/project/simpy",
        "tickets issued 3",
        "/clones/peakweek-2",
    ],
)
def test_innocent_line_is_free(line: str) -> None:
    """Lines that only look alike are free."""
    assert banned_words("x.md", line, ["/clones/peakweek"]) == []


def test_machine_is_known(project_root: Path) -> None:
    """The clone's own folder is among the places that no file may name, unless it is one that all machines have."""
    assert str(project_root) in machine_places(project_root) | EVERYWHERE
    assert os.sep not in machine_places(project_root)
