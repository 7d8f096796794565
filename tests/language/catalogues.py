"""Every message of the project, as its files say them, and the catalogues that should have them."""

import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
# Which files have messages, and what finds them there.
METHODS = [
    ("sim/**.py", "python"),
    ("sim/**.j2", "jinja2"),
    ("monitor/**.py", "python"),
    ("monitor/**.html", "jinja2"),
    ("monitor/**.js", "javascript"),
]
KEYWORDS = {"say": None, "later": None, "plural": (1, 2)}
TRANSLATED = ("vi", "ar")
# As gettext's manual has them; the forms are in the order of CLDR: zero, one, two, few, many, other.
PLURALS = {
    "vi": "nplurals=1; plural=0;",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);",
}
WIDTH = 120


def found(root: Path = ROOT) -> Catalog:
    """Return every message of the files below `root`, in the order of files and lines."""
    messages = Catalog()
    for top in ("sim", "monitor"):
        for name, line, message, _, _ in extract_from_dir(
            root / top,
            [(pattern.removeprefix(f"{top}/"), method) for pattern, method in METHODS if pattern.startswith(f"{top}/")],
            keywords=KEYWORDS,
        ):
            messages.add(message, locations=[(f"{top}/{Path(name).as_posix()}", line)])
    return messages


def path_of(tag: str) -> Path:
    """Return the file of a language's catalogue."""
    return ROOT / "sim/language" / tag / "LC_MESSAGES/peakweek.po"


def catalogue(tag: str) -> Catalog:
    """Return a language's catalogue as it is committed; an empty one where there is none."""
    try:
        with path_of(tag).open("rb") as stream:
            return read_po(stream, locale=tag)
    except FileNotFoundError:
        return Catalog(locale=tag)


def renewed(tag: str, messages: Catalog) -> str:
    """Return the text of a language's catalogue with these messages, and what it has for them already."""
    kept = catalogue(tag)
    kept.update(messages, no_fuzzy_matching=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {tag}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    forms = PLURALS[tag]
    body = io.BytesIO()
    write_po(body, kept, width=WIDTH, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return f'{head}"Plural-Forms: {forms}\\n"\n\n{body.getvalue().decode("utf-8").strip()}\n'


def texts(value: object) -> list[str]:
    """Return the forms of a plural, or the one text."""
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def untranslated(tag: str) -> int:
    """Return how many messages of a language's catalogue lack a form, or all."""
    return sum(1 for message in catalogue(tag) if message.id and not all(texts(message.string)))
