"""How the model was validated, from the document that says so.

In: docs/validation.md, which the package carries. Out: `Validation`. Invariant: nothing of it is written here; where
the document changes, so does the report.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_NAME = "validation.md"
_TABLE = re.compile(r"<!-- table: (.+?) -->\n(.*?)<!-- end -->", re.DOTALL)


@dataclass(frozen=True)
class Validation:
    """What the document's tables come to.

    Attributes:
        n_theory: figures that have an exact value.
        n_theory_inside: of these, those that the simulation gives.
        n_peer: figures that another simulator gives as well.
        n_peer_inside: of these, those in which both agree.
        not_shown: what was not validated, in the document's words.
    """

    n_theory: int
    n_theory_inside: int
    n_peer: int
    n_peer_inside: int
    not_shown: tuple[str, ...]


def validation() -> Validation:
    """Return what the document says."""
    text = _document()
    tables = {name: [line for line in lines.splitlines()[2:] if line] for name, lines in _TABLE.findall(text)}
    theory, peer = tables["closed forms"], tables["ciw"]
    missing = text.partition("## What was not validated")[2].partition("\n## ")[0]
    points = re.findall(r"^- (.*(?:\n  .*)*)", missing, flags=re.MULTILINE)
    return Validation(
        *(len(theory), _n_inside(theory), len(peer), _n_inside(peer)),
        tuple(" ".join(point.replace("**", "").split()) for point in points),
    )


def _n_inside(lines: list[str]) -> int:
    return sum(line.rstrip(" |").endswith("inside") for line in lines)


def _document() -> str:
    """Return the document: in the package, or where the package is still in its repository."""
    packaged = files("sim").joinpath(_NAME)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(str(files("sim"))).parent / "docs" / _NAME).read_text(encoding="utf-8")
