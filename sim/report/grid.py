"""Tables for a terminal of 80 columns: what is too wide goes on below, beside the same names.

In: columns, and sections of rows. Out: grids to be printed one below the other. Invariant: no line is longer, and no
number is cut; only names may take two lines.
"""

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table as Grid
from rich.text import Text

WIDTH = 80
_GAP = 2  # between columns
_NAMES_LEAST, _NAMES_MOST = 20, 32  # columns for the names, where they are that long
Section = tuple[str, Sequence[tuple[str, ...]]]


def grids(title: str, columns: Sequence[str], sections: Sequence[Section]) -> Iterator[Grid]:
    """Yield a table in as many parts as its width takes.

    Args:
        title: stands above the first part.
        columns: names, which may have several lines; what names the rows has none.
        sections: each with a name, or "", and rows: a name and a text for each column.
    """
    lines = [line for _, rows in sections for line in rows]
    widths = [
        _GAP + max(map(_width, (name, *(line[place] for line in lines)))) for place, name in enumerate(columns, start=1)
    ]
    longest = max(
        (cell_len(text) for name, rows in sections for text in (name, *(line[0] for line in rows))), default=0
    )
    most, least = min(longest, _NAMES_MOST), min(longest, _NAMES_LEAST)
    # Names take two lines where that saves a part.
    names = min(range(most, least - 1, -1), key=lambda names: len(_breaks(names, widths)))
    start = 0
    for stop in _breaks(names, widths):
        yield _part(title if start == 0 else "", names, columns[start:stop], sections, start)
        start = stop


def _breaks(names: int, widths: Sequence[int]) -> list[int]:
    """Return before which columns, of these widths, a part ends; the last one ends with all of them."""
    found, used = [], names
    for place, width in enumerate(widths):
        if used + width > WIDTH and used > names:
            found.append(place)
            used = names
        used += width
    return [*found, len(widths)]


def _width(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)


def _part(title: str, names: int, columns: Sequence[str], sections: Sequence[Section], start: int) -> Grid:
    """Return the columns from `start` on, beside the names."""
    grid = Grid(
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    grid.add_column("", overflow="fold", width=names)
    for column in columns:
        grid.add_column(column, justify="right", no_wrap=True)
    for name, rows in sections:
        if name:
            grid.add_row(Text(name, style="bold"))
        for number, (of_row, *cells) in enumerate(rows, start=1):
            shown = map(Text, cells[start : start + len(columns)])
            grid.add_row(Text(of_row), *shown, end_section=number == len(rows))
    return grid
