"""Events for process mining: XES (one story for each ticket and each record), and OCEL (objects that share events).

Place in the pipeline: a part of the formats. Invariant: a story is of one centre, and in the order of its times.

Sources: IEEE 1849-2016 for XES; OCEL 2.0's specification for its JSON.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from monitor.events import Stored
from monitor.export.table import FIELDS, as_text

# A ticket of the same number after so long is another visitor's: the service forgets it by then, too.
_SAME_TICKET = timedelta(hours=12)
_OBJECTS = ("ticket", "record", "queue", "counter", "procedure", "group", "what")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace"><string key="concept:name" value=""/></global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
"""


def write_xes(events: Iterable[Stored], file: Path) -> int:
    """Write the stories of tickets and records, and return how many events that are; others belong to no story."""
    n = 0
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write(_HEAD)
        for name, story in stories(events):
            out.write(f"  <trace>\n    {_string('concept:name', name)}\n    {_string('centre', story[0].centre)}\n")
            for stored in story:
                out.write("    <event>\n")
                out.writelines(f"      {attribute}\n" for attribute in _attributes(stored))
                out.write("    </event>\n")
            out.write("  </trace>\n")
            n += len(story)
        out.write("</log>\n")
    return n


def stories(events: Iterable[Stored]) -> Iterator[tuple[str, list[Stored]]]:
    """Yield the name and the events of each ticket and each record, in the order of their times."""
    by_name: defaultdict[tuple[str, str, str], list[Stored]] = defaultdict(list)
    for stored in events:
        for kind in ("ticket", "record"):
            if number := getattr(stored.event.happening, kind, None):
                by_name[stored.centre, kind, number].append(stored)
    for (_, kind, number), found in by_name.items():
        found.sort(key=lambda stored: stored.event.time)
        parts = list(_parted(found)) if kind == "ticket" else [found]
        for at, part in enumerate(parts, start=1):
            yield f"{kind} {number}" + (f" ({at})" if len(parts) > 1 else ""), part


def _parted(found: list[Stored]) -> Iterator[list[Stored]]:
    """Yield the stories of the visitors who had a number one after another."""
    part: list[Stored] = []
    for stored in found:
        if part and stored.event.time - part[-1].event.time > _SAME_TICKET:
            yield part
            part = []
        part.append(stored)
    yield part


def _attributes(stored: Stored) -> Iterator[str]:
    event = stored.event
    yield _string("concept:name", event.happening.kind)
    yield f'<date key="time:timestamp" value={quoteattr(as_text(event.time))}/>'
    for name in FIELDS:
        value = getattr(event.happening, name, None)
        if isinstance(value, datetime):
            yield f'<date key="{name}" value={quoteattr(as_text(value))}/>'
        elif value is not None:
            yield _string(name, str(value))


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"


def write_ocel(events: Iterable[Stored], file: Path) -> int:
    """Write events and the things that they are about (tickets, records, queues, …); return how many events."""
    found: list[dict[str, object]] = []
    objects: dict[str, str] = {}
    kinds: set[str] = set()
    for stored in events:
        event = stored.event
        things = {name: getattr(event.happening, name, None) for name in _OBJECTS}
        about = {name: f"{stored.centre}/{name}/{value}" for name, value in things.items() if value is not None}
        objects.update({identity: name for name, identity in about.items()})
        kinds.add(event.happening.kind)
        found.append(
            {
                "id": f"{stored.centre}/{stored.seq}",
                "type": event.happening.kind,
                "time": as_text(event.time.astimezone(UTC)),
                "attributes": [],
                "relationships": [{"objectId": identity, "qualifier": name} for name, identity in about.items()],
            }
        )
    content = {
        "eventTypes": [{"name": kind, "attributes": []} for kind in sorted(kinds)],
        "objectTypes": [{"name": name, "attributes": []} for name in sorted(set(objects.values()))],
        "events": found,
        "objects": [{"id": identity, "type": name, "attributes": []} for identity, name in objects.items()],
    }
    with file.open("w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False)
    return len(found)
