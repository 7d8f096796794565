"""Brings the catalogues up to what the files say, after a message was changed: ``make words``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project's root, when run as a script

from tests.language.catalogues import ROOT, TRANSLATED, found, path_of, renewed, untranslated

if __name__ == "__main__":
    messages = found()
    for tag in TRANSLATED:
        path = path_of(tag)
        text = renewed(tag, messages)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        told = f"{path.relative_to(ROOT)}: {untranslated(tag)} of {len(messages)} messages are without a translation\n"
        sys.stdout.write(told)
