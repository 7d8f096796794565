"""What the report is made of, whatever form it takes.

Place in the pipeline: between the words and the forms. Invariant: plain texts and pictures; a form adds none.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what it says, and below it, smaller, how sure that is or what it means."""

    text: str
    below: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table.

    Attributes:
        head: names of the columns; the first names the rows.
        rows: cells, one for each column.
        n_bold: how many rows at the end stand out.
        note: how to read it.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    n_bold: int = 0
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart.

    Attributes:
        svg: the drawing.
        alt: the same in words, for those who do not see it.
        caption: how to read it.
    """

    svg: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of the report: whatever of these it has, in this order.

    Attributes:
        title: its heading.
        texts: paragraphs.
        picture: a chart.
        sheet: a table.
        points: short sentences, one below the other.
        is_numbered: whether these are counted.
        starts_page: whether it begins a new page, where there are pages.
    """

    title: str
    texts: tuple[str, ...] = ()
    picture: Picture | None = None
    sheet: Sheet | None = None
    points: tuple[str, ...] = ()
    is_numbered: bool = False
    starts_page: bool = False


@dataclass(frozen=True)
class Paper:
    """A report.

    Attributes:
        language: ISO 639 code.
        direction: "ltr" or "rtl".
        title: whose report it is.
        question: what was asked.
        answer: what it answers, in one sentence.
        beside: what belongs to the answer.
        figures: a few numbers that one keeps, each with what it is.
        picture: the one that decides.
        sections: all else.
        foot: what makes the numbers again.
    """

    language: str
    direction: str
    title: str
    question: str
    answer: str
    beside: tuple[str, ...]
    figures: tuple[Cell, ...]
    picture: Picture
    sections: tuple[Section, ...]
    foot: str
