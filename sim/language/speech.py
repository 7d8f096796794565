"""Sentences in the language that is spoken.

Place in the pipeline: between what is to be said and those who hear it. In: English sentences with names for values.
Out: the same, in the language of the task or thread. Invariant: a sentence without a translation is said in English.
"""

import gettext
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sim.language.forms import LANGUAGES, Language

if TYPE_CHECKING:
    from babel.messages import Catalog

_SOURCE = "en"  # of what stands in the code
_ISOLATED = "\N{FIRST STRONG ISOLATE}{}\N{POP DIRECTIONAL ISOLATE}"
_spoken: ContextVar[Language] = ContextVar("spoken", default=LANGUAGES[_SOURCE])


@contextmanager
def speaking(tag: str) -> Iterator[Language]:
    """Speak a language until the end of the block, in this task or thread and in tasks that it starts.

    Raises:
        KeyError: there is no such language in `LANGUAGES`.
    """
    token = _spoken.set(LANGUAGES[tag])
    try:
        yield LANGUAGES[tag]
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """Return the language that is spoken; English where nobody chose."""
    return _spoken.get()


def say(message: str, **values: object) -> str:
    """Return a sentence in the language that is spoken, with values in the place of their names.

    >>> say("In the {week}", week="week of 01 Jul")
    'In the week of 01 Jul'
    """
    return _filled(_translations(spoken().tag).gettext(message), values)


def plural(one: str, many: str, n: int, **values: object) -> str:
    """Return the sentence for so many of something; its ``{n}`` is filled in.

    >>> plural("{n} replication", "{n} replications", 1200)
    '1,200 replications'
    """
    message = _translations(spoken().tag).ngettext(one, many, n)
    return _filled(message, values | {"n": spoken().number(n)})


def later(message: str) -> str:
    """Return a message as it is: it is found for the catalogues here, and said where it is known who hears it."""
    return message


WORDS: dict[str, Any] = {"say": say, "plural": plural, "spoken": spoken}  # for templates


def messages_of(tag: str, suffix: str) -> Mapping[str, str | list[str]]:
    """Return what a language has for the messages of files with a suffix, such as ``.js``, by the English message.

    A plural is found by its singular; its forms are in the order zero, one, two, few, many, other.
    """
    if tag == _SOURCE:
        return {}
    return {
        str(message.id[0] if message.pluralizable else message.id): (
            list(message.string) if isinstance(message.string, tuple) else message.string
        )
        for message in _catalogue(tag)
        if message.id and message.string and any(str(path).endswith(suffix) for path, _ in message.locations)
    }


def _filled(message: str, values: Mapping[str, object]) -> str:
    if not values:
        return message
    if spoken().direction == "rtl":  # a name in another script must not turn the sentence around it
        values = {name: _ISOLATED.format(value) if isinstance(value, str) else value for name, value in values.items()}
    return message.format(**values)


@cache
def _translations(tag: str) -> gettext.NullTranslations:
    if tag == _SOURCE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415

    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(tag))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _catalogue(tag: str) -> "Catalog":
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with (files("sim.language") / tag / "LC_MESSAGES" / "peakweek.po").open("rb") as stream:
        return read_po(stream, locale=tag)
