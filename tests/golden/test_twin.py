"""README.vi.md is the README's twin: the same parts, links, commands and files, in Vietnamese."""

import re
from collections import Counter
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

COMMENT = re.compile(r"\s*#.*")
LANGUAGE = re.compile(r" --language \w+")
OF_A_LANGUAGE = re.compile(r"-vi\.png$")
SWITCHES = {"README.md", "README.vi.md"}


def parts(tokens: list[Token]) -> list[str]:
    """Return what kinds of parts follow each other: headings by their level, lists, tables with their rows, code."""
    kinds = {"heading_open", "bullet_list_open", "list_item_open", "table_open", "tr_open", "fence"}
    return [f"{token.tag} {token.info}".strip() for token in tokens if token.type in kinds]


def code(tokens: list[Token]) -> list[str]:
    """Return what a reader is shown to type or to write, without comments and without what is printed."""
    shown = []
    for token in tokens:
        if token.type == "fence" and token.info:
            lines = token.content.splitlines()[:1] if token.info == "console" else token.content.splitlines()
            shown += [LANGUAGE.sub("", COMMENT.sub("", line)) for line in lines]
    return shown


def named(tokens: list[Token]) -> Counter[str]:
    """Return how often each file, address, option or field is named."""
    found: Counter[str] = Counter()
    for token in tokens:
        for child in token.children or ():
            if child.type == "code_inline":
                found[child.content] += 1
            elif child.type in {"link_open", "image"}:
                target = str(child.attrs.get("href") or child.attrs["src"])
                found[OF_A_LANGUAGE.sub(".png", target)] += target not in SWITCHES
    return found


@pytest.fixture(scope="module")
def twins(project_root: Path) -> list[list[Token]]:
    """Return both, parsed."""
    parser = MarkdownIt("commonmark").enable("table")
    return [parser.parse((project_root / name).read_text(encoding="utf-8")) for name in ("README.md", "README.vi.md")]


@pytest.mark.parametrize("aspect", [parts, code, named])
def test_twins_are_alike(twins: list[list[Token]], aspect: object) -> None:
    """Both have the same parts in the same order, show the same commands, and name the same things as often."""
    assert callable(aspect)
    english, vietnamese = (aspect(tokens) for tokens in twins)
    assert english
    assert vietnamese == english


def test_a_part_that_one_lacks_is_found(twins: list[list[Token]]) -> None:
    """A list item, a command or a link that only one has makes the twins differ."""
    english, _ = twins
    for aspect in (parts, code, named):
        assert aspect(english[: len(english) // 2]) != aspect(english)
