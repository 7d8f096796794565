"""The languages that people are spoken to in: sentences; numbers, money, days and lists as each writes them.

Place in the pipeline: below everything; whatever is for people passes through it. In: English sentences, as they stand
in the code. Out: the same in the language that is spoken. Invariant: what is not for people (files for programs,
metrics, names of fields) never passes through it, and English is what stands in the code.

```python
from sim.language import plural, say, speaking, spoken

with speaking("vi"):                                  # until the end of the block, in this task or thread
    say("In the {week}", week=name)                   # values by name
    plural("{n} replication", "{n} replications", n)  # {n} is filled in, as the language writes it
    spoken().number(1234.5, 1)                        # 1.234,5; also percent, money, day, date, weekday, list
    spoken().tag, spoken().direction                  # for <html lang dir>
TITLES = {"cost": later("Cost")}                      # where a sentence stands before it is known who hears it
say(TITLES[figure])                                   # … it is said here
```

In Jinja templates `say`, `plural` and `spoken` are globals (`sim.language.WORDS`), in the pages' scripts `say` and
`plural` are functions. Messages are written out, never put together: what `make words` finds goes into
``<tag>/LC_MESSAGES/peakweek.po``, where translations are written; `tests/language` holds that none is missing, unused
or has other placeholders.
"""

from sim.language.fonts import fonts_folder
from sim.language.forms import LANGUAGES, Language
from sim.language.speech import WORDS, later, messages_of, plural, say, speaking, spoken

__all__ = [
    "LANGUAGES",
    "WORDS",
    "Language",
    "fonts_folder",
    "later",
    "messages_of",
    "plural",
    "say",
    "speaking",
    "spoken",
]
