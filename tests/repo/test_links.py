"""Every link inside the Markdown files leads somewhere."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token


def parsed(text: str) -> Iterator[Token]:
    """Yield the tokens of a Markdown text, inner ones too."""
    for token in MarkdownIt().enable("table").parse(text):
        yield token
        yield from token.children or ()


def targets(text: str) -> Iterator[str]:
    """Yield where each link and each picture of a Markdown text leads, in Markdown or HTML."""
    for token in parsed(text):
        if token.type in {"link_open", "image"}:
            yield str(token.attrs.get("href", token.attrs.get("src")))
        elif token.type in {"html_inline", "html_block"}:
            yield from re.findall(r"""(?:href|src|srcset)=["']([^"']+)""", token.content)


def anchors(text: str) -> set[str]:
    """Return the anchors that a forge makes of a Markdown text's headings."""
    found: set[str] = set()
    tokens = list(parsed(text))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = "".join(child.content for child in inline.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            repeats = sum(1 for known in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known))
            found.add(f"{slug}-{repeats}" if repeats else slug)
    return found


def broken_links(root: Path, path: str, text: str) -> list[str]:
    """Return each link of the Markdown file at ``path`` that leads to no file, or to no heading of its file."""
    found = []
    for target in targets(text):
        name, _, anchor = unquote(target).partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", name):  # another site: not ours to keep
            continue
        file = (root / path).parent / name if name else root / path
        is_there = file.exists() and file.resolve().is_relative_to(root.resolve())
        if not is_there or (
            anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8"))
        ):
            found.append(f"{path}: {target} leads nowhere")
    return found


def test_links_lead_somewhere(texts: dict[str, str], project_root: Path) -> None:
    """Every link between the repository's files leads to a file, and to a heading where it names one."""
    pages = {path: text for path, text in texts.items() if path.endswith(".md")}
    assert [line for path, text in pages.items() for line in broken_links(project_root, path, text)] == []


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [
        ("[a](there.md)", False),
        ("[a](there.md#the-queue-now)", False),
        ("[a](there.md#the-queue-now-1)", False),
        ("[a](#here)", False),
        ("[a](https://example.org/gone)", False),
        ("`[a](gone.md)`", False),
        ("[a](gone.md)", True),
        ("![a](gone.svg)", True),
        ('<img src="gone.svg">', True),
        ("[a][b]\n\n[b]: gone.md", True),
        ("[a](there.md#gone)", True),
        ("[a](#gone)", True),
        ("[a](../outside.md)", True),
    ],
)
def test_broken_link_is_found(tmp_path: Path, link: str, *, is_broken: bool) -> None:
    """A link to a missing file, picture or heading, or out of the repository, is found; others are free."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.md").write_text("x", encoding="utf-8")
    (root / "there.md").write_text("# The `queue`, now\n\n## The queue now\n", encoding="utf-8")
    text = f"# Here\n\n{link}\n"
    (root / "here.md").write_text(text, encoding="utf-8")
    assert bool(broken_links(root, "here.md", text)) is is_broken
