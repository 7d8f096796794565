"""What the service understands and shows, in words, made from the tables that the program itself uses.

Place in the pipeline: beside the API. Out: Markdown. Invariant: a kind of event or a metric that exists is in it.
"""

from collections.abc import Iterator
from inspect import getdoc

import monitor.state
from monitor.collector import FAMILIES, Family
from monitor.events import VOCABULARY, Happening, fields_of
from monitor.probes.families import PROBE_FAMILIES
from monitor.probes.result import Reason
from monitor.service import SERVICE_FAMILIES, ServiceFamily
from monitor.state.tally import Anomaly

_HEAD_OF_EVENTS = """# Events

Made by `peakweek-monitor glossary events`.

What happens at a centre is told to `POST /api/v1/events` as [CloudEvents 1.0](https://cloudevents.io) in JSON: one
(`application/cloudevents+json`), many (`application/cloudevents-batch+json`), or one in the binary mode
(`application/json` with the event's data, its attributes in headers such as `ce-type`). The service gives the JSON
Schema of an event at `/api/v1/schema`, and its whole interface at `/api/v1/openapi.json`.

| attribute | is |
|---|---|
| `specversion` | `1.0` |
| `id` | the sender's name for the event: the same event again has the same, another event of the source another |
| `source` | the sender, such as `/tho-xuan/kiosk-1` |
| `type` | one of those below; a change of meaning is a new version |
| `time` | when it happened, with an offset, such as `2025-07-01T07:30:00+07:00` |
| `data` | the fields of the type; others are refused |

Optional attributes and extensions of CloudEvents are taken and not kept. Texts are identifiers of at most 64 letters
a-z, digits and `. _ : -`, without identity or phone numbers; there is no field for a name. Where such a thing is found,
nothing of the request is stored, and no answer and no log repeats it.
"""
_HEAD_OF_METRICS = """# Metrics

Made by `peakweek-monitor glossary metrics`. They are made from the log of events: no counter goes back when the service
starts again, except those that say that they count since it started. Events are in [events.md](events.md).
"""
_HEAD_OF_PROBES = """## Metrics

This table is made by `peakweek-monitor glossary probes`. On `/metrics` each of them has further labels of the
schedule, `target`, `part` and `module`; those of the impact have not.
"""


def events_page() -> str:
    """Return the vocabulary, and what events do that are late or contradict others, as Markdown."""
    lines = [_HEAD_OF_EVENTS, "## What can happen", ""]
    lines += ["| type | fields | means | in another order, late, or again |", "|---|---|---|---|"]
    lines += [_event_row(type_, happening) for type_, happening in VOCABULARY.items()]
    rules = (getdoc(monitor.state) or "").partition("\n\n")[2].partition("\n\n")[2]
    lines += ["", "## Late, early, twice, out of order", "", rules, ""]
    lines += ["| anomaly | is |", "|---|---|", *(f"| `{anomaly}` | {anomaly.means} |" for anomaly in Anomaly), ""]
    return "\n".join(lines)


def metrics_page() -> str:
    """Return the table of metrics as Markdown."""
    lines = [_HEAD_OF_METRICS, "| metric | kind | labels | means |", "|---|---|---|---|"]
    families: list[Family | ServiceFamily] = [*FAMILIES, *SERVICE_FAMILIES]
    for family in families:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        lines.append(f"| `{family.name}` | {family.kind} | {labels} | {family.help} |")
    return "\n".join((*lines, ""))


def probes_page() -> str:
    """Return the table of what probes measure, and the reasons for which they fail, as Markdown."""
    lines = [_HEAD_OF_PROBES, "| metric | kind | labels | probes | means |", "|---|---|---|---|---|"]
    for family in PROBE_FAMILIES:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        lines.append(f"| `{family.name}` | {family.kind} | {labels} | {', '.join(family.probers)} | {family.help} |")
    lines += ["", "| reason | means |", "|---|---|"]
    lines += [f"| `{reason}` | {reason.means} |" for reason in Reason if reason is not Reason.NONE]
    return "\n".join((*lines, ""))


def _event_row(type_: str, happening: type[Happening]) -> str:
    fields = "<br>".join(_fields(happening))
    return f"| `{type_}` | {fields} | {happening.means()} | {happening.otherwise()} |"


def _fields(happening: type[Happening]) -> Iterator[str]:
    for name, field in fields_of(happening).items():
        optional = "" if field.is_required() else " (optional)"
        yield f"`{name}`{optional}: {field.description}"
