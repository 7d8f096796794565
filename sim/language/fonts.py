"""Fonts for machines that have none for Vietnamese or Arabic.

Place in the pipeline: under page, charts and report. Invariant: nothing is loaded to find them.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def fonts_folder() -> Path:
    """Return the folder of the DejaVu fonts, which the wheel of matplotlib carries; they may not be there."""
    spec = find_spec("matplotlib")
    package = Path(spec.origin).parent if spec and spec.origin else Path("matplotlib")
    return package / "mpl-data" / "fonts" / "ttf"
