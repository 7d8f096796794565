"""Proposes how a display's JSON is read.

Place in the pipeline: beside the display's adapter. In: an answer of its interface. Out: the text of a file that
`follow` takes. Invariant: every field that it names is in the answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from monitor.adapters.propose import NothingToProposeError, plain_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WORDS = {
    "name": ("nazwagrupy", "queuename", "name", "ten", "queue", "service", "dichvu", "grupa"),
    "waiting": ("waiting", "kolejce", "dangcho", "cho", "length", "queue"),
    "counters": ("czynnych", "counters", "open", "servers", "quay"),
    "ticket": ("aktualny", "current", "ticket", "danggoi", "called", "numer"),
}


def propose_display(answer: object, url: str, source: str, time_zone: str) -> str:
    """Return the text of a file that tells how a display is followed.

    Raises:
        NothingToProposeError: the answer holds no list of queues with a number that could be those who wait.
    """
    for way, queues in _lists(answer, ()):
        fields = _fields(queues[0])
        if "name" in fields and "waiting" in fields:
            lines = [f"  {what}: {json.dumps(field, ensure_ascii=False)}" for what, field in fields.items()]
            return "\n".join(
                [
                    f"# {len(queues)} queues; the fields are guesses by their names: do they mean this?",
                    f"source: {source}",
                    "every_s: 60  # be polite",
                    "display:",
                    f"  url: {json.dumps(url)}",
                    f"  queues: {json.dumps('.'.join(way))}",
                    *lines,
                    f"  time_zone: {time_zone}",
                    "",
                ]
            )
    raise NothingToProposeError("its answer holds no list of queues that have a name and a number of those who wait")


def _lists(content: object, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Sequence[Mapping[str, object]]]]:
    """Yield the lists of objects, each with the way to it."""
    if isinstance(content, list) and content and all(isinstance(each, dict) for each in content):
        yield way, content
    if isinstance(content, dict):
        for key, part in content.items():
            yield from _lists(part, (*way, key))


def _fields(queue: Mapping[str, object]) -> dict[str, str]:
    """Return which field of a queue is what, as far as the names tell."""
    found: dict[str, str] = {}
    for what, words in _WORDS.items():
        is_number = what in ("waiting", "counters")
        candidates = [name for name, value in queue.items() if str(value).isdecimal() or not is_number]
        for word in words:
            near = [name for name in candidates if word in plain_word(name) and name not in found.values()]
            if near:
                found[what] = near[0]
                break
    return found
