"""The catalogues have every message of the project, translated, and nothing else."""

import re
from collections.abc import Iterator

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message

from tests.language.catalogues import TRANSLATED, catalogue, found, path_of, renewed, texts

FIELD = re.compile(r"\{(\w*)[^}]*\}")


def fields(text: str) -> set[str]:
    """Return the names of the values that are filled in."""
    return set(FIELD.findall(text))


def blank_ends(text: str) -> tuple[bool, bool]:
    """Return whether a text begins and ends with a blank."""
    return text[0].isspace(), text[-1].isspace()


def offences(message: Message) -> Iterator[str]:
    """Yield what is wrong with a translation."""
    if message.fuzzy:
        yield f"fuzzy: {message.id}"
    if not all(texts(message.string)):
        yield f"not translated: {message.id}"
    names = set().union(*map(fields, texts(message.id)))
    for text in filter(None, texts(message.string)):
        # “One record” may say its number in words.
        missing = names - fields(text) - ({"n"} if message.pluralizable else set())
        if missing or fields(text) - names:
            yield f"other values than {names or 'none'}: {text}"
        if blank_ends(text) != blank_ends(texts(message.id)[0]):
            yield f"other blanks at its ends: {text!r}"


@pytest.fixture(scope="module")
def messages() -> Catalog:
    """Return every message of the project."""
    return found()


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_in_the_catalogue_and_nothing_else(tag: str, messages: Catalog) -> None:
    """A catalogue is what `make words` would make of it: nothing is missing, nothing in it is unused."""
    assert renewed(tag, messages) == path_of(tag).read_text(encoding="utf-8")


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_translated(tag: str) -> None:
    """Every message has its translation, in every form of the language, with the same values in it."""
    assert [line for message in catalogue(tag) if message.id for line in offences(message)] == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message("a", ""), "not translated"),
        (Message("a", "b", flags={"fuzzy"}), "fuzzy"),
        (Message("{n} of {plan}", "{n}"), "other values"),
        (Message("{plan}", "{kế}"), "other values"),
        (Message(("{n} day", "{n} days"), ("{n} ngày", "")), "not translated"),
        (Message(" a", "b"), "other blanks"),
    ],
)
def test_offence_is_found(message: Message, said: str) -> None:
    """What is not translated, uncertain, or has other values is found."""
    assert any(line.startswith(said) for line in offences(message))


def test_messages_are_found_in_every_kind_of_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Python, templates and the pages' scripts are looked through, plurals too, and other text is left alone."""
    root = tmp_path_factory.mktemp("project")
    for path, text in {
        "sim/a.py": 'x = say("one " "line", n=1)\ny = later("late")\nz = print("silent")\n',
        "sim/b.html.j2": '<p>{{ say("two") }}</p>',
        "monitor/web/c.html": '<p title="{{ say("three") }}">silent</p>',
        "monitor/web/d.js": 'const x = plural("{n} day", "{n} days", n); show(`${n}`, say("four"));',
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    ids = [message.id for message in found(root) if message.id]
    assert ids == ["one line", "late", "two", "three", ("{n} day", "{n} days"), "four"]
